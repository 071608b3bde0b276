"""The settings of an API: of which kind, under which name, who may call."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct

from tapgen.settings.late import late
from tapgen.settings.names import Header, HttpMethod, Name, Origin, StageName
from tapgen.settings.references import Reference
from tapgen.settings.route_tables import Throttling

if TYPE_CHECKING:
    from tapgen.settings.api_access import (
        AddressRange,
        ApiPath,
        ApiStatement,
        Cache,
        MediaType,
        StageVariable,
        UsagePlan,
        VariableValue,
    )
    from tapgen.settings.authorizers import Authorizer
    from tapgen.settings.direct_routes import DirectRoute, RouteKey
    from tapgen.settings.domains import Arn, Domain
    from tapgen.settings.gateway_responses import GatewayResponse, ResponseType
    from tapgen.settings.parts import Existing
    from tapgen.settings.vpc_ids import VpcEndpointId


class Cors(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which pages of other origins may call the API.

    ```toml
    [api.cors]
    origins = ["https://shop.example.com"]
    methods = ["GET", "POST"]
    ```
    """

    enabled: bool = True
    """Let pages of other origins call it at all; false: no preflight is answered, and no header says so"""
    origins: Annotated[tuple[Origin, ...], Meta(min_length=1)] = ("*",)
    """Allowed origins such as "https://example.com", each in full, or "*"; with several, errors of a REST API itself
    may be read by every page
    """
    methods: tuple[HttpMethod, ...] = ("ANY",)
    """Allowed methods; ANY: all of them"""
    headers: tuple[Header, ...] = (
        "Content-Type",
        "Authorization",
        "X-Amz-Date",
        "X-Api-Key",
        "X-Amz-Security-Token",
    )
    """Allowed request headers"""
    credentials: bool = False
    """Pages may send cookies and HTTP authentication; needs origins by name"""
    expose: tuple[Header, ...] = ()
    """Headers of an answer that pages may read; a REST API's handler says it"""
    max_age: Annotated[int, Meta(ge=0, le=86400)] = 600
    """Seconds that browsers keep a preflight's answer: Chromium for 7200 at most, Safari for 600"""


@late
class Api(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The API in front of the functions.

    ```toml
    [api]
    name = "Shop"
    stage = "v1"
    authorization = "AWS_IAM"
    ```
    """

    kind: Literal["rest", "http", "websocket"] = "rest"
    """rest: all that API Gateway can; http: cheaper, payload 2.0, JWT and function authorizers; websocket: connections,
    over which both sides send messages
    """
    selection: Annotated[str, Meta(pattern=r"^\$(request|context)\..+$")] = "$request.body.action"
    """Where a message says which route it takes (WebSocket)"""
    existing: "Existing | None" = None
    """Id of an API that was made elsewhere, to which the routes are added, as text or looked up at deployment by {
    import = "…" }, { ssm_parameter = "…" } or { parameter = "…" }; beside it: kind, root, paths, stage, authorization,
    authorizer, authorizers, cors and models
    """
    root: "Existing | None" = None
    """Id of the root resource of an existing REST API, below which the routes' paths are made"""
    paths: "dict[ApiPath, Existing]" = {}
    """Ids of resources that an existing REST API has already, by path: { "/admin" = "a1b2c3" }; what is below one of
    them is made there
    """
    name: str | None = None
    """Shown in the console; default: the stack's name"""
    stage: "StageName | None" = None
    """Stage name, first part of the path; default: the environment's name, and `$default` (no part of the path) on an
    HTTP API
    """
    variables: "dict[StageVariable, VariableValue]" = {}
    """Stage variables, which an authorizer may look at and a function's event has"""
    endpoint: Literal["regional", "edge", "private"] = "regional"
    """edge: behind CloudFront; private: reached through VPC endpoints alone"""
    vpc_endpoints: "tuple[VpcEndpointId | Reference, ...]" = ()
    """Endpoints of a private API; default: the stack's own `execute-api` endpoint"""
    routes: "dict[RouteKey, DirectRoute]" = {}
    """Routes that lead to a part or an address without a function, each by its name, such as "POST /orders" """
    authorization: Literal["NONE", "AWS_IAM"] = "NONE"
    """Who may call the routes"""
    authorizer: Name | None = None
    """The authorizer of every route that does not say otherwise; preflight stays open"""
    authorizers: "dict[Name, Authorizer]" = {}
    """Authorizers by name"""
    cors: "Cors" = Cors()
    """Cross-origin requests"""
    throttling: "Throttling" = Throttling()
    """Requests per second"""
    access_log: bool = True
    """Write an access log"""
    tracing: bool = True
    """X-Ray tracing (REST)"""
    cloudwatch_role: bool = True
    """Own the account-level role by which API Gateway writes logs: once per account and region"""
    domain: "Domain | None" = None
    """A name of one's own"""
    binary_media_types: "tuple[MediaType, ...]" = ()
    """Bodies that are binary, such as "image/png"; "*/*": all (REST)"""
    compression: Annotated[int, Meta(ge=0, le=10485760)] | None = None
    """Answers of this many bytes and more are compressed (REST)"""
    allow_cidrs: "tuple[AddressRange, ...]" = ()
    """Address ranges that may call the API, and nobody else (REST)"""
    policy: "tuple[ApiStatement, ...] | dict[str, Any]" = ()
    """Resource policy: statements, the document as IAM has it, or { allow_cidrs = […] } (REST)"""
    web_acl: "Arn | None" = None
    """ARN of a web ACL of AWS WAF (REST)"""
    usage_plans: "dict[Name, UsagePlan]" = {}
    """Usage plans by name (REST)"""
    models: "dict[Name, str]" = {}
    """JSON Schema files by the name that a route's `request` uses (REST)"""
    responses: "dict[ResponseType, GatewayResponse]" = {}
    """API Gateway's own answers, such as UNAUTHORIZED or DEFAULT_5XX (REST)"""
    cache: "Cache | None" = None
    """A cache for routes that ask for it"""
    openapi: str | None = None
    """An OpenAPI file that `tapgen check` holds the routes against; its schemas are models too"""
    body: bool | Literal["empty"] = False
    """One resource with an OpenAPI body in place of one for each path, method and preflight; "empty", for the one
    deployment after which it is false again: what the body has left is taken out before the others are made (REST)
    """

    @property
    def exists(self) -> bool:
        """It was made elsewhere."""
        return self.existing is not None

    @property
    def is_body(self) -> bool:
        """Whether it is one resource."""
        return self.body is True

    @property
    def allowed_ranges(self) -> tuple[str, ...]:
        """The address ranges that may call, wherever they are written."""
        inside = self.policy.get("allow_cidrs", ()) if isinstance(self.policy, dict) else ()
        return (*self.allow_cidrs, *inside)
