"""The events of both kinds of API as AWS has them.

Sources: API Gateway developer guide, "Input format of a Lambda function for proxy integration" (REST), "Create AWS
Lambda proxy integrations for HTTP APIs in API Gateway" (payload format 2.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tapgen.local.sent import Sent

Event = dict[str, Any]

_OF_URLS = ("host", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto")
_IDENTITY = (
    *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType"),
    *("cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn"),
)
"""Who called, as IAM knows them; null where IAM was not asked."""


def as_rest(event: Event, sent: Sent, api_id: str) -> Event:
    """A REST API's event: names as they were sent, of what was sent twice the last value and the list of all."""
    headers = [*sent.headers, *_forwarded(sent)]
    several: dict[str, list[str]] = {}
    for name, value in headers:
        several.setdefault(name, []).append(value)
    query = event.get("multiValueQueryStringParameters")
    context = event["requestContext"]
    identity = dict.fromkeys(_IDENTITY) | context["identity"] | {"sourceIp": sent.address}
    if key := sent.header("x-api-key"):
        identity["apiKey"] = key
    return {name: value for name, value in event.items() if name != "version"} | {
        "headers": dict(headers),
        "multiValueHeaders": several,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} if query else None,
        "requestContext": context | {"identity": identity} | _domain(api_id),
    }


def as_http(event: Event, sent: Sent, api_id: str) -> Event:
    """An HTTP API's event: lower-case names, what was sent twice joined by commas, cookies apart, its stage."""
    headers = _joined([*sent.headers, *_forwarded(sent)])
    context, stage = event["requestContext"], event["requestContext"]["stage"]
    path = event["rawPath"] if stage == "$default" else f"/{stage}{event['rawPath']}"
    http = context["http"] | {"path": path, "sourceIp": sent.address}
    told = event | {"headers": headers, "rawPath": path, "requestContext": context | {"http": http} | _domain(api_id)}
    return told | _cookies(sent)


def as_url(event: Event, sent: Sent) -> Event:
    """The event of a function's URL: as an HTTP API's, but for the path, which stays encoded."""
    headers = _joined(sent.headers) | {name: event["headers"][name] for name in _OF_URLS if name in event["headers"]}
    path = sent.below(event["rawPath"])
    context = event["requestContext"] | {"http": event["requestContext"]["http"] | {"path": path}}
    return event | {"headers": headers, "rawPath": path, "requestContext": context} | _cookies(sent)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in ((name.lower(), value) for name, value in pairs):
        if name != "cookie":
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def _cookies(sent: Sent) -> dict[str, list[str]]:
    said = [value for name, value in sent.headers if name.lower() == "cookie"]
    cookies = [cookie.strip() for value in said for cookie in value.split(";") if cookie.strip()]
    return {"cookies": cookies} if cookies else {}


def _forwarded(sent: Sent) -> Iterator[tuple[str, str]]:
    """What the service adds: where the request came from, over what."""
    port = sent.header("host").partition(":")[2] or "80"
    before = sent.header("x-forwarded-for")
    if not before:
        yield "X-Forwarded-For", sent.address
    for name, value in (("X-Forwarded-Port", port), ("X-Forwarded-Proto", "http")):
        if not sent.header(name):
            yield name, value


def _domain(api_id: str) -> dict[str, str]:
    return {"domainName": f"{api_id}.execute-api.localhost", "domainPrefix": api_id}
