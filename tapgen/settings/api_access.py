"""Who may call an API at all, and how often with a key."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from tapgen.settings.names import Name

AddressRange = Annotated[str, Meta(pattern=r"^[0-9a-fA-F.:]+(/[0-9]{1,3})?$")]
ApiPath = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._:$\-{}+]+)+$")]
MediaType = Annotated[str, Meta(pattern=r"^[^\s/]+/[^\s/]+$")]
CacheSize = Literal["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"]  # AWS::ApiGateway::Stage
StageVariable = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+$")]
VariableValue = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._~:/?#&=,-]+$")]
Principal = Annotated[str, Meta(pattern=r"^([*]|[0-9]{12}|arn:[a-z0-9-]+:[^\s]+)$")]


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


class Cache(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A cache for the answers to the routes that say `cache` (REST; billed by the hour).

    ```toml
    [api.cache]
    size = "0.5"
    ```
    """

    size: CacheSize = "0.5"
    """GB"""
