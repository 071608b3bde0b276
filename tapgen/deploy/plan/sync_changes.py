"""Which changes of a template can be made without CloudFormation, and what needs a deployment. All pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tapgen.deploy.plan.function_changes import FUNCTION, wanted
from tapgen.review.action import ResourceAction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tapgen.deploy.plan.known_values import KnownValues
    from tapgen.review.model import PropertyChange, ResourceChange, Review
    from tapgen.template.document import Document

    Check = Callable[[ResourceChange, Document, KnownValues], Iterator[str]]

LAYER = "AWS::Lambda::LayerVersion"
VERSION = "AWS::Lambda::Version"
ALIAS = "AWS::Lambda::Alias"
STATE_MACHINE = "AWS::StepFunctions::StateMachine"
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9]+)\}")  # Step Functions in CloudFormation: DefinitionSubstitutions


def needs_deployment(review: Review, document: Document, known: KnownValues) -> tuple[str, ...]:
    """What cannot be changed directly, in words; () where nothing stands in the way."""
    found = [reason for change in review.changes for reason in _reasons(change, document, known)]
    found += [f"{one.section.lower()} {one.name}".strip() for one in review.sections]
    return tuple(dict.fromkeys(found))


def _reasons(change: ResourceChange, document: Document, known: KnownValues) -> Iterator[str]:
    action, check = _CHECKS.get(change.type, (None, None))
    if change.action is not action or check is None:
        yield f"{change.logical_id} ({change.type}): {change.action.word}"
        return
    yield from check(change, document, known)


def _function(change: ResourceChange, document: Document, known: KnownValues) -> Iterator[str]:
    want = wanted(document, change.logical_id, known)
    for one in change.properties:
        path = _within(one)
        name, variable = path[0], path[2] if path[0] == "Environment" and len(path) > 2 else ""
        sent = {
            "Code": want.inline is not None or bool(want.parameter),
            "Environment": all(value is not None for key, value in want.variables.items() if variable in {"", key}),
            "Layers": None not in want.layers,
        }
        if name not in want.settings and not sent.get(name):
            yield _told(change, path)


def _layer(change: ResourceChange, document: Document, _: KnownValues) -> Iterator[str]:
    """Another package of the same layer: a version is published, as a deployment would."""
    content = document["Resources"][change.logical_id]["Properties"].get("Content", {})
    packaged = isinstance(content.get("S3Key"), dict) and "Ref" in content["S3Key"]
    for one in change.properties:
        if not packaged or _within(one)[:2] != ("Content", "S3Key"):
            yield _told(change, _within(one))


def _version(change: ResourceChange, _: Document, __: KnownValues) -> Iterator[str]:
    """A version is replaced where its description says that the function is another one."""
    return (_told(change, _within(one)) for one in change.properties if _within(one)[0] != "Description")


def _alias(change: ResourceChange, _: Document, __: KnownValues) -> Iterator[str]:
    for one in change.properties:
        if _within(one)[0] != "FunctionVersion" or not one.cause:
            yield _told(change, _within(one))


def _state_machine(change: ResourceChange, document: Document, known: KnownValues) -> Iterator[str]:
    for one in change.properties:
        if _within(one)[0] not in {"Definition", "DefinitionSubstitutions"}:
            yield _told(change, _within(one))
    if definition_text(document, change.logical_id, known) is None:
        yield f"{change.logical_id}: Definition"


_CHECKS: Mapping[str, tuple[ResourceAction, Check]] = {
    FUNCTION: (ResourceAction.UPDATE, _function),
    LAYER: (ResourceAction.REPLACE, _layer),
    VERSION: (ResourceAction.REPLACE, _version),
    ALIAS: (ResourceAction.UPDATE, _alias),
    STATE_MACHINE: (ResourceAction.UPDATE, _state_machine),
}


def _within(change: PropertyChange) -> tuple[str, ...]:
    """The path without the attribute; of another attribute than Properties that alone."""
    first, *rest = map(str, change.path)
    return tuple(rest) if first == "Properties" and rest else (first,)


def _told(change: ResourceChange, path: tuple[str, ...]) -> str:
    return f"{change.logical_id}: {'.'.join(path)}"


def definition_text(document: Document, logical_id: str, known: KnownValues) -> str | None:
    """The definition of a state machine with its substitutions; None where a value is known only to AWS."""
    properties = document["Resources"][logical_id].get("Properties", {})
    definition = properties.get("Definition")
    if not isinstance(definition, dict):
        return None
    given = properties.get("DefinitionSubstitutions", {})
    values = {name: known.resolve(value) for name, value in given.items()}
    if None in values.values():
        return None
    return json.dumps(_filled(definition, values))


def _filled(value: Any, values: Mapping[str, str | None]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    if not isinstance(value, str):
        return value
    return _PLACEHOLDER.sub(lambda match: values.get(match[1]) or match[0], value)


def alias_of(document: Document, function: str) -> str:
    """The logical id of the alias by which a function of the stack is invoked, or ''."""
    return _of_function(document, function, ALIAS)


def version_of(document: Document, function: str) -> str:
    """The logical id of the version that a function's alias shows, or ''."""
    return _of_function(document, function, VERSION)


def _of_function(document: Document, function: str, kind: str) -> str:
    return next(
        (
            logical_id
            for logical_id, one in document["Resources"].items()
            if one.get("Type") == kind and one.get("Properties", {}).get("FunctionName") == {"Ref": function}
        ),
        "",
    )
