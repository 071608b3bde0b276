"""Lambda functions."""

from typing import Annotated, Literal

from msgspec import Meta

from tapgen.settings.apis import RouteTable
from tapgen.settings.kinds import Uses
from tapgen.settings.names import Concurrency, Runtime, VariableName
from tapgen.settings.values import Value


class Function(Uses, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A Lambda function in Python, its role, its log group and its routes.

    ```toml
    [functions.Orders]
    source = "functions/orders"
    entry_point = "orders.handler"
    memory = 512
    environment.LOG_LEVEL = "INFO"
    routes = ["GET /orders", "ANY /orders/{orderId}"]
    tables.Orders = { variable = "TABLE_NAME" }

    [tables.Orders]
    partition_key = { name = "orderId" }
    ```
    """

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
        dict[VariableName, str | Value],
        Meta(description='Environment variables: text, { secret = "…", key = "…" } or { ssm_parameter = "…" }'),
    ] = {}
    routes: Annotated[
        tuple[str | RouteTable, ...],
        Meta(description='Such as "GET /orders/{orderId}"; the method may be ANY; or a table with what it asks for'),
    ] = ()
    tracing: Annotated[bool, Meta(description="X-Ray tracing")] = True
