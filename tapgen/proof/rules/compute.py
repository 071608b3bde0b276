"""Rules about functions, alarms, parameters and outputs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from tapgen import naming
from tapgen.proof.needs import logs
from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import items, mapping, may_be, possible, truthy
from tapgen.template.alternatives import alternatives
from tapgen.template.intrinsics import canonical, references
from tapgen.template.secrets import judged, looks_secret, may_show, secret_name, secret_parameter

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath

_FILLED: Final = re.compile(r"\$\{([A-Za-z0-9]+)\}")


def _variables(subject: Subject) -> Iterator[tuple[str, str, object, DocumentPath]]:
    for owner, properties in subject.of_type("AWS::Lambda::Function"):
        for name, value in mapping(mapping(properties.get("Environment")).get("Variables")).items():
            yield owner, str(name), value, ("Resources", owner, "Properties", "Environment", "Variables", name)


def _secret_variables(subject: Subject) -> Iterator[Hit]:
    for owner, name, value, path in _variables(subject):
        found = next((what for text in alternatives(value) if (what := looks_secret(name, text))), "")
        if found:
            yield Hit(f"{name} of {owner} looks like {found}.", path)


def _secret_outputs(subject: Subject) -> Iterator[Hit]:
    hidden = {name for name, one in _parameters(subject) if truthy(one.get("NoEcho"))}
    for name, output in subject.template.outputs.items():
        path: DocumentPath = ("Outputs", name, "Value")
        for text in alternatives(mapping(output).get("Value")):
            found = looks_secret(str(name), text)
            if found or "{{resolve:secretsmanager:" in text or "{{resolve:ssm-secure:" in text:
                yield Hit(f"The output {name} shows {found or 'the value of a secret'}.", path)
                break
        else:
            written = canonical([mapping(mapping(subject.document.get("Outputs")).get(name)).get("Value")])
            for one in references(written):
                if one.target in hidden:
                    yield Hit(f"The output {name} shows the parameter {one.target}, which NoEcho hides.", path)
                elif (subject.type_of(one.target), one.attribute) in _SECRET_ATTRIBUTES:
                    yield Hit(f"The output {name} shows the {one.attribute} of {one.target}.", path)


_SECRET_ATTRIBUTES: Final = frozenset(
    {("AWS::IAM::AccessKey", "SecretAccessKey"), ("AWS::Cognito::UserPoolClient", "ClientSecret")}
)
"""What GetAtt gives that is a secret: CloudFormation template reference, return values of these types."""


def _secret_mappings(subject: Subject) -> Iterator[Hit]:
    """Of the two levels of a mapping, the lower has the names; lists there hold values of one name."""
    for name, keys in mapping(subject.document.get("Mappings")).items():
        for key, values in mapping(keys).items():
            for inner, value in mapping(values).items():
                texts = [one for one in items(value) if isinstance(one, str)]
                if found := next((what for text in texts if (what := looks_secret(str(inner), text))), ""):
                    yield Hit(f"{inner} of the mapping {name} looks like {found}.", ("Mappings", name, key, inner))


def _secret_parameters(subject: Subject) -> Iterator[Hit]:
    looking = [(name, *secret_parameter(name, parameter)) for name, parameter in _parameters(subject)]
    suspicious = [(name, where, what) for name, where, what in looking if what]
    named = _parameters_in_names(subject) if suspicious else frozenset()
    for name, where, what in suspicious:
        if name in named:
            continue
        if where == "Default":
            yield Hit(f"The default of the parameter {name} looks like {what}.", ("Parameters", name, "Default"))
        else:
            yield Hit(f"The parameter {name} is shown to whoever describes the stack.", ("Parameters", name))

    told = {name for name, _, _ in suspicious}
    for name, owner, variable in _parameters_in_variables(subject):
        if name not in told:
            told.add(name)
            message = f"The parameter {name}, which {owner} has as {variable}, is shown to whoever describes the stack."
            yield Hit(message, ("Parameters", name))


def _parameters_in_variables(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """(parameter, function, variable) of what a variable with a secret's name is given, if the parameter hides nothing.

    Not of a parameter whose own name speaks of something else, such as the secret's name.
    """
    open_ones = {name: one for name, one in _parameters(subject) if not one.get("Default") and judged(name) is None}
    shown = {name for name, one in open_ones.items() if may_show(one)}
    resources = mapping(subject.document.get("Resources"))
    for owner, _ in subject.of_type("AWS::Lambda::Function") if shown else ():
        environment = mapping(mapping(mapping(resources.get(owner)).get("Properties")).get("Environment"))
        for variable, value in mapping(environment.get("Variables")).items():
            name = str(mapping(value).get("Ref", ""))
            if name in shown and secret_name(str(variable)):
                yield name, owner, str(variable)


def _parameters(subject: Subject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, parameter in mapping(subject.document.get("Parameters")).items():
        yield str(name), mapping(parameter)


def _parameters_in_names(subject: Subject) -> frozenset[str]:
    """What stands in tags, which whoever may describe the resources reads, and in ARNs that the template writes.

    A secret's name is part of its ARN, for one, and of a dynamic reference to it.
    """
    resources = mapping(subject.document.get("Resources"))
    tags = [mapping(mapping(one).get("Properties")).get("Tags") for one in resources.values()]
    tagged = (reference.target for reference in references(canonical([one for one in tags if one])))
    arns = (
        text
        for text in json.dumps(resources, default=str).split('"')
        if text.startswith("arn:") or "{{resolve:" in text
    )
    return frozenset((*tagged, *(name for arn in arns for name in _FILLED.findall(arn))))


def _reserved_variables(subject: Subject) -> Iterator[Hit]:
    for owner, name, _, path in _variables(subject):
        if name in naming.RESERVED_VARIABLES:
            yield Hit(f"{owner} sets {name}, which Lambda sets itself.", path)


def _function_logs(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::Lambda::Function"):
        if logs.group_of(owner, properties, subject) is None:
            yield Hit(f"The log group of {owner} is not in the template.", ("Resources", owner, "Properties"))


def _function_tracing(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::Lambda::Function"):
        if not may_be("Active", possible(properties, "TracingConfig", "Mode")):
            yield Hit(f"{owner} is not traced.", ("Resources", owner, "Properties"))


def _silent_alarms(subject: Subject) -> Iterator[Hit]:
    alarms = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    for owner, properties in subject.of_type(*alarms) if subject.protected else ():
        switched_off = properties.get("ActionsEnabled") == "false"
        if switched_off or not items(properties.get("AlarmActions")):
            yield Hit(f"{owner} tells nobody.", ("Resources", owner, "Properties"))


def _mute_topics(subject: Subject) -> Iterator[Hit]:
    topics = {
        topic
        for _, properties in subject.of_type("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for kind in ("AlarmActions", "OKActions", "InsufficientDataActions")
        for action in items(properties.get(kind))
        if (topic := subject.arns.owner(action))
    }
    for owner, properties in subject.of_type("AWS::SNS::Topic"):
        keys = alternatives(properties.get("KmsMasterKeyId"))
        if owner in topics and any(key.endswith("alias/aws/sns") for key in keys):
            path = ("Resources", owner, "Properties", "KmsMasterKeyId")
            yield Hit(f"CloudWatch may not use the key of {owner}, so no alarm arrives.", path)


def _reserved_tags(subject: Subject) -> Iterator[Hit]:
    for owner, resource in subject.resources.items():
        tags = resource.properties.get("Tags")
        keys = list(tags) if isinstance(tags, dict) else [mapping(tag).get("Key") for tag in items(tags)]
        for key in keys:
            if isinstance(key, str) and key.lower().startswith("aws:"):
                yield Hit(f"{owner} has the tag {key}.", ("Resources", owner, "Properties", "Tags"))


_VARIABLES = 'Lambda developer guide, "Working with Lambda environment variables"'
_REFERENCE = "Write a dynamic reference, {{resolve:secretsmanager:NAME}}, or read the secret in the code."

COMPUTE_RULES = (
    Rule(
        "secret-variable",
        "error",
        "An environment variable holds what looks like a secret",
        "It is in the template, in the repository, and shown to whoever may describe the function.",
        "Pass the secret's name or ARN and read it from Secrets Manager in the code.",
        f"{_VARIABLES}: security",
        _secret_variables,
    ),
    Rule(
        "secret-output",
        "error",
        "An output shows a secret",
        "Outputs are shown to whoever may describe the stack, and are never masked.",
        "Output the secret's ARN.",
        'CloudFormation user guide, "Get values stored in other services using dynamic references": considerations',
        _secret_outputs,
    ),
    Rule(
        "secret-parameter",
        "error",
        "A parameter shows a secret",
        "Parameters without NoEcho are shown to whoever may describe the stack; defaults are in the template.",
        f"Set NoEcho and no default, or better: {_REFERENCE[0].lower()}{_REFERENCE[1:]}",
        'CloudFormation user guide, "CloudFormation template Parameters syntax": NoEcho',
        _secret_parameters,
    ),
    Rule(
        "secret-mapping",
        "error",
        "A mapping holds what looks like a secret",
        "It is in the template, in the repository, and shown to whoever may describe the stack.",
        _REFERENCE,
        'CloudFormation user guide, "Get values stored in other services using dynamic references"',
        _secret_mappings,
    ),
    Rule(
        "reserved-variable",
        "error",
        "An environment variable has a name that Lambda keeps for itself",
        "Lambda refuses the function.",
        "Choose another name.",
        'Lambda developer guide, "Defined runtime environment variables"',
        _reserved_variables,
    ),
    Rule(
        "reserved-tag",
        "error",
        "A tag's key begins with aws:",
        "AWS keeps the prefix for itself and refuses the resource.",
        "Choose another key.",
        'Tagging AWS resources guide, "Tag naming limits and requirements"',
        _reserved_tags,
    ),
    Rule(
        "function-log-group",
        "warning",
        "A function's log group is not in the template",
        "Lambda creates it when the function first runs: it never expires and is left behind.",
        "Add an AWS::Logs::LogGroup and name it in LoggingConfig.",
        'Lambda developer guide, "Configuring CloudWatch log groups"',
        _function_logs,
    ),
    Rule(
        "function-tracing",
        "warning",
        "A function is not traced",
        "Where a slow or failed invocation spent its time cannot be said.",
        "Set TracingConfig.Mode to Active.",
        "Security Hub user guide, Lambda.7",
        _function_tracing,
    ),
    Rule(
        "alarm-silent",
        "warning",
        "An alarm of a protected environment tells nobody",
        "It turns red and no one looks.",
        "Set alarms.alarm_email or alarms.topic, or give the alarm an action.",
        "Security Hub user guide, CloudWatch.15",
        _silent_alarms,
        "alarms tell nobody",
    ),
    Rule(
        "alarm-topic-key",
        "error",
        "Alarms cannot be published to their topic",
        "The key alias/aws/sns lets no service but SNS use it, and its policy cannot be changed.",
        "Use a key of your own whose policy lets cloudwatch.amazonaws.com use it.",
        'SNS developer guide, "Enable compatibility between event sources from AWS services and encrypted topics"',
        _mute_topics,
    ),
)
