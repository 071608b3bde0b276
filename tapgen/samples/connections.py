"""What comes over a connection of a WebSocket API: its beginning, its end, and messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tapgen.samples.application import MILLISECONDS, Application, digest, identifier
from tapgen.samples.callers import AGENT, SOURCE_IP
from tapgen.samples.http import headers_of, host_of, stage_of
from tapgen.samples.sample import BODY, Event, Given, RequestSample

if TYPE_CHECKING:
    from tapgen.samples.targets import Asked

_TYPES: Final = {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}
_SELECTION: Final = "$request.body."


def connection(application: Application, asked: Asked, given: Given) -> Event:
    """The event of a route: $connect has what the browser sent, a message its body, $disconnect the reason."""
    key = asked.route.method
    host = host_of(application, asked)
    context: dict[str, Any] = {
        "routeKey": key,
        "eventType": _TYPES.get(key, "MESSAGE"),
        "extendedRequestId": digest("extended", 15) + "=",
        "requestTime": "01/Jan/2026:12:00:00 +0000",
        "messageDirection": "IN",
        "stage": stage_of(application, asked),
        "connectedAt": MILLISECONDS,
        "requestTimeEpoch": MILLISECONDS,
        "identity": {"sourceIp": SOURCE_IP, "userAgent": AGENT},
        "requestId": digest("request", 15) + "=",
        "domainName": host,
        "connectionId": digest("connection", 15) + "=",
        "apiId": host.partition(".")[0],
    }
    if key == "$connect":
        sent = headers_of(host, Given())
        query = dict(asked.query)
        more = {name: [value] for name, value in query.items()}
        asked_for = {"queryStringParameters": query, "multiValueQueryStringParameters": more} if query else {}
        several = {name: [value] for name, value in sent.items()}
        return {
            "headers": sent,
            "multiValueHeaders": several,
            **asked_for,
            "requestContext": context,
            "isBase64Encoded": False,
        }
    if key == "$disconnect":
        ended = {"disconnectStatusCode": 1001, "disconnectReason": "Going away"}
        host_alone = {"Host": host, "x-api-key": "", "X-Forwarded-For": ""}
        return {
            "headers": host_alone,
            "multiValueHeaders": {name: [value] for name, value in host_alone.items()},
            "requestContext": context | ended,
            "isBase64Encoded": False,
        }
    body = given.body if given.body is not None else _message(application, asked)
    return {"requestContext": context | {"messageId": identifier("message")}, "body": body, "isBase64Encoded": False}


def _message(application: Application, asked: Asked) -> str:
    """The least that takes the route: {"action": "sendMessage"}, as the API's selection reads it."""
    api = application.resource(asked.route.api_id)
    selection = str(api.properties.get("RouteSelectionExpression", "")) if api else ""
    if not selection.startswith(_SELECTION) or asked.route.method == "$default":
        return "{}"
    found: Any = asked.route.method
    for name in reversed(selection.removeprefix(_SELECTION).split(".")):
        found = {name: found}
    return json.dumps(found)


SAMPLES = (
    RequestSample(
        kind="websocket",
        title="A message of a WebSocket API, or a connection's beginning or end",
        api="websocket",
        make=connection,
        takes=BODY,
        source="API Gateway developer guide, “Set up an integration request in API Gateway” (WebSocket)",
    ),
)
