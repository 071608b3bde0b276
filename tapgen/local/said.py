"""What a running session says, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from tapgen.errors import TapgenError

Kind = Literal["request", "log", "note", "problem", "deployed"]


class Said(Struct, frozen=True):
    """A line, or a few, of a running application; `source` is the function that logged it."""

    kind: Kind
    text: str
    source: str = ""


class Show(Protocol):
    """Where a running session reports to."""

    def line(self, said: Said) -> None:
        """A request, what a function logged, a change on disk."""
        ...

    def problem(self, error: TapgenError) -> None:
        """What went wrong; the session goes on with what it has."""
        ...


class Both:
    """Two that are told the same."""

    def __init__(self, first: Show, second: Show) -> None:
        self._all = (first, second)

    def line(self, said: Said) -> None:
        """See Show."""
        for one in self._all:
            one.line(said)

    def problem(self, error: TapgenError) -> None:
        """See Show."""
        for one in self._all:
            one.problem(error)
