"""Changes that CloudFormation or a service is sure to refuse: rules L201 to L207, L209 and L211."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tapgen.review.action import ResourceAction
from tapgen.review.diff.compare import key_of
from tapgen.review.model import Effect, Impact, ResourceChange
from tapgen.review.rules.rulebook import found
from tapgen.review.update.replacement import fixed_name, keeps_name
from tapgen.template.document import MAX_BYTES, MAX_OUTPUTS, MAX_RESOURCES, Document
from tapgen.template.intrinsics import references
from tapgen.template.model import Resource, Template
from tapgen.template.text import text

_ON_ONE_TABLE: Final = (
    ResourceAction.UPDATE,
    ResourceAction.MAY_REPLACE,
    ResourceAction.MAY_CREATE,
    ResourceAction.MAY_DELETE,
)
_TWO_STEPS: Final = "Do it in two deployments"


def failures(
    changes: tuple[ResourceChange, ...], old: Template, new: Template, document: Document | None
) -> Iterator[Impact]:
    """What cannot work."""
    yield from _named(changes, old, new)
    yield from _name_taken(changes, old, new)
    yield from _indexes(changes, old, new)
    yield from _types(changes)
    yield from _left_by_bodies(changes, old, new)
    yield from _exports(changes, old, new)
    yield from _dangling(new)
    yield from _circles(new)
    if document is not None:
        yield from _quotas(document)


def _named(changes: tuple[ResourceChange, ...], old: Template, new: Template) -> Iterator[Impact]:
    """Template reference, "Name type": a resource with a fixed name cannot be replaced under that name."""
    for change in changes:
        before, after = old.resources.get(change.logical_id), new.resources.get(change.logical_id)
        if before is None or after is None or before.type != after.type or change.effect is not Effect.REPLACE:
            continue
        names = fixed_name(after)
        followed = {one.path[1] for one in change.properties if one.cause and len(one.path) > 1}
        if keeps_name(before, after) and not followed & {name.split(".")[0] for name in names}:
            name, value = next(iter(names.items()))
            yield found(
                "L201",
                change.logical_id,
                change.type,
                f"{change.logical_id} must be replaced, but its name is fixed ({name}: {text(value)}): "
                "the new one cannot be created while the old one has that name",
                f"Change {name} too, or leave it out so that CloudFormation makes one.",
            )


def _name_taken(changes: tuple[ResourceChange, ...], old: Template, new: Template) -> Iterator[Impact]:
    """A creation happens before the deletions: a logical id renamed over a fixed name collides with itself."""
    gone: dict[tuple[str, str], str] = {}
    for change in changes:
        if change.deletes and not change.routine:
            resource = old.resources[change.logical_id]
            if names := fixed_name(resource):
                gone[resource.type, key_of(names)] = change.logical_id
    for change in changes:
        if change.creates and not change.routine:
            resource = new.resources[change.logical_id]
            names = fixed_name(resource)
            before = gone.get((resource.type, key_of(names))) if names else None
            if before:
                name, value = next(iter(names.items()))
                yield found(
                    "L209",
                    change.logical_id,
                    change.type,
                    f"{change.logical_id} is created while {before} still has its name ({name}: {text(value)})",
                    f"{_TWO_STEPS}, or keep the logical id {before}.",
                )


def _indexes(changes: tuple[ResourceChange, ...], old: Template, new: Template) -> Iterator[Impact]:
    """Template reference, AWS::DynamoDB::Table: one global secondary index is created or deleted in an update."""
    for change in changes:
        if change.type != "AWS::DynamoDB::Table" or change.action not in _ON_ONE_TABLE:
            continue
        was, now = (_index_keys(one.resources[change.logical_id]) for one in (old, new))
        deleted = [name for name in was if name not in now]
        created = [name for name in now if name not in was]
        rebuilt = [name for name in now if name in was and was[name] != now[name]]
        count = len(deleted) + len(created) + 2 * len(rebuilt)
        if count > 1:
            parts = [
                f"{verb} {', '.join(names)}"
                for verb, names in (("creates", created), ("deletes", deleted), ("rebuilds", rebuilt))
                if names
            ]
            yield found(
                "L202",
                change.logical_id,
                change.type,
                f"{change.logical_id} {' and '.join(parts)}: one index is created or deleted in one update",
                f"{_TWO_STEPS if count == 2 else f'Do it in {count} deployments'}, one index in each.",
            )


def _index_keys(table: Resource) -> dict[str, str]:
    """Index name -> what cannot be changed without building it anew."""
    listed = table.properties.get("GlobalSecondaryIndexes")
    entries = listed if isinstance(listed, list) else []
    return {
        text(entry.get("IndexName", "")): key_of([entry.get("KeySchema"), entry.get("Projection")])
        for entry in entries
        if isinstance(entry, dict)
    }


def _left_by_bodies(changes: tuple[ResourceChange, ...], old: Template, new: Template) -> Iterator[Impact]:
    """API Gateway API reference, "CreateResource": a body that goes leaves its paths, and no two can have one name."""
    told = set()
    for change in changes:
        if change.type != "AWS::ApiGateway::Resource" or not change.creates or change.routine:
            continue
        of = new.resources[change.logical_id].properties.get("RestApiId")
        name = of.get("Ref") if isinstance(of, Mapping) else None
        before, after = old.resources.get(str(name)), new.resources.get(str(name))
        if before is None or after is None or name in told or not before.properties.get("Body"):
            continue
        now = after.properties.get("Body")
        if isinstance(now, Mapping) and not now.get("paths"):
            continue  # it is emptied first
        told.add(name)
        yield found(
            "L211",
            change.logical_id,
            change.type,
            f"{change.logical_id} is created in {name}, whose body leaves its paths there: two cannot have one name",
            'Empty the API in the same deployment (`api.body = "empty"`), and say false at the next.',
        )


def _types(changes: tuple[ResourceChange, ...]) -> Iterator[Impact]:
    for change in changes:
        if change.old_type:
            yield found(
                "L203",
                change.logical_id,
                change.type,
                f"{change.logical_id} is {change.old_type} and would become {change.type}: "
                "CloudFormation does not change the type of a resource",
                "Give the new resource another logical id.",
            )


def _exports(changes: tuple[ResourceChange, ...], old: Template, new: Template) -> Iterator[Impact]:
    moved = {change.logical_id for change in changes if change.effect.replaces or change.deletes}
    after = {name: value for _, name, value in _exported(new)}
    for output, name, value in _exported(old):
        message = ""
        if name not in after:
            message = f"the export {name} disappears"
        elif key_of(after[name]) != key_of(value):
            message = f"the value of the export {name} changes"
        elif moved & {reference.target for reference in references(value)}:
            message = f"the value of the export {name} changes with the resource that it names"
        if message:
            yield found(
                "L204",
                output,
                "Output",
                f"{message}: CloudFormation refuses while another stack imports it",
                f"See `aws cloudformation list-imports`; --allow-loss {output} if nothing imports it.",
                subject=name,
            )


def _exported(template: Template) -> Iterator[tuple[str, str, Any]]:
    for output, entry in template.outputs.items():
        export = entry.get("Export")
        if isinstance(export, dict) and "Name" in export:
            yield output, text(export["Name"]), entry.get("Value", "")


def _dangling(new: Template) -> Iterator[Impact]:
    known = {*new.sections.get("Parameters", {}), *new.resources, *new.absent}
    if new.unknown:
        return  # a transform may add what is missing here
    for resource in new.resources.values():
        targets = {reference.target for reference in resource.references}
        targets |= set(resource.attributes.get("DependsOn", ()))
        missing = sorted(name for name in targets - known if not name.startswith("AWS::"))
        excluded = sorted(name for name in targets & new.absent if name not in resource.attributes.get("DependsOn", ()))
        if missing or excluded:
            names = ", ".join(missing or excluded)
            where = "not in the template" if missing else "left out by its condition"
            yield _unresolved(resource.logical_id, resource.type, f"{names}, which is {where}")
    for output, entry in new.outputs.items():
        missing = sorted(
            {reference.target for reference in references(entry.get("Value"))}
            - (known - new.absent)
            - set(_pseudo(entry))
        )
        if missing:
            yield _unresolved(output, "Output", f"{', '.join(missing)}, which is not in the template")


def _pseudo(entry: Mapping[str, Any]) -> Iterator[str]:
    return (reference.target for reference in references(entry.get("Value")) if reference.target.startswith("AWS::"))


def _unresolved(name: str, kind: str, what: str) -> Impact:
    return found(
        "L205",
        name,
        kind,
        f"{name} refers to {what}",
        "CloudFormation refuses the template: remove the reference, or add what it names.",
    )


def _circles(new: Template) -> Iterator[Impact]:
    """Resources left over when those without open dependencies are taken away, again and again."""
    needs: dict[str, set[str]] = {}
    for name, resource in new.resources.items():
        apart = resource.type.startswith("AWS::Serverless::")  # SAM makes resources of their own of a function's events
        targets = {one.target for one in resource.references if not (apart and one.path[:1] == ("Events",))}
        targets |= set(resource.attributes.get("DependsOn", ()))
        needs[name] = {target for target in targets if target in new.resources}
    users: dict[str, list[str]] = {}
    for name, targets in needs.items():
        for target in targets:
            users.setdefault(target, []).append(name)
    free = [name for name, targets in needs.items() if not targets]
    while free:
        done = free.pop()
        for user in users.get(done, ()):
            needs[user].discard(done)
            if not needs[user]:
                free.append(user)
        needs.pop(done, None)
    circle = _one_circle(needs)
    if circle:
        yield found(
            "L207",
            circle[0],
            new.resources[circle[0]].type,
            f"{' → '.join((*circle, circle[0]))}: these depend on each other in a circle",
            "CloudFormation refuses the template: break the circle with a resource of its own for one of the links.",
        )


def _one_circle(needs: Mapping[str, set[str]]) -> list[str]:
    """One circle among resources that all have an open dependency."""
    if not needs:
        return []
    walked = [min(needs)]
    while True:
        following = min(target for target in needs[walked[-1]] if target in needs)
        if following in walked:
            return walked[walked.index(following) :]
        walked.append(following)


def _quotas(document: Document) -> Iterator[Impact]:
    """CloudFormation user guide, "Understand CloudFormation quotas"."""
    from tapgen.template.document import dump

    size = len(dump(document, "json", indent=0).encode())
    for what, count, most in (
        ("resources", len(document.get("Resources", {})), MAX_RESOURCES),
        ("outputs", len(document.get("Outputs", {})), MAX_OUTPUTS),
        ("bytes", size, MAX_BYTES),
    ):
        if count > most:
            yield found(
                "L206",
                "",
                "Template",
                f"the template has {count:,} {what}, CloudFormation takes {most:,}",
                "Split it into two stacks.",
            )
