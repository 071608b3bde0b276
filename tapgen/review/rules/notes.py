"""Slow operations and always-on costs that a change brings; hand-written from the services' documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tapgen.review.model import Note, ResourceChange
from tapgen.template.model import Resource, Template
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.template.document import Document

_INTERFACES: Final = (
    "the network interfaces of a function in a VPC take up to 40 minutes to go; "
    "deletion of its subnets and security groups waits for that"
)


def never_made(old: Document, new: Document, before: Template, after: Template) -> Iterator[Note]:
    """What is written otherwise, and stands under a condition that is false whatever the parameters are."""
    for section in ("Resources", "Outputs"):
        sides = [side if isinstance(side := one.get(section), dict) else {} for one in (old, new)]
        for name in dict.fromkeys(str(name) for side in sides for name in side):
            written, now = (side.get(name) for side in sides)
            under = [_never(written, before), _never(now, after)]
            if written != now and all(one or entry is None for one, entry in zip(under, (written, now), strict=True)):
                condition = next(filter(None, reversed(under)))
                yield Note("info", name, f"{name}: differs under the condition {condition}, which is never true")


def _never(entry: Any, template: Template) -> str:
    """The condition of an entry where it is false; "" where there is none, or it may be true."""
    condition = entry.get("Condition") if isinstance(entry, dict) else None
    return condition if isinstance(condition, str) and template.conditions.get(condition) is False else ""


def notes(changes: tuple[ResourceChange, ...], old: Template, new: Template) -> Iterator[Note]:
    """What takes long and what will cost, in the order of the changes."""
    for change in changes:
        before, after = old.resources.get(change.logical_id), new.resources.get(change.logical_id)
        name = change.logical_id
        if after is not None and (before is None or change.effect.replaces):
            if creation := row(after.type).creation:
                yield Note("time", name, f"{name}: {creation}")
        elif after is not None and (change_takes := row(after.type).change):
            yield Note("time", name, f"{name}: {change_takes}")
        yield from _function(name, before, after)
        yield from _indexes(name, before, after)
        yield from _cost(name, before, after)


def _function(name: str, before: Resource | None, after: Resource | None) -> Iterator[Note]:
    """AWS Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"."""
    was, now = (_subnets(one) for one in (before, after))
    if now and was != now:
        yield Note("time", name, f"{name}: its network interfaces take from 90 seconds to several minutes to create")
    if was and was != now:
        yield Note("time", name, f"{name}: {_INTERFACES}")


def _subnets(resource: Resource | None) -> object:
    if resource is None or resource.type != "AWS::Lambda::Function":
        return None
    config = resource.properties.get("VpcConfig")
    return config.get("SubnetIds") if isinstance(config, dict) else None


def _indexes(name: str, before: Resource | None, after: Resource | None) -> Iterator[Note]:
    """Amazon DynamoDB developer guide, "Managing Global Secondary Indexes in DynamoDB"."""
    if before is None or after is None or after.type != "AWS::DynamoDB::Table":
        return
    was, now = (_index_names(one) for one in (before, after))
    for index in sorted(now - was):
        yield Note(
            "time",
            name,
            f"{name}: the index {index} is filled from the whole table; that takes from minutes to hours, "
            "and the deployment waits for it",
        )


def _index_names(table: Resource) -> set[str]:
    listed = table.properties.get("GlobalSecondaryIndexes")
    return {
        str(entry.get("IndexName")) for entry in (listed if isinstance(listed, list) else ()) if isinstance(entry, dict)
    }


def _cost(name: str, before: Resource | None, after: Resource | None) -> Iterator[Note]:
    was, now = (_billed(one) for one in (before, after))
    if now and not was:
        yield Note("cost", name, f"{name}: {now}, used or not")
    elif was and not now:
        yield Note("cost", name, f"{name}: no longer billed: {was}")


def _billed(resource: Resource | None) -> str:
    if resource is None:
        return ""
    if resource.type == "AWS::EC2::VPCEndpoint":
        kind = resource.properties.get("VpcEndpointType", "Gateway")
        gateway = kind in ("Gateway", "GatewayLoadBalancer")
        return "" if gateway else "an interface endpoint is billed by the hour in each availability zone"
    if resource.type in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
        return (
            "provisioned concurrency is billed while it is configured"
            if "ProvisionedConcurrencyConfig" in resource.properties
            else ""
        )
    return row(resource.type).cost
