"""Who calls a route: a request gets the signature, the API key or the token that its route asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from tapgen.settings.served import apis

if TYPE_CHECKING:
    from tapgen.local.emulator import Emulator
    from tapgen.local.gateway import Call
    from tapgen.local.session import Deployed
    from tapgen.local.tokens import Tokens
    from tapgen.settings.model import Environment
    from tapgen.settings.routes import Route
    from tapgen.settings.served import ServedRoute

KEY = "x-api-key"


def route_of(environment: Environment, call: Call, api: str = "") -> ServedRoute | None:
    """The route of an API that a request reaches: the most literal one; None where none takes it."""
    served = apis(environment).get(api)
    path = urlsplit(call.path).path
    parts = tuple(path.strip("/").split("/")) if path.strip("/") else ()
    found = [one for one in served.routes if _takes(one.route, call.method, parts)] if served else []
    return min(found, key=_openness, default=None)


def as_asked(deployed: Deployed, emulator: Emulator, call: Call, api: str = "", user: Tokens | None = None) -> Call:
    """The request as its route wants it; what it says itself stays.

    A route with AWS_IAM gets a signature by the run's own key, a route with API keys the first one of the stack, and
    `user` is the one whose token is sent: the access token where scopes are asked for, else the id token.
    """
    route = route_of(deployed.environment, call, api)
    said = {name.lower() for name, _ in call.headers}
    if route and route.asks.api_key and KEY not in said:
        from tapgen.local.session import api_keys

        key = next(iter(api_keys(deployed, emulator).values()), "")
        call = replace(call, headers=(*call.headers, (KEY, key))) if key else call
    if user:
        return call.as_user(user.access if route and route.asks.scopes else user.id)
    if route and route.authorization == "AWS_IAM" and "authorization" not in said:
        return _signed(deployed, emulator, call, api)
    return call


def _signed(deployed: Deployed, emulator: Emulator, call: Call, api: str) -> Call:
    from tapgen.deploy.aws.signature import signature

    address = deployed.further.get(api) if api else deployed.address
    url = f"{address}{call.path}"
    headers = signature(call.method, url, call.body, dict(call.headers), emulator.credentials, deployed.client.region)
    return replace(call, headers=tuple(headers.items()))


def _takes(route: Route, method: str, parts: tuple[str, ...]) -> bool:
    if route.is_default:
        return True
    if route.method not in {method, "ANY"}:
        return False
    if route.parts and route.parts[-1].endswith("+}"):
        return len(parts) >= len(route.parts) and _alike(route.parts[:-1], parts[: len(route.parts) - 1])
    return len(parts) == len(route.parts) and _alike(route.parts, parts)


def _alike(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    return all(wanted.startswith("{") or wanted == part for wanted, part in zip(pattern, parts, strict=True))


def _openness(route: ServedRoute) -> tuple[bool, bool, int, bool]:
    """Literal before variable, one part before many, a method before any."""
    parts = route.route.parts
    greedy = any(part.endswith("+}") for part in parts)
    return route.route.is_default, greedy, sum(part.startswith("{") for part in parts), route.route.method == "ANY"
