"""Drift in a review, three ways: what really runs, what was deployed, and what the settings render to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tapgen.deploy.plan.changes import shown
from tapgen.deploy.plan.overwritten import DRIFTED
from tapgen.review.model import Note
from tapgen.template.paths import ABSENT
from tapgen.template.text import inline

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tapgen.deploy.aws.model import PropertyDrift, ResourceDrift
    from tapgen.template.document import Document


def drift_notes(
    found: Iterable[ResourceDrift], wanted: Document, changing: Collection[str], environment: str
) -> Iterator[Note]:
    """A note for each property that has drifted, and for each resource that was deleted.

    `changing` are the resources that the next deployment changes: what has drifted in them it overwrites.
    """
    for drift in found:
        if drift.status not in DRIFTED:
            continue
        name = drift.logical_id
        rendered = wanted.get("Resources", {}).get(name)
        if rendered is None:
            fate = "the deployment takes the resource out of the stack"
        elif name in changing:
            fate = "the deployment overwrites it"
        else:
            fate = f"it stays so: `tapgen deploy --env {environment} --revert-drift` puts it back"
        if drift.status == "DELETED":
            yield Note("drift", name, f"{name} was deleted past CloudFormation; {fate}")
            continue
        properties = rendered.get("Properties", {}) if rendered else {}
        for one in drift.properties:
            yield Note("drift", name, f"{name} {_three(one, properties)}; {fate}")


def _three(drift: PropertyDrift, properties: Mapping[str, Any]) -> str:
    title = drift.path.strip("/").replace("/", ".")
    last = drift.path.rpartition("/")[2]
    now = _at(properties, drift.path.strip("/").split("/"))
    values = (("is", drift.actual), ("was deployed as", drift.expected), ("is rendered as", inline(now) or None))
    return f"{title} " + ", ".join(f"{word} {shown(last, value)}" for word, value in values)


def _at(value: Any, path: list[str]) -> Any:
    """The value at a JSON pointer's steps; ABSENT where the template has none."""
    for step in path:
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, Mapping) and step in value:
            value = value[step]
        else:
            return ABSENT
    return value
