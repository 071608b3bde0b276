"""Rules about REST APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import items, mapping, truthy
from tapgen.template.alternatives import alternatives, literal
from tapgen.template.apis import routes
from tapgen.template.arns import fields

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject


def _access_log(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::ApiGateway::Stage"):
        if not mapping(properties.get("AccessLogSetting")).get("DestinationArn"):
            yield Hit(f"{owner} writes no access log.", ("Resources", owner, "Properties"))


def _tracing(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::ApiGateway::Stage"):
        if not truthy(properties.get("TracingEnabled")):
            yield Hit(f"{owner} is not traced.", ("Resources", owner, "Properties"))


def _throttling(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::ApiGateway::Stage"):
        everywhere = [
            setting
            for setting in map(mapping, items(properties.get("MethodSettings")))
            if setting.get("HttpMethod") == "*" and setting.get("ResourcePath") in ("/*", "/**")
        ]
        if not any("ThrottlingRateLimit" in one and "ThrottlingBurstLimit" in one for one in everywhere):
            yield Hit(f"{owner} takes as many requests as the account may.", ("Resources", owner, "Properties"))


def _bodies_logged(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::ApiGateway::Stage"):
        for index, setting in enumerate(map(mapping, items(properties.get("MethodSettings")))):
            if truthy(setting.get("DataTraceEnabled")):
                path = ("Resources", owner, "Properties", "MethodSettings", index, "DataTraceEnabled")
                yield Hit(f"{owner} logs whole requests and answers.", path)


def _credentials(subject: Subject) -> Iterator[Hit]:
    """Fetch standard, "CORS protocol and credentials"."""
    for owner, properties in subject.of_type("AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse"):
        responses = items(mapping(properties.get("Integration")).get("IntegrationResponses"))
        groups = [properties.get("ResponseParameters"), *(mapping(one).get("ResponseParameters") for one in responses)]
        for parameters in map(mapping, groups):
            headers = {name.lower().rpartition(".")[2]: str(value).strip("'") for name, value in parameters.items()}
            if (
                headers.get("access-control-allow-origin") == "*"
                and headers.get("access-control-allow-credentials") == "true"
            ):
                yield Hit(f"{owner} allows credentials from every origin.", ("Resources", owner, "Properties"))


LONGEST = {"rest": 29, "http": 30, "websocket": 29}
"""Seconds that an API waits for a function: API Gateway developer guide, "Quotas", integration timeout."""


def _timeout(subject: Subject) -> Iterator[Hit]:
    """The longest wait of the routes to a function counts; a REST API's quota can be raised, then methods say so."""
    waits: dict[str, tuple[int, str]] = {}
    for route in routes(subject.template).values():
        limit = max(LONGEST.get(route.kind, LONGEST["http"]), _own_wait(subject, route.logical_id))
        for function in route.functions:
            waits[function] = max(waits.get(function, (0, "")), (limit, route.name))
    for function, (limit, name) in waits.items():
        timeout = str(subject.properties(function).get("Timeout", ""))
        if timeout.isdigit() and int(timeout) > limit:
            yield Hit(
                f"{function} may run {timeout} s; its caller by {name} gets an error (504) after {limit} s.",
                ("Resources", function, "Properties", "Timeout"),
            )


def _own_wait(subject: Subject, logical_id: str) -> int:
    """Seconds that a method itself says that it waits; 0 where it says nothing."""
    milliseconds = str(mapping(subject.properties(logical_id).get("Integration")).get("TimeoutInMillis", ""))
    return int(milliseconds) // 1000 if milliseconds.isdigit() else 0


def _integrated(subject: Subject) -> Iterator[tuple[str, str, str, str]]:
    """(method, kind of integration, service behind it, method that is used there) where the template says so itself."""
    for owner, properties in subject.of_type("AWS::ApiGateway::Method"):
        integration = mapping(properties.get("Integration"))
        kind = integration.get("Type")
        for uri in alternatives(integration.get("Uri", "")) if kind in ("AWS", "AWS_PROXY") else ():
            parts = fields(uri)
            if len(parts) == len(fields("arn:aws:apigateway:eu-west-1:s3:path/x")) and parts[2] == "apigateway":
                used = alternatives(integration.get("IntegrationHttpMethod", ""))
                yield owner, str(kind), parts[4], used[0] if len(used) == 1 else "${?}"


def _proxied(subject: Subject) -> Iterator[Hit]:
    for owner, kind, service, _ in _integrated(subject):
        if kind == "AWS_PROXY" and literal(service) and service not in ("lambda", "firehose"):
            path = ("Resources", owner, "Properties", "Integration")
            yield Hit(f"{owner} is a proxy of {service}.", path)


def _posted(subject: Subject) -> Iterator[Hit]:
    for owner, _, service, used in _integrated(subject):
        if service == "lambda" and literal(used) and used != "POST":
            path = ("Resources", owner, "Properties", "Integration")
            yield Hit(f"{owner} calls its function by {used or 'no method'}.", path)


_GUIDE = "API Gateway developer guide"

API_RULES = (
    Rule(
        "api-access-log",
        "warning",
        "An API's stage writes no access log",
        "Who called what, when and with which outcome cannot be said afterwards.",
        "Set AccessLogSetting.",
        f'{_GUIDE}, "Set up CloudWatch logging for REST APIs"; Security Hub user guide, APIGateway.9',
        _access_log,
    ),
    Rule(
        "api-tracing",
        "warning",
        "An API's stage is not traced",
        "Where a slow request spends its time cannot be said.",
        "Set TracingEnabled.",
        "Security Hub user guide, APIGateway.3",
        _tracing,
    ),
    Rule(
        "api-throttling",
        "warning",
        "An API's stage has no throttling of its own",
        "One caller can use up the account's requests, and the bill has no ceiling.",
        "Give MethodSettings for `*` on `/*` a ThrottlingRateLimit and a ThrottlingBurstLimit.",
        f'{_GUIDE}, "Throttle requests to your REST APIs"',
        _throttling,
    ),
    Rule(
        "api-data-trace",
        "warning",
        "An API's stage logs whole requests and answers",
        "Personal data and tokens end up in the log.",
        "Remove DataTraceEnabled.",
        f'{_GUIDE}, "Set up CloudWatch logging for REST APIs"',
        _bodies_logged,
    ),
    Rule(
        "api-cors-credentials",
        "error",
        "CORS allows credentials from every origin",
        "Browsers refuse the combination, so no page can call the API.",
        "Name the origins.",
        'Fetch standard, "CORS protocol and credentials"',
        _credentials,
    ),
    Rule(
        "integration-proxy",
        "error",
        "A proxy integration is with a service that takes none",
        "API Gateway refuses it: AWS_PROXY is for Lambda functions and Firehose streams.",
        "Set the integration's Type to AWS, with a request that the service takes.",
        "API Gateway API reference, PutIntegration: type",
        _proxied,
    ),
    Rule(
        "integration-method",
        "error",
        "A function behind a method is not called by POST",
        "Lambda is invoked by POST alone: every call is answered by 500, or the deployment fails.",
        "Set IntegrationHttpMethod to POST.",
        'CloudFormation template reference, "AWS::ApiGateway::Method Integration": IntegrationHttpMethod',
        _posted,
    ),
    Rule(
        "api-timeout",
        "warning",
        "A function behind an API may run longer than the API waits",
        "The caller gets a 504 while the function runs on, and its alarm on duration looks at the longer time.",
        "Lower the function's timeout to what the API waits, or start the work by a queue and answer at once.",
        f'{_GUIDE}, "Quotas for configuring and running a REST API": integration timeout',
        _timeout,
    ),
)
