"""`python -m tapgen` is the same as `tapgen`."""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # the current folder, which `-m` puts there: a stranger's checkout may have a json.py


def _run() -> None:
    from tapgen.entry import main

    main()


_run()
