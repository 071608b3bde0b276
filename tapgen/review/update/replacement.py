"""What each changed property does to its resource: from the schema table, the hand-written rules, and references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from tapgen.review.model import Effect, PropertyChange
from tapgen.review.update.behaviors import CUSTOM, PropertyEdit, behavior_of, is_custom
from tapgen.review.update.schema import SchemaPath, schema_of
from tapgen.template.model import Resource
from tapgen.template.paths import ABSENT, Path

# Several may have the same name: Amazon EMR API, RunJobFlow; AWS Directory Service API, CreateMicrosoftAD (a domain).
_SHARED_NAMES: Final = frozenset({"AWS::EMR::Cluster", "AWS::DirectoryService::MicrosoftAD"})


def effect_of(old: Resource, new: Resource, path: Path, before: Any, after: Any) -> tuple[Effect, str]:
    """The effect of one changed property, and the reason where there is one to give.

    `path` begins with the attribute: ("Properties", "KeySchema", 0, "AttributeName").
    """
    if path[:1] != ("Properties",):
        return Effect.NONE, ""
    if len(path) < 2:
        return Effect.UPDATE, ""
    schema = schema_of(new.type)
    rule = CUSTOM if is_custom(new.type) else behavior_of(new.type, str(path[1]))
    answer = rule.decide(PropertyEdit(old.properties, new.properties, before, after)) if rule else None
    if answer is None:
        if schema is None:
            return Effect.MAY_REPLACE, f"{new.type} is not in the schema table"
        answer = _by_schema(schema.create_only, schema.conditional, path[1:], before, after)
    effect, reason = answer
    if effect is Effect.REPLACE and schema is not None and schema.deletes_first:
        effect = Effect.DELETE_THEN_CREATE
    return effect, reason


def _by_schema(
    create_only: tuple[SchemaPath, ...], conditional: tuple[SchemaPath, ...], path: Path, before: Any, after: Any
) -> tuple[Effect, str]:
    for pointer in create_only:
        if _touches(pointer, path, before, after):
            return Effect.REPLACE, ""
    for pointer in conditional:
        if _touches(pointer, path, before, after):
            return Effect.MAY_REPLACE, f"the schema says that {'.'.join(pointer)} is createOnly under conditions"
    return Effect.UPDATE, ""


def _touches(pointer: SchemaPath, path: Path, before: Any, after: Any) -> bool:
    """Whether a change at `path` changes what the pointer points to: the path is at, below or above it."""
    steps = tuple(step for step in path if isinstance(step, str))
    wanted = tuple(step for step in pointer if step != "*")
    if steps[: len(wanted)] == wanted:
        return True
    return wanted[: len(steps)] == steps and _inside(before, wanted[len(steps) :]) != _inside(
        after, wanted[len(steps) :]
    )


def _inside(value: Any, steps: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        found = [_inside(item, steps) for item in value]
        return [item for item in found if item is not ABSENT] or ABSENT
    if not steps:
        return value
    if not isinstance(value, dict):
        return ABSENT
    return _inside(value[steps[0]], steps[1:]) if steps[0] in value else ABSENT


def fixed_name(resource: Resource) -> dict[str, Any]:
    """The properties that fix a resource's physical id, with their values; {} where it is assigned."""
    schema = schema_of(resource.type)
    if schema is None:
        return {}
    if schema.name and schema.name in resource.properties and resource.type not in _SHARED_NAMES:
        return {schema.name: resource.properties[schema.name]}
    if not schema.identifier:
        return {}
    values = {".".join(pointer): _inside(dict(resource.properties), pointer) for pointer in schema.identifier}
    return {} if ABSENT in values.values() else values


def keeps_name(old: Resource, new: Resource) -> bool:
    """Whether the replacement would have the physical id of the old one."""
    before = fixed_name(old)
    return bool(before) and before == fixed_name(new)


def propagate(
    changed: dict[str, list[PropertyChange]], old: Mapping[str, Resource], new: Mapping[str, Resource]
) -> None:
    """Add, to a fixpoint, the values that change because the resource that they refer to is replaced.

    A replaced resource has another physical id; what refers to it is updated, and replaced itself where the property
    is createOnly. A resource that only may be replaced makes others that may be.
    """
    users: dict[str, list[tuple[str, Path]]] = {}
    for resource in new.values():
        if resource.logical_id in old and old[resource.logical_id].type == resource.type:
            for reference in resource.references:
                users.setdefault(reference.target, []).append((resource.logical_id, ("Properties", *reference.path)))
    waiting = [logical_id for logical_id, changes in changed.items() if worst(changes) >= Effect.MAY_REPLACE]
    while waiting:
        target = waiting.pop()
        certainty = worst(changed[target])
        same_name = target in old and keeps_name(old[target], new[target]) and not _moved(changed[target], new[target])
        for user, path in dict.fromkeys(users.get(target, ())):
            before = worst(changed.get(user, []))
            if _add(changed.setdefault(user, []), old[user], new[user], path, target, certainty, same_name=same_name):
                after = worst(changed[user])
                if after > before and after >= Effect.MAY_REPLACE:
                    waiting.append(user)


def _moved(changes: list[PropertyChange], resource: Resource) -> bool:
    """Whether a part of the name itself is going to change with another resource's replacement."""
    names = {pointer.split(".")[0] for pointer in fixed_name(resource)}
    return any(change.cause and len(change.path) > 1 and change.path[1] in names for change in changes)


def _add(
    changes: list[PropertyChange],
    old: Resource,
    new: Resource,
    path: Path,
    target: str,
    certainty: Effect,
    *,
    same_name: bool,
) -> bool:
    """Whether the list of a resource's changes grew, or one in it became worse."""
    value = _at(new.properties, path[1:])
    effect, _ = effect_of(old, new, path, value, value)
    reason = f"{target} is replaced"
    if certainty is Effect.MAY_REPLACE or same_name:
        effect = min(effect, Effect.MAY_REPLACE)
        reason = f"{target} is replaced under the same name" if same_name else f"{target} may be replaced"
    for index, known in enumerate(changes):
        if known.path == path[: len(known.path)]:
            surer = certainty.replaces and known.reason != f"{known.cause} is replaced"
            if not known.cause or effect < known.effect or (effect == known.effect and not surer):
                return False
            changes[index] = replace(known, effect=effect, reason=reason, cause=target)
            return effect > known.effect
    changes.append(PropertyChange(path, value, value, effect, reason, cause=target))
    return True


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def worst(changes: list[PropertyChange]) -> Effect:
    """The strongest effect among changes."""
    return max((change.effect for change in changes), default=Effect.NONE)
