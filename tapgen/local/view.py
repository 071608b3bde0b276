"""How a deployment to the embedded AWS is told: in a few lines, since it takes less than a second."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TextIO

from tapgen.deploy.views.lines import checked_lines, event_line, outcome_lines
from tapgen.errors import ExitCode
from tapgen.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.deploy.aws.model import Event
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.check import CheckResult
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.stack.progress import Progress
    from tapgen.deploy.views.rollout import Rollout
    from tapgen.local.session import Deployed

FEW = 12  # resources that are named one by one


class BriefView:
    """Steps, how many resources change or which, what failed, and how it ended; all of it to one stream."""

    def __init__(self, out: TextIO, prefix: str = "") -> None:
        self._out = out
        self._prefix = f"[{prefix}] " if prefix else ""

    def step(self, text: str) -> None:
        """See View."""
        self._write(text)

    def warn(self, text: str) -> None:
        """See View."""
        self._write(f"Warning: {text}")

    def checked(self, checked: CheckResult) -> None:
        """See View."""
        self._write(*checked_lines(checked))

    def plan(self, plan: Plan) -> None:
        """See View."""
        counts = Counter(one.does for one in plan.changes)
        total = ", ".join(f"{action} {count}" for action, count in counts.items()) or "stack-level changes only"
        self._write(f"The change set on {plan.stack_name}: {total}")
        if len(plan.changes) <= FEW:
            for one in plan.changes:
                self._write(f"  {one.does} {one.logical_id} ({one.type})", *(f"    {why}" for why in one.because))

    def event(self, event: Event, progress: Progress) -> None:
        """See View."""
        if event.status.endswith("FAILED"):
            self._write(event_line(event, progress))

    def pulse(self, progress: Progress) -> None:
        """Nothing."""

    def rollout(self, rollout: Rollout) -> None:
        """Nothing: there are no StackSets here."""

    def outcome(self, outcome: Outcome) -> None:
        """How it ended; an interrupted deployment ends with the emulator, and needs no advice."""
        if outcome.code != ExitCode.INTERRUPTED:
            self._write(*outcome_lines(outcome))

    def _write(self, *lines: str) -> None:
        self._out.write("".join(printable(f"{self._prefix}{line}") + "\n" for line in lines))
        self._out.flush()


def address_lines(deployed: Deployed) -> Iterator[str]:
    """Where each API is, with its routes and the function behind each."""
    from tapgen.settings.served import apis

    addresses = {"": deployed.address, **deployed.further}
    for name, api in apis(deployed.environment).items():
        if not addresses.get(name):
            continue
        slash = "" if api.settings.kind == "websocket" else "/"
        yield f"{f'{name} API' if name else 'API'}  {addresses[name]}{slash}"
        shown = [(str(route.route), route.leads_to) for route in api.routes]
        width = max(len(route) for route, _ in shown)
        yield from (f"     {route.ljust(width)}  {function}" for route, function in shown)
    for name, address in deployed.others.items():
        yield f"API  {address}{'' if address.startswith('ws') else '/'}  {name}"
    for name, address in deployed.urls.items():
        yield f"URL  {address}/  {name}"
