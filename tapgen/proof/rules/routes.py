"""Rules about routes: who may call them, whom their authorizers ask, and what API Gateway may invoke."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.proof import unseen
from tapgen.proof.rules.rule import Hit, Rule
from tapgen.template.authorizers import Authorizer, authorizers
from tapgen.template.intrinsics import references, undecided
from tapgen.template.invocations import invokers
from tapgen.template.text import text

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.model import Template

STANDARD_SCOPES = frozenset({"aws.cognito.signin.user.admin", "email", "openid", "phone", "profile"})
"""Scopes of every user pool: Cognito developer guide, "Scopes, M2M, and resource servers"."""


def _route_permission(subject: Subject) -> Iterator[Hit]:
    allowed = invokers(subject.template)
    for route in subject.routes:
        api = subject.template.resources.get(route.api_id)
        # SAM gives the permissions for its own APIs, one of which is in no template.
        by_sam = api.type.startswith("AWS::Serverless::") if api else route.api_id.startswith("Serverless")
        if by_sam or route.credentials:
            continue
        for function in route.functions:
            if not allowed.may_route(function, route):
                yield Hit(f"API Gateway may not invoke {function} for {route.name}.", route.place)


def _authorizer_permission(subject: Subject) -> Iterator[Hit]:
    allowed = invokers(subject.template)
    for one in authorizers(subject.template):
        for function in one.functions if not one.credentials else ():
            if not allowed.may_authorize(function, one.api_id):
                yield Hit(f"API Gateway may not invoke {function}, which {one.name} asks who may call.", one.place)


def _authorizer_identity(subject: Subject) -> Iterator[Hit]:
    for one in authorizers(subject.template):
        if not one.sources and (one.kind != "CUSTOM" or one.ttl > 0):
            yield Hit(f"{one.name} looks at nothing of a request.", one.place)
        for source in one.sources:
            place, _, name = source.partition("stageVariables.")
            if name and not place.strip("$") and name not in _stage_variables(subject.template, one.api_id):
                yield Hit(f"{one.name} looks at the stage variable {name}, which no stage of the API has.", one.place)


def _stage_variables(template: Template, api: str) -> set[str]:
    found: set[str] = set()
    for stage in template.of_type("AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"):
        owner = template.target(stage.properties.get("RestApiId") or stage.properties.get("ApiId"))
        if owner is not None and owner.logical_id == api:
            variables = stage.properties.get("Variables") or stage.properties.get("StageVariables")
            found |= set(variables) if isinstance(variables, dict) else set()
    return found


def _authorizer_ttl(subject: Subject) -> Iterator[Hit]:
    for one in authorizers(subject.template):
        if one.kind == "CUSTOM" and one.functions and one.ttl > 0:
            yield Hit(
                f"What {one.name} answers is kept for {one.ttl} s: a token that was revoked lets in so long.", one.place
            )


def _scopes(subject: Subject) -> Iterator[Hit]:
    template = subject.template
    by_name = {(one.api_id, one.key): one for one in authorizers(template)}
    for route in subject.routes:
        one = by_name.get((route.api_id, route.caller.authorizer))
        known = _known_scopes(template, one) if one and route.caller.scopes else None
        if known is None:
            continue
        for scope in route.caller.scopes:
            if one and scope not in known:
                pools = ", ".join(one.pools)
                yield Hit(f"{route.name} asks for {scope}, which {pools} has not: no token has it.", route.place)


def _known_scopes(template: Template, one: Authorizer) -> set[str] | None:
    """The scopes that the authorizer's user pools have; None where one of them, or a name, is not in the template."""
    if not one.pools:
        return None
    found = set(STANDARD_SCOPES)
    for server in template.of_type("AWS::Cognito::UserPoolResourceServer"):
        pools = {reference.target for reference in references(server.properties.get("UserPoolId"))}
        if not pools & set(one.pools):
            continue
        scopes = server.properties.get("Scopes")
        identifier = text(server.properties.get("Identifier", ""))
        if "${" in f"{identifier}{scopes}" or undecided(scopes):
            return None
        for scope in scopes if isinstance(scopes, list) else ():
            if isinstance(scope, dict):
                found.add(f"{identifier}/{text(scope.get('ScopeName', ''))}")
    return found


_COLON = re.compile(r"/:([A-Za-z_]\w*)(?=/|$)")


def _parameters(subject: Subject) -> Iterator[Hit]:
    for route in subject.routes:
        names = _COLON.findall(route.name) if not route.name.startswith("OPTIONS ") else ()  # beside the others
        if names:
            taken, meant = ", ".join(f":{name}" for name in names), ", ".join(f"{{{name}}}" for name in names)
            yield Hit(
                f"{route.name}: {taken} {'is' if len(names) == 1 else 'are'} taken to the letter.",
                route.place,
                f"Write {meant}.",
            )


_GUIDE = "API Gateway developer guide"

API_CONTRACT = Rule(
    "api-contract",
    "error",
    "The routes are not what the OpenAPI file says",
    "Clients are written against the file: they call what is not there, or send what is refused.",
    "Change the route in the settings, or the operation in the file.",
    'OpenAPI specification 3.1, "Paths Object"',
)

ROUTE_RULES = (
    Rule(
        "route-colon",
        "warning",
        "A part of a path looks like a parameter of another framework",
        "API Gateway takes `:id` for text: /orders/7 is answered by 403 or 404.",
        "Write {id}.",
        f'{_GUIDE}, "Set up API methods"; "Create routes for HTTP APIs"',
        _parameters,
    ),
    Rule(
        "route-permission",
        "error",
        "API Gateway may not invoke the function behind a route",
        "Every call of the route is answered by 500, Internal server error.",
        "Add an AWS::Lambda::Permission for apigateway.amazonaws.com whose SourceArn covers the route.",
        f'{_GUIDE}, "Grant API Gateway permission to invoke a Lambda function"',
        _route_permission,
        lacks=unseen.PERMISSION,
    ),
    Rule(
        "authorizer-permission",
        "error",
        "API Gateway may not invoke an authorizer's function",
        "Every call of a route that asks the authorizer is answered by 500.",
        "Add an AWS::Lambda::Permission for apigateway.amazonaws.com whose SourceArn ends in authorizers/ID.",
        f'{_GUIDE}, "Configure a Lambda authorizer"',
        _authorizer_permission,
        lacks=unseen.PERMISSION,
    ),
    Rule(
        "authorizer-identity",
        "error",
        "An authorizer looks at nothing that a request has",
        "API Gateway refuses to make it, or every request is answered by 401.",
        "Name an identity source that requests have, or for a function set the time to live to 0.",
        f'{_GUIDE}, "Configure a Lambda authorizer", identity sources',
        _authorizer_identity,
    ),
    Rule(
        "authorizer-scopes",
        "error",
        "A route asks for a scope that its user pool does not have",
        "No token has the scope, so that nobody can call the route.",
        "Add the scope to a resource server of the pool, or take it from the route.",
        f'{_GUIDE}, "Integrate a REST API with a Cognito user pool"',
        _scopes,
    ),
    Rule(
        "authorizer-ttl",
        "info",
        "What an authorizer's function answers is kept",
        "Until the time is over, API Gateway does not ask again: who was locked out still comes in.",
        "Shorten the time to live (`ttl`) where this matters; 0 asks every time.",
        f'{_GUIDE}, "Configure a Lambda authorizer", result TTL',
        _authorizer_ttl,
    ),
    API_CONTRACT,
)
