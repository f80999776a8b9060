"""The engine: a pack compiled to a short program, one kernel that runs any program, and a plain scorer to hold it
to."""
