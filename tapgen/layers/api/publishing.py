"""What makes a REST API public: its deployment, which publishes what all layers made of it, and its stage."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from troposphere import Output, Ref, Sub, apigateway

from tapgen import naming
from tapgen.digest import digest
from tapgen.layers.refs import ApiRefs, embedded

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import LogGroupRefs
    from tapgen.settings.served import FunctionRoute, ServedApi

PUBLISHED = frozenset(
    f"AWS::ApiGateway::{name}"
    for name in ("RestApi", "Resource", "Method", "Model", "Authorizer", "GatewayResponse", "RequestValidator")
)
"""What a deployment is a snapshot of: API Gateway API reference, CreateDeployment."""

AWAITED = PUBLISHED - {"AWS::ApiGateway::RestApi", "AWS::ApiGateway::Resource"}
"""What must be there before the snapshot is taken; the API and its resources are, since methods refer to them."""

ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "integrationError": "$context.integrationErrorMessage",
}


def publish(
    template: Template,
    served: ServedApi,
    refs: ApiRefs,
    log: LogGroupRefs | None,
    account: tuple[str, ...],
    others: frozenset[str],
) -> None:
    """Add the deployment, whose logical id changes with whatever it publishes, and the stage.

    API Gateway does not notice that a method changed: only a new AWS::ApiGateway::Deployment is a new snapshot (user
    guide, "AWS::ApiGateway::Deployment"). `others` are the logical ids of the application's other APIs: what belongs
    to one of them is not published here, and anything that belongs to none may be.
    """
    own = [
        resource
        for resource in template.resources.values()
        if resource.resource_type in PUBLISHED and _api(resource) not in others
    ]
    more = [resource.title for resource in own if resource.resource_type in AWAITED]
    deployment = template.add_resource(
        apigateway.Deployment(
            f"{served.title}Deployment{_digest({resource.title: resource.to_dict() for resource in own})}",
            **_present(DependsOn=list(dict.fromkeys([*refs.depends_on, *more]))),
            RestApiId=refs.api,
        )
    )
    settings = served.settings
    stage = template.add_resource(
        apigateway.Stage(
            f"{served.title}Stage",
            **_present(DependsOn=list(account)),
            RestApiId=refs.api,
            DeploymentId=Ref(deployment),
            StageName=served.stage_name,
            **_present(AccessLogSetting=_access_log(log)),
            **({"CacheClusterEnabled": True, "CacheClusterSize": settings.cache.size} if settings.cache else {}),
            MethodSettings=[
                apigateway.MethodSetting(
                    HttpMethod="*",
                    ResourcePath="/*",
                    ThrottlingRateLimit=settings.throttling.rate,
                    ThrottlingBurstLimit=settings.throttling.burst,
                    **({"LoggingLevel": "ERROR"} if account else {}),
                ),
                *(_method_setting(route) for route in served.routes if route.asks.throttling or route.asks.cache),
            ],
            TracingEnabled=settings.tracing,
            **_present(Variables=dict(settings.variables)),
        )
    )
    host = f"{embedded(refs.api)}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"
    url = Sub(f"https://{host}/{embedded(Ref(stage))}/")
    prefix = naming.logical(served.name) if served.name else ""
    template.add_output(Output(f"{prefix}ApiGatewayIdOutput", Description="Id of the REST API", Value=refs.api))
    template.add_output(Output(f"{prefix}ApiGatewayUrlOutput", Description="Address of the REST API", Value=url))
    if settings.usage_plans:
        from tapgen.layers.api import plans

        plans.build(template, served, refs.api, stage)
    if settings.web_acl:
        template.add_resource(_web_acl_association(served, refs.api, stage, settings.web_acl))


def log_destination(log: LogGroupRefs) -> Sub:
    """The log group's ARN: GetAtt's ends in ":*", which API Gateway does not take here."""
    return Sub(f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{embedded(log.name)}")


def _access_log(log: LogGroupRefs | None) -> apigateway.AccessLogSetting | None:
    if log is None:
        return None
    return apigateway.AccessLogSetting(DestinationArn=log_destination(log), Format=json.dumps(ACCESS_LOG_FIELDS))


def _method_setting(route: FunctionRoute) -> apigateway.MethodSetting:
    """Limits and cache of one method; "~1" is a slash: AWS::ApiGateway::Stage MethodSetting, ResourcePath."""
    throttling = route.asks.throttling
    limits = {"ThrottlingRateLimit": throttling.rate, "ThrottlingBurstLimit": throttling.burst} if throttling else {}
    cache = {"CachingEnabled": True, "CacheTtlInSeconds": route.asks.cache, "CacheDataEncrypted": True}
    return apigateway.MethodSetting(
        HttpMethod="*" if route.route.method == "ANY" else route.route.method,
        ResourcePath="/" + "".join(f"~1{part}" for part in route.route.parts),
        **limits,
        **(cache if route.asks.cache else {}),
    )


def _web_acl_association(served: ServedApi, api: Any, stage: Any, web_acl: str) -> Any:
    from troposphere import wafv2

    path = f"/restapis/{embedded(api)}/stages/{embedded(Ref(stage))}"
    return wafv2.WebACLAssociation(
        f"{served.title}WebAclAssociation",
        ResourceArn=Sub(f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::{path}"),
        WebACLArn=web_acl,
    )


def _api(resource: Any) -> str:
    """The logical id of the API that a resource belongs to: itself, or what it refers to."""
    if resource.resource_type == "AWS::ApiGateway::RestApi":
        return str(resource.title)
    reference = resource.properties.get("RestApiId")
    return str(reference.to_dict().get("Ref", "")) if isinstance(reference, Ref) else ""


def _digest(published: Mapping[str, Any]) -> str:
    """Ten characters of what is published. Tags are left out: they are no part of the snapshot."""
    for resource in published.values():
        resource.get("Properties", {}).pop("Tags", None)
    text = json.dumps(published, sort_keys=True, separators=(",", ":"))
    return digest(text)[:10]


def _present(**properties: Any) -> dict[str, Any]:
    """The properties that have a value; CloudFormation has no empty ones."""
    return {name: value for name, value in properties.items() if value}
