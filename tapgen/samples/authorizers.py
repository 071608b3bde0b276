"""What the function of an authorizer is asked, by both kinds of API."""

from __future__ import annotations

from tapgen.samples import http
from tapgen.samples.application import Application
from tapgen.samples.sample import Event, Given, RequestSample
from tapgen.samples.targets import Asked

TOKEN = "Bearer token"  # noqa: S105 - a sample of one


def by_token(application: Application, asked: Asked, _: Given) -> Event:
    """A REST API's authorizer of type TOKEN."""
    return {"type": "TOKEN", "methodArn": http.method_arn(application, asked), "authorizationToken": TOKEN}


def by_request(application: Application, asked: Asked, given: Given) -> Event:
    """A REST API's authorizer of type REQUEST: the request, whose body it is not shown."""
    event = http.rest(application, asked, given)
    headers = event["headers"] | {"Authorization": TOKEN}
    context = {name: value for name, value in event["requestContext"].items() if name != "authorizer"}
    return {
        "type": "REQUEST",
        "methodArn": http.method_arn(application, asked),
        **{name: value for name, value in event.items() if name not in {"body", "isBase64Encoded"}},
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": event["queryStringParameters"] or {},
        "multiValueQueryStringParameters": event["multiValueQueryStringParameters"] or {},
        "pathParameters": event["pathParameters"] or {},
        "stageVariables": {},
        "requestContext": context,
    }


def by_http(application: Application, asked: Asked, given: Given) -> Event:
    """An HTTP API's authorizer, payload format 2.0."""
    event = http.http(application, asked, given)
    context = {name: value for name, value in event["requestContext"].items() if name != "authorizer"}
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": http.method_arn(application, asked),
        "identitySource": [TOKEN],
        **{name: value for name, value in event.items() if name not in {"version", "body", "isBase64Encoded"}},
        "headers": event["headers"] | {"authorization": TOKEN},
        "requestContext": context,
    }


_REST = "API Gateway developer guide, “Input to an API Gateway Lambda authorizer”"
SAMPLES = (
    RequestSample(
        kind="authorizer-token",
        title="A REST API asks its authorizer of type TOKEN",
        api="rest",
        make=by_token,
        source=_REST,
        authorized="TOKEN",
    ),
    RequestSample(
        kind="authorizer-request",
        title="A REST API asks its authorizer of type REQUEST",
        api="rest",
        make=by_request,
        source=_REST,
        authorized="REQUEST",
    ),
    RequestSample(
        kind="authorizer-http",
        title="An HTTP API asks its authorizer: payload format 2.0",
        api="http",
        make=by_http,
        source="API Gateway developer guide, “Control access to HTTP APIs with AWS Lambda authorizers”",
        authorized="REQUEST",
    ),
)
