"""Requests, as API Gateway, function URLs and load balancers send them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from tapgen.samples.application import MILLISECONDS, SECONDS, Application, digest, identifier, numbers
from tapgen.samples.callers import AGENT, SOURCE_IP, http_caller, iam, identity, rest_authorizer
from tapgen.samples.sample import BODY, Event, Given, RequestSample, Sample
from tapgen.samples.targets import Asked, Target
from tapgen.template.model import Resource
from tapgen.template.text import text


def rest(application: Application, asked: Asked, given: Given) -> Event:
    """The event of a REST API's proxy integration."""
    headers = headers_of(host_of(application, asked), given)
    api, stage = asked.route.api_id, stage_of(application, asked)
    moment = "01/Jan/2026:12:00:00 +0000"
    context: dict[str, Any] = {
        "accountId": application.where.account,
        "apiId": application.name(api) if application.resource(api) else "api",
        "domainName": headers["Host"],
        "domainPrefix": headers["Host"].partition(".")[0],
        "extendedRequestId": digest("extended", 15) + "=",
        "httpMethod": asked.method,
        "identity": identity(application, asked),
        "path": f"/{stage}{asked.path}",
        "protocol": "HTTP/1.1",
        "requestId": identifier("request"),
        "requestTime": moment,
        "requestTimeEpoch": MILLISECONDS,
        "resourceId": digest(asked.route.path, 6),
        "resourcePath": asked.route.path,
        "stage": stage,
    }
    if authorizer := rest_authorizer(application, asked):
        context["authorizer"] = authorizer
    return {
        "resource": asked.route.path,
        "path": asked.path,
        "httpMethod": asked.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(asked.query) or None,
        "multiValueQueryStringParameters": _multiple(asked) or None,
        "pathParameters": dict(asked.parameters) or None,
        "stageVariables": None,
        "requestContext": context,
        "body": given.body,
        "isBase64Encoded": False,
    }


def http(application: Application, asked: Asked, given: Given) -> Event:
    """The event of an HTTP API, payload format 2.0."""
    host = host_of(application, asked)
    stage = stage_of(application, asked)
    raw_path = asked.path if stage == "$default" else f"/{stage}{asked.path}"
    context: dict[str, Any] = {
        "accountId": application.where.account,
        "apiId": host.partition(".")[0],
        **http_caller(application, asked),
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "http": _http(asked.method, raw_path),
        "requestId": digest("request", 15) + "=",
        "routeKey": asked.route.name,
        "stage": stage,
        "time": "01/Jan/2026:12:00:00 +0000",
        "timeEpoch": MILLISECONDS,
    }
    return _second(asked.route.name, raw_path, asked.query, host, given, context, asked.parameters)


def function_url(application: Application, url: Resource, given: Given) -> Event:
    """The event of a function's own URL."""
    host = f"{digest(url.logical_id, 32)}.lambda-url.{application.where.region}.on.aws"
    context: dict[str, Any] = {
        "accountId": "anonymous",
        "apiId": host.partition(".")[0],
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "http": _http("POST" if given.body is not None else "GET", "/"),
        "requestId": identifier("request"),
        "routeKey": "$default",
        "stage": "$default",
        "time": "01/Jan/2026:12:00:00 +0000",
        "timeEpoch": MILLISECONDS,
    }
    if url.properties.get("AuthType") == "AWS_IAM":
        context |= {"accountId": application.where.account, "authorizer": {"iam": iam(application)}}
    return _second("$default", "/", (), host, given, context, {})


def load_balancer(application: Application, group: Resource, given: Given) -> Event:
    """The event of an Application Load Balancer's target group."""
    headers = {
        name.lower(): value
        for name, value in headers_of(f"lb.{application.where.region}.elb.amazonaws.com", given).items()
    }
    event = {
        "requestContext": {"elb": {"targetGroupArn": _target_group(application, group)}},
        "httpMethod": "POST" if given.body is not None else "GET",
        "path": "/",
        "body": given.body or "",
        "isBase64Encoded": False,
    }
    attributes = group.properties.get("TargetGroupAttributes")
    several = {"Key": "lambda.multi_value_headers.enabled", "Value": "true"}
    if isinstance(attributes, list) and several in attributes:
        multiple = {name: [value] for name, value in headers.items()}
        return event | {"multiValueHeaders": multiple, "multiValueQueryStringParameters": {}}
    return event | {"headers": headers, "queryStringParameters": {}}


def _second(
    route: str,
    path: str,
    query: tuple[tuple[str, str], ...],
    host: str,
    given: Given,
    context: dict[str, Any],
    parameters: Any,
) -> Event:
    """Payload format 2.0; what is empty is left out, as the service does."""
    headers = {name.lower(): value for name, value in headers_of(host, given).items()}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": urlencode(query),
        "headers": headers,
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if query:
        names = dict.fromkeys(name for name, _ in query)
        event["queryStringParameters"] = {name: ",".join(v for n, v in query if n == name) for name in names}
    if parameters:
        event["pathParameters"] = dict(parameters)
    if given.body is not None:
        event["body"] = given.body
    return event


def headers_of(host: str, given: Given) -> dict[str, str]:
    """The headers of a request."""
    content = (
        {"Content-Type": "application/json", "Content-Length": str(len(given.body.encode()))} if given.body else {}
    )
    return {
        "Accept": "*/*",
        **content,
        "Host": host,
        "User-Agent": AGENT,
        "X-Amzn-Trace-Id": f"Root=1-{SECONDS:08x}-{digest('trace', 24)}",
        "X-Forwarded-For": SOURCE_IP,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }


def _http(method: str, path: str) -> dict[str, str]:
    return {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": SOURCE_IP, "userAgent": AGENT}


def host_of(application: Application, asked: Asked) -> str:
    """The name of an API's host."""
    api = asked.route.api_id
    name = application.name(api) if application.resource(api) else "api"
    return f"{name}.execute-api.{application.where.region}.{application.where.suffix}"


def stage_of(application: Application, asked: Asked) -> str:
    """The stage of an API, as far as the template says it."""
    of_rest = asked.route.kind == "rest"
    resource_type, owner = ("AWS::ApiGateway::Stage", "RestApiId") if of_rest else ("AWS::ApiGatewayV2::Stage", "ApiId")
    for stage in application.template.of_type(resource_type):
        if text(stage.properties.get(owner, "")) == asked.route.api:
            return application.text(stage.properties.get("StageName", ""), "stage")
    return "$default" if asked.route.kind == "http" else "stage"


def _multiple(asked: Asked) -> dict[str, list[str]]:
    return {name: [v for n, v in asked.query if n == name] for name, _ in asked.query}


def _target_group(application: Application, group: Resource) -> str:
    where = application.where
    if physical := where.physical.get(group.logical_id):
        return physical
    name = quote(application.text(group.properties.get("Name", ""), group.logical_id)[:32])
    unique = digest(group.logical_id, 16)
    return f"arn:{where.partition}:elasticloadbalancing:{where.region}:{where.account}:targetgroup/{name}/{unique}"


def method_arn(application: Application, asked: Asked) -> str:
    """The ARN of a request to a REST API, or of a route of an HTTP API's."""
    where, stage = application.where, stage_of(application, asked)
    api = asked.route.api_id
    name = application.name(api) if application.resource(api) else numbers(asked.route.api, 10)
    return f"arn:{where.partition}:execute-api:{where.region}:{where.account}:{name}/{stage}/{asked.method}{asked.path}"


SAMPLES: tuple[Sample | RequestSample, ...] = (
    RequestSample(
        kind="api",
        title="A request to a REST API: its proxy integration",
        api="rest",
        make=rest,
        takes=BODY,
        source="API Gateway developer guide, “Input format of a Lambda function for proxy integration”",
    ),
    RequestSample(
        kind="http-api",
        title="A request to an HTTP API: payload format 2.0",
        api="http",
        make=http,
        takes=BODY,
        source="API Gateway developer guide, “Create AWS Lambda proxy integrations for HTTP APIs”",
    ),
    Sample(
        kind="function-url",
        title="A request to a function's URL",
        target=Target(word="function", types=("AWS::Lambda::Url",), suffix="FunctionUrl", what="a function with a URL"),
        make=function_url,
        takes=BODY,
        source="Lambda developer guide, “Invoking Lambda function URLs”",
    ),
    Sample(
        kind="alb",
        title="A request through an Application Load Balancer",
        target=Target(
            word="target-group",
            types=("AWS::ElasticLoadBalancingV2::TargetGroup",),
            fits=lambda _, group: group.properties.get("TargetType") == "lambda",
            what="a target group with a function",
        ),
        make=load_balancer,
        takes=BODY,
        source="Lambda developer guide, “Process Application Load Balancer requests with Lambda”",
    ),
)
