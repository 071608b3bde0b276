"""An environment as it can be on this machine: without what lies around it and would only keep callers out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tapgen.settings.apis import Api
    from tapgen.settings.model import Environment
    from tapgen.settings.route_tables import RouteTable
    from tapgen.template.document import Document

_REFERENCE = re.compile(r"\{\{resolve:(?P<service>ssm|ssm-secure|secretsmanager):(?P<name>[^}]+?)\}\}")
_SECRET = re.compile(r"(?P<name>arn:[^:]*(?::[^:]*){4}:[^:]+|[^:]+)(?P<rest>:.*)?$")


def as_here(environment: Environment) -> Environment:
    """The environment without a network that exists elsewhere, and with APIs that a request of this machine reaches."""
    made = environment
    if made.vpc is not None and made.vpc.exists:
        made = replace(made, network=None)
    if made.api.exists or any(api.exists for api in made.apis.values()):
        made = _open(made)
    return replace(made, api=_reached(made.api), apis={name: _reached(api) for name, api in made.apis.items()})


def open_here(environment: Environment) -> Iterator[str]:
    """A sentence for each authorizer of an existing API, whom nobody here could ask."""
    for api, name in _asked_elsewhere(environment):
        where = f"apis.{api}" if api else "api"
        yield f"{where}.authorizers.{name} exists elsewhere: the routes that it guards are open here."


def _asked_elsewhere(environment: Environment) -> Iterator[tuple[str, str]]:
    """(API, authorizer) of each that exists elsewhere."""
    for api, settings in {"": environment.api, **environment.apis}.items():
        yield from ((api, name) for name, one in settings.authorizers.items() if one.existing is not None)


def _open(environment: Environment) -> Environment:
    """The environment without the authorizers and API keys of APIs that exist elsewhere."""
    elsewhere = set(_asked_elsewhere(environment))

    def opened(api: str, settings: Api) -> Api:
        asked = {name: one for name, one in settings.authorizers.items() if one.existing is None}
        default = None if (api, settings.authorizer or "") in elsewhere else settings.authorizer
        return replace(settings, authorizers=asked, authorizer=default)

    def routed(route: str | RouteTable) -> str | RouteTable:
        if isinstance(route, str):
            return route
        if route.api_key and (environment.apis[route.api] if route.api else environment.api).exists:
            route = replace(route, api_key=False)
        asked = (route.api or "", route.authorizer or "")
        return replace(route, authorizer=None, scopes=(), authorization="NONE") if asked in elsewhere else route

    return replace(
        environment,
        api=opened("", environment.api),
        apis={name: opened(name, api) for name, api in environment.apis.items()},
        functions={
            name: replace(function, routes=tuple(routed(route) for route in function.routes))
            for name, function in environment.functions.items()
        },
    )


def _reached(api: Api) -> Api:
    """Without a name, AWS WAF, address ranges and VPC endpoints: a request here comes from 127.0.0.1, by no name."""
    without: dict[str, Any] = {"domain": None, "web_acl": None, "allow_cidrs": (), "vpc_endpoints": ()}
    if api.exists:  # its routes are here without those of others
        without |= {"existing": None, "root": None, "paths": {}}
    if api.endpoint == "private":
        without["endpoint"] = "regional"
    if isinstance(api.policy, dict) and "allow_cidrs" in api.policy:
        without["policy"] = ()
    return replace(api, **without)


def without_value(document: Document, environment: Environment) -> Iterator[str]:
    """A sentence for each dynamic reference that `[local]` has no value for: it would fail the deployment."""
    known: dict[str, Mapping[str, Any]] = {"ssm": environment.local.ssm_parameters}
    known["secretsmanager"] = environment.local.secrets
    seen = set()
    for text in _texts(document.get("Resources", {})):
        for found in _REFERENCE.finditer(text):
            service = found["service"].removesuffix("-secure")
            name, key = _parts(service, found["name"])
            if (service, name) in seen or name in known[service] or "${" in name or not _is_here(name):
                continue
            seen.add((service, name))
            yield f"{found[0]} has no value on this machine: say [local] {_line(service, name, key)}"


def _parts(service: str, name: str) -> tuple[str, str]:
    """The name, and the key of a secret's value."""
    if service == "ssm":
        return name.partition(":")[0], ""
    found = _SECRET.match(name)
    rest = (found["rest"] or "").split(":") if found else []
    return (found["name"] if found else name), rest[2] if len(rest) > 2 else ""


def _is_here(name: str) -> bool:
    """AWS's own public parameters, such as machine images, are the embedded AWS's business."""
    return not name.startswith("/aws/")


def _line(service: str, name: str, key: str) -> str:
    if service == "ssm":
        return f'ssm_parameters."{name}" = "…"'
    return f'secrets."{name}" = ' + (f'{{ {key} = "…" }}' if key else '"…"')


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
