"""The API layer: REST, HTTP and WebSocket APIs, who may call them, and under which names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from troposphere import apigateway

from tapgen.layers.api import access, publishing, rest
from tapgen.layers.refs import ApiRefs, ComputeRefs, FunctionRefs
from tapgen.settings import served

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import DataRefs, IdentityRefs, NetworkRefs, Parts
    from tapgen.settings.model import Environment


def build(
    template: Template,
    environment: Environment,
    compute: ComputeRefs,
    identity: IdentityRefs,
    parts: Parts,
    network: NetworkRefs | None,
) -> dict[str, ApiRefs]:
    """Add every API that has a route, by its name in the settings; `publish` makes them public."""
    account: tuple[str, ...] = ()
    refs = {}
    compute = _with_existing(environment, compute, parts)
    for name, api in served.apis(environment).items():
        if api.settings.kind == "http":
            from tapgen.layers.api import http

            refs[name] = http.build(template, api, compute, parts)
            continue
        if api.settings.kind == "websocket":
            from tapgen.layers.api import websocket

            refs[name] = websocket.build(template, api, compute)
        else:
            refs[name] = rest.build(template, api, environment, compute, parts, network)
        if identity.api_logging_arn and not account:
            account = (template.add_resource(_account(identity.api_logging_arn)).title,)
    return refs


def publish(
    template: Template,
    environment: Environment,
    data: DataRefs,
    network: NetworkRefs | None,
    refs: Mapping[str, ApiRefs],
) -> None:
    """Add the stages, and what stands upon them; comes after every other layer, a project's own included."""
    apis = served.apis(environment)
    for api in apis.values():
        access.open_endpoint(api.settings, network)
    identities = {name: publishing.identity(one.api) for name, one in refs.items()}
    for name, api in apis.items():
        log = data.access_logs.get(name)
        account = ("ApiAccount",) if "ApiAccount" in template.resources else ()
        if api.settings.kind == "http":
            from tapgen.layers.api import http

            http.publish(template, api, refs[name], log)
        elif api.settings.kind == "websocket":
            from tapgen.layers.api import websocket

            websocket.publish(template, api, refs[name], log, account)
        else:
            others = frozenset(identities.values()) - {identities[name]}
            publishing.publish(template, api, refs[name], log, account, others)
    if any(api.settings.domain for api in apis.values()):
        from tapgen.layers.api import domains

        domains.build(template, environment, apis, refs)


def _with_existing(environment: Environment, compute: ComputeRefs, parts: Parts) -> ComputeRefs:
    """The functions and, for authorizers, those that were made elsewhere."""
    if not environment.existing_functions:
        return compute
    others = {name: parts["functions"][name] for name in environment.existing_functions}
    return ComputeRefs(
        {**compute.functions, **{name: FunctionRefs(refs.name, refs.arn) for name, refs in others.items()}}
    )


def _account(role_arn: Any) -> apigateway.Account:
    """The account's setting, kept with its role: other stacks' APIs of the account and region use both."""
    return apigateway.Account(
        "ApiAccount", DeletionPolicy="RetainExceptOnCreate", UpdateReplacePolicy="Retain", CloudWatchRoleArn=role_arn
    )
