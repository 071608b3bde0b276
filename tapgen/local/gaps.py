"""What the embedded AWS lacks, supplied: alarms on metric math, NAT gateways, names of each region, ARNs of secrets."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Properties = dict[str, Any]

STAND_INS: dict[str, tuple[str, dict[str, str]]] = {
    "AWS::EC2::EIP": ("eip-", {"AllocationId": "eipalloc-", "PublicIp": "192.0.2."}),  # RFC 5737: for documentation
    "AWS::EC2::NatGateway": ("nat-", {"NatGatewayId": "nat-"}),
    "AWS::EC2::FlowLog": ("fl-", {"Id": "fl-"}),
    "AWS::WAFv2::WebACLAssociation": ("association-", {}),
    "AWS::ApplicationAutoScaling::ScalableTarget": ("target-", {}),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ("policy-", {"Arn": "policy-"}),
    "AWS::Events::Archive": ("archive-", {"Arn": "archive-"}),
    "AWS::Events::EventBusPolicy": ("statement-", {}),
    "AWS::SecretsManager::RotationSchedule": ("rotation-", {"Id": "rotation-"}),
    "AWS::CodeDeploy::Application": ("application-", {}),
    "AWS::CodeDeploy::DeploymentConfig": ("config-", {}),
    "AWS::CodeDeploy::DeploymentGroup": ("group-", {}),
    "AWS::Amplify::App": ("app-", {"AppId": "d", "Arn": "app-", "DefaultDomain": "d"}),
    "AWS::Amplify::Branch": ("branch-", {"Arn": "branch-", "BranchName": "branch-"}),
    "AWS::ApiGateway::VpcLink": ("link-", {"VpcLinkId": "link-"}),
    "AWS::ApiGatewayV2::Deployment": ("deployment-", {"DeploymentId": "deployment-"}),
    "AWS::ApiGatewayV2::RouteResponse": ("response-", {"RouteResponseId": "response-"}),
    "AWS::Budgets::Budget": ("budget-", {}),
    "AWS::CE::AnomalyMonitor": ("monitor-", {"MonitorArn": "monitor-"}),
    "AWS::CE::AnomalySubscription": ("subscription-", {"SubscriptionArn": "subscription-"}),
    "AWS::CloudWatch::CompositeAlarm": ("alarm-", {"Arn": "alarm-"}),
    "AWS::Cognito::UserPoolIdentityProvider": ("provider-", {}),
    "AWS::Cognito::UserPoolUser": ("user-", {}),
    "AWS::Config::ConfigRule": ("rule-", {"Arn": "rule-", "ConfigRuleId": "rule-"}),
    "AWS::EC2::NetworkAcl": ("acl-", {"Id": "acl-"}),
    "AWS::EC2::SecurityGroupEgress": ("sgr-", {"Id": "sgr-"}),
    "AWS::EC2::SecurityGroupIngress": ("sgr-", {"Id": "sgr-"}),
    "AWS::Events::ApiDestination": ("destination-", {"Arn": "destination-"}),
    "AWS::Events::Connection": ("connection-", {"Arn": "connection-", "SecretArn": "secret-"}),
    "AWS::IAM::AccessKey": ("AKIA", {"SecretAccessKey": "key-"}),
    "AWS::Logs::QueryDefinition": ("query-", {"QueryDefinitionId": "query-"}),
    "AWS::RDS::DBProxy": ("proxy-", {"DBProxyArn": "prx-", "Endpoint": "proxy-", "VpcId": "vpc-"}),
    "AWS::RDS::DBProxyTargetGroup": ("targets-", {"TargetGroupArn": "targets-"}),
    "AWS::ResourceGroups::Group": ("group-", {"Arn": "group-"}),
    "AWS::SES::ReceiptRule": ("rule-", {}),
    "AWS::SES::ReceiptRuleSet": ("rules-", {}),
    "AWS::SES::Template": ("template-", {"Id": "template-"}),
    "AWS::SSM::Document": ("document-", {}),
    "AWS::SecretsManager::ResourcePolicy": ("policy-", {}),
    "AWS::StepFunctions::Activity": ("activity-", {"Arn": "activity-", "Name": "activity-"}),
    "AWS::XRay::Group": ("group-", {"GroupARN": "group-"}),
    "AWS::XRay::SamplingRule": ("sampling-", {"RuleARN": "sampling-"}),
}
"""Resource type -> how its physical id begins, and each attribute that CloudFormation's "Return values" name."""

BY_ARN = "AWS::SecretsManager::Secret"
SUFFIX = 13  # characters at the end of a generated name that make it unique


def fill(provisioners: Any, region: Callable[[], str]) -> None:  # a module without types
    """Put all of it into ministack's provisioners, which is pinned to one version and has no other hook."""
    record = provisioners._cw_metric_alarm_record  # noqa: SLF001 - as above
    name = provisioners._physical_name  # noqa: SLF001 - as above
    provisioners._cw_metric_alarm_record = lambda alarm, properties: record(alarm, on_one_metric(properties))  # noqa: SLF001 - as above
    provisioners._physical_name = lambda *parts, **how: in_region(name(*parts, **how), region())  # noqa: SLF001 - as above
    for resource_type in STAND_INS:
        handlers = {**stand_in(resource_type), "update_with_logical_id": True}
        provisioners._RESOURCE_HANDLERS.setdefault(resource_type, handlers)  # noqa: SLF001 - as above
    handlers = provisioners._RESOURCE_HANDLERS[BY_ARN]  # noqa: SLF001 - as above
    provisioners._RESOURCE_HANDLERS[BY_ARN] = named_by_arn(handlers)  # noqa: SLF001 - as above


def on_one_metric(properties: Properties) -> Properties:
    """The properties of an AWS::CloudWatch::Alarm with its first metric instead of an expression over several."""
    stats = [query["MetricStat"] for query in properties.get("Metrics") or () if "MetricStat" in query]
    if not stats:
        return properties
    metric = stats[0]["Metric"]
    return {name: value for name, value in properties.items() if name != "Metrics"} | {
        "Namespace": metric["Namespace"],
        "MetricName": metric["MetricName"],
        "Dimensions": metric.get("Dimensions", []),
        "Period": stats[0]["Period"],
        "Statistic": stats[0]["Stat"],
    }


def in_region(name: str, region: str) -> str:
    """A generated physical name for one region: ministack makes the same one in each, and IAM's are global."""
    digest = hashlib.sha256(f"{name}/{region}".encode()).hexdigest()[:SUFFIX]
    return name[:-SUFFIX] + (digest if name == name.lower() else digest.upper())


def stand_in(resource_type: str) -> dict[str, Callable[..., Any]]:
    """The handlers of a resource that is there in name: made, updated in place and deleted, and nothing behind it."""
    begins, attributes = STAND_INS[resource_type]

    def named(logical_id: str, stack_name: str) -> tuple[str, Properties]:
        digest = hashlib.sha256(f"{stack_name}/{logical_id}".encode()).hexdigest()[:17]  # as long as EC2's ids
        host = str(1 + int(digest, 16) % 254)
        made = {name: start + (host if start.endswith(".") else digest) for name, start in attributes.items()}
        return begins + digest, made

    def create(logical_id: str, _properties: Properties, stack_name: str) -> tuple[str, Properties]:
        return named(logical_id, stack_name)

    def update(
        _physical_id: str, _old: Properties, _new: Properties, stack_name: str, logical_id: str
    ) -> tuple[str, Properties]:
        return named(logical_id, stack_name)

    def delete(_physical_id: str, _properties: Properties) -> None:
        """Nothing is there."""

    return {"create": create, "update": update, "delete": delete}


def named_by_arn(handlers: dict[str, Any]) -> dict[str, Any]:
    """The handlers of a secret with its ARN as physical id, which is what Ref gives (its "Return values")."""
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def name(arn: str) -> str:
        return arn.partition(":secret:")[2][: -len("-123456")]

    def created(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Properties]:
        _, attributes = create(logical_id, properties, stack_name)
        return attributes["Arn"], attributes

    def updated(arn: str, *before_and_after: Any, **more: Any) -> tuple[str, Properties]:
        _, attributes = update(name(arn), *before_and_after, **more)
        return attributes["Arn"], attributes

    def deleted(arn: str, properties: Properties) -> None:
        delete(name(arn), properties)

    return handlers | {"create": created, "update": updated, "delete": deleted}
