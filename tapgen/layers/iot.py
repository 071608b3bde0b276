"""AWS IoT: rules whose messages start the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, iam, iot

from tapgen import naming, policies
from tapgen.layers.parts import on_keys
from tapgen.layers.triggers import permission

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, Parts
    from tapgen.settings.iot_triggers import IotTrigger
    from tapgen.settings.model import Environment


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add the rules, and the permissions by which they start the functions."""
    for function, settings in environment.functions.items():
        arn = compute.functions[function].arn
        for name, trigger in settings.triggers.iot.items():
            title = naming.logical(function, name, "IotRule")
            failed = _dead_letters(template, title, trigger, parts)
            payload = iot.TopicRulePayload(
                Sql=trigger.sql,
                AwsIotSqlVersion=trigger.version,
                RuleDisabled=not trigger.enabled,
                Actions=[iot.Action(Lambda=iot.LambdaAction(FunctionArn=arn))],
                **failed,
            )
            rule = template.add_resource(iot.TopicRule(title, TopicRulePayload=payload))
            source = {"SourceAccount": Ref("AWS::AccountId")}
            template.add_resource(
                permission(f"{title}Permission", arn, "iot.amazonaws.com", GetAtt(rule, "Arn"), **source)
            )


def _dead_letters(template: Template, title: str, trigger: IotTrigger, parts: Parts) -> dict[str, Any]:
    """What a rule does where its action fails, by a role that may do just that."""
    if trigger.dead_letter_queue is None:
        return {}
    queue = parts["queues"][trigger.dead_letter_queue]
    statements = [policies.use("SendDeadLetters", ["sqs:SendMessage"], queue.arn)]
    statements += on_keys([(queue, ["sqs:SendMessage"])])
    role = template.add_resource(
        iam.Role(
            f"{title}Role",
            Description=f"AWS IoT sends what {title} could not deliver",
            AssumeRolePolicyDocument=policies.trust("iot.amazonaws.com", account=Ref("AWS::AccountId")),
            Policies=[iam.Policy(PolicyName=f"{title}RolePolicy", PolicyDocument=policies.document(statements))],
        )
    )
    action = iot.SqsAction(QueueUrl=Ref(queue.title), RoleArn=GetAtt(role, "Arn"))
    return {"ErrorAction": iot.Action(Sqs=action)}
