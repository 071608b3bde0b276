"""Identity: the functions' execution roles and the role by which API Gateway writes logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Ref, Sub, iam

from tapgen import naming, policies
from tapgen.layers import destinations, parts
from tapgen.layers.destinations import function_arn
from tapgen.layers.lookup import lookup_text, substituted
from tapgen.layers.refs import IdentityRefs, RoleRefs
from tapgen.layers.resource_policies import conditions_of
from tapgen.settings import served

if TYPE_CHECKING:
    from collections.abc import Sequence

    from awacs.aws import Statement
    from troposphere import Template

    from tapgen.layers.refs import DataRefs, NetworkRefs
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment
    from tapgen.settings.references import Reference
    from tapgen.settings.statements import Statement as Given

API_LOGGING_POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
ANY_FILE_SYSTEM = "arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:${AWS::AccountId}:file-system/*"


def build(template: Template, environment: Environment, network: NetworkRefs | None, data: DataRefs) -> IdentityRefs:
    """Add one role for each function: its own log group, its tables, and what its configuration needs."""
    roles = {}
    elsewhere = {}
    for name, settings in environment.functions.items():
        statements = _statements(environment, name, network, data)
        if settings.role:
            elsewhere[name] = statements
            continue
        role = template.add_resource(
            _role(naming.function(name), statements, _reasons(settings), settings.managed_policies)
        )
        roles[name] = RoleRefs(Ref(role), GetAtt(role, "Arn"), role.Policies[0].PolicyDocument.Statement)
        if environment.is_main("functions", name):  # the others have one output each, their name: a template takes 200
            template.add_output(
                Output("LambdaRoleNameOutput", Description=f"Name of the execution role of {name}", Value=Ref(role))
            )
    logging_role = None
    apis = served.apis(environment).values()
    own = [api.settings for api in apis if not api.settings.exists]
    if any(api.kind != "http" and api.cloudwatch_role for api in own):
        logging_role = template.add_resource(_api_logging_role())
    return IdentityRefs(roles, GetAtt(logging_role, "Arn") if logging_role else None, elsewhere)


def _role(
    function: str, statements: list[Statement], reasons: dict[str, str], managed: Sequence[str | Reference]
) -> iam.Role:
    return iam.Role(
        f"{function}Role",
        **({"Metadata": {"Reasons": reasons}} if reasons else {}),
        Description=f"Execution role of {function}",
        AssumeRolePolicyDocument=policies.trust("lambda.amazonaws.com"),
        **({"ManagedPolicyArns": [managed_policy(one) for one in managed]} if managed else {}),
        Policies=[iam.Policy(PolicyName=f"{function}Policy", PolicyDocument=policies.document(statements))],
    )


def managed_policy(value: str | Reference) -> Any:
    """The ARN of a managed policy, of AWS's own where it is a name."""
    if isinstance(value, str) and not value.startswith(("arn:", "${")):
        return Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{value}")
    return lookup_text(value)


def _statements(environment: Environment, name: str, network: NetworkRefs | None, data: DataRefs) -> list[Statement]:
    function = environment.functions[name]
    statements = [policies.write_logs(data.function_logs[name].arn)]
    sent = list(destinations.done(environment, name, data))
    of_brokers: list[Statement] = []
    if function.triggers.kafka or function.triggers.mq:
        from tapgen.layers import brokers

        sent += brokers.done(function, data)
        of_brokers = list(brokers.statements(function, data))
    statements += [*parts.statements(function, data.parts, sent), *of_brokers]
    if encryption := function.encryption or environment.encryption:
        key = data.parts["keys"][encryption].arn
        statements.append(policies.use("DecryptVariables", ("kms:Decrypt",), key))
    for sid, given in _given(function).items():
        resources = [lookup_text(one) for one in given.resources]
        statements.append(policies.given(sid, given.actions, resources, conditions_of(given.conditions)))
    statements += destinations.statements(environment, name, data)
    for one in function.file_systems:
        file_system = lookup_text(one.file_system) if one.file_system else substituted(ANY_FILE_SYSTEM)
        statements.append(policies.mount(lookup_text(one.access_point), file_system))
    if function.tracing:
        statements.append(policies.send_traces())
    if network and function.network:
        statements.append(policies.manage_network_interfaces())
        statements.append(policies.deny_own_network(function_arn(environment, name)))
    return statements


def _given(function: Function) -> dict[str, Given]:
    """The settings' own statements by their Sids."""
    return {f"Statement{number}": given for number, given in enumerate(function.statements, 1)}


def _reasons(function: Function) -> dict[str, str]:
    reasons = {sid: given.reason for sid, given in _given(function).items() if given.reason}
    if any(one.file_system is None for one in function.file_systems):
        reasons["MountFiles"] = "Which file system it is does not follow from its access point"
    return reasons


def _api_logging_role() -> iam.Role:
    """Kept on deletion: the account's other APIs write their logs by it too; not after a failed first creation.

    Source: API Gateway developer guide, "Set up CloudWatch logging for REST APIs".
    """
    return iam.Role(
        "ApiLoggingRole",
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        Description="API Gateway writes logs; one for each account and region",
        AssumeRolePolicyDocument=policies.trust("apigateway.amazonaws.com"),
        ManagedPolicyArns=[Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{API_LOGGING_POLICY}")],
    )
