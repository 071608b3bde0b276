"""`python -m tapgen` is the same as `tapgen`."""

from tapgen.cli import main

main()
