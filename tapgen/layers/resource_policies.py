"""What others may do with a part: the statements of its resource policy, as CloudFormation takes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from troposphere import Sub

from tapgen import naming
from tapgen.layers.lookup import substituted

if TYPE_CHECKING:
    from troposphere import AWSObject, Template

    from tapgen.layers.refs import PartRefs
    from tapgen.settings.parts import PolicyStatement

Statement = dict[str, Any]

_SERVICE = r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?"


def document(statements: Sequence[Statement]) -> dict[str, Any]:
    """The policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def written(statement: PolicyStatement, part: Any) -> Statement:
    """A statement as the settings have it; without resources it is about `part`."""
    services = [name for name in statement.principals if re.fullmatch(_SERVICE, name)]
    others = [_principal(name) for name in statement.principals if name not in services and name != "*"]
    principals = {kind: names for kind, names in (("AWS", others), ("Service", services)) if names}
    return {
        "Effect": "Allow",
        "Principal": "*" if "*" in statement.principals else principals,
        "Action": sorted(statement.actions),
        "Resource": [substituted(one) for one in statement.resources] or [part],
        **({"Condition": conditions_of(statement.conditions)} if statement.conditions else {}),
    }


def from_service(sid: str, service: str, actions: Sequence[str], part: Any, source: Any) -> Statement:
    """A service may do it on behalf of one source, such as a topic, and for nobody else's."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": list(actions),
        "Resource": [part],
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }


def admit(template: Template, refs: PartRefs, policy: type[AWSObject], statement: Statement, **attached: Any) -> None:
    """Add a statement to a part's policy, making the policy with its first; an existing part's is its owner's.

    There is one policy for each part, since a second one of a queue or a topic would take the first one's place.
    """
    if not refs.title:
        return
    title = f"{refs.title}Policy"
    if title not in template.resources:
        template.add_resource(policy(title, PolicyDocument=document([]), **attached))
    template.resources[title].PolicyDocument["Statement"].append(statement)


def admit_service(template: Template, word: str, refs: PartRefs, service: str, source: Any, sid: str) -> None:
    """Let a service send to a queue or a topic (its kind's `word`) on behalf of one source."""
    from troposphere import sns, sqs

    actions, policy, attached = {
        "queues": (["sqs:SendMessage"], sqs.QueuePolicy, {"Queues": [refs.url]}),
        "topics": (["sns:Publish"], sns.TopicPolicy, {"Topics": [refs.arn]}),
    }[word]
    statement = from_service(naming.logical("from", sid), service, actions, refs.arn, source)
    admit(template, refs, policy, statement, **attached)


def _principal(name: str) -> Any:
    return Sub(f"arn:${{AWS::Partition}}:iam::{name}:root") if name.isdigit() else substituted(name)


def conditions_of(conditions: Any) -> Any:
    """The conditions, with `${…}` in their values filled in."""
    if isinstance(conditions, dict):
        return {key: conditions_of(value) for key, value in conditions.items()}
    if isinstance(conditions, list | tuple):
        return [*map(conditions_of, conditions)]
    return substituted(conditions) if isinstance(conditions, str) else conditions
