"""Ctrl-C that nothing can swallow."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def interrupts() -> Iterator[Event]:
    """Inside, Ctrl-C and its like raise KeyboardInterrupt as ever, and set the event too. For the main thread.

    Python drops what a signal's handler raises while an object is being collected (a scan of a folder that another
    error has ended, for one): whoever goes round for ever asks the event at each turn.
    """
    interrupted = Event()

    def remember(_number: int, _frame: FrameType | None) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    alike = [number for number in signal.valid_signals() if signal.getsignal(number) is signal.default_int_handler]
    for number in alike:
        signal.signal(number, remember)
    try:
        yield interrupted
    finally:
        for number in alike:
            signal.signal(number, signal.default_int_handler)
