"""The typed settings: every default and meaning lives here; docs/settings.md is generated from it.

Annotations are not postponed here: msgspec would compile each of them anew at start-up, 3 ms in all.
"""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

Name = Annotated[
    str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9]{0,63}$", description="Letters and digits: part of a logical id")
]
Cidr = Annotated[str, Meta(pattern=r"^[0-9.]+/[0-9]+$")]
Region = Annotated[str, Meta(pattern=r"^[a-z]{2,4}(-[a-z]+)+-[0-9]+$")]
AttributeType = Literal["S", "N", "B"]
Runtime = Annotated[str, Meta(pattern=r"^python3\.[0-9]+$")]
AccountId = Annotated[str, Meta(pattern=r"^[0-9]{12}$")]
Email = Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+$")]
TableName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{3,255}$")]  # also an index's name
VariableName = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]+$")]  # Lambda API reference, Environment
Origin = Annotated[str, Meta(pattern=r"^([*]|[a-z][a-z0-9+.-]*://[^\s/*'\"\\]+)$")]  # RFC 6454: no path, no wildcard
Header = Annotated[str, Meta(pattern=r"^[A-Za-z0-9*_-]+$")]
StageName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
Concurrency = Annotated[int, Meta(ge=0)]
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # CloudWatch Logs API reference, PutRetentionPolicy
HttpMethod = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"]


class Network(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The VPC that the functions run in."""

    enabled: Annotated[bool, Meta(description="Put the functions into a VPC")] = True
    cidr: Annotated[Cidr, Meta(description="The VPC's address range; every subnet's is derived from it")] = (
        "10.0.0.0/16"
    )
    availability_zones: Annotated[
        int, Meta(ge=2, le=6, description="How many availability zones, one subnet of each kind in each")
    ] = 2
    subnets: Annotated[
        Literal["public", "isolated", "nat"],
        Meta(
            description="public: an internet gateway, no NAT; isolated: no way out but endpoints; "
            "nat: private subnets behind one NAT gateway"
        ),
    ] = "public"
    endpoints: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[a-z0-9.-]+$")], ...],
        Meta(
            description="VPC endpoints by service name: dynamodb and s3 are gateways (free), "
            "every other is an interface (billed by the hour)"
        ),
    ] = ("dynamodb",)


class Key(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key attribute of a table or an index."""

    name: Annotated[str, Meta(min_length=1, max_length=255, description="Attribute name")]
    type: Annotated[AttributeType, Meta(description="S: string, N: number, B: binary")] = "S"


class Index(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A global secondary index."""

    partition_key: Annotated[Key, Meta(description="Partition key")]
    sort_key: Annotated[Key | None, Meta(description="Sort key")] = None
    projection: Annotated[Literal["ALL", "KEYS_ONLY"], Meta(description="Which attributes the index holds")] = "ALL"


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A DynamoDB table, billed on demand."""

    partition_key: Annotated[Key, Meta(description="Partition key")]
    sort_key: Annotated[Key | None, Meta(description="Sort key")] = None
    indexes: Annotated[
        dict[TableName, Index],
        Meta(description="Global secondary indexes by name"),
    ] = {}
    ttl: Annotated[str | None, Meta(description="Attribute that holds the time to live")] = None
    name: Annotated[
        TableName | None,
        Meta(description="Physical name; leave it out, since a named table cannot be replaced"),
    ] = None


class TableAccess(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a function may do with a table."""

    actions: Annotated[
        Literal["auto"] | tuple[str, ...],
        Meta(description='IAM actions such as "dynamodb:PutItem", or "auto": just what the code needs'),
    ] = "auto"
    indexes: Annotated[
        dict[TableName, tuple[str, ...]],
        Meta(description='IAM actions on an index of the table, such as { byStatus = ["dynamodb:Query"] }'),
    ] = {}
    variable: Annotated[
        VariableName | None,
        Meta(description="Environment variable that holds the table's name"),
    ] = None


class Function(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A Lambda function in Python, its role, its log group and its routes."""

    source: Annotated[str, Meta(min_length=1, description="Folder of the source, relative to the settings file")]
    entry_point: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z_][\w/]*(\.[A-Za-z_]\w*)+$", description="module.function, as in Lambda's Handler"),
    ] = "index.handler"
    description: Annotated[str, Meta(max_length=256, description="Shown in the console")] = ""
    runtime: Annotated[Runtime, Meta(description="Lambda runtime")] = "python3.13"
    architecture: Annotated[Literal["arm64", "x86_64"], Meta(description="Instruction set")] = "arm64"
    memory: Annotated[int, Meta(ge=128, le=10240, description="MiB")] = 256
    timeout: Annotated[int, Meta(ge=1, le=900, description="Seconds")] = 10
    reserved_concurrency: Annotated[
        Concurrency | None, Meta(description="Most invocations at once; unset: the account's pool")
    ] = None
    environment: Annotated[
        dict[VariableName, str],
        Meta(description="Environment variables"),
    ] = {}
    routes: Annotated[tuple[str, ...], Meta(description='Such as "GET /orders/{orderId}"; the method may be ANY')] = ()
    tables: Annotated[dict[Name, TableAccess], Meta(description="Tables it uses, by their name in the settings")] = {}
    tracing: Annotated[bool, Meta(description="X-Ray tracing")] = True


class Cors(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which pages of other origins may call the API."""

    origins: Annotated[
        tuple[Origin, ...],
        Meta(
            min_length=1,
            description='Allowed origins such as "https://example.com", each in full, or "*"; errors of API Gateway '
            "itself name the first alone",
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


class Throttling(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Limits of the stage, for all callers together."""

    rate: Annotated[int, Meta(ge=1, le=10000, description="Requests per second")] = 100
    burst: Annotated[int, Meta(ge=1, le=5000, description="Requests at once")] = 200


class Api(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The REST API in front of the functions."""

    name: Annotated[str | None, Meta(description="Shown in the console; default: the stack's name")] = None
    stage: Annotated[
        StageName | None, Meta(description="Stage name, first part of the path; default: the environment's name")
    ] = None
    authorization: Annotated[Literal["NONE", "AWS_IAM"], Meta(description="Who may call the routes")] = "NONE"
    cors: Annotated[Cors, Meta(description="Cross-origin requests")] = Cors()
    throttling: Annotated[Throttling, Meta(description="Requests per second")] = Throttling()
    access_log: Annotated[bool, Meta(description="Write an access log")] = True
    tracing: Annotated[bool, Meta(description="X-Ray tracing")] = True
    cloudwatch_role: Annotated[
        bool,
        Meta(description="Own the account-level role by which API Gateway writes logs: once per account and region"),
    ] = True


class Alarms(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """CloudWatch alarms; missing data is never breaching."""

    alarm_email: Annotated[Email | None, Meta(description="Who is told, by an SNS topic; unset: nobody")] = None
    errors: Annotated[int, Meta(ge=1, description="Function errors in 300 s that raise the alarm")] = 1
    throttles: Annotated[int, Meta(ge=0, description="Throttled invocations in 300 s; 0: no such alarm")] = 1
    duration_percent: Annotated[
        int, Meta(ge=0, le=100, description="Share of the time-out that is too slow; 0: no such alarm")
    ] = 80
    api_errors: Annotated[int, Meta(ge=0, description="Answers with a 5XX status in 300 s; 0: no such alarm")] = 1
    table_errors: Annotated[
        int, Meta(ge=0, description="Throttled or failed table requests in 300 s; 0: no such alarms")
    ] = 1


class Logs(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The log groups, which the template owns."""

    retention_days: Annotated[RetentionDays, Meta(description="Days that log events are kept")] = 30


class Suppression(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A finding that is accepted."""

    rule: Annotated[str, Meta(min_length=1, description="Rule id")]
    reason: Annotated[str, Meta(min_length=1, description="Why it is accepted; shown with the suppressed finding")]
    resource: Annotated[str | None, Meta(description="Logical id; unset: everywhere")] = None


class Check(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `tapgen check` accepts."""

    suppress: Annotated[tuple[Suppression, ...], Meta(description="Accepted findings, each with a reason")] = ()


class Environment(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One environment: the project's settings with the environment's own merged in."""

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    root: Path
    application: Annotated[
        str, Meta(pattern=r"^[a-z][a-z0-9-]{0,63}$", description="First part of the stack's name; lower case")
    ]
    description: Annotated[str, Meta(max_length=1024, description="The template's description")] = ""
    format: Annotated[Literal["yaml", "json"], Meta(description="What `tapgen render` writes")] = "yaml"
    protected: Annotated[
        bool, Meta(description="Keep data: deletion protection, backups, retained tables, termination protection")
    ] = False
    account: Annotated[AccountId | None, Meta(description="The only account that it may be deployed to")] = None
    region: Annotated[Region | None, Meta(description="The only region that it may be deployed to")] = None
    regions: Annotated[tuple[Region, ...], Meta(description="Several regions, deployed side by side")] = ()
    network: Annotated[Network, Meta(description="The VPC")] = Network()
    tables: Annotated[dict[Name, Table], Meta(description="DynamoDB tables by name")] = {}
    functions: Annotated[dict[Name, Function], Meta(description="Lambda functions by name")] = {}
    api: Annotated[Api, Meta(description="The REST API")] = Api()
    alarms: Annotated[Alarms, Meta(description="Alarms")] = Alarms()
    logs: Annotated[Logs, Meta(description="Log groups")] = Logs()
    tags: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=128)], Annotated[str, Meta(max_length=256)]],
        Meta(description="More tags on every resource, or other values for Environment, Application, ManagedBy"),
    ] = {}
    layers: Annotated[
        tuple[str, ...], Meta(description="Modules of your own with `build(template, environment, stack)`")
    ] = ()
    check: Annotated[Check, Meta(description="What `tapgen check` may pass over, with the reason")] = Check()

    @property
    def stack_name(self) -> str:
        """`<application>-<environment>`."""
        return f"{self.application}-{self.name}"

    @property
    def target_regions(self) -> tuple[str, ...]:
        """The pinned regions; empty when the standard AWS configuration decides."""
        return self.regions or ((self.region,) if self.region else ())

    @property
    def stage_name(self) -> str:
        """The API's stage: the environment's name, which also parts the environments' API metrics in one account."""
        return self.api.stage or self.name

    @property
    def has_automatic_actions(self) -> bool:
        """The code of a function has to be read to know what it may do."""
        return any(
            access.actions == "auto" for function in self.functions.values() for access in function.tables.values()
        )

    @property
    def has_routes(self) -> bool:
        """There is something for a REST API to do."""
        return any(function.routes for function in self.functions.values())


class Project(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings file and its environments, each already merged and checked."""

    file: Path
    environments: dict[str, Environment]

    @property
    def root(self) -> Path:
        """The folder of the settings file; `templates_out` and sources are relative to it."""
        return self.file.parent

    def environment(self, name: str) -> Environment:
        """The environment of that name.

        Raises:
            UsageError: there is none.
        """
        from tapgen.errors import UsageError, suggestion

        try:
            return self.environments[name]
        except KeyError:
            raise UsageError(f'there is no environment "{name}"', suggestion(name, self.environments)) from None
