"""Permissions: one function for each thing a principal may do, as awacs statements with the actions that it takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from awacs import aws, ec2, execute_api, logs, sts, xray
from awacs.aws import Action, Allow, Condition, Deny, Principal, Statement

INDEX_ACTIONS = frozenset({"dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQLSelect"})
"""Actions on a secondary index: Service Authorization Reference, Amazon DynamoDB, resource type "index"."""

_NETWORK_INTERFACE_ACTIONS = [
    ec2.AssignPrivateIpAddresses,
    ec2.CreateNetworkInterface,
    ec2.DeleteNetworkInterface,
    ec2.DescribeNetworkInterfaces,
    ec2.DescribeSubnets,
    ec2.UnassignPrivateIpAddresses,
]


def document(statements: Sequence[Statement]) -> aws.PolicyDocument:
    """A policy document of these statements, in this order."""
    return aws.PolicyDocument(Version="2012-10-17", Statement=list(statements))


def trust(service: str, account: Any = None) -> aws.PolicyDocument:
    """The service, such as "lambda.amazonaws.com", may assume the role; with an account for that one's resources alone.

    Source: IAM user guide, "The confused deputy problem".
    """
    condition = {"Condition": Condition(aws.StringEquals({"aws:SourceAccount": account}))} if account else {}
    return document(
        [Statement(Effect=Allow, Principal=Principal("Service", service), Action=[sts.AssumeRole], **condition)]
    )


def write_logs(log_group_arn: Any) -> Statement:
    """Write into a log group that the template owns, hence no CreateLogGroup; its Arn already ends in ":*"."""
    return Statement(
        Sid="WriteLogs", Effect=Allow, Action=[logs.CreateLogStream, logs.PutLogEvents], Resource=[log_group_arn]
    )


def manage_network_interfaces() -> Statement:
    """What Lambda needs to put a function into a VPC; EC2 takes no narrower resource for all six.

    Source: AWSLambdaVPCAccessExecutionRole, in the AWS managed policy reference.
    """
    return Statement(
        Sid="ManageNetworkInterfaces", Effect=Allow, Action=list(_NETWORK_INTERFACE_ACTIONS), Resource=["*"]
    )


def deny_own_network(function_arn: Any) -> Statement:
    """The Lambda service manages network interfaces; the function's own code may not.

    Source: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC".
    """
    actions = sorted([*_NETWORK_INTERFACE_ACTIONS, ec2.DetachNetworkInterface], key=lambda action: str(action.action))
    return Statement(
        Sid="DenyOwnNetworkInterfaces",
        Effect=Deny,
        Action=actions,
        Resource=["*"],
        Condition=Condition(aws.ArnEquals({"lambda:SourceFunctionArn": function_arn})),
    )


def send_traces() -> Statement:
    """Send X-Ray segments; the service has no resource types for these two."""
    return Statement(
        Sid="SendTraces", Effect=Allow, Action=[xray.PutTelemetryRecords, xray.PutTraceSegments], Resource=["*"]
    )


def call_apis(resource: Any) -> Statement:
    """Whoever comes through a VPC endpoint may call these APIs; each API's own policy narrows it further."""
    return Statement(
        Sid="CallApis", Effect=Allow, Principal=Principal("*"), Action=[execute_api.Invoke], Resource=[resource]
    )


def mount(access_point: Any, file_system: Any) -> Statement:
    """Mount and write a file system by an access point alone.

    Source: EFS user guide, "Using IAM to control access to file systems".
    """
    return Statement(
        Sid="MountFiles",
        Effect=Allow,
        Action=[Action("elasticfilesystem", name) for name in ("ClientMount", "ClientWrite")],
        Resource=[file_system],
        Condition=Condition(aws.StringEquals({"elasticfilesystem:AccessPointArn": [access_point]})),
    )


def use(sid: str, actions: Iterable[str], resource: Any) -> Statement:
    """Do these actions, such as "dynamodb:PutItem", on one resource."""
    return Statement(Sid=sid, Effect=Allow, Action=[_action(name) for name in sorted(actions)], Resource=[resource])


class _Conditions(Condition):
    """Conditions as IAM writes them, {operator: {key: values}}; awacs has a class for each operator."""

    def __init__(self, conditions: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__([])
        self.written = conditions

    def JSONrepr(self) -> dict[str, Any]:  # noqa: N802 - awacs calls it so
        return {operator: dict(keys) for operator, keys in self.written.items()}


def given(
    sid: str, actions: Iterable[str], resources: Sequence[Any], conditions: Mapping[str, Mapping[str, Any]]
) -> Statement:
    """A statement as the settings have it."""
    return Statement(
        Sid=sid,
        Effect=Allow,
        Action=[_action(name) for name in actions],
        Resource=list(resources),
        **({"Condition": _Conditions(conditions)} if conditions else {}),
    )


def read_statement(statement: Mapping[str, Any]) -> Statement:
    """A statement of a policy document, with text or a list wherever IAM takes both.

    Raises:
        ValueError: it is none.
    """
    known = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
    unknown = statement.keys() - known
    if unknown or "Effect" not in statement or not {"Action", "NotAction"} & statement.keys():
        which = f"it has {', '.join(sorted(unknown))}" if unknown else "it needs Effect and Action"
        raise ValueError(f"not a statement of a role's policy: {which}; it may have {', '.join(sorted(known))}")
    read: dict[str, Any] = dict(statement)
    for key in ("Action", "NotAction"):
        if key in read:
            read[key] = [one if isinstance(one, Action) else _action(one) for one in _listed(read[key])]
    for key in ("Resource", "NotResource"):
        if key in read:
            read[key] = _listed(read[key])
    if isinstance(read.get("Condition"), Mapping):
        read["Condition"] = _Conditions(read["Condition"])
    return Statement(**read)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def through_endpoint(
    statements: Iterable[tuple[Sequence[str], Statement]], prefixes: Collection[str]
) -> list[Statement]:
    """What some roles may do by the services of these prefixes, for whoever calls: each role narrows it further.

    One statement for each resource, whoever uses it, since an endpoint's policy has 20,480 characters at most (AWS
    PrivateLink guide, "AWS PrivateLink quotas"). It has the first of the Sids before a statement that is still free.
    """
    from troposphere import encode_to_dict  # the settings' checks ask this module for actions, before it is imported

    found: dict[str, tuple[str, dict[str, Any], dict[str, Action]]] = {}
    taken: set[str] = set()
    for sids, statement in statements:
        properties = statement.properties
        actions = [action for action in properties.get("Action", ()) if action.prefix in prefixes]
        if properties["Effect"] != Allow or not actions:
            continue
        on = {name: properties[name] for name in ("Resource", "NotResource") if name in properties}
        key = repr(encode_to_dict(on))
        if key not in found:
            sid = next((sid for sid in sids if sid not in taken), "")
            taken.add(sid)
            found[key] = (sid, on, {})
        found[key][2].update((action.action, action) for action in actions)
    return [
        Statement(
            **({"Sid": sid} if sid else {}),
            Effect=Allow,
            Principal=Principal("*"),
            Action=[merged[name] for name in sorted(merged)],
            **on,
        )
        for sid, on, merged in found.values()
    ]


def _action(name: str) -> Action:
    prefix, _, action = name.partition(":")
    return Action(prefix, action or None)
