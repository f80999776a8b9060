"""What can be said of a pack before anyone is banded by it: what is doubtful, what bounds decide, what is proved."""
