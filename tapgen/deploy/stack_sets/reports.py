"""What there is to say of a StackSet without changing it: its state, its last operation, its drift, its outputs."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.polling import Poller, poll_until
from tapgen.deploy.stack_sets.operation import describe
from tapgen.deploy.stack_sets.survey import INOPERABLE, survey
from tapgen.errors import ExitCode, TapgenError
from tapgen.printable import one_line
from tapgen.template.secrets import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tapgen.deploy.aws.model import Output, ResourceDrift
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.aws.stack_set_client import StackSetClient
    from tapgen.deploy.aws.stack_set_model import Instance, Preferences, Result, SetOperation
    from tapgen.deploy.stack_sets.causes import Elsewhere
    from tapgen.deploy.stack_sets.survey import Survey

DRIFT_TIMEOUT = 6 * 3600.0
"""Seconds that the drift detection of all stacks may take."""
DRIFTED_SHOWN = 20
"""Drifted stacks whose properties are read; the others are counted."""


def set_status(client: StackSetClient, name: str, environment: str, clock: Clock) -> dict[str, Any]:
    """The StackSet's state in words, its stacks counted by region; one that is not there is a state too."""
    poller = Poller.of(client, clock)
    found = poller.call(lambda: client.stack_set(name))
    if found is None:
        return {"stack_set": name, "region": client.region, "status": None, "next": "tapgen deploy creates it"}
    seen = survey(client, name, poller)
    operations = poller.call(lambda: client.set_operations(name))
    running = next((one for one in operations if one.running), None)
    last = running or next(iter(operations), None)
    behind = seen.total - seen.current
    return {
        "stack_set": name,
        "region": client.region,
        "status": running.status if running else "CURRENT" if not behind else "NOT CURRENT",
        "operation": describe(last) if last else "",
        "reason": clean(last.reason) if last else "",
        "stacks": seen.total,
        "not_current": behind,
        "regions": {region: dict(counts) for region, counts in seen.counts.items()},
        "such_as": "; ".join(
            f"{one.account}/{one.region} {one.status}{f': {one_line(clean(one.reason))}' if one.reason else ''}"
            for one in seen.astray[:3]
        ),
        "drift": found.drift.status or "NOT_CHECKED",
        "arn": found.arn,
        "next": _next(running, seen, environment),
    }


def counted(counts: Mapping[str, int]) -> str:
    """`1 CURRENT, 2 OUTDATED`."""
    return ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))


def _next(running: SetOperation | None, seen: Survey, environment: str) -> str:
    if running:
        return f"Follow it with `tapgen watch --env {environment}`."
    if seen.of("OUTDATED"):
        return f"`tapgen deploy --env {environment}` goes on with what is outdated."
    return f"{INOPERABLE}." if seen.of("INOPERABLE") else ""


def last_results(client: StackSetClient, name: str, clock: Clock) -> Iterator[Result]:
    """What the last operation did to each stack, failures first; page by page, a call a second at most."""
    poller = Poller.of(client, clock)
    operations = poller.call(lambda: client.set_operations(name))
    if not operations:
        return
    latest = operations[0].id
    for status in ("FAILED", "CANCELLED", "RUNNING", "PENDING", "SUCCEEDED"):
        page = ""
        while True:
            answer = poller.call(partial(client.set_results, name, latest, page, status=status))
            for one in answer.results:
                if one.status == status:  # an endpoint that knows no filter answers everything each time
                    yield replace(one, reason=one_line(clean(one.reason)))
            if not answer.next:
                break
            page = answer.next


def all_operations(client: StackSetClient, name: str) -> tuple[str, ...]:
    """Each operation that CloudFormation lists, oldest first, in words."""
    return tuple(describe(one) for one in reversed(client.set_operations(name)))


def detect_set_drift(
    client: StackSetClient, name: str, preferences: Preferences, clock: Clock
) -> tuple[SetOperation, list[tuple[Instance, tuple[ResourceDrift, ...]]]]:
    """Compare every stack with its template; the operation with its counts, and the first stacks that have drifted.

    Raises:
        TapgenError: it failed, or took longer than six hours.
    """
    poller = Poller.of(client, clock)
    token = client.detect_set_drift(name, preferences, str(uuid.uuid4()))

    def ask() -> SetOperation | None:
        return poller.call(lambda: client.set_operation(name, token))

    ended = poll_until(poller, ask, lambda one: one is None or not one.running, timeout=DRIFT_TIMEOUT)
    if ended is None or ended.running:
        raise TapgenError(f"the drift detection of {name} is not over after six hours", "", ExitCode.CONTINUES)
    if ended.status != "SUCCEEDED" and not ended.drift.total:
        raise TapgenError(f"the drift detection of {name} is {ended.status}: {ended.reason or 'no reason given'}")
    found = []
    if ended.drift.drifted:
        page = poller.call(lambda: client.instances(name, drifted=True))
        for instance in page.instances[:DRIFTED_SHOWN]:
            drifts = poller.call(partial(client.instance_drifts, name, instance, token))
            found.append((instance, drifts))
    return ended, found


def set_outputs(
    client: StackSetClient, name: str, elsewhere: Elsewhere, clock: Clock
) -> Iterator[tuple[Instance, tuple[Output, ...] | None]]:
    """The outputs of each stack; None of one whose account nobody here may ask."""
    poller = Poller.of(client, clock)
    page = ""
    while True:
        answer = poller.call(partial(client.instances, name, page))
        for instance in answer.instances:
            yield instance, _outputs(instance, elsewhere)
        if not answer.next:
            return
        page = answer.next


def _outputs(instance: Instance, elsewhere: Elsewhere) -> tuple[Output, ...] | None:
    try:
        there = elsewhere(instance.account, instance.region)
        stack = there[0].stack(there[1]) if there else None
    except AwsError:
        return None
    return tuple(replace(one, value=clean(one.value, one.key)) for one in stack.outputs) if stack else None
