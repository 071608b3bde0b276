"""Signals that end the command line as Ctrl-C does, and a Ctrl-C that Python drops."""

from __future__ import annotations

import signal
import sys
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from sys import UnraisableHookArgs

_LATER = 0.01
"""Seconds after which a dropped Ctrl-C comes again."""


def end_in_order() -> None:
    """Let SIGTERM and SIGHUP do what Ctrl-C does, unless they are ignored (nohup): what was made is taken back."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    if hasattr(signal, "setitimer"):  # Windows has none
        sys.unraisablehook = partial(_again, sys.unraisablehook)


def _again(others: Callable[[UnraisableHookArgs], object], dropped: UnraisableHookArgs) -> None:
    """Raise a dropped KeyboardInterrupt once more, in a moment.

    Python drops what a handler raises while an object is being collected (`object.__del__`, "Data model"): whoever
    waits in a loop would never hear of it.
    """
    if dropped.exc_type is not KeyboardInterrupt:
        others(dropped)
        return
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, _LATER)
