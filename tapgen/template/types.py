"""What tapgen knows of a resource type, in one row: guard, proof, pictures, alarms and policies all read it here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from msgspec import Struct


class Protection(Struct, frozen=True):
    """A property that keeps a resource or its data: the path to it, the values (as text) that do, and its name."""

    path: tuple[str, ...]
    on: tuple[str, ...]
    what: str
    refuses_deletion: bool = False
    """CloudFormation's deletion fails while it is on."""


class Address(Struct, frozen=True):
    """What clients call: the kind of it, and its name in a sentence. It is part of the physical id."""

    kind: Literal["api", "stage", "domain", "url", "other"]
    what: str


class Arn(Struct, frozen=True):
    """How a type's ARN is written: the service, and the last field with `{}` for the name.

    `regional` and `owned` say whether the region and the account stand in it.
    """

    service: str
    resource: str
    regional: bool = True
    owned: bool = True


class Metric(Struct, frozen=True, kw_only=True):
    """A metric that an operator watches: an alarm for each part, unless its threshold is 0.

    `description` takes the part's name. `dimension` has `value` of the part. `threshold` is the key of the settings'
    `[alarms]`. `of` watches a companion of the part, such as its dead letters.
    """

    title: str
    description: str
    namespace: str
    name: str
    statistic: Literal["Sum", "Maximum"] = "Sum"
    dimension: str
    value: Literal["name", "arn"] = "name"
    threshold: str
    of: str = ""
    factor: int = 1
    """The metric's units in one of the threshold's."""


class PartKind(Struct, frozen=True, kw_only=True):
    """What a type is in the settings: a kind of part that functions use and that starts them.

    `word` is its table, `one` what a person calls one, `suffix` ends its logical id. `service` is its name, `example`
    one of its IAM actions. `variable` is what the clients take. `forms` are IAM's resource types with what follows the
    part's ARN, the first the part itself; `within` are further ones, which its uses grant apart. `polling` is what an
    event source mapping does. `metrics` are an operator's.
    """

    word: str
    one: str
    suffix: str
    service: str
    example: str
    variable: Literal["name", "arn", "url"] = "arn"
    forms: Mapping[str, str]
    within: tuple[str, ...] = ()
    polling: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    output: bool = True
    """The template says what the clients take; false: its layer has outputs of its own."""


Gives = Literal["name", "arn", "url", "stream"]
"""What Ref or GetAtt gives: the name (or id) in the ARN's last field, the ARN, an address, the ARN of its stream."""


class ResourceType(Struct, frozen=True, kw_only=True):
    """One type. Every default says "nothing known": a type without a row behaves like one with an empty row."""

    holds: str = ""
    """What is lost with it, such as "items"."""
    minor: bool = False
    """Its loss is a pity, not a disaster: told, not refused."""
    protections: tuple[Protection, ...] = ()
    address: Address | None = None
    arn: Arn | None = None
    name: str = ""
    """The property that sets the physical name."""
    ref: Gives = "name"
    attributes: Mapping[str, Gives] = {}
    """What GetAtt gives, of the attributes that name the resource itself."""
    key: tuple[str | None, ...] = ()
    """The path to the KMS key that encrypts it; None is the first item of a list."""
    policy: tuple[str, ...] = ()
    """The path to the resource policy in its properties: a document, or its JSON text."""
    attached_to: str = ""
    """The property that names what the policy is attached to; '': the resource itself."""
    limits: bool = False
    """Its policy limits what others grant, and grants nothing itself."""
    identity: bool = False
    """A principal with policies of its own: role, user or group."""
    owners: tuple[str, ...] = ()
    """A policy as a resource: the properties that name the identities it is attached to."""
    for_identities: bool = False
    """A policy for identities that the template does not hold."""
    own_language: bool = False
    """It decides who may do or reach what, in a language that is not analysed."""
    fixed: Mapping[str, Any] = {}
    """Properties that no update takes though the schema says so, with the value that each has when left out."""
    entry: bool = False
    """Where traffic comes in."""
    creation: str = ""
    """How long its creation takes, where that is minutes."""
    change: str = ""
    """How long a change takes, where that is minutes."""
    cost: str = ""
    """What it costs, used or not."""
    part: PartKind | None = None
    """What it is in the settings, if it is a kind of part."""
    iam: bool = False
    """Its creation needs CAPABILITY_IAM, with a name of its own CAPABILITY_NAMED_IAM."""


UNKNOWN: Final = ResourceType()

KEEPS: Final = frozenset({"Retain", "RetainExceptOnCreate", "Snapshot"})
"""Deletion policies by which the resource, or a copy of it, outlives the stack."""


def row(resource_type: str) -> ResourceType:
    """What is known of a type; an empty row where nothing is."""
    from tapgen.template.type_rows import TYPES

    return TYPES.get(resource_type, UNKNOWN)


def refuses_deletion(resource_type: str, properties: Mapping[str, Any]) -> str:
    """The protection by which the service refuses the deletion; else ''."""
    return next(
        (
            protection.what
            for protection in row(resource_type).protections
            if protection.refuses_deletion and value_at(properties, protection.path) in protection.on
        ),
        "",
    )


def value_at(properties: Mapping[str, Any], path: tuple[str | None, ...]) -> Any:
    """The property's value; None where it is not set. None in the path is the first item of a list."""
    value: Any = properties
    for step in path:
        if step is None:
            value = value[0] if isinstance(value, list) and value else None
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            return None
    return value
