"""Deployments: CodeDeploy moves the functions' aliases to new versions, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, Sub, codedeploy, iam
from troposphere.policies import CodeDeployLambdaAliasUpdate, UpdatePolicy

from tapgen import naming, policies

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.settings.model import Environment

APPLICATION = "DeploymentApplication"
ROLE_POLICY = "service-role/AWSCodeDeployRoleForLambdaLimited"
"""CodeDeploy user guide, "Create a service role for CodeDeploy": shifts traffic of Lambda functions, and no more."""

PREDEFINED = {
    **{f"canary-10-{minutes}m": f"LambdaCanary10Percent{minutes}Minutes" for minutes in (5, 10, 15, 30)},
    **{f"linear-10-{minutes}m": f"LambdaLinear10PercentEvery{minutes}Minutes" for minutes in (2, 3, 10)},
    "linear-10-1m": "LambdaLinear10PercentEvery1Minute",
    "all-at-once": "LambdaAllAtOnce",
}
"""CodeDeploy user guide, "Predefined deployment configurations for an AWS Lambda compute platform"."""


def build(template: Template, environment: Environment, alarms: Mapping[str, Sequence[str]]) -> None:
    """Let CodeDeploy move the aliases of functions with a `deployment`, and back when an alarm of theirs is raised.

    `alarms` are the logical ids of each function's alarms.
    """
    gradual = {name: one for name, one in environment.functions.items() if one.deployment}
    if not gradual:
        return
    application = template.add_resource(codedeploy.Application(APPLICATION, ComputePlatform="Lambda"))
    role = template.add_resource(
        iam.Role(
            "DeploymentRole",
            Description="CodeDeploy moves the functions' aliases",
            AssumeRolePolicyDocument=policies.trust("codedeploy.amazonaws.com"),
            ManagedPolicyArns=[Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{ROLE_POLICY}")],
        )
    )
    for name, settings in gradual.items():
        configuration = _configuration(template, str(settings.deployment))
        group = template.add_resource(_group(name, configuration, GetAtt(role, "Arn"), alarms[name]))
        template.resources[naming.alias(name)].UpdatePolicy = UpdatePolicy(
            CodeDeployLambdaAliasUpdate=CodeDeployLambdaAliasUpdate(
                ApplicationName=Ref(application), DeploymentGroupName=Ref(group)
            )
        )


def _configuration(template: Template, deployment: str) -> Any:
    """The predefined configuration, or one of the stack's own for another share or pace."""
    if deployment in PREDEFINED:
        return f"CodeDeployDefault.{PREDEFINED[deployment]}"
    title = naming.logical(deployment, "DeploymentConfiguration")
    if title not in template.resources:
        kind, share, minutes = deployment.removesuffix("m").split("-")
        if kind == "canary":
            canary = codedeploy.TimeBasedCanary(CanaryInterval=int(minutes), CanaryPercentage=int(share))
            routing = codedeploy.TrafficRoutingConfig(Type="TimeBasedCanary", TimeBasedCanary=canary)
        else:
            linear = codedeploy.TimeBasedLinear(LinearInterval=int(minutes), LinearPercentage=int(share))
            routing = codedeploy.TrafficRoutingConfig(Type="TimeBasedLinear", TimeBasedLinear=linear)
        template.add_resource(
            codedeploy.DeploymentConfig(title, ComputePlatform="Lambda", TrafficRoutingConfig=routing)
        )
    return Ref(title)


def _group(name: str, configuration: Any, role: Any, alarms: Sequence[str]) -> codedeploy.DeploymentGroup:
    events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
    return codedeploy.DeploymentGroup(
        f"{naming.function(name)}DeploymentGroup",
        ApplicationName=Ref(APPLICATION),
        ServiceRoleArn=role,
        DeploymentConfigName=configuration,
        DeploymentStyle=codedeploy.DeploymentStyle(
            DeploymentType="BLUE_GREEN", DeploymentOption="WITH_TRAFFIC_CONTROL"
        ),
        AlarmConfiguration=codedeploy.AlarmConfiguration(
            Enabled=True, Alarms=[codedeploy.Alarm(Name=Ref(alarm)) for alarm in alarms]
        ),
        AutoRollbackConfiguration=codedeploy.AutoRollbackConfiguration(Enabled=True, Events=events),
    )
