"""Rule packs: the folder a rule author writes, the language it is written in, and every mistake it can hold."""
