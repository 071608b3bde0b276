"""The REST API in front of the functions."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tapgen.settings.names import Header, HttpMethod, Origin, StageName


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
    """Limits of the stage, for all callers together.

    ```toml
    [api.throttling]
    rate = 50
    burst = 100
    ```
    """

    rate: Annotated[int, Meta(ge=1, le=10000, description="Requests per second")] = 100
    burst: Annotated[int, Meta(ge=1, le=5000, description="Requests at once")] = 200


class Api(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The REST API in front of the functions.

    ```toml
    [api]
    name = "Shop"
    stage = "v1"
    authorization = "AWS_IAM"
    ```
    """

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
