"""How often AWS is asked: fast at first, slower later, slower still when it throttles.

On AWS two calls about one stack are never closer than a second; an AWS on this machine may be asked at will.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clock:
    """Monotonic seconds, and a sleep; a test passes its own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Pace:
    """An interval policy, in seconds: `first`, then `growth` times as long each time up to `most`."""

    first: float
    growth: float
    most: float
    gap: float

    @staticmethod
    def of(*, emulated: bool) -> Pace:
        """The policy for an endpoint on this machine, or for AWS."""
        return Pace(0.02, 1.3, 0.5, 0.0) if emulated else Pace(1.0, 1.15, 10.0, 1.0)


class Pacer:
    """Makes the calls of one polling loop, each at its time."""

    def __init__(self, pace: Pace, clock: Clock) -> None:
        self._pace = pace
        self._clock = clock
        self._interval = pace.first
        self._last: float | None = None

    def call(self, function: Callable[[], T]) -> T:
        """Call it, a `gap` after the call before at the earliest."""
        if self._last is not None:
            self._sleep_until(self._last + self._pace.gap)
        self._last = self._clock.now()
        return function()

    def rest(self) -> None:
        """Wait for the next round."""
        self._sleep_until(self._clock.now() + self._interval)
        self._interval = min(self._interval * self._pace.growth, self._pace.most)

    def stretch(self) -> None:
        """AWS throttles: wait twice as long from now on, up to a minute."""
        self._interval = min(self._interval * 2, max(60.0, self._pace.most))

    def _sleep_until(self, moment: float) -> None:
        rest = moment - self._clock.now()
        if rest > 0:
            self._clock.sleep(rest)
