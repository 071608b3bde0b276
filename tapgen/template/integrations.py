"""What the routes of APIs call without a function: the action, the resource of the template, and by whose role.

Sources: API Gateway API reference, "PutIntegration" (`uri`); developer guide, "Integration subtype reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from tapgen.template.api_bodies import INTEGRATION, mapping
from tapgen.template.apis import routes
from tapgen.template.intrinsics import references
from tapgen.template.kinds import KINDS
from tapgen.template.model import Template
from tapgen.template.paths import Path
from tapgen.template.routes import Route
from tapgen.template.text import text
from tapgen.template.types import value_at

_SUBTYPES: Final = {"SQS": "sqs", "StepFunctions": "states", "EventBridge": "events", "Kinesis": "kinesis"}
_PSEUDO: Final = re.compile(r"\$\{AWS::\w+\}")
_ACTION: Final = re.compile(r"\bAction=(\w+)")
_INDEX: Final = re.compile(r'"IndexName"\s*:\s*"([^"$]+)"')
_QUERY: Final = "integration.request.querystring.Action"
_URI_FIELDS: Final = 6  # arn:aws:apigateway:REGION:SERVICE:action/NAME, or path/…
LOG_ACTIONS: Final = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
"""What API Gateway writes logs by, of AmazonAPIGatewayPushToCloudWatchLogs: developer guide, "Set up CloudWatch logging
for REST APIs"."""


class Call(Struct, frozen=True):
    """A route that makes API Gateway do something with a resource of the template."""

    route: Route
    action: str
    """As IAM has it: sqs:SendMessage."""
    target: str
    """The resource's logical id."""
    role: Any
    """The role by which it is done, as a value; None where there is none."""
    place: Path
    """Where the integration is written."""
    index: str = ""
    """The index of a table that is read in its place."""


def calls(template: Template) -> Iterator[Call]:
    """Each call whose action and resource can be read."""
    for route in routes(template).values():
        integration, place = _integration(template, route)
        action = _action(integration)
        service = action.partition(":")[0]
        types = {kind.type for kind in KINDS if kind.prefix == service and service != "lambda"}
        named = [integration.get(key) for key in ("uri", "requestTemplates", "requestParameters")]
        for target in dict.fromkeys(one.target for value in named for one in references(value)):
            resource = template.resources.get(target)
            if action and resource is not None and resource.type in types:
                yield Call(route, action, target, integration.get("credentials"), place, _index(integration))


def _integration(template: Template, route: Route) -> tuple[Mapping[str, Any], Path]:
    """A route's integration under the names of OpenAPI's extension, and where it is."""
    resource = template.resources.get(route.logical_id)
    if resource is None:
        return {}, ()
    if route.in_body:
        written = mapping(value_at(resource.properties, tuple(str(step) for step in route.place[3:])))
        return mapping(written.get(INTEGRATION)), (*route.place, INTEGRATION)
    place: Path = ("Resources", route.logical_id, "Properties")
    if resource.type == "AWS::ApiGateway::Method":
        return _lower(resource.properties.get("Integration")), (*place, "Integration")
    behind = template.target(resource.properties.get("Target"))
    if behind is None:
        return {}, place
    found = _lower(behind.properties)
    renamed = {"uri": found.get("integrationUri"), "credentials": found.get("credentialsArn")}
    return {**found, **renamed}, ("Resources", behind.logical_id, "Properties")


def _index(integration: Mapping[str, Any]) -> str:
    templates = (text(one) for one in mapping(integration.get("requestTemplates")).values())
    return next((match[1] for one in templates if (match := _INDEX.search(one))), "")


def _lower(value: Any) -> dict[str, Any]:
    return {key[:1].lower() + key[1:]: one for key, one in mapping(value).items()}


def _action(integration: Mapping[str, Any]) -> str:
    """What it does, as IAM has it; '' where it does nothing with a service, or nobody can say what."""
    service, _, name = text(integration.get("integrationSubtype") or "").partition("-")
    if service in _SUBTYPES:
        return f"{_SUBTYPES[service]}:{name}"
    fields = _PSEUDO.sub("_", text(integration.get("uri") or "")).split(":", _URI_FIELDS - 1)
    if len(fields) < _URI_FIELDS or fields[2] != "apigateway":
        return ""
    service, (how, _, rest) = fields[4].rpartition(".")[2], fields[5].partition("/")
    if how == "action":
        return f"{service}:{rest.partition('&')[0]}" if rest else ""
    said = text(mapping(integration.get("requestParameters")).get(_QUERY) or "").strip("'")
    templates = (text(one) for one in mapping(integration.get("requestTemplates")).values())
    found = said or next((match[1] for one in templates if (match := _ACTION.search(one))), "")
    return f"{service}:{found}" if found else ""
