"""Routes that lead to a part or an address without a function: the role that API Gateway sends by, and what it sends.

Sources: API Gateway developer guide, "Set up REST API integrations" and "Integration subtype reference" (HTTP APIs);
the API references of the services for the names of what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Ref, iam

from tapgen import naming, policies
from tapgen.layers.parts import on_keys
from tapgen.layers.refs import TableRefs
from tapgen.settings.direct_routes import PARTS
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import PartRefs, Parts
    from tapgen.settings.direct_routes import DirectRoute
    from tapgen.settings.served import ServedApi

Role = tuple[str, str]
"""The key that says where a route leads to, and the part."""
Roles = Mapping[Role, Any]
"""The ARNs of the roles that API Gateway sends by."""

ACTIONS = {
    "queue": "sqs:SendMessage",
    "topic": "sns:Publish",
    "bus": "events:PutEvents",
    "stream": "kinesis:PutRecord",
    "state_machine": "states:StartExecution",
}
SYNC = "states:StartSyncExecution"


def action(direct: DirectRoute, method: str) -> str:
    """What API Gateway does there for a route of that method."""
    if direct.target == "table":
        return f"dynamodb:{direct.action_on_table(method)}"
    return SYNC if direct.sync else ACTIONS[direct.target]


def part(direct: DirectRoute, parts: Parts) -> PartRefs:
    """The part that a route leads to."""
    return parts[PARTS[direct.target]][direct.part]


def add_roles(template: Template, served: ServedApi, parts: Parts) -> dict[Role, Any]:
    """Add a role for each part that the API's routes lead to, which may do there what they do; the ARN of each."""
    done: dict[Role, dict[str, set[str]]] = {}
    refs: dict[Role, PartRefs] = {}
    for route, direct in served.direct:
        if direct.target != "url":
            what = action(direct, route.route.method)
            done.setdefault(_role(direct), {}).setdefault(direct.index or "", set()).add(what)
            refs[_role(direct)] = part(direct, parts)
    return {role: _add_role(template, served, role, refs[role], actions) for role, actions in done.items()}


def role_of(direct: DirectRoute, roles: Roles) -> Any:
    """The ARN of the role of a route."""
    return roles[_role(direct)]


def _role(direct: DirectRoute) -> Role:
    return direct.target, direct.part


def _add_role(template: Template, served: ServedApi, role: Role, refs: PartRefs, done: Mapping[str, set[str]]) -> Any:
    """`done` are the actions by the index that they are done on, '' for the part itself."""
    target, name = role
    title = f"{served.title}{naming.logical(name, kinds()[PARTS[target]].part.suffix)}Role"
    statements = [
        policies.use(naming.logical("send", index), actions, _arn(refs, index)) for index, actions in done.items()
    ]
    statements += on_keys([(refs, sorted(set().union(*done.values())))])
    made = template.add_resource(
        iam.Role(
            title,
            Description=f"{served.title} sends to {name}",
            AssumeRolePolicyDocument=policies.trust("apigateway.amazonaws.com"),
            Policies=[iam.Policy(PolicyName=f"{title}Policy", PolicyDocument=policies.document(statements))],
        )
    )
    return GetAtt(made, "Arn")


def _arn(refs: PartRefs, index: str) -> Any:
    return refs.index_arns[index] if index and isinstance(refs, TableRefs) else refs.arn


def region(refs: PartRefs) -> Any:
    """The region of a part: the stack's, unless its ARN is written out."""
    return refs.arn.split(":")[3] if isinstance(refs.arn, str) and refs.arn.startswith("arn:") else Ref("AWS::Region")


def value(text: str, forms: Mapping[str, str]) -> str:
    """A group or a deduplication id: plain text, or where the request has it, as a kind of API writes that."""
    place, dot, name = text.partition(".")
    return forms[place].format(name) if dot else text
