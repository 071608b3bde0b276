"""Two templates -> what happens to each resource, and what else changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from tapgen.review.action import ResourceAction
from tapgen.review.diff.compare import differences
from tapgen.review.diff.renames import renames
from tapgen.review.model import Effect, PropertyChange, ResourceChange, SectionChange
from tapgen.review.update.replacement import effect_of, propagate, worst
from tapgen.template.model import Resource, Template
from tapgen.template.paths import ABSENT

# Logical ids of these carry a hash of what they depend on: old deleted, new created is their normal update.
ROTATING: Final = frozenset({"AWS::ApiGateway::Deployment"})

_ACTIONS: Final = {
    Effect.MAY_REPLACE: ResourceAction.MAY_REPLACE,
    Effect.REPLACE: ResourceAction.REPLACE,
    Effect.DELETE_THEN_CREATE: ResourceAction.REPLACE,
}


def diff_resources(old: Template, new: Template) -> tuple[ResourceChange, ...]:
    """What happens to each resource, in the order of the new template, then what is deleted."""
    values = _value_changes(old, new)
    propagate(values, old.resources, new.resources)
    changes = []
    for logical_id, resource in new.resources.items():
        before = old.resources.get(logical_id)
        change = _created(resource) if before is None else _kept(before, resource, values.get(logical_id, []), old, new)
        if change is not None:
            changes.append(change)
    gone = [_deleted(resource) for logical_id, resource in old.resources.items() if logical_id not in new.resources]
    return _routine(_with_renames([*changes, *gone], old, new))


def diff_sections(old: Template, new: Template) -> tuple[SectionChange, ...]:
    """The changes outside of Resources."""
    changes = []
    for section in dict.fromkeys((*new.sections, *old.sections)):
        before, after = old.sections.get(section, {}), new.sections.get(section, {})
        for path, left, right in differences(before, after):
            name = str(path[0]) if path else ""
            changes.append(SectionChange(section, name, path[1:], left, right))
    return tuple(changes)


def _value_changes(old: Template, new: Template) -> dict[str, list[PropertyChange]]:
    found: dict[str, list[PropertyChange]] = {}
    for logical_id, after in new.resources.items():
        before = old.resources.get(logical_id)
        if before is not None and before.type == after.type:
            changes = list(_values(before, after))
            if changes:
                found[logical_id] = changes
    return found


def _values(before: Resource, after: Resource) -> Iterator[PropertyChange]:
    for path, left, right in differences(before.properties, after.properties, ("Properties",)):
        effect, reason = effect_of(before, after, path, left, right)
        yield PropertyChange(path, left, right, effect, reason)
    for path, left, right in differences(before.attributes, after.attributes):
        yield PropertyChange(path, left, right)


def _created(resource: Resource) -> ResourceChange:
    notes = (f"if the condition {resource.condition} holds",) if resource.condition else ()
    values = (
        *(PropertyChange(("Properties", name), ABSENT, value) for name, value in resource.properties.items()),
        *(PropertyChange((name,), ABSENT, value) for name, value in resource.attributes.items()),
    )
    return ResourceChange(
        resource.logical_id,
        resource.type,
        ResourceAction.CREATE,
        values,
        notes=notes,
        quiet=_answers_preflights(resource),
    )


def _deleted(resource: Resource) -> ResourceChange:
    notes = list(_fate(resource, "DeletionPolicy"))
    if resource.condition:
        notes.append(f"if the condition {resource.condition} held")
    return ResourceChange(resource.logical_id, resource.type, ResourceAction.DELETE, notes=tuple(notes))


def _kept(
    before: Resource, after: Resource, values: list[PropertyChange], old: Template, new: Template
) -> ResourceChange | None:
    if before.type != after.type:
        refused = ("CloudFormation does not change the type of a resource",)
        return ResourceChange(
            after.logical_id, after.type, ResourceAction.REPLACE, (), Effect.REPLACE, refused, old_type=before.type
        )
    effect = worst(values)
    action = _ACTIONS.get(effect, ResourceAction.UPDATE)
    notes = list(_fate(after, "UpdateReplacePolicy")) if effect >= Effect.MAY_REPLACE else []
    flip = _flip(before, after, old.sections.get("Conditions", {}), new.sections.get("Conditions", {}))
    if flip and action is ResourceAction.UPDATE:
        action, note = flip
        notes.append(note)
    if not values and not flip:
        return None
    return ResourceChange(
        after.logical_id, after.type, action, tuple(values), effect, tuple(notes), quiet=_answers_preflights(after)
    )


def _answers_preflights(resource: Resource) -> bool:
    return resource.type == "AWS::ApiGateway::Method" and resource.properties.get("HttpMethod") == "OPTIONS"


def _flip(
    before: Resource, after: Resource, was: Mapping[str, Any], now: Mapping[str, Any]
) -> tuple[ResourceAction, str] | None:
    """What an undecided condition may do, where it is another than before."""
    if after.condition and after.condition != before.condition:
        return ResourceAction.MAY_DELETE, f"it exists only if the condition {after.condition} holds"
    if before.condition and not after.condition:
        return ResourceAction.MAY_CREATE, f"it no longer depends on the condition {before.condition}"
    if after.condition and was.get(after.condition) != now.get(after.condition):
        return ResourceAction.MAY_DELETE, f"the condition {after.condition} that it depends on changes"
    return None


def _fate(resource: Resource, attribute: str) -> Iterator[str]:
    """What becomes of the old physical resource."""
    policy = resource.policy(attribute)
    if policy in ("Retain", "RetainExceptOnCreate"):
        yield f"{attribute} {policy}: it stays in the account, outside the stack"
    elif policy == "Snapshot":
        yield f"{attribute} Snapshot: a snapshot is taken before it is deleted"


def _with_renames(changes: list[ResourceChange], old: Template, new: Template) -> list[ResourceChange]:
    gone = [change.logical_id for change in changes if change.deletes]
    came = [change.logical_id for change in changes if change.creates]
    pairs = renames([old.resources[name] for name in gone], [new.resources[name] for name in came], ROTATING)
    back = {after: before for before, after in pairs.items()}
    marked = []
    for change in changes:
        if change.deletes and change.logical_id in pairs:
            other = pairs[change.logical_id]
            note = f"looks like a rename to {other}: CloudFormation deletes this one and creates that"
            marked.append(replace(change, notes=(*change.notes, note), renamed=other))
        elif change.creates and change.logical_id in back:
            note = f"looks like a rename of {back[change.logical_id]}: keep the logical id to keep the resource"
            marked.append(replace(change, notes=(*change.notes, note)))
        else:
            marked.append(change)
    return marked


def _routine(changes: list[ResourceChange]) -> tuple[ResourceChange, ...]:
    """Mark the turn-over of an API's deployment: one created for each one deleted."""
    came = [change.logical_id for change in changes if change.type in ROTATING and change.creates]
    gone = [change.logical_id for change in changes if change.type in ROTATING and change.deletes]
    if not came or not gone:
        return tuple(changes)
    takes, makes_way = f"takes the place of {', '.join(gone)}", f"makes way for {', '.join(came)}"
    return tuple(
        replace(change, routine=True, properties=(), notes=(takes if change.creates else makes_way,))
        if change.logical_id in (*came, *gone)
        else change
        for change in changes
    )
