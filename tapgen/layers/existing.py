"""A part that was made elsewhere, as a template refers to it: from its name or its ARN, the other follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from troposphere import AWSHelperFn, Join, Select, Split, Sub

from tapgen.layers.lookup import lookup, substituted
from tapgen.layers.refs import PartRefs, embedded
from tapgen.settings.references import Reference

if TYPE_CHECKING:
    from tapgen.settings.parts import Existing
    from tapgen.template.kinds import Kind

FIELDS = 6
"""arn:partition:service:region:account:resource"""


def existing(kind: Kind, value: Existing, key: Any = None) -> PartRefs:
    """The part of that name or ARN; `key` is the ARN of the customer's key that it is encrypted with.

    Text says itself which of them it is. What is looked up holds an ARN where its own name ends in "arn"; else the
    name is cut out of whatever it turns out to be. A dynamic reference cannot be cut: it is resolved after Fn::Split.
    """
    return replace(_found(kind, value), key=key)


def _found(kind: Kind, value: Existing) -> PartRefs:
    if isinstance(value, str):
        return _written(kind, value)
    looked_up = lookup(value)
    if says_arn(value):
        name = looked_up if isinstance(looked_up, str) else _last(kind, looked_up)
        return PartRefs(name=name, arn=looked_up, url=_url(kind, name))
    name = looked_up if isinstance(looked_up, str) else _last(kind, looked_up)
    return PartRefs(name=name, arn=_arn(kind, name), url=_url(kind, name))


def says_arn(value: Reference) -> bool:
    """What is looked up is called an ARN."""
    called = value.import_ or value.parameter or value.ssm_parameter or ""
    return called.lower().endswith("arn")


def below(arn: Any, suffix: str) -> Any:
    """The ARN with something behind it: an index of a table, the objects of a bucket."""
    if not suffix:
        return arn
    if isinstance(arn, str):
        return arn + suffix
    if isinstance(arn, Sub):
        return Sub(arn.data["Fn::Sub"] + suffix) if isinstance(arn.data["Fn::Sub"], str) else Join("", [arn, suffix])
    if {"Ref", "Fn::GetAtt"} & arn.data.keys():
        return Sub(f"{embedded(arn)}{suffix}")
    return Join("", [arn, suffix])


def _written(kind: Kind, text: str) -> PartRefs:
    if "${" in text:
        filled = substituted(text)
        if not text.startswith("arn:") and not text.endswith("Arn}"):
            return PartRefs(name=filled, arn=_arn(kind, filled), url=_url(kind, filled))
        name = _last(kind, filled)
        return PartRefs(name=name, arn=filled, url=_url(kind, name))
    if text.startswith("arn:"):
        partition, _, region, account, resource = text.split(":", FIELDS - 1)[1:]
        name = resource.removeprefix(kind.form.resource.partition("{")[0])
        if kind.word == "ssm_parameters" and "/" in name:
            name = f"/{name}"  # SSM user guide: a name with levels begins with a slash, which its ARN has once
        host = {"aws-cn": "amazonaws.com.cn"}.get(partition, "amazonaws.com")
        url = f"https://sqs.{region}.{host}/{account}/{name}" if kind.reference("url") else None
        return PartRefs(name=name, arn=text, url=url)
    if text.startswith("https://"):
        region, account, name = text.split(".")[1], *text.split("/")[-2:]
        return PartRefs(name=name, arn=Sub(f"arn:${{AWS::Partition}}:sqs:{region}:{account}:{name}"), url=text)
    if kind.word == "secrets":
        # Its clients take its name too; Secrets Manager adds six characters to the name in its ARN.
        return PartRefs(name=text, arn=_arn(kind, f"{text}-??????"), more={"variable": text})
    return PartRefs(name=text, arn=_arn(kind, text), url=_url(kind, text))


def _arn(kind: Kind, name: Any) -> AWSHelperFn:
    """The ARN in the stack's own account and region."""
    region = "${AWS::Region}" if kind.form.regional else ""
    account = "${AWS::AccountId}" if kind.form.owned else ""
    start = f"arn:${{AWS::Partition}}:{kind.prefix}:{region}:{account}:"
    if isinstance(name, str):
        return Sub(start + kind.resource(name))
    return Sub(start + kind.resource("${Name}"), Name=name)


def _url(kind: Kind, name: Any) -> AWSHelperFn | None:
    if not kind.reference("url"):
        return None
    start = "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/"
    return Sub(start + name) if isinstance(name, str) else Sub(start + "${Name}", Name=name)


def _last(kind: Kind, value: Any) -> AWSHelperFn:
    """The name in a value that is a name or an ARN: both have it at that place once they are written out often enough.

    "table/" cuts "arn:…:table/Orders" in two; the value twice with "table/" between is then "arn:…:", "Orders", … or
    "Orders", "Orders". A colon cuts an ARN into six or more.
    """
    before = kind.form.resource.partition("{")[0]
    if before.endswith("/"):
        return Select(1, Split(before, Join(before, [value, value])))
    position = FIELDS - 1 + before.count(":")
    return Select(position, Split(":", Join(":", [value] * (position + 1))))
