"""Rules about references that give something else than what is asked for, or that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import inside, mapping

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

_ROLE: Final = "AWS::IAM::Role"
_BY_ARN: Final[Mapping[str, frozenset[str]]] = {
    "AWS::ApiGateway::Account": frozenset({"CloudWatchRoleArn"}),
    "AWS::CloudTrail::Trail": frozenset({"CloudWatchLogsRoleArn"}),
    "AWS::CodePipeline::Pipeline": frozenset({"RoleArn"}),
    "AWS::Config::ConfigurationRecorder": frozenset({"RoleARN"}),
    "AWS::Events::Rule": frozenset({"RoleArn"}),
    "AWS::IoT::TopicRule": frozenset({"RoleArn"}),
    "AWS::KinesisFirehose::DeliveryStream": frozenset({"RoleARN"}),
    "AWS::Lambda::Function": frozenset({"Role"}),
    "AWS::Logs::SubscriptionFilter": frozenset({"RoleArn"}),
    "AWS::Pipes::Pipe": frozenset({"RoleArn"}),
    "AWS::Scheduler::Schedule": frozenset({"RoleArn"}),
    "AWS::StepFunctions::StateMachine": frozenset({"RoleArn"}),
}
"""Type -> the properties that take the ARN of a role, and no name: template reference of each."""
_FREE: Final = frozenset({"Environment", "DefinitionSubstitutions", "Definition", "Tags"})
"""What stands in these is the author's own."""
_QUOTED: Final = re.compile(r"!(?:Ref|GetAtt) +([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?")


def _roles_by_name(subject: Subject) -> Iterator[Hit]:
    for type_, keys in _BY_ARN.items():
        for owner, properties in subject.of_type(type_):
            asked = {name: value for name, value in properties.items() if name not in _FREE}
            for value, path in inside(asked, ("Resources", owner, "Properties")):
                if path[-1] in keys and (what := _other_than_arn(value, subject)):
                    yield Hit(f"{path[-1]} of {owner} is {what}, and no ARN.", path)


def _other_than_arn(value: Any, subject: Subject) -> str:
    """What of a role a reference gives, where that is not its ARN."""
    named = mapping(value).get("Ref")
    if isinstance(named, str) and subject.type_of(named) == _ROLE:
        return f"the name of {named}"
    given = mapping(value).get("Fn::GetAtt")
    if isinstance(given, list) and given[1:] == ["RoleId"] and subject.type_of(str(given[0])) == _ROLE:
        return f"the id of {given[0]}"
    return ""


def _quoted_tags(subject: Subject) -> Iterator[Hit]:
    names = {*mapping(subject.document.get("Resources")), *mapping(subject.document.get("Parameters"))}
    for section in ("Resources", "Outputs"):
        for value, path in inside(subject.document.get(section), (section,)):
            match = _QUOTED.fullmatch(value) if isinstance(value, str) else None
            if match and match[1] in names:
                yield Hit(f'{path[-1]} is the text "{value}", and no reference.', path)


REFERENCE_RULES = (
    Rule(
        "role-no-arn",
        "error",
        "A role is given by its name where its ARN is asked for",
        "The service refuses it: Ref of a role gives its name.",
        "Use GetAtt ROLE.Arn.",
        'CloudFormation template reference, "AWS::IAM::Role": return values',
        _roles_by_name,
    ),
    Rule(
        "tag-quoted",
        "error",
        "A reference is in quotes",
        "A quoted `!Ref` is a text: its words are used, and not what they name.",
        "Take the quotes away.",
        "YAML 1.2, node tags",
        _quoted_tags,
    ),
)
