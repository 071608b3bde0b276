"""Whether each function has a path to each service that its code calls, and whether the path lets the call through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tapgen.proof.rules.permissions import (
    ENDPOINT_CLOSED,
    ENDPOINT_DENIES,
    ENDPOINT_UNUSED,
    NETWORK_UNKNOWN,
    UNREACHABLE,
)
from tapgen.proof.subject import items, mapping, truthy
from tapgen.proof.verdicts import groups
from tapgen.proof.verdicts.grants import reaches
from tapgen.proof.verdicts.permissions import allowed, describe, may_be_called
from tapgen.proof.verdicts.surplus import surplus_pairs
from tapgen.template.endpoints import endpoint_name
from tapgen.template.policies import Statement, statements

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.proof.needs.functions import FunctionNeeds
    from tapgen.proof.needs.requirements import Requirement
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath
    from tapgen.template.endpoints import Endpoint


def findings(needs: Sequence[FunctionNeeds], subject: Subject) -> Iterator[Finding]:
    """What is wrong on the way from the functions to the services that they call."""
    behind: dict[str, list[FunctionNeeds]] = {}
    for one in needs:
        found: dict[str, Endpoint] = {}
        yield from _paths(one, subject, found)
        for service, endpoint in found.items():
            behind.setdefault(endpoint.logical_id, []).append(one)
            yield from _through(one, service, endpoint, subject)
    for endpoint in subject.endpoints:
        users = [one for one in needs if _could_use(one, endpoint, subject)]
        if users and all(one.analysed for one in users):
            yield from _unused(endpoint, users, subject)


def _subnets(function: str, subject: Subject) -> list[str | None]:
    configured = mapping(subject.properties(function).get("VpcConfig"))
    return [subject.arns.owner(value) for value in items(configured.get("SubnetIds"))]


def _groups(function: str, subject: Subject) -> tuple[str | None, ...]:
    configured = mapping(subject.properties(function).get("VpcConfig"))
    return tuple(subject.arns.owner(value) for value in items(configured.get("SecurityGroupIds")))


def _could_use(one: FunctionNeeds, endpoint: Endpoint, subject: Subject) -> bool:
    subnets = [subnet for subnet in _subnets(one.function, subject) if subnet]
    if endpoint.gateway:
        return any(subject.route_tables.get(subnet) in endpoint.tables for subnet in subnets)
    return any(subject.arns.owner(subject.properties(subnet).get("VpcId")) == endpoint.vpc for subnet in subnets)


def _paths(one: FunctionNeeds, subject: Subject, found: dict[str, Endpoint]) -> Iterator[Finding]:
    subnets = _subnets(one.function, subject)
    path: DocumentPath = ("Resources", one.function, "Properties", "VpcConfig")
    if not subnets or not one.services:
        return
    if None in subnets:
        yield from _existing_paths(one, path, subject)
        return
    inside = [subnet for subnet in subnets if subnet]
    for service, file, line in one.services:
        without = []
        for subnet in inside:
            endpoint = _endpoint(service, subnet, subject)
            if endpoint is not None:
                found[service] = endpoint
            elif subject.route_tables.get(subnet) not in subject.leading_out:
                without.append(subnet)
        if without:
            yield UNREACHABLE.finding(
                f"{one.function} calls {service}, and from {', '.join(without)} no path leads there.",
                path,
                file=file,
                line=line,
                hint=f'Add "{endpoint_name(service)}" to network.endpoints, or set network.subnets = "nat".',
            )
        elif not groups.lets_out(_groups(one.function, subject), _peers(found.get(service)), subject):
            message = f"{one.function} calls {service}; its security groups let no HTTPS out to it."
            yield ENDPOINT_CLOSED.finding(message, path, file=file, line=line)


def _existing_paths(one: FunctionNeeds, path: DocumentPath, subject: Subject) -> Iterator[Finding]:
    """What the settings say of a network that is not in the template."""
    paths = subject.existing_paths
    if paths is None:
        yield NETWORK_UNKNOWN.finding(f"The subnets of {one.function} are not in the template.", path)
        return
    for service, file, line in one.services:
        name = endpoint_name(service)
        if not paths & {name, "*"}:
            yield UNREACHABLE.finding(
                f"{one.function} calls {service}, and its existing VPC is not said to have a path there.",
                path,
                file=file,
                line=line,
                hint=f'Add "{name}" to network.has_endpoints where the VPC has that endpoint, or set network.has_nat.',
            )


def _peers(endpoint: Endpoint | None) -> tuple[str | None, ...]:
    return endpoint.groups if endpoint else ()


def _endpoint(service: str, subnet: str, subject: Subject) -> Endpoint | None:
    """The endpoint that a subnet's calls of a service go through: an interface's name wins over a gateway's route."""
    wanted = endpoint_name(service)
    vpc = subject.arns.owner(subject.properties(subnet).get("VpcId"))
    table = subject.route_tables.get(subnet)
    usable = [one for one in subject.endpoints if one.service == wanted]
    interfaces = [one for one in usable if not one.gateway and one.vpc == vpc]
    gateways = [one for one in usable if one.gateway and table in one.tables]
    return next((one for one in interfaces if one.private_dns), None) or next(iter((*gateways, *interfaces)), None)


def _through(one: FunctionNeeds, service: str, endpoint: Endpoint, subject: Subject) -> Iterator[Finding]:
    path: DocumentPath = ("Resources", endpoint.logical_id, "Properties")
    if not endpoint.gateway:
        yield from _interface(one, service, endpoint, subject)
    document = subject.properties(endpoint.logical_id).get("PolicyDocument")
    if document is None:
        return
    granted = _statements_for(one, document, endpoint, subject)
    for requirement in one.requirements:
        if requirement.service != service or requirement.optional:
            continue
        if _passes(requirement, granted, subject):
            continue
        yield ENDPOINT_DENIES.finding(
            f"{one.function} needs {requirement.action} on {describe(requirement.arn)}; "
            f"the policy of {endpoint.logical_id} does not allow it.",
            (*path, "PolicyDocument"),
            file=requirement.file,
            line=requirement.line,
        )


def _passes(requirement: Requirement, granted: Sequence[Statement], subject: Subject) -> bool:
    if allowed(requirement, granted, subject) == "no":
        return False
    return not any(
        one.effect == "Deny"
        and not one.conditions
        and one.names(requirement.action)
        and ("*" in one.resources or (requirement.arn is not None and reaches(one, requirement.arn, subject) == "yes"))
        for one in granted
    )


def _statements_for(one: FunctionNeeds, document: Any, endpoint: Endpoint, subject: Subject) -> list[Statement]:
    """The statements of an endpoint's policy that speak of the function's role."""
    path: DocumentPath = ("Resources", endpoint.logical_id, "Properties", "PolicyDocument")
    role = subject.arns.of(one.role) if one.role else None
    return [
        statement
        for statement in statements(document, path)
        if any(_is_caller(subject.arns.normal(name), role, subject) for name in statement.principals)
    ]


def _is_caller(principal: str, role: str | None, subject: Subject) -> bool:
    own_account = principal.endswith(":root") or principal == "${AWS::AccountId}"
    return own_account or role is None or subject.arns.covers(principal, role) != "no"


def _interface(one: FunctionNeeds, service: str, endpoint: Endpoint, subject: Subject) -> Iterator[Finding]:
    path: DocumentPath = ("Resources", endpoint.logical_id, "Properties")
    vpc = subject.properties(endpoint.vpc or "")
    if not endpoint.private_dns:
        message = f"{one.function} calls {service} by its public name; {endpoint.logical_id} has no private DNS."
        yield ENDPOINT_CLOSED.finding(message, path)
    elif vpc and not (vpc.get("EnableDnsSupport") != "false" and truthy(vpc.get("EnableDnsHostnames"))):
        message = f"{endpoint.logical_id} needs DNS in {endpoint.vpc}: EnableDnsSupport and EnableDnsHostnames."
        yield ENDPOINT_CLOSED.finding(message, ("Resources", endpoint.vpc or "", "Properties"))
    subnets = [subnet for subnet in _subnets(one.function, subject) if subnet]
    if not groups.lets_in(endpoint.groups, _groups(one.function, subject), subnets, subject):
        message = (
            f"{one.function} calls {service}; the security groups of {endpoint.logical_id} let no HTTPS in from it."
        )
        yield ENDPOINT_CLOSED.finding(message, (*path, "SecurityGroupIds"))


def _leads_to_api(endpoint: Endpoint, subject: Subject) -> bool:
    """Whether a private API of the template is reached through the endpoint."""
    return any(
        subject.arns.owner(one) == endpoint.logical_id
        for _, properties in subject.of_type("AWS::ApiGateway::RestApi")
        for one in items(mapping(properties.get("EndpointConfiguration")).get("VpcEndpointIds"))
    )


def _unused(endpoint: Endpoint, users: Sequence[FunctionNeeds], subject: Subject) -> Iterator[Finding]:
    path: DocumentPath = ("Resources", endpoint.logical_id, "Properties", "PolicyDocument")
    required = [requirement for one in users for requirement in one.requirements if requirement.service]
    callers_api = _leads_to_api(endpoint, subject)
    for statement in statements(subject.properties(endpoint.logical_id).get("PolicyDocument"), path):
        if statement.effect != "Allow" or {"*", "*:*"} & set(statement.actions):  # the rule endpoint-open speaks of it
            continue
        for pattern, resource in surplus_pairs(statement, required, subject):
            if may_be_called(pattern, users):
                continue
            if callers_api and pattern == "execute-api:Invoke":  # whoever calls the private API comes this way
                continue
            message = f"{endpoint.logical_id} lets {pattern} on {describe(resource)} through; no function needs it."
            yield ENDPOINT_UNUSED.finding(message, statement.path)
