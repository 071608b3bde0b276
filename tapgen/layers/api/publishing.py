"""What makes a REST API public: its deployment, which publishes what all layers made of it, and its stage."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from troposphere import ImportValue, Output, Ref, Sub, apigateway

from tapgen import naming
from tapgen.digest import digest
from tapgen.layers.refs import ApiRefs, embedded, filled

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import LogGroupRefs
    from tapgen.settings.served import ServedApi, ServedRoute

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
    guide, "AWS::ApiGateway::Deployment"). `others` are the application's other APIs, as `identity` calls them: what
    belongs to one of them is not published here, and anything that belongs to none may be.
    """
    settings = served.settings
    own = [
        resource
        for resource in template.resources.values()
        if resource.resource_type in PUBLISHED and _api(resource) not in others
    ]
    more = [resource.title for resource in own if resource.resource_type in AWAITED]
    deployment = template.add_resource(
        apigateway.Deployment(
            f"{served.title}Deployment{fingerprint({resource.title: resource.to_dict() for resource in own})}",
            **_present(DependsOn=list(dict.fromkeys([*refs.depends_on, *more]))),
            RestApiId=refs.api,
            **(_on_existing_stage(served) if settings.exists else {}),
        )
    )
    if settings.exists:
        _add_outputs(template, served, refs.api, served.stage_name)
        return
    everywhere = {
        "ThrottlingRateLimit": settings.throttling.rate,
        "ThrottlingBurstLimit": settings.throttling.burst,
        **({"LoggingLevel": "ERROR"} if account else {}),
        **({"CacheDataEncrypted": True} if settings.cache else {}),
    }
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
                apigateway.MethodSetting(HttpMethod="*", ResourcePath="/*", **everywhere),
                *(
                    _method_setting(route, everywhere)
                    for route in served.routes
                    if route.asks.throttling or route.asks.cache
                ),
            ],
            TracingEnabled=settings.tracing,
            **_present(Variables=dict(settings.variables)),
        )
    )
    _add_outputs(template, served, refs.api, Ref(stage))
    if settings.usage_plans:
        from tapgen.layers.api import plans

        plans.build(template, served, refs.api, stage)
    if settings.web_acl:
        template.add_resource(_web_acl_association(served, refs.api, stage, settings.web_acl))


def _on_existing_stage(served: ServedApi) -> dict[str, Any]:
    """The properties of a deployment that a stage of somebody else's goes over to.

    CreateDeployment with the name of a stage that exists lets that stage publish the new snapshot. The last one stays
    when the stack goes: a deployment that a stage publishes cannot be deleted, and the stage is not this stack's.
    Source: API Gateway API reference, "CreateDeployment" and "DeleteDeployment".
    """
    return {"StageName": served.stage_name, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Delete"}


def _add_outputs(template: Template, served: ServedApi, api: Any, stage: Any) -> None:
    url = filled("https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}/", Api=api, Stage=stage)
    add_outputs(template, served, "REST", api, url)


def add_outputs(template: Template, served: ServedApi, kind: str, api: Any, url: Any) -> None:
    """Add the outputs of an API: its id and its address.

    What another stack exports is an output already.
    """
    if isinstance(api, ImportValue):
        return
    prefix = naming.logical(served.name) if served.name else ""
    template.add_output(Output(f"{prefix}ApiGatewayIdOutput", Description=f"Id of the {kind} API", Value=api))
    template.add_output(Output(f"{prefix}ApiGatewayUrlOutput", Description=f"Address of the {kind} API", Value=url))


def log_destination(log: LogGroupRefs) -> Sub:
    """The log group's ARN: GetAtt's ends in ":*", which API Gateway does not take here."""
    return Sub(f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{embedded(log.name)}")


def _access_log(log: LogGroupRefs | None) -> apigateway.AccessLogSetting | None:
    if log is None:
        return None
    return apigateway.AccessLogSetting(DestinationArn=log_destination(log), Format=json.dumps(ACCESS_LOG_FIELDS))


def _method_setting(route: ServedRoute, everywhere: Mapping[str, Any]) -> apigateway.MethodSetting:
    """Limits and cache of one method, and what else holds everywhere: a method takes nothing of the setting for all.

    "~1" is a slash: AWS::ApiGateway::Stage MethodSetting, ResourcePath.
    """
    throttling = route.asks.throttling
    limits = {"ThrottlingRateLimit": throttling.rate, "ThrottlingBurstLimit": throttling.burst} if throttling else {}
    cache = {"CachingEnabled": True, "CacheTtlInSeconds": route.asks.cache}
    return apigateway.MethodSetting(
        HttpMethod="*" if route.route.method == "ANY" else route.route.method,
        ResourcePath="/" + "".join(f"~1{part}" for part in route.route.parts),
        **{**everywhere, **limits},
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


def identity(api: Any) -> str:
    """What an API is told apart by: its logical id, or its id elsewhere as the template has it."""
    if isinstance(api, str):
        return api
    value = api.to_dict()
    return str(value["Ref"]) if "Ref" in value else json.dumps(value, sort_keys=True)


def _api(resource: Any) -> str:
    """The API that a resource belongs to: itself, or what it refers to."""
    if resource.resource_type == "AWS::ApiGateway::RestApi":
        return str(resource.title)
    return identity(resource.properties.get("RestApiId", ""))


def fingerprint(published: Mapping[str, Any]) -> str:
    """Ten characters of what is published. Tags are left out: they are no part of the snapshot."""
    for resource in published.values():
        resource.get("Properties", {}).pop("Tags", None)
    text = json.dumps(published, sort_keys=True, separators=(",", ":"))
    return digest(text)[:10]


def _present(**properties: Any) -> dict[str, Any]:
    """The properties that have a value; CloudFormation has no empty ones."""
    return {name: value for name, value in properties.items() if value}
