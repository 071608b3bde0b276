"""Which changes of a template a function can be given directly, and what needs a deployment. All pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tapgen.deploy.artifacts.document import scalar_text
from tapgen.review.action import ResourceAction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tapgen.deploy.aws.model import Function
    from tapgen.review.model import ResourceChange, Review
    from tapgen.template.document import Document

FUNCTION = "AWS::Lambda::Function"
SETTINGS = ("Description", "Handler", "MemorySize", "Timeout", "EphemeralStorage")
"""Properties whose new value can be sent as it stands, besides the code and the variables."""


class Wanted(Struct, frozen=True):
    """A function as the template wants it: what can be read there. A variable of None is known only to AWS.

    `inline` is the code in the template, `parameter` the parameter that names its package.
    """

    inline: str | None
    parameter: str
    settings: Mapping[str, Any]
    variables: Mapping[str, str | None]


def wanted(document: Document, logical_id: str) -> Wanted:
    """What the template says of a function."""
    properties = document["Resources"][logical_id].get("Properties", {})
    code = properties.get("Code", {})
    key = code.get("S3Key", {})
    variables = properties.get("Environment", {}).get("Variables", {})
    settings = {name: _plain(name, properties[name]) for name in SETTINGS if name in properties}
    return Wanted(
        inline=code.get("ZipFile") if isinstance(code.get("ZipFile"), str) else None,
        parameter=str(key.get("Ref", "")) if isinstance(key, dict) else "",
        settings={name: value for name, value in settings.items() if value is not None},
        variables={name: scalar_text(one) if _literal(one) else None for name, one in variables.items()},
    )


def _plain(name: str, value: Any) -> Any:
    if name == "EphemeralStorage" and isinstance(value, dict):
        value = value.get("Size")
    return value if _literal(value) else None


def _literal(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def needs_deployment(review: Review, document: Document) -> tuple[str, ...]:
    """What no function can be given directly, in words; () where nothing stands in the way."""
    found = [reason for change in review.changes for reason in _reasons(change, document)]
    found += [f"{one.section.lower()} {one.name}".strip() for one in review.sections]
    return tuple(dict.fromkeys(found))


def _reasons(change: ResourceChange, document: Document) -> Iterator[str]:
    if change.type != FUNCTION or change.action is not ResourceAction.UPDATE:
        yield f"{change.logical_id} ({change.type}): {change.action.word}"
        return
    want = wanted(document, change.logical_id)
    for one in change.properties:
        _, *path = one.path
        name = str(path[0]) if one.path[0] == "Properties" and path else str(one.path[0])
        if name == "Code" and (want.inline is not None or want.parameter):
            continue
        if name in want.settings:
            continue
        variable = str(path[2]) if name == "Environment" and len(path) > 2 else ""
        if name == "Environment" and all(
            value is not None for key, value in want.variables.items() if variable in {"", key}
        ):
            continue
        yield f"{change.logical_id}: {'.'.join(map(str, path)) or name}"


def configuration_changes(want: Wanted, actual: Function) -> dict[str, Any]:
    """The arguments of UpdateFunctionConfiguration that make the function what is wanted; {} where it is."""
    changes: dict[str, Any] = {
        name: value
        for name, value in want.settings.items()
        if scalar_text(actual.settings.get(name)) != scalar_text(value)
    }
    if "EphemeralStorage" in changes:
        changes["EphemeralStorage"] = {"Size": int(changes["EphemeralStorage"])}
    for name in ("MemorySize", "Timeout"):
        if name in changes:
            changes[name] = int(changes[name])
    variables = {
        name: actual.variables.get(name, "") if value is None else value for name, value in want.variables.items()
    }
    if variables != dict(actual.variables):
        changes["Environment"] = {"Variables": variables}
    return changes
