"""`drift`: is what runs still what the template says?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.artifacts.document import resources
from tapgen.deploy.aws.errors import AwsError, is_running
from tapgen.deploy.aws.polling import Poller, poll_until
from tapgen.deploy.stack.target import BusyError
from tapgen.errors import ExitCode, TapgenError
from tapgen.review.assess import assess
from tapgen.review.update.schema import schema_of
from tapgen.template.secrets import clean

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ResourceDrift
    from tapgen.deploy.aws.polling import Clock
    from tapgen.template.document import Document

DRIFTED = frozenset(("MODIFIED", "DELETED"))
TIMEOUT = 1800.0
"""Seconds that a detection may take; large stacks take minutes."""


def detect(client: Client, stack_arn: str, clock: Clock) -> tuple[ResourceDrift, ...]:
    """Run a drift detection and return what it found, resource by resource.

    Raises:
        BusyError: an operation is running.
        TapgenError: the detection failed for every resource, or took longer than half an hour.
    """
    poller = Poller.of(client, clock)
    try:
        detection = poller.call(lambda: client.detect_drift(stack_arn))
    except AwsError as error:
        if not is_running(error):
            raise
        hint = "CloudFormation detects no drift while an operation runs: run this again when it is over."
        raise BusyError(error.message, hint) from None
    run = poll_until(
        poller, lambda: poller.call(lambda: client.drift_run(detection)), lambda one: not one.running, timeout=TIMEOUT
    )
    if run.running:
        raise TapgenError("the drift detection is not over after half an hour", "", ExitCode.CONTINUES)
    found = client.drifts(stack_arn)
    if run.status == "DETECTION_FAILED" and not found:
        raise TapgenError(f"the drift detection failed: {run.reason}", "Does the role lack a permission to read?")
    return found


def write_only(found: tuple[ResourceDrift, ...], document: Document) -> dict[str, tuple[str, ...]]:
    """Logical id -> the properties of the template that no drift detection can read: unknown, not in sync."""
    known = dict(resources(document))
    unknown = {}
    for drift in found:
        schema = schema_of(drift.type)
        properties = known.get(drift.logical_id, {}).get("Properties", {})
        paths = [path for path in schema.write_only if _holds(properties, path)] if schema else []
        if paths:
            unknown[drift.logical_id] = tuple(".".join(path) for path in paths)
    return unknown


def _holds(value: Any, path: tuple[str, ...]) -> bool:
    """Whether a property is set; "*" in a path is any item of a list."""
    if not path:
        return True
    if path[0] == "*":
        return isinstance(value, list) and any(_holds(item, path[1:]) for item in value)
    return isinstance(value, dict) and path[0] in value and _holds(value[path[0]], path[1:])


def drifted(found: tuple[ResourceDrift, ...]) -> bool:
    """Whether any resource differs from the template."""
    return any(drift.status in DRIFTED for drift in found)


def touched(deployed: Document, wanted: Document) -> frozenset[str]:
    """The resources that a deployment of `wanted` changes: what has drifted in them is overwritten."""
    return frozenset(change.logical_id for change in assess(deployed, wanted).changes)


def drift_lines(
    found: tuple[ResourceDrift, ...], document: Document, changing: frozenset[str], environment: str
) -> list[str]:
    """Each resource with its state; of a drifted one each property; of every one what cannot be known.

    `changing` are the resources that the next deployment changes.
    """
    unknown = write_only(found, document)
    lines = []
    for drift in found:
        lines.append(f"{drift.status:<12}  {drift.logical_id} ({drift.type}, {drift.physical_id})")
        lines += [
            f"    {one.path}: the template says {_shown(one.path, one.expected)}, it is {_shown(one.path, one.actual)}"
            for one in drift.properties
        ]
        if drift.status in DRIFTED:
            lines.append(f"    {_fate(drift.logical_id in changing, environment)}")
        lines += [f"    {path}: unknown, it can only be written" for path in unknown.get(drift.logical_id, ())]
    return lines


def _fate(changes: bool, environment: str) -> str:
    command = f"`tapgen deploy --env {environment} --revert-drift`"
    if changes:
        return f"the next deployment changes it and overwrites that; {command} shows both first"
    return f"it stays so until the template changes it; {command} puts it back"


def drift_fields(
    found: tuple[ResourceDrift, ...], document: Document, changing: frozenset[str]
) -> list[dict[str, Any]]:
    """The same as JSON."""
    unknown = write_only(found, document)
    return [
        {
            "logical_id": drift.logical_id,
            "physical_id": drift.physical_id,
            "type": drift.type,
            "status": drift.status,
            "properties": [
                {
                    "path": one.path,
                    "expected": _shown(one.path, one.expected),
                    "actual": _shown(one.path, one.actual),
                    "kind": one.kind,
                }
                for one in drift.properties
            ],
            "unknown": list(unknown.get(drift.logical_id, ())),
            "overwritten": drift.status in DRIFTED and drift.logical_id in changing,
        }
        for drift in found
    ]


def _shown(path: str, value: str) -> str:
    return clean(value, path.rpartition("/")[2])
