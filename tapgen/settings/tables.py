"""DynamoDB tables, and what a function does with one."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tapgen.settings.names import AttributeType, TableName, VariableName


class Key(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key attribute of a table or an index.

    ```toml
    [tables.Orders]
    partition_key = { name = "placedAt", type = "N" }
    ```
    """

    name: Annotated[str, Meta(min_length=1, max_length=255, description="Attribute name")]
    type: Annotated[AttributeType, Meta(description="S: string, N: number, B: binary")] = "S"


class Index(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A global secondary index.

    ```toml
    [tables.Orders]
    partition_key = { name = "orderId" }
    indexes.byStatus = { partition_key = { name = "status" }, projection = "KEYS_ONLY" }
    ```
    """

    partition_key: Annotated[Key, Meta(description="Partition key")]
    sort_key: Annotated[Key | None, Meta(description="Sort key")] = None
    projection: Annotated[Literal["ALL", "KEYS_ONLY"], Meta(description="Which attributes the index holds")] = "ALL"


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A DynamoDB table, billed on demand.

    ```toml
    [tables.Orders]
    partition_key = { name = "customerId" }
    sort_key = { name = "orderId" }
    ttl = "expiresAt"
    ```
    """

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
    """What a function may do with a table.

    ```toml
    [functions.Orders]
    source = "functions/orders"
    tables.Orders = { variable = "TABLE_NAME", actions = ["dynamodb:GetItem"], indexes.byStatus = ["dynamodb:Query"] }

    [tables.Orders]
    partition_key = { name = "orderId" }
    indexes.byStatus = { partition_key = { name = "status" } }
    ```
    """

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
