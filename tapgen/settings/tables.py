"""DynamoDB tables, and what a function does with one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from tapgen.settings.names import AttributeType, TableName
from tapgen.settings.parts import Part, Problem, Use

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

MAX_INDEXES = 20  # DynamoDB developer guide, "Quotas": global secondary indexes per table


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


class Table(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A DynamoDB table, billed on demand.

    ```toml
    [tables.Orders]
    partition_key = { name = "customerId" }
    sort_key = { name = "orderId" }
    ttl = "expiresAt"
    ```
    """

    partition_key: Annotated[Key, Meta(description="Partition key")] = Key(name="id")
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

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every part
        """Key attributes that contradict each other, too many indexes."""
        if self.sort_key and self.sort_key.name == self.partition_key.name:
            yield ("sort_key",), "partition_key and sort_key are the same attribute"
        for index_name, index in self.indexes.items():
            if index.sort_key and index.sort_key.name == index.partition_key.name:
                yield ("indexes", index_name), "partition_key and sort_key are the same attribute"
        types: dict[str, str] = {}
        for key in self.key_attributes():
            if types.setdefault(key.name, key.type) != key.type:
                yield (), f'the attribute "{key.name}" has two types, {types[key.name]} and {key.type}'
        if len(self.indexes) > MAX_INDEXES:
            yield ("indexes",), f"{len(self.indexes)} are more than {MAX_INDEXES}"

    def key_attributes(self) -> Iterator[Key]:
        """Each key attribute of the table and its indexes, in their order."""
        keyed: tuple[Table | Index, ...] = (self, *self.indexes.values())
        for one in keyed:
            yield one.partition_key
            if one.sort_key:
                yield one.sort_key


class TableAccess(Use, frozen=True, forbid_unknown_fields=True, kw_only=True):
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

    indexes: Annotated[
        dict[TableName, tuple[str, ...]],
        Meta(description='IAM actions on an index of the table, such as { byStatus = ["dynamodb:Query"] }'),
    ] = {}
