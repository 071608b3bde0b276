"""`python -m tapgen` is the same as `tapgen`."""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # the current folder, which `-m` puts there: a stranger's checkout may have a json.py


def _run() -> None:
    from tapgen.cli import main

    main()


_run()
