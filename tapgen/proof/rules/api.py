"""Rules about REST APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import items, mapping, truthy

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
)
