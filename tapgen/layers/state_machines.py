"""State machines: Step Functions with their roles and logs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from troposphere import GetAtt, Ref, Sub, iam, logs, stepfunctions

from tapgen import naming, policies
from tapgen.layers import parts as of_parts
from tapgen.layers.existing import existing
from tapgen.layers.lookup import lookup_text, substituted
from tapgen.layers.resource_policies import conditions_of
from tapgen.settings.state_machines import placeholders
from tapgen.template import catalogue
from tapgen.template.kinds import KINDS, kinds
from tapgen.template.state_language import LOG_DELIVERY, PLACEHOLDER, calls, filled, is_distributed

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import Template

    from tapgen.layers.refs import PartRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.state_machines import StateMachine

PSEUDO = re.compile(r"\$\{AWS::([A-Za-z]+)\}")
"""A pseudo parameter, whose name no substitution may have."""
TELLING = ("events:DescribeRule", "events:PutRule", "events:PutTargets")
WAITING = {
    "batch": "StepFunctionsGetEventsForBatchJobsRule",
    "codebuild": "StepFunctionsGetEventForCodeBuildStartBuildRule",
    "ecs": "StepFunctionsGetEventsForECSTaskRule",
    "sagemaker": "StepFunctionsGetEventsForSageMakerTrainingJobsRule",
    "states": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
}
"""The rules that tell of the end of what was started: Step Functions guide, "IAM policies for integrated services"."""


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, PartRefs]:
    """Add the state machines, which may start each other."""
    refs = {name: _refs(name, one) for name, one in environment.state_machines.items()}
    for name, one in environment.state_machines.items():
        if one.existing is None:
            _add_machine(template, environment, name, one, {**parts, "state_machines": refs})
    return refs


def _refs(name: str, settings: StateMachine) -> PartRefs:
    kind = kinds()["state_machines"]
    if settings.existing is not None:
        return existing(kind, settings.existing)
    title = naming.logical(name, "StateMachine")
    return replace(of_parts.own(kind, title), more={"forms": {"execution": _executions(title)}})


def _add_machine(template: Template, environment: Environment, name: str, settings: StateMachine, parts: Parts) -> None:
    title = naming.logical(name, "StateMachine")
    definition, pseudo = _without_pseudo(settings.read(environment.root))
    values = {
        one: of_parts.variable(kinds()[word], parts[word][part])
        for one, (word, part) in placeholders(environment).items()
        if part in parts.get(word, {})
    }
    values |= {one: Ref(one) for one in environment.resources}
    used = [one for one in dict.fromkeys(PLACEHOLDER.findall(str(definition))) if one in values]
    statements = [*_statements(environment, settings, definition, parts)]
    logging = {}
    if settings.log_level != "off":
        group = template.add_resource(_log_group(title, environment, name))
        logging = {"LoggingConfiguration": _logging(settings, GetAtt(group, "Arn"))}
        statements.append(policies.use("DeliverLogs", LOG_DELIVERY, "*"))
    if settings.tracing:
        statements.append(policies.send_traces())
    reasons = {f"Statement{number}": one.reason for number, one in enumerate(settings.statements, 1) if one.reason}
    role = template.add_resource(_role(title, statements, reasons))
    texts = {one: substituted(text) for one, text in settings.substitutions.items()}
    template.add_resource(
        stepfunctions.StateMachine(
            title,
            Definition=definition,
            StateMachineType=settings.type.upper(),
            **({"StateMachineName": settings.name} if settings.name else {}),
            RoleArn=GetAtt(role, "Arn"),
            **_substitutions({**{one: values[one] for one in used}, **pseudo, **texts}),
            **logging,
            **({"TracingConfiguration": stepfunctions.TracingConfiguration(Enabled=True)} if settings.tracing else {}),
        )
    )
    if is_distributed(definition):
        template.add_resource(_distributed(title, role))


def _without_pseudo(definition: Any) -> tuple[Any, dict[str, Any]]:
    """The definition with `${AWS::Region}` as `${AWSRegion}`, as a substitution may be called, and what these are."""
    text = json.dumps(definition)
    names = dict.fromkeys(PSEUDO.findall(text))
    if not names:
        return definition, {}
    return json.loads(PSEUDO.sub(r"${AWS\1}", text)), {f"AWS{name}": Ref(f"AWS::{name}") for name in names}


def _executions(title: str) -> Sub:
    return Sub(f"arn:${{AWS::Partition}}:states:${{AWS::Region}}:${{AWS::AccountId}}:execution:${{{title}.Name}}:*")


def _substitutions(values: dict[str, Any]) -> dict[str, Any]:
    return {"DefinitionSubstitutions": values} if values else {}


def _statements(environment: Environment, settings: StateMachine, definition: Any, parts: Parts) -> Iterator[Statement]:
    """What the definition calls, on the parts that each call names; what the settings say besides."""
    known = placeholders(environment)
    called = list(calls(filled(definition, settings.substitutions)))
    granted: dict[tuple[str, str, str], set[str]] = {}
    for call in called:
        for word, part in (known[one] for one in call.placeholders if one in known):
            kind = kinds()[word]
            if kind.prefix == call.action.partition(":")[0]:
                for form, actions in of_parts.by_form(kind, (call.action,)).items():
                    granted.setdefault((word, part, form), set()).update(actions)
    for (word, part, form), allowed in granted.items():
        part_kind, refs = kinds()[word], parts[word][part]
        sid = naming.logical(
            "call", part, part_kind.part.suffix, "" if form in ("", next(iter(part_kind.part.forms))) else form
        )
        yield policies.use(sid, allowed, of_parts.form_arn(part_kind, refs, form))
    yield from of_parts.on_keys((parts[word][part], allowed) for (word, part, _), allowed in granted.items())
    if everywhere := _without_resource({call.action for call in called}):
        yield policies.use("CallServices", everywhere, "*")
    services = {call.action.partition(":")[0] for call in called if call.waits}
    for number, service in enumerate(sorted(services & WAITING.keys())):
        rule = Sub(f"arn:${{AWS::Partition}}:events:${{AWS::Region}}:${{AWS::AccountId}}:rule/{WAITING[service]}")
        yield policies.use(
            f"WaitForOthers{number + 1 if number else ''}",
            ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            rule,
        )
    for number, one in enumerate(settings.statements, 1):
        resources = [lookup_text(each) for each in one.resources]
        yield policies.given(f"Statement{number}", one.actions, resources, conditions_of(one.conditions))


def _without_resource(actions: set[str]) -> list[str]:
    """Those of services without parts that IAM grants on no single resource."""
    prefixes = {kind.prefix for kind in KINDS}
    found = {name: catalogue.action(name) for name in actions if name.partition(":")[0] not in prefixes}
    return sorted(name for name, action in found.items() if action is not None and not action.resource_types)


def _distributed(title: str, role: iam.Role) -> iam.PolicyType:
    """A distributed Map runs in executions of the machine itself, which its role cannot name before it is there."""
    statements = [
        policies.use("StartItself", ["states:StartExecution"], Ref(title)),
        policies.use("SeeItself", ["states:DescribeExecution", "states:StopExecution"], _executions(title)),
    ]
    return iam.PolicyType(
        f"{title}DistributedMapPolicy",
        PolicyName=f"{title}DistributedMapPolicy",
        PolicyDocument=policies.document(statements),
        Roles=[Ref(role)],
    )


def _role(title: str, statements: list[Statement], reasons: dict[str, str]) -> iam.Role:
    policy = {}
    if statements:
        policy = {"Policies": [iam.Policy(PolicyName=f"{title}Policy", PolicyDocument=policies.document(statements))]}
    return iam.Role(
        f"{title}Role",
        **({"Metadata": {"Reasons": reasons}} if reasons else {}),
        Description=f"Role of {title}",
        AssumeRolePolicyDocument=policies.trust("states.amazonaws.com"),
        **policy,
    )


def _log_group(title: str, environment: Environment, name: str) -> logs.LogGroup:
    """A name that begins so takes no place in the account's log resource policy, which is limited."""
    return logs.LogGroup(
        f"{title}LogGroup",
        **of_parts.deletion(protected=environment.protected),
        LogGroupName=f"/aws/vendedlogs/states/{environment.stack_name}-{naming.logical(name)}",
        RetentionInDays=environment.logs.retention_days,
    )


def _logging(settings: StateMachine, group: Any) -> stepfunctions.LoggingConfiguration:
    destination = stepfunctions.LogDestination(
        CloudWatchLogsLogGroup=stepfunctions.CloudWatchLogsLogGroup(LogGroupArn=group)
    )
    return stepfunctions.LoggingConfiguration(
        Destinations=[destination], IncludeExecutionData=False, Level=settings.log_level.upper()
    )
