"""Routes that ask for something of their own, and limits of requests."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tapgen.settings.names import Name

Parameter = Annotated[str, Meta(pattern=r"^(header|querystring)\.[^\s,'\"]+$")]


class Throttling(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Limits of the stage or of one route, for all callers together.

    ```toml
    [api.throttling]
    rate = 50
    burst = 100
    ```
    """

    rate: Annotated[int, Meta(ge=1, le=10000)] = 100
    """Requests per second"""
    burst: Annotated[int, Meta(ge=1, le=5000)] = 200
    """Requests at once"""


class Asks(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a route asks for of its own."""

    authorizer: Name | None = None
    """One of the API's authorizers, in place of its default one"""
    scopes: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    """A token must have one of them: of a user pool or a JWT issuer"""
    authorization: Literal["NONE", "AWS_IAM"] | None = None
    """NONE: open, whatever the API's default is"""
    api_key: bool = False
    """Ask for a key of one of the API's usage plans (REST)"""
    throttling: Throttling | None = None
    """Limits of this route alone"""
    request: Name | None = None
    """The model that a body in JSON must fit (REST)"""
    parameters: tuple[Parameter, ...] = ()
    """Required parameters: "querystring.limit", "header.X-Trace" (REST)"""
    cache: Annotated[int, Meta(ge=1, le=3600)] | None = None
    """Seconds that an answer to GET is kept (REST, needs `api.cache`)"""


class RouteTable(Asks, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A route that asks for something of its own; a route that does not may be text.

    ```toml
    [functions.Orders]
    source = "src"
    routes = ["GET /orders", { route = "POST /orders", authorization = "AWS_IAM", parameters = ["header.X-Trace"] }]
    ```
    """

    route: Annotated[str, Meta(min_length=1)]
    """Such as "POST /orders"; "$default" on an HTTP API; "$connect" or what a message says on a WebSocket API"""
    api: Name | None = None
    """A further API, of `[apis.NAME]`; unset: `[api]`"""
    reply: bool = False
    """What the function returns goes back over the connection (WebSocket)"""
