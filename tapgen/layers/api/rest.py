"""API: the REST API, its routes, CORS, and at last the deployment that publishes what all layers made of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Ref, Sub, apigateway, awslambda

from tapgen import naming
from tapgen.layers.api.cors import preflight, response_headers
from tapgen.layers.refs import ApiRefs, embedded
from tapgen.settings import routes

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, DataRefs, IdentityRefs
    from tapgen.settings.model import Environment

PUBLISHED = frozenset(
    f"AWS::ApiGateway::{name}"
    for name in ("RestApi", "Resource", "Method", "Model", "Authorizer", "GatewayResponse", "RequestValidator")
)
"""What a deployment is a snapshot of: API Gateway API reference, CreateDeployment."""

AWAITED = PUBLISHED - {"AWS::ApiGateway::RestApi", "AWS::ApiGateway::Resource"}
"""What must be there before the snapshot is taken; the API and its resources are, since methods refer to them."""

MAX_PERMISSIONS = 40
"""Permissions of a function, one for each route: its resource policy takes 20 KB, and one takes 350 to 500 bytes.

Source: Lambda developer guide, "Lambda quotas", function resource-based policy.
"""

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


def build(template: Template, environment: Environment, compute: ComputeRefs, identity: IdentityRefs) -> ApiRefs | None:
    """Add the API, its resources and methods; None where no function has a route. `publish` makes it public."""
    if not environment.has_routes:
        return None
    settings = environment.api
    api = template.add_resource(
        apigateway.RestApi(
            "Api",
            Name=settings.name or environment.stack_name,
            EndpointConfiguration=apigateway.EndpointConfiguration(Types=["REGIONAL"]),
        )
    )
    parsed = {routes.parse(text): name for name, function in environment.functions.items() for text in function.routes}
    parents = _add_resources(template, api, [route.parts for route in parsed])
    waits = [
        template.add_resource(
            _method(api, parents[route.parts], route, compute.functions[name].arn, settings.authorization)
        )
        for route, name in parsed.items()
    ]
    own_options = {route.parts for route in parsed if route.method == "OPTIONS"}
    waits += [
        template.add_resource(preflight(Ref(api), parent, naming.path(parts), settings.cors))
        for parts, parent in parents.items()
        if parts not in own_options
    ]
    headers = response_headers(settings.cors)
    waits += [
        template.add_resource(_gateway_response(api, title, kind, headers))
        for title, kind in (("ApiClientErrorResponse", "DEFAULT_4XX"), ("ApiServerErrorResponse", "DEFAULT_5XX"))
    ]
    for name, function in compute.functions.items():
        own = [route for route, owner in parsed.items() if owner == name]
        for title, source in _invokers(name, own):
            template.add_resource(_invoke_permission(api, title, function.arn, f"{environment.stage_name}/{source}"))
    account: tuple[str, ...] = ()
    if identity.api_logging_arn:
        account = (template.add_resource(_account(identity.api_logging_arn)).title,)
    return ApiRefs(Ref(api), tuple(resource.title for resource in waits), account)


def publish(template: Template, environment: Environment, data: DataRefs, refs: ApiRefs) -> None:
    """Add the deployment, whose logical id changes with whatever it publishes, and the stage.

    Comes after every other layer, a project's own included. API Gateway does not notice that a method changed: only
    a new AWS::ApiGateway::Deployment is a new snapshot (user guide, "AWS::ApiGateway::Deployment").
    """
    settings = environment.api
    published = {
        title: resource.to_dict()
        for title, resource in template.resources.items()
        if resource.resource_type in PUBLISHED
    }
    more = [title for title, resource in template.resources.items() if resource.resource_type in AWAITED]
    deployment = template.add_resource(
        apigateway.Deployment(
            f"ApiDeployment{_digest(published)}",
            DependsOn=list(dict.fromkeys([*refs.depends_on, *more])),
            RestApiId=refs.api,
        )
    )
    access_log = {}
    if data.access_log:
        access_log["AccessLogSetting"] = apigateway.AccessLogSetting(
            # GetAtt Arn ends in ":*", which API Gateway does not take here.
            DestinationArn=Sub(
                "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
                f"{embedded(data.access_log.name)}"
            ),
            Format=json.dumps(ACCESS_LOG_FIELDS),
        )
    stage = template.add_resource(
        apigateway.Stage(
            "ApiStage",
            **({"DependsOn": list(refs.stage_depends_on)} if refs.stage_depends_on else {}),
            RestApiId=refs.api,
            DeploymentId=Ref(deployment),
            StageName=environment.stage_name,
            **access_log,
            MethodSettings=[
                apigateway.MethodSetting(
                    HttpMethod="*",
                    ResourcePath="/*",
                    ThrottlingRateLimit=settings.throttling.rate,
                    ThrottlingBurstLimit=settings.throttling.burst,
                    **({"LoggingLevel": "ERROR"} if refs.stage_depends_on else {}),
                )
            ],
            TracingEnabled=settings.tracing,
        )
    )
    host = f"{embedded(refs.api)}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"
    url = Sub(f"https://{host}/{embedded(Ref(stage))}/")
    template.add_output(Output("ApiGatewayIdOutput", Description="Id of the REST API", Value=refs.api))
    template.add_output(Output("ApiGatewayUrlOutput", Description="Address of the REST API", Value=url))


def _account(role_arn: Any) -> apigateway.Account:
    """The account's setting, kept with its role: other stacks' APIs of the account and region use both."""
    return apigateway.Account(
        "ApiAccount", DeletionPolicy="RetainExceptOnCreate", UpdateReplacePolicy="Retain", CloudWatchRoleArn=role_arn
    )


def _digest(published: dict[str, Any]) -> str:
    """Ten characters of what is published. Tags are left out: they are no part of the snapshot."""
    import hashlib

    for resource in published.values():
        resource.get("Properties", {}).pop("Tags", None)
    text = json.dumps(published, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _add_resources(
    template: Template, api: apigateway.RestApi, paths: Iterable[tuple[str, ...]]
) -> dict[tuple[str, ...], Any]:
    """Add a resource for every part of every path; what each is known by as a parent, the root included."""
    parents: dict[tuple[str, ...], Any] = {(): GetAtt(api, "RootResourceId")}
    for path in paths:
        for length in range(1, len(path) + 1):
            parts = path[:length]
            if parts not in parents:
                resource = apigateway.Resource(
                    f"Api{naming.path(parts)}Resource",
                    RestApiId=Ref(api),
                    ParentId=parents[parts[:-1]],
                    PathPart=parts[-1],
                )
                parents[parts] = Ref(template.add_resource(resource))
    return parents


def _method(
    api: apigateway.RestApi, parent: Any, route: routes.Route, function_arn: Any, authorization: str
) -> apigateway.Method:
    parameters = {f"method.request.path.{part.strip('{+}')}": True for part in route.parts if part.startswith("{")}
    return apigateway.Method(
        f"Api{naming.path(route.parts)}{route.method.title()}Method",
        RestApiId=Ref(api),
        ResourceId=parent,
        HttpMethod=route.method,
        AuthorizationType=authorization,
        **({"RequestParameters": parameters} if parameters else {}),
        Integration=apigateway.Integration(
            Type="AWS_PROXY",
            IntegrationHttpMethod="POST",  # Lambda's Invoke, whatever the method of the route
            Uri=Sub(
                "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
                f"{embedded(function_arn)}/invocations"
            ),
        ),
    )


def _gateway_response(
    api: apigateway.RestApi, title: str, kind: str, headers: dict[str, str]
) -> apigateway.GatewayResponse:
    """Errors of API Gateway itself carry CORS headers too: a page would otherwise see a network error."""
    return apigateway.GatewayResponse(
        title,
        RestApiId=Ref(api),
        ResponseType=kind,
        ResponseParameters={f"gatewayresponse.header.{name}": value for name, value in headers.items()},
    )


def _invokers(function: str, own: Sequence[routes.Route]) -> Iterator[tuple[str, str]]:
    """Logical id and method with path of each permission of a function: one for each route, or for each method."""
    if len(own) > MAX_PERMISSIONS:
        for method in sorted({route.method for route in own}):
            yield f"{naming.function(function)}Api{method.title()}Permission", f"{_any(method)}/*"
        return
    for route in own:
        path = "/".join("*" if part.startswith("{") else part for part in route.parts)
        yield f"Api{naming.path(route.parts)}{route.method.title()}Permission", f"{_any(route.method)}/{path}"


def _any(method: str) -> str:
    return "*" if method == "ANY" else method


def _invoke_permission(api: apigateway.RestApi, title: str, function_arn: Any, source: str) -> awslambda.Permission:
    """This stage, method and path may call the function, and no other one."""
    return awslambda.Permission(
        title,
        Action="lambda:InvokeFunction",
        FunctionName=function_arn,
        Principal="apigateway.amazonaws.com",
        SourceArn=Sub(
            f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:{embedded(Ref(api))}/{source}"
        ),
    )
