"""What a function needs for its log, and in which group of the template it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tapgen.proof.needs.requirements import Requirement
from tapgen.proof.subject import mapping
from tapgen.template.alternatives import UNKNOWN, every

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath


def group_of(function: str, properties: Mapping[str, Any], subject: Subject) -> str | None:
    """The logical id of the function's log group: the configured one, or the one named /aws/lambda/NAME."""
    configured = mapping(properties.get("LoggingConfig")).get("LogGroup")
    if configured is not None:
        return subject.arns.owner(configured)
    names = {f"${{{function}}}", *every(properties.get("FunctionName"))} - {UNKNOWN}
    named = {f"/aws/lambda/{name}" for name in names}
    for owner, group in subject.of_type("AWS::Logs::LogGroup"):
        if any(text in named for text in every(group.get("LogGroupName"))):
            return owner
    return None


def required(function: str, properties: Mapping[str, Any], subject: Subject) -> Iterator[Requirement]:
    """Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs"."""
    group = group_of(function, properties, subject)
    because = "Lambda writes the function's log"
    path: DocumentPath = ("Resources", function, "Properties", "LoggingConfig")
    if group is None or subject.resources[group].condition:
        yield Requirement(function, "logs:CreateLogGroup", None, because, "service", path, optional=True)
    stream = f"{subject.arns.of(group).removesuffix(':*')}:log-stream:{UNKNOWN}" if group else None
    named = mapping(properties.get("LoggingConfig")).get("LogGroup") is not None
    if group is None and not named and not _at_the_edge(properties, subject):
        # Lambda makes the group that its guide names.
        of_account = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}"
        stream = f"{of_account}:log-group:/aws/lambda/${{{function}}}:log-stream:{UNKNOWN}"
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        yield Requirement(function, action, stream, because, "service", path)


def _at_the_edge(properties: Mapping[str, Any], subject: Subject) -> bool:
    """Whether CloudFront may run the function, whose logs are `/aws/lambda/us-east-1.NAME` in each region then."""
    role = subject.arns.owner(properties.get("Role"))
    return any("edgelambda.amazonaws.com" in held.principals for held in subject.trust_policies if held.holder == role)
