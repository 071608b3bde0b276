"""`destroy --expired`: delete the personal environments that are too old, asking for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.aws.polling import SYSTEM_CLOCK
from tapgen.deploy.commands.destroy import Destroy
from tapgen.deploy.commands.environment_stacks import expiry
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.commands.destroy import Question
    from tapgen.deploy.commands.environment_stacks import EnvironmentStack
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.views.view import View
    from tapgen.settings.model import Environment


def destroy_expired(
    rows: Iterable[tuple[EnvironmentStack, Client]],
    request_of: Callable[[Environment], Deployment],
    view: View,
    confirm: Callable[[Question], bool],
    now: datetime,
    clock: Clock = SYSTEM_CLOCK,
) -> tuple[Outcome, ...]:
    """The outcome of each that is too old, one after the other; none where nothing is. Ctrl-C ends all.

    Raises:
        TapgenError: an environment could not be asked for; nothing was deleted.
    """
    every = list(rows)
    for row, _ in every:
        if row.problem:
            raise TapgenError(f"{row.environment.reference} in {row.region}: {row.problem}; nothing was deleted")
    old = [(row, client) for row, client in every if row.expired(now)]
    if not old:
        view.step("No personal environment is too old.")
    outcomes: list[Outcome] = []
    for row, client in old:
        view.step(f"{row.environment.reference}: {row.environment.stack_name} in {row.region} {expiry(row, now)}")
        outcomes.append(Destroy(request_of(row.environment), client, view, clock).run(confirm))
        if outcomes[-1].code == ExitCode.INTERRUPTED:
            break
    return tuple(outcomes)
