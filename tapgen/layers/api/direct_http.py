"""What an HTTP API sends to a part or an address: by the service's integration subtype, or as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from troposphere import apigatewayv2

from tapgen.layers.api import direct as to
from tapgen.layers.lookup import lookup

if TYPE_CHECKING:
    from tapgen.layers.refs import PartRefs, Parts
    from tapgen.settings.direct_routes import DirectRoute
    from tapgen.settings.served import ServedRoute

SUBTYPES = {
    "queue": "SQS-SendMessage",
    "bus": "EventBridge-PutEvents",
    "stream": "Kinesis-PutRecord",
    "state_machine": "StepFunctions-StartExecution",
}
SYNC = "StepFunctions-StartSyncExecution"
_PLACES = {
    "path": "$request.path.{}",
    "header": "$request.header.{}",
    "querystring": "$request.querystring.{}",
}


def integration(title: str, route: ServedRoute, api: Any, roles: to.Roles, parts: Parts) -> apigatewayv2.Integration:
    """The integration of a route, whose own title it is named after."""
    direct = cast("DirectRoute", route.asks)
    named = f"{title.removesuffix('Route')}Integration"
    if direct.url is not None:
        return apigatewayv2.Integration(
            named,
            ApiId=api,
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="ANY" if route.route.method in ("ANY", "$default") else route.route.method,
            IntegrationUri=lookup(direct.url),
            PayloadFormatVersion="1.0",
        )
    return apigatewayv2.Integration(
        named,
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationSubtype=SYNC if direct.sync else SUBTYPES[direct.target],
        PayloadFormatVersion="1.0",
        CredentialsArn=to.role_of(direct, roles),
        RequestParameters=_parameters(direct, to.part(direct, parts)),
    )


def _parameters(direct: DirectRoute, refs: PartRefs) -> dict[str, Any]:
    """The parameters of the subtype; a region is said where it is not the API's."""
    body = "$request.body"
    group, once = (to.value(text, _PLACES) if text else "" for text in (direct.group, direct.deduplication))
    sent: dict[str, dict[str, Any]] = {
        "queue": {
            "QueueUrl": refs.url,
            "MessageBody": body,
            "MessageGroupId": group,
            "MessageDeduplicationId": once,
        },
        "bus": {
            "EventBusName": refs.arn,
            "Source": direct.source,
            "DetailType": direct.detail_type,
            "Detail": body,
        },
        "stream": {"StreamName": refs.name, "Data": body, "PartitionKey": group or "$context.requestId"},
        "state_machine": {"StateMachineArn": refs.arn, "Input": body},
    }
    region = to.region(refs)
    elsewhere = {"Region": region} if isinstance(region, str) else {}
    return {key: value for key, value in sent[direct.target].items() if value not in ("", None)} | elsewhere
