"""The settings of APIs: who may call, under which name, of which kind."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from tapgen.settings.names import Header, HttpMethod, Name, Origin, Region, StageName
from tapgen.settings.references import Reference

Source = Annotated[str, Meta(pattern=r"^(header|querystring|stagevariable|context)\.[^\s,'\"]+$")]
Parameter = Annotated[str, Meta(pattern=r"^(header|querystring)\.[^\s,'\"]+$")]
Https = Annotated[str, Meta(pattern=r"^https://[^\s]+$")]
Host = Annotated[str, Meta(pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", max_length=253)]
Arn = Annotated[str, Meta(pattern=r"^arn:[a-z0-9-]+:[^\s]+$")]
AddressRange = Annotated[str, Meta(pattern=r"^[0-9a-fA-F.:]+(/[0-9]{1,3})?$")]
Principal = Annotated[str, Meta(pattern=r"^([*]|[0-9]{12}|arn:[a-z0-9-]+:[^\s]+)$")]
Status = Annotated[int, Meta(ge=200, le=599)]
MediaType = Annotated[str, Meta(pattern=r"^[^\s/]+/[^\s/]+$")]
CacheSize = Literal["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"]  # AWS::ApiGateway::Stage
ResponseType = Annotated[str, Meta(pattern=r"^[A-Z0-9_]+$")]


class Cors(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which pages of other origins may call the API.

    ```toml
    [api.cors]
    origins = ["https://shop.example.com"]
    methods = ["GET", "POST"]
    ```
    """

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


class RouteTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A route that asks for something of its own; a route that does not may be text.

    ```toml
    [functions.Orders]
    source = "src"
    routes = ["GET /orders", { route = "POST /orders", authorization = "AWS_IAM", parameters = ["header.X-Trace"] }]
    ```
    """

    route: Annotated[str, Meta(min_length=1)]
    """Such as "POST /orders"; "$default" on an HTTP API"""
    api: Name | None = None
    """A further API, of `[apis.NAME]`; unset: `[api]`"""
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


class Authorizer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may call: those with a token of a user pool or an issuer, or whom a function lets in.

    ```toml
    [functions.Auth]
    source = "src"

    [api]
    authorizer = "Session"
    authorizers.Session = { function = "Auth", identity = ["header.Authorization"], ttl = 60 }
    ```
    """

    user_pool: Name | None = None
    """A user pool of the settings"""
    issuer: Https | None = None
    """Issuer of JSON Web Tokens, an https address (HTTP)"""
    audience: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    """Who the tokens are for; of a user pool of the stack: its clients"""
    function: Name | None = None
    """A function of the settings that decides"""
    type: Literal["token", "request"] | None = None
    """What the function gets: token: `authorizationToken` alone; request: the whole request. Default: token where a
    REST API's identity is one header
    """
    identity: tuple[Source, ...] = ("header.Authorization",)
    """What a request must have: header.NAME, querystring.NAME, stagevariable.NAME, context.NAME; answers are kept by
    it
    """
    ttl: Annotated[int, Meta(ge=0, le=3600)] = 300
    """Seconds that a function's answer is kept: so long a revoked token lets in; 0: not at all"""
    validation: str | None = None
    """Regular expression that a token must fit before the function is asked (REST)"""
    simple_answers: bool = True
    """The function answers { isAuthorized = true }; false: an IAM policy (HTTP)"""


class Certificate(Reference, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A certificate whose ARN differs between regions or stands elsewhere; exactly one of its keys.

    ```toml
    [api.domain]
    name = "api.example.com"
    certificate = { ssm_parameter = "/certificates/api" }
    ```
    """

    regions: dict[Region, Arn] = field(default_factory=dict)
    """The ARN by region"""


class Domain(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name of one's own for the API; two APIs may share it, each under a base path.

    ```toml
    [api.domain]
    name = "api.example.com"
    certificate = "arn:aws:acm:eu-central-1:111111111111:certificate/11111111-2222-3333-4444-555555555555"
    hosted_zone = "example.com"
    ```
    """

    name: Host
    """Such as "api.example.com" """
    certificate: Arn | Certificate
    """ARN of its certificate in ACM (of an edge API: in us-east-1), or where the ARN stands"""
    base_path: Annotated[str, Meta(pattern=r"^([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*)?$")] = ""
    """First part of the path"""
    hosted_zone: Annotated[str, Meta(min_length=1)] | None = None
    """Id or name of the Route 53 zone that gets a record; unset: no record"""
    tls: Literal["1.2", "1.3"] = "1.2"
    """Oldest version of TLS (1.3: regional REST APIs)"""


class Quota(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many requests a key may make in a period.

    ```toml
    [api.usage_plans.Partner]
    keys = ["Acme"]
    quota = { limit = 100000, period = "MONTH" }
    ```
    """

    limit: Annotated[int, Meta(ge=1)]
    """Requests"""
    period: Literal["DAY", "WEEK", "MONTH"] = "DAY"
    """In which time"""


class UsagePlan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """API keys and what each of them may use.

    ```toml
    [api.usage_plans.Partner]
    keys = ["Acme", "Globex"]
    quota = 10000
    rate = 10
    burst = 20
    ```
    """

    keys: tuple[Name, ...] = ()
    """Names of the plan's keys; the stack makes them"""
    quota: Annotated[int, Meta(ge=1)] | Quota | None = None
    """Requests a day, or a limit and its period"""
    rate: Annotated[int, Meta(ge=1, le=10000)] | None = None
    """Requests per second"""
    burst: Annotated[int, Meta(ge=1, le=5000)] | None = None
    """Requests at once"""


class ApiStatement(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may call the API at all, by its resource policy.

    ```toml
    [api]
    policy = [{ principals = ["111111111111"], resources = ["*/GET/*"], reason = "The partner's account reads" }]
    ```
    """

    principals: Annotated[tuple[Principal, ...], Meta(min_length=1)]
    """Account ids, ARNs, or "*" """
    actions: Annotated[tuple[str, ...], Meta(min_length=1)] = ("execute-api:Invoke",)
    """IAM actions"""
    resources: tuple[str, ...] = ()
    """Stage, method and path such as "*/GET/orders"; unset: all of the API"""
    conditions: dict[str, dict[str, Any]] = {}
    """IAM conditions"""
    effect: Literal["Allow", "Deny"] = "Allow"
    """What the statement says"""
    reason: str = ""
    """Why"""


class GatewayResponse(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An answer that API Gateway gives by itself.

    ```toml
    [api.responses.UNAUTHORIZED]
    status = 401
    headers.WWW-Authenticate = "Bearer"
    body = { error = "unauthorized" }
    ```
    """

    status: Status | None = None
    """HTTP status; unset: API Gateway's own"""
    headers: dict[Header, str] = {}
    """Headers, beside those of CORS"""
    body: str | dict[str, Any] | None = None
    """Body: text with "$context.error.messageString" and the like, or a table that becomes JSON"""


class Cache(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A cache for the answers to the routes that say `cache` (REST; billed by the hour).

    ```toml
    [api.cache]
    size = "0.5"
    ```
    """

    size: CacheSize = "0.5"
    """GB"""


class Api(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The API in front of the functions.

    ```toml
    [api]
    name = "Shop"
    stage = "v1"
    authorization = "AWS_IAM"
    ```
    """

    kind: Literal["rest", "http"] = "rest"
    """rest: all that API Gateway can; http: cheaper, payload 2.0, JWT and function authorizers"""
    name: str | None = None
    """Shown in the console; default: the stack's name"""
    stage: StageName | None = None
    """Stage name, first part of the path; default: the environment's name, and `$default` (no part of the path) on an
    HTTP API
    """
    variables: dict[
        Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+$")], Annotated[str, Meta(pattern=r"^[A-Za-z0-9._~:/?#&=,-]+$")]
    ] = {}
    """Stage variables, which an authorizer may look at and a function's event has"""
    endpoint: Literal["regional", "edge", "private"] = "regional"
    """edge: behind CloudFront; private: reached through VPC endpoints alone"""
    vpc_endpoints: tuple[Annotated[str, Meta(pattern=r"^vpce-[0-9a-f]+$")] | Reference, ...] = ()
    """Endpoints of a private API; default: the stack's own `execute-api` endpoint"""
    authorization: Literal["NONE", "AWS_IAM"] = "NONE"
    """Who may call the routes"""
    authorizer: Name | None = None
    """The authorizer of every route that does not say otherwise; preflight stays open"""
    authorizers: dict[Name, Authorizer] = {}
    """Authorizers by name"""
    cors: Cors = Cors()
    """Cross-origin requests"""
    throttling: Throttling = Throttling()
    """Requests per second"""
    access_log: bool = True
    """Write an access log"""
    tracing: bool = True
    """X-Ray tracing (REST)"""
    cloudwatch_role: bool = True
    """Own the account-level role by which API Gateway writes logs: once per account and region"""
    domain: Domain | None = None
    """A name of one's own"""
    binary_media_types: tuple[MediaType, ...] = ()
    """Bodies that are binary, such as "image/png"; "*/*": all (REST)"""
    compression: Annotated[int, Meta(ge=0, le=10485760)] | None = None
    """Answers of this many bytes and more are compressed (REST)"""
    allow_cidrs: tuple[AddressRange, ...] = ()
    """Address ranges that may call the API, and nobody else (REST)"""
    policy: tuple[ApiStatement, ...] | dict[str, Any] = ()
    """Resource policy: statements, the document as IAM has it, or { allow_cidrs = […] } (REST)"""
    web_acl: Arn | None = None
    """ARN of a web ACL of AWS WAF (REST)"""
    usage_plans: dict[Name, UsagePlan] = {}
    """Usage plans by name (REST)"""
    models: dict[Name, str] = {}
    """JSON Schema files by the name that a route's `request` uses (REST)"""
    responses: dict[ResponseType, GatewayResponse] = {}
    """API Gateway's own answers, such as UNAUTHORIZED or DEFAULT_5XX (REST)"""
    cache: Cache | None = None
    """A cache for routes that ask for it"""
    openapi: str | None = None
    """An OpenAPI file that `tapgen check` holds the routes against; its schemas are models too"""
    body: bool = False
    """One resource with an OpenAPI body in place of one for each path, method and preflight"""

    @property
    def allowed_ranges(self) -> tuple[str, ...]:
        """The address ranges that may call, wherever they are written."""
        inside = self.policy.get("allow_cidrs", ()) if isinstance(self.policy, dict) else ()
        return (*self.allow_cidrs, *inside)
