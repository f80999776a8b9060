"""`python -m banding`: the command where no script of that name is on the path."""

from banding.cli import main

main()
