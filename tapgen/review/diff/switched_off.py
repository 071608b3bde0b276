"""What a change does under conditions that only the parameters' defaults switch off: it may happen to some stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import replace

from tapgen.review.action import ResourceAction
from tapgen.review.diff.resources import diff_resources, diff_sections
from tapgen.review.model import Effect, PropertyChange, ResourceChange, SectionChange
from tapgen.template.model import Template

_POSSIBLE: Final = {
    ResourceAction.CREATE: ResourceAction.MAY_CREATE,
    ResourceAction.DELETE: ResourceAction.MAY_DELETE,
    ResourceAction.UPDATE: ResourceAction.MAY_UPDATE,
    ResourceAction.REPLACE: ResourceAction.MAY_REPLACE,
}


def with_switched_off(
    changes: tuple[ResourceChange, ...], sections: tuple[SectionChange, ...], old: Template, new: Template
) -> tuple[tuple[ResourceChange, ...], tuple[SectionChange, ...]]:
    """The changes, and those that are only seen in templates whose conditions no default decides, as possible ones."""
    known = {change.logical_id: change for change in changes}
    possible = {change.logical_id: change for change in diff_resources(old, new)}
    merged = [_with_values(change, possible[name]) if name in possible else change for name, change in known.items()]
    added = [_possible(change, old, new) for name, change in possible.items() if name not in known]
    told = {(one.section, one.name, one.path) for one in sections}
    outputs = [
        replace(one, depends=_parameters(old, new, one.name))
        for one in diff_sections(old, new)
        if one.section == "Outputs" and (one.section, one.name, one.path) not in told
    ]
    return (*merged, *added), (*sections, *outputs)


def _possible(change: ResourceChange, old: Template, new: Template) -> ResourceChange:
    return replace(as_possible(change), depends=depending((old, new), change.logical_id))


def as_possible(change: ResourceChange) -> ResourceChange:
    """The change as one that may happen."""
    properties = tuple(_weaker(value) for value in change.properties)
    effect = min(change.effect, Effect.MAY_REPLACE)
    action = _POSSIBLE.get(change.action, change.action)
    return replace(change, action=action, properties=properties, effect=effect, notes=(), routine=False)


def _weaker(value: PropertyChange) -> PropertyChange:
    return replace(value, effect=min(value.effect, Effect.MAY_REPLACE))


def _with_values(change: ResourceChange, possible: ResourceChange) -> ResourceChange:
    """The change with the values that differ only in a branch that the defaults do not take."""
    told = [value.path for value in change.properties]
    hidden = [
        replace(_weaker(value), reason=value.reason or "where its condition holds")
        for value in possible.properties
        if change.action not in (ResourceAction.CREATE, ResourceAction.DELETE)
        and not any(path[: len(value.path)] == value.path or value.path[: len(path)] == path for path in told)
    ]
    if not hidden:
        return change
    effect = max(change.effect, *(value.effect for value in hidden))
    action = change.action
    if effect is Effect.MAY_REPLACE and action is ResourceAction.UPDATE:
        action = ResourceAction.MAY_REPLACE
    return replace(change, action=action, effect=effect, properties=(*change.properties, *hidden))


def depending(templates: tuple[Template, ...], logical_id: str) -> tuple[str, ...]:
    """The parameters that decide whether a resource is there, or which values it has; else its conditions."""
    names: dict[str, None] = {}
    for template in templates:
        resource = template.resources.get(logical_id)
        if resource is not None:
            conditions = dict.fromkeys([resource.condition] if resource.condition else [])
            conditions |= dict.fromkeys(_chosen_by(dict(resource.properties)))
            for condition in conditions:
                names |= dict.fromkeys(_decided_by(template, condition) or [condition])
    return tuple(names)


def _parameters(old: Template, new: Template, output: str) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for template in (old, new):
        condition = template.outputs.get(output, {}).get("Condition")
        if isinstance(condition, str):
            names |= dict.fromkeys(_decided_by(template, condition) or [condition])
    return tuple(names)


def _chosen_by(value: Any) -> Iterator[str]:
    """The conditions of every Fn::If in a canonical value."""
    if isinstance(value, dict):
        choice = value.get("Fn::If")
        if isinstance(choice, list) and choice and isinstance(choice[0], str):
            yield choice[0]
        for item in value.values():
            yield from _chosen_by(item)
    elif isinstance(value, list):
        for item in value:
            yield from _chosen_by(item)


def _decided_by(template: Template, condition: str) -> list[str]:
    """The parameters that a condition asks, through other conditions too; each condition is read once."""
    conditions, parameters = (template.sections.get(name, {}) for name in ("Conditions", "Parameters"))
    found: dict[str, None] = {}
    seen = {condition}
    waiting: list[Any] = [conditions.get(condition)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value[::-1]
        elif isinstance(value, dict):
            for key, item in value.items():
                if key == "Ref" and isinstance(item, str) and item in parameters:
                    found[item] = None
                elif key == "Condition" and isinstance(item, str):
                    waiting += [] if item in seen else [conditions.get(item)]
                    seen.add(item)
                else:
                    waiting.append(item)
    return list(found)
