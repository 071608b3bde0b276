"""The lines of a session, kept for whoever opens the page later, and waited for by whoever has it open."""

from __future__ import annotations

from collections import deque
from threading import Condition
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.local.said import Kind, Said
from tapgen.template.secrets import clean

if TYPE_CHECKING:
    from tapgen.errors import TapgenError

KEPT = 1000  # lines: some hundred kilobytes


class Line(Struct, frozen=True):
    """A line with its number, by which a browser asks for those after it, and its time of day."""

    number: int
    time: str
    kind: Kind
    text: str
    source: str


class Feed:
    """A `said.Show` whose lines are read elsewhere; secrets in them are masked."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._changed = Condition()
        self._number = 0
        self.closed = False

    def line(self, said: Said) -> None:
        """See `said.Show`."""
        from datetime import datetime

        with self._changed:
            self._number += 1
            now = f"{datetime.now().astimezone():%H:%M:%S}"
            self._lines.append(Line(self._number, now, said.kind, clean(said.text), said.source))
            self._changed.notify_all()

    def problem(self, error: TapgenError) -> None:
        """See `said.Show`."""
        self.line(Said("problem", "\n".join(filter(None, (error.message, error.hint)))))

    def after(self, number: int, seconds: float) -> list[Line]:
        """The lines after one, waited for; none where nothing comes in that time or the feed is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed or self._number > number, seconds)
            return [line for line in self._lines if line.number > number]

    def close(self) -> None:
        """Nobody waits any more."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()
