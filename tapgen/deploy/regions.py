"""Several regions side by side: plan them all, ask once, execute them all. One region's end hides no other's."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.aws.polling import SYSTEM_CLOCK
from tapgen.deploy.outcome import Outcome
from tapgen.deploy.run import Run, deploy
from tapgen.deploy.views.held import HeldView, show_plans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.plan.prepare import Prepared
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.views.view import View

_LOOK = 0.1  # seconds between two looks at the threads, so that a Ctrl-C is heard


def deploy_regions(
    request: Deployment,
    targets: Sequence[tuple[Client, View]],
    *,
    confirm: Callable[[tuple[Plan, ...]], bool],
    together: View | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> tuple[Outcome, ...]:
    """The outcome of each target, in their order; a region that cannot be planned does not hold up the others.

    `together` shows the plan once where all regions have the same; without it each shows its own.
    """
    if len(targets) == 1:
        [(client, view)] = targets
        return (deploy(request, client, view, confirm=lambda plan: confirm((plan,)), clock=clock),)
    stop = Flag()
    clock = replace(clock, sleep=_interruptible(stop, clock))
    held = [HeldView(view) for _, view in targets] if together else []
    views: Sequence[View] = held or [view for _, view in targets]
    runs = [Run(request, client, view, clock) for (client, _), view in zip(targets, views, strict=True)]
    prepared: list[Prepared | Outcome | None] = [None] * len(runs)

    def prepare(index: int) -> None:
        prepared[index] = runs[index].prepare()

    outcomes: list[Outcome | None] = [None] * len(runs)

    def perform(index: int) -> None:
        ready = prepared[index]
        if isinstance(ready, Outcome):
            outcomes[index] = ready
        elif ready is not None:
            outcomes[index] = runs[index].perform(ready, lambda _: agreed)

    _side_by_side(prepare, len(runs), stop)
    if together:
        show_plans(held, together)
    plans = tuple(one.plan for one in prepared if one and not isinstance(one, Outcome) and one.plan)
    agreed = bool(plans) and (request.options.plan_only or stop.is_set() or _asked(confirm, plans, stop))
    _side_by_side(perform, len(runs), stop)
    return tuple(outcome for outcome in outcomes if outcome is not None)


def _asked(confirm: Callable[[tuple[Plan, ...]], bool], plans: tuple[Plan, ...], stop: Flag) -> bool:
    try:
        return confirm(plans)
    except KeyboardInterrupt:
        stop.set()  # each run takes back what it made, and says so
        return True


def _side_by_side(work: Callable[[int], None], count: int, stop: Flag) -> None:
    """Run `work` once for each index, and wait; a Ctrl-C is passed on to all, a second one leaves at once."""
    broken: list[BaseException] = []
    over = [Flag() for _ in range(count)]

    def guarded(index: int) -> None:
        try:
            work(index)
        except BaseException as error:  # noqa: BLE001 - raised below, where it is seen
            broken.append(error)
        finally:
            over[index].set()

    threads = [Thread(target=guarded, args=(index,), daemon=True) for index in range(count)]
    while True:
        try:
            _see_through(threads, over)
            break
        except KeyboardInterrupt:
            if stop.is_set():
                raise
            stop.set()
    if broken:
        raise broken[0]


def _see_through(threads: Sequence[Thread], over: Sequence[Flag]) -> None:
    """Start what is not started, and wait for all.

    Flags are waited for, not threads: a join that Ctrl-C ends marks
    its thread as stopped while it still runs (bpo-45274).
    """
    for thread in threads:
        if thread.ident is None:
            with suppress(RuntimeError):  # a Ctrl-C came between its start and its first step
                thread.start()
    for flag in over:
        while not flag.wait(_LOOK):
            pass


def _interruptible(stop: Flag, clock: Clock) -> Callable[[float], None]:
    """A sleep that a Ctrl-C of the main thread ends."""

    def sleep(seconds: float) -> None:
        if clock.sleep is time.sleep:
            stop.wait(seconds)
        else:
            clock.sleep(seconds)
        if stop.is_set():
            raise KeyboardInterrupt

    return sleep
