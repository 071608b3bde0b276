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

    origins: Annotated[
        tuple[Origin, ...],
        Meta(
            min_length=1,
            description='Allowed origins such as "https://example.com", each in full, or "*"; with several, errors '
            "of a REST API itself may be read by every page",
        ),
    ] = ("*",)
    methods: Annotated[tuple[HttpMethod, ...], Meta(description="Allowed methods; ANY: all of them")] = ("ANY",)
    headers: Annotated[tuple[Header, ...], Meta(description="Allowed request headers")] = (
        "Content-Type",
        "Authorization",
        "X-Amz-Date",
        "X-Api-Key",
        "X-Amz-Security-Token",
    )
    credentials: Annotated[
        bool, Meta(description="Pages may send cookies and HTTP authentication; needs origins by name")
    ] = False
    expose: Annotated[
        tuple[Header, ...], Meta(description="Headers of an answer that pages may read; a REST API's handler says it")
    ] = ()


class Throttling(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Limits of the stage or of one route, for all callers together.

    ```toml
    [api.throttling]
    rate = 50
    burst = 100
    ```
    """

    rate: Annotated[int, Meta(ge=1, le=10000, description="Requests per second")] = 100
    burst: Annotated[int, Meta(ge=1, le=5000, description="Requests at once")] = 200


class RouteTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A route that asks for something of its own; a route that does not may be text.

    ```toml
    [functions.Orders]
    source = "src"
    routes = ["GET /orders", { route = "POST /orders", authorization = "AWS_IAM", parameters = ["header.X-Trace"] }]
    ```
    """

    route: Annotated[str, Meta(min_length=1, description='Such as "POST /orders"; "$default" on an HTTP API')]
    api: Annotated[Name | None, Meta(description="A further API, of `[apis.NAME]`; unset: `[api]`")] = None
    authorizer: Annotated[
        Name | None, Meta(description="One of the API's authorizers, in place of its default one")
    ] = None
    scopes: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="A token must have one of them: of a user pool or a JWT issuer"),
    ] = ()
    authorization: Annotated[
        Literal["NONE", "AWS_IAM"] | None, Meta(description="NONE: open, whatever the API's default is")
    ] = None
    api_key: Annotated[bool, Meta(description="Ask for a key of one of the API's usage plans (REST)")] = False
    throttling: Annotated[Throttling | None, Meta(description="Limits of this route alone")] = None
    request: Annotated[Name | None, Meta(description="The model that a body in JSON must fit (REST)")] = None
    parameters: Annotated[
        tuple[Parameter, ...],
        Meta(description='Required parameters: "querystring.limit", "header.X-Trace" (REST)'),
    ] = ()
    cache: Annotated[
        Annotated[int, Meta(ge=1, le=3600)] | None,
        Meta(description="Seconds that an answer to GET is kept (REST, needs `api.cache`)"),
    ] = None


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

    user_pool: Annotated[Name | None, Meta(description="A user pool of the settings")] = None
    issuer: Annotated[Https | None, Meta(description="Issuer of JSON Web Tokens, an https address (HTTP)")] = None
    audience: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Who the tokens are for; of a user pool of the stack: its clients"),
    ] = ()
    function: Annotated[Name | None, Meta(description="A function of the settings that decides")] = None
    type: Annotated[
        Literal["token", "request"] | None,
        Meta(
            description="What the function gets: token: `authorizationToken` alone; request: the whole request. "
            "Default: token where a REST API's identity is one header"
        ),
    ] = None
    identity: Annotated[
        tuple[Source, ...],
        Meta(
            description="What a request must have: header.NAME, querystring.NAME, stagevariable.NAME, context.NAME; "
            "answers are kept by it"
        ),
    ] = ("header.Authorization",)
    ttl: Annotated[
        Annotated[int, Meta(ge=0, le=3600)],
        Meta(description="Seconds that a function's answer is kept: so long a revoked token lets in; 0: not at all"),
    ] = 300
    validation: Annotated[
        str | None, Meta(description="Regular expression that a token must fit before the function is asked (REST)")
    ] = None
    simple_answers: Annotated[
        bool, Meta(description="The function answers { isAuthorized = true }; false: an IAM policy (HTTP)")
    ] = True


class Certificate(Reference, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A certificate whose ARN differs between regions or stands elsewhere; exactly one of its keys.

    ```toml
    [api.domain]
    name = "api.example.com"
    certificate = { ssm_parameter = "/certificates/api" }
    ```
    """

    regions: Annotated[dict[Region, Arn], Meta(description="The ARN by region")] = field(default_factory=dict)


class Domain(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name of one's own for the API; two APIs may share it, each under a base path.

    ```toml
    [api.domain]
    name = "api.example.com"
    certificate = "arn:aws:acm:eu-central-1:111111111111:certificate/11111111-2222-3333-4444-555555555555"
    hosted_zone = "example.com"
    ```
    """

    name: Annotated[Host, Meta(description='Such as "api.example.com"')]
    certificate: Annotated[
        Arn | Certificate,
        Meta(description="ARN of its certificate in ACM (of an edge API: in us-east-1), or where the ARN stands"),
    ]
    base_path: Annotated[
        str, Meta(pattern=r"^([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*)?$", description="First part of the path")
    ] = ""
    hosted_zone: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="Id or name of the Route 53 zone that gets a record; unset: no record"),
    ] = None
    tls: Annotated[Literal["1.2", "1.3"], Meta(description="Oldest version of TLS (1.3: regional REST APIs)")] = "1.2"


class Quota(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many requests a key may make in a period.

    ```toml
    [api.usage_plans.Partner]
    keys = ["Acme"]
    quota = { limit = 100000, period = "MONTH" }
    ```
    """

    limit: Annotated[int, Meta(ge=1, description="Requests")]
    period: Annotated[Literal["DAY", "WEEK", "MONTH"], Meta(description="In which time")] = "DAY"


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

    keys: Annotated[tuple[Name, ...], Meta(description="Names of the plan's keys; the stack makes them")] = ()
    quota: Annotated[
        Annotated[int, Meta(ge=1)] | Quota | None, Meta(description="Requests a day, or a limit and its period")
    ] = None
    rate: Annotated[Annotated[int, Meta(ge=1, le=10000)] | None, Meta(description="Requests per second")] = None
    burst: Annotated[Annotated[int, Meta(ge=1, le=5000)] | None, Meta(description="Requests at once")] = None


class ApiStatement(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may call the API at all, by its resource policy.

    ```toml
    [api]
    policy = [{ principals = ["111111111111"], resources = ["*/GET/*"], reason = "The partner's account reads" }]
    ```
    """

    principals: Annotated[tuple[Principal, ...], Meta(min_length=1, description='Account ids, ARNs, or "*"')]
    actions: Annotated[tuple[str, ...], Meta(min_length=1, description="IAM actions")] = ("execute-api:Invoke",)
    resources: Annotated[
        tuple[str, ...], Meta(description='Stage, method and path such as "*/GET/orders"; unset: all of the API')
    ] = ()
    conditions: Annotated[dict[str, dict[str, Any]], Meta(description="IAM conditions")] = {}
    effect: Annotated[Literal["Allow", "Deny"], Meta(description="What the statement says")] = "Allow"
    reason: Annotated[str, Meta(description="Why")] = ""


class GatewayResponse(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An answer that API Gateway gives by itself.

    ```toml
    [api.responses.UNAUTHORIZED]
    status = 401
    headers.WWW-Authenticate = "Bearer"
    body = { error = "unauthorized" }
    ```
    """

    status: Annotated[Status | None, Meta(description="HTTP status; unset: API Gateway's own")] = None
    headers: Annotated[dict[Header, str], Meta(description="Headers, beside those of CORS")] = {}
    body: Annotated[
        str | dict[str, Any] | None,
        Meta(description='Body: text with "$context.error.messageString" and the like, or a table that becomes JSON'),
    ] = None


class Cache(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A cache for the answers to the routes that say `cache` (REST; billed by the hour).

    ```toml
    [api.cache]
    size = "0.5"
    ```
    """

    size: Annotated[CacheSize, Meta(description="GB")] = "0.5"


class Api(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The API in front of the functions.

    ```toml
    [api]
    name = "Shop"
    stage = "v1"
    authorization = "AWS_IAM"
    ```
    """

    kind: Annotated[
        Literal["rest", "http"],
        Meta(description="rest: all that API Gateway can; http: cheaper, payload 2.0, JWT and function authorizers"),
    ] = "rest"
    name: Annotated[str | None, Meta(description="Shown in the console; default: the stack's name")] = None
    stage: Annotated[
        StageName | None,
        Meta(
            description="Stage name, first part of the path; default: the environment's name, and `$default` (no part "
            "of the path) on an HTTP API"
        ),
    ] = None
    variables: Annotated[
        dict[
            Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+$")], Annotated[str, Meta(pattern=r"^[A-Za-z0-9._~:/?#&=,-]+$")]
        ],
        Meta(description="Stage variables, which an authorizer may look at and a function's event has"),
    ] = {}
    endpoint: Annotated[
        Literal["regional", "edge", "private"],
        Meta(description="edge: behind CloudFront; private: reached through VPC endpoints alone"),
    ] = "regional"
    vpc_endpoints: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^vpce-[0-9a-f]+$")] | Reference, ...],
        Meta(description="Endpoints of a private API; default: the stack's own `execute-api` endpoint"),
    ] = ()
    authorization: Annotated[Literal["NONE", "AWS_IAM"], Meta(description="Who may call the routes")] = "NONE"
    authorizer: Annotated[
        Name | None, Meta(description="The authorizer of every route that does not say otherwise; preflight stays open")
    ] = None
    authorizers: Annotated[dict[Name, Authorizer], Meta(description="Authorizers by name")] = {}
    cors: Annotated[Cors, Meta(description="Cross-origin requests")] = Cors()
    throttling: Annotated[Throttling, Meta(description="Requests per second")] = Throttling()
    access_log: Annotated[bool, Meta(description="Write an access log")] = True
    tracing: Annotated[bool, Meta(description="X-Ray tracing (REST)")] = True
    cloudwatch_role: Annotated[
        bool,
        Meta(description="Own the account-level role by which API Gateway writes logs: once per account and region"),
    ] = True
    domain: Annotated[Domain | None, Meta(description="A name of one's own")] = None
    binary_media_types: Annotated[
        tuple[MediaType, ...], Meta(description='Bodies that are binary, such as "image/png"; "*/*": all (REST)')
    ] = ()
    compression: Annotated[
        Annotated[int, Meta(ge=0, le=10485760)] | None,
        Meta(description="Answers of this many bytes and more are compressed (REST)"),
    ] = None
    allow_cidrs: Annotated[
        tuple[AddressRange, ...], Meta(description="Address ranges that may call the API, and nobody else (REST)")
    ] = ()
    policy: Annotated[
        tuple[ApiStatement, ...] | dict[str, Any],
        Meta(description="Resource policy: statements, the document as IAM has it, or { allow_cidrs = […] } (REST)"),
    ] = ()
    web_acl: Annotated[Arn | None, Meta(description="ARN of a web ACL of AWS WAF (REST)")] = None
    usage_plans: Annotated[dict[Name, UsagePlan], Meta(description="Usage plans by name (REST)")] = {}
    models: Annotated[
        dict[Name, str], Meta(description="JSON Schema files by the name that a route's `request` uses (REST)")
    ] = {}
    responses: Annotated[
        dict[ResponseType, GatewayResponse],
        Meta(description="API Gateway's own answers, such as UNAUTHORIZED or DEFAULT_5XX (REST)"),
    ] = {}
    cache: Annotated[Cache | None, Meta(description="A cache for routes that ask for it")] = None
    openapi: Annotated[
        str | None,
        Meta(description="An OpenAPI file that `tapgen check` holds the routes against; its schemas are models too"),
    ] = None
    body: Annotated[
        bool, Meta(description="One resource with an OpenAPI body in place of one for each path, method and preflight")
    ] = False

    @property
    def allowed_ranges(self) -> tuple[str, ...]:
        """The address ranges that may call, wherever they are written."""
        inside = self.policy.get("allow_cidrs", ()) if isinstance(self.policy, dict) else ()
        return (*self.allow_cidrs, *inside)
