"""What the page shows of a running application, as JSON; what looks like a secret is masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.local import session
from tapgen.settings.served import apis
from tapgen.template.secrets import clean

if TYPE_CHECKING:
    from tapgen.local.emulator import Emulator
    from tapgen.local.session import Deployed
    from tapgen.settings.model import Environment
    from tapgen.settings.served import ServedRoute

MOST = 200
"""Items or messages that are shown at once."""


def overview(deployed: Deployed, emulator: Emulator) -> dict[str, Any]:
    """The application: its APIs with their routes, and the names of what can be looked at and started."""
    environment = deployed.environment
    queues = deployed.of_type("AWS::SQS::Queue")
    return {
        "application": environment.application,
        "environment": environment.reference,
        "stack": environment.stack_name,
        "account": emulator.account,
        "region": deployed.client.region,
        "endpoint": emulator.endpoint,
        "apis": [_api(deployed, name) for name, api in apis(environment).items() if api.settings.kind != "websocket"],
        "tables": [name for name, table in environment.tables.items() if table.existing is None],
        "queues": [{"id": one, "name": environment.title(one).removesuffix("Queue")} for one in queues],
        "users": _users(environment),
        "schedules": _schedules(environment),
        "functions": list(environment.functions),
        "addresses": {**deployed.others, **deployed.urls, **_of_messages(deployed)},
    }


def _of_messages(deployed: Deployed) -> dict[str, str]:
    """The addresses of WebSocket APIs."""
    found = {"API": deployed.address or "", **deployed.further}
    return {name: address for name, address in found.items() if address.startswith("ws")}


def _api(deployed: Deployed, name: str) -> dict[str, Any]:
    served = apis(deployed.environment)[name]
    address = deployed.further.get(name) if name else deployed.address
    routes = [_route(route) for route in served.routes]
    return {
        "name": name,
        "title": served.display_name,
        "address": address,
        "kind": served.settings.kind,
        "routes": routes,
    }


def _route(route: ServedRoute) -> dict[str, Any]:
    asks = route.authorizer or ("IAM" if route.authorization == "AWS_IAM" else "")
    path = "/" if route.route.is_default else route.route.path
    method = "GET" if route.route.method in {"ANY", "$default"} else route.route.method
    return {
        "title": str(route.route),
        "method": method,
        "path": path,
        "function": route.leads_to,
        "asks": asks,
        "key": route.asks.api_key,
    }


def _users(environment: Environment) -> list[str]:
    """Whose test user may call: a user pool's, or that of an issuer, by its authorizer's name."""
    pools = [name for name, pool in environment.user_pools.items() if pool.existing is None]
    named = [
        (name, one) for api in (environment.api, *environment.apis.values()) for name, one in api.authorizers.items()
    ]
    return list(dict.fromkeys([*pools, *(name for name, one in named if one.issuer)]))


def _schedules(environment: Environment) -> list[str]:
    names = (name for function in environment.functions.values() for name in function.triggers.schedules)
    return list(dict.fromkeys(names))


def items(deployed: Deployed, emulator: Emulator, table: str) -> dict[str, Any]:
    """The items of a table, the key's attributes first."""
    found = session.items(deployed, emulator, table)
    settings = deployed.environment.tables[table]
    keys = [settings.partition_key.name] + ([settings.sort_key.name] if settings.sort_key else [])
    return {"keys": keys, "count": len(found), "items": [masked(item) for item in found[:MOST]]}


def messages(deployed: Deployed, emulator: Emulator, queue: str) -> dict[str, Any]:
    """The messages of a queue by its logical id; looking at them does not receive them."""
    url = deployed.of_type("AWS::SQS::Queue").get(queue)
    found = emulator.messages(url, deployed.client.region) if url else []
    shown = [
        {
            "id": one["MessageId"],
            "body": clean(one["Body"]),
            "received": one["ReceiveCount"],
            "visible": one["IsVisible"],
            "sent": one["SentTimestamp"],
        }
        for one in found[:MOST]
    ]
    return {"count": len(found), "messages": shown}


def masked(value: Any, name: str = "") -> Any:
    """A JSON value without the secrets in its texts."""
    match value:
        case dict():
            return {key: masked(item, key) for key, item in value.items()}
        case list():
            return [masked(item, name) for item in value]
        case str():
            return clean(value, name)
    return value
