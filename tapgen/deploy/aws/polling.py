"""How often AWS is asked: fast at first, slower later, slower still when it throttles.

On AWS two calls about one stack are never closer than a second; an AWS on this machine may be asked at will.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.client import Client

T = TypeVar("T")


class Clock(Struct, frozen=True):
    """Monotonic seconds, and a sleep; a test passes its own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


SYSTEM_CLOCK = Clock()


class Backoff(Struct, frozen=True):
    """Intervals between polls, in seconds: `first`, then `growth` times as long each time up to `most`.

    `gap` is the shortest time between two calls.
    """

    first: float
    growth: float
    most: float
    gap: float


AWS = Backoff(1.0, 1.15, 10.0, 1.0)
EMULATOR = Backoff(0.02, 1.3, 0.5, 0.0)
_THROTTLED_MOST = 60.0


class Poller:
    """Makes the calls of one polling loop, each at its time."""

    def __init__(self, backoff: Backoff, clock: Clock) -> None:
        self.clock = clock
        self._backoff = backoff
        self._interval = backoff.first
        self._last: float | None = None

    @classmethod
    def of(cls, client: Client, clock: Clock) -> Poller:
        """The poller for a client: an emulator may be asked more often."""
        return cls(EMULATOR if client.emulated else AWS, clock)

    def call(self, function: Callable[[], T]) -> T:
        """Call it, a `gap` after the call before at the earliest."""
        if self._last is not None:
            self._sleep_until(self._last + self._backoff.gap)
        self._last = self.clock.now()
        return function()

    def rest(self) -> None:
        """Wait for the next round."""
        self._sleep_until(self.clock.now() + self._interval)
        self._interval = min(self._interval * self._backoff.growth, self._backoff.most)

    def slow_down(self) -> None:
        """AWS throttles: wait twice as long from now on, up to a minute."""
        self._interval = min(self._interval * 2, max(_THROTTLED_MOST, self._backoff.most))

    def _sleep_until(self, moment: float) -> None:
        rest = moment - self.clock.now()
        if rest > 0:
            self.clock.sleep(rest)


def poll_until(poller: Poller, ask: Callable[[], T], over: Callable[[T], bool], *, timeout: float) -> T:
    """Ask until `over` says yes to the answer or `timeout` seconds have passed; the last answer, of either kind."""
    begin = poller.clock.now()
    while True:
        answer = ask()
        if over(answer) or poller.clock.now() - begin > timeout:
            return answer
        poller.rest()
