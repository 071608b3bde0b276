"""Which changes destroy data or take away what protects it: rules L001 to L007 and L208."""

from __future__ import annotations

from collections.abc import Iterator

from tapgen.review.action import ResourceAction
from tapgen.review.model import Effect, Impact, ResourceChange, Risk
from tapgen.review.rules.rulebook import found
from tapgen.template.intrinsics import undecided
from tapgen.template.model import Resource, Template
from tapgen.template.text import at, inline
from tapgen.template.types import KEEPS, refuses_deletion, row, value_at

_KEEP_HINT = "Set DeletionPolicy and UpdateReplacePolicy to Retain in a deployment of its own first"


def data_losses(changes: tuple[ResourceChange, ...], old: Template, new: Template) -> Iterator[Impact]:
    """What happens to data, in the order of the changes."""
    for change in changes:
        before = old.resources.get(change.logical_id)
        after = new.resources.get(change.logical_id)
        if before is not None and (
            after is None or change.effect >= Effect.MAY_REPLACE or change.action is ResourceAction.MAY_DELETE
        ):
            yield from _end_of(before, after, change)
        if before is not None and after is not None and before.type == after.type:
            yield from _weaker(before, after)
            yield from _sooner(before, after)


def _end_of(before: Resource, after: Resource | None, change: ResourceChange) -> Iterator[Impact]:
    """The old physical resource is deleted, replaced, or may be."""
    certain = not change.depends and (after is None or change.effect.replaces)
    kept = (before if after is None else after).policy("DeletionPolicy" if after is None else "UpdateReplacePolicy")
    if certain and kept not in KEEPS and (guard := refuses_deletion(before.type, before.properties)):
        yield found(
            "L208",
            before.logical_id,
            before.type,
            f"{before.logical_id} cannot be deleted: its {guard} is on"
            + ("" if after is None else ", so the old one stays behind after the replacement"),
            f"Turn its {guard} off in a deployment of its own first, or keep it with a Retain policy.",
        )
    if row(before.type).holds:
        yield _data(before, after, change, kept)


def _data(before: Resource, after: Resource | None, change: ResourceChange, kept: str) -> Impact:
    holds = row(before.type).holds
    name = before.logical_id
    minor = row(before.type).minor
    why = _why(change)
    fate = "a snapshot of it is taken" if kept == "Snapshot" else "the old one stays in the account, outside the stack"
    if change.depends:
        return found(
            "L005",
            name,
            before.type,
            f"{name} {change.action.told}, depending on {', '.join(change.depends)}; with it would go: {holds}",
            "With --parameter NAME=VALUE the values of a stack decide.",
            spared=True,
        )
    if after is None and kept in KEEPS:
        return found(
            "L002",
            name,
            before.type,
            f"{name} leaves the stack: {fate} ({holds})",
            f"{_take_along(change)}Nothing manages it any more, and what takes its place is empty; it can only come "
            f"back by import. --allow-loss {name} lets it leave.",
            severity=Risk.LOW if minor else Risk.MEDIUM,
            spared=minor,
        )
    if after is None:
        return found(
            "L001",
            name,
            before.type,
            f"{name} is deleted, and with it: {holds}{_bucket(before)}",
            f"{_take_along(change)}{_KEEP_HINT}, or --allow-loss {name} if it may go.",
            severity=Risk.MEDIUM if minor else Risk.HIGH,
            spared=minor,
        )
    if not change.effect.replaces:
        deleted = change.action is ResourceAction.MAY_DELETE
        verb = "exists only under a condition now" if deleted else f"may be replaced{why}"
        return found(
            "L005",
            name,
            before.type,
            f"{name} {verb}; with it would go: {holds}",
            "The change set tells for certain; --allow-loss names it if it may be replaced.",
            spared=minor,
        )
    if kept in KEEPS:
        return found(
            "L004",
            name,
            before.type,
            f"{name} is replaced{why}: the new one is empty, {fate} ({holds})",
            "Leave what replaces it as it is, or move the data yourself: `tapgen rename` does not change that. "
            f"--allow-loss {name} if it is planned.",
            spared=minor,
        )
    return found(
        "L003",
        name,
        before.type,
        f"{name} is replaced{why}: the new one is empty, the old one is deleted ({holds})",
        f"{_KEEP_HINT}, or --allow-loss {name} if it may go.",
        severity=Risk.MEDIUM if minor else Risk.HIGH,
        spared=minor,
    )


def _take_along(change: ResourceChange) -> str:
    """The way to rename without a loss, where it looks like a rename."""
    if not change.renamed:
        return ""
    return f"`tapgen rename {change.logical_id} {change.renamed}` of that environment first takes it along. "


def _why(change: ResourceChange) -> str:
    worst = max(change.properties, key=lambda one: one.effect, default=None)
    if worst is None:
        return ""
    reason = f", {worst.reason}" if worst.reason else ""
    return f" ({at(worst.path)}{reason})"


def _bucket(before: Resource) -> str:
    return "; the deletion fails while the bucket holds any" if before.type == "AWS::S3::Bucket" else ""


def _weaker(before: Resource, after: Resource) -> Iterator[Impact]:
    """A protection that was on is off."""
    name = before.logical_id
    if row(before.type).holds:
        weaker = [
            f"{attribute} goes from {before.policy(attribute)} to {after.policy(attribute)}"
            for attribute in ("DeletionPolicy", "UpdateReplacePolicy")
            if before.policy(attribute) in KEEPS and after.policy(attribute) not in KEEPS
        ]
        if weaker:
            message = f"{name}: {', '.join(weaker)}; later deployments may destroy {row(before.type).holds}"
            severity = Risk.LOW if row(before.type).minor else Risk.MEDIUM
            yield found("L006", name, before.type, message, severity=severity)
    for protection in row(before.type).protections:
        was_on = value_at(before.properties, protection.path) in protection.on
        now = value_at(after.properties, protection.path)
        if was_on and now not in protection.on:
            fate = f"depends on {inline(now)} now" if undecided(now) else "is turned off"
            yield found("L006", name, before.type, f"{name}: {protection.what} {fate}")
    was_days, now_days = (_number(value_at(one.properties, ("BackupRetentionPeriod",))) for one in (before, after))
    if was_days is not None and (now_days or 0) < was_days:
        yield found("L006", name, before.type, f"{name}: backups are kept {now_days or 0} days instead of {was_days}")


def _sooner(before: Resource, after: Resource) -> Iterator[Impact]:
    name = before.logical_id
    for kind, field, unit in (
        ("AWS::Logs::LogGroup", "RetentionInDays", "days"),
        ("AWS::SQS::Queue", "MessageRetentionPeriod", "seconds"),
        ("AWS::Kinesis::Stream", "RetentionPeriodHours", "hours"),
    ):
        if before.type != kind:
            continue
        was, now = _number(value_at(before.properties, (field,))), _number(value_at(after.properties, (field,)))
        shorter = now is not None and (now < was if was is not None else kind == "AWS::Logs::LogGroup")
        if shorter:
            kept = f"{was} {unit}" if was is not None else "for ever"
            yield found(
                "L007",
                name,
                before.type,
                f"{name}: {row(kind).holds} are kept {now} {unit} instead of {kept}; older ones are deleted",
            )
    ttl = ("TimeToLiveSpecification", "AttributeName")
    was_ttl, now_ttl = (value_at(one.properties, ttl) for one in (before, after))
    if before.type == "AWS::DynamoDB::Table" and now_ttl not in (None, was_ttl):
        yield found("L007", name, before.type, f"{name}: items expire by their attribute {now_ttl}")


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None
