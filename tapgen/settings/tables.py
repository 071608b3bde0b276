"""DynamoDB tables, and what a function does with one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from tapgen.settings.late import late
from tapgen.settings.names import AttributeType, TableName
from tapgen.settings.parts import Encrypted, Problem, Use
from tapgen.settings.references import Reference

if TYPE_CHECKING:
    from tapgen.settings.accounts import Region
    from tapgen.settings.model import Environment

VIEWS = ("NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY")
"""DynamoDB API reference, StreamSpecification, StreamViewType."""

MAX_INDEXES = 20  # DynamoDB developer guide, "Quotas": global secondary indexes per table


class Key(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key attribute of a table or an index.

    ```toml
    [tables.Orders]
    partition_key = { name = "placedAt", type = "N" }
    ```
    """

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    """Attribute name"""
    type: AttributeType = "S"
    """S: string, N: number, B: binary"""


class Capacity(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Provisioned capacity, scaled between least and most where it has a most.

    ```toml
    [tables.Orders]
    capacity = { read = 5, write = 5, max_read = 100, max_write = 50 }
    ```
    """

    read: Annotated[int, Meta(ge=1)]
    """Read capacity units, the least where it scales"""
    write: Annotated[int, Meta(ge=1)]
    """Write capacity units, the least where it scales"""
    max_read: Annotated[int, Meta(ge=1)] | None = None
    """Most read units; unset: fixed"""
    max_write: Annotated[int, Meta(ge=1)] | None = None
    """Most write units; unset: fixed"""
    target: Annotated[int, Meta(ge=20, le=90)] = 70
    """Percent of the capacity to be in use"""

    @property
    def scales(self) -> bool:
        """It has a most."""
        return self.max_read is not None or self.max_write is not None

    def problems(self) -> Iterator[Problem]:
        """A most that is less than the least."""
        for least, most in (("read", "max_read"), ("write", "max_write")):
            value = getattr(self, most)
            if value is not None and value < getattr(self, least):
                yield (most,), f"{value} is less than {least}, {getattr(self, least)}"


Projection = Literal["ALL", "KEYS_ONLY"] | tuple[str, ...]
"""Which attributes an index holds: all, its keys, or these too."""


class LocalIndex(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A local secondary index: another order of the items of a partition; only a new table can have it."""

    sort_key: Key
    """Sort key"""
    projection: Projection = "ALL"
    """Which attributes the index holds: a list adds these"""


class Index(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A global secondary index.

    ```toml
    [tables.Orders]
    partition_key = { name = "orderId" }
    indexes.byStatus = { partition_key = { name = "status" }, projection = "KEYS_ONLY" }
    ```
    """

    partition_key: Key
    """Partition key"""
    sort_key: Key | None = None
    """Sort key"""
    projection: Projection = "ALL"
    """Which attributes the index holds: a list adds these"""
    capacity: Capacity | None = None
    """Its provisioned capacity; unset: the table's"""


@late
class Table(Encrypted, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A DynamoDB table, billed on demand.

    ```toml
    [tables.Orders]
    partition_key = { name = "customerId" }
    sort_key = { name = "orderId" }
    ttl = "expiresAt"
    ```
    """

    partition_key: Key = Key(name="id")
    """Partition key"""
    sort_key: Key | None = None
    """Sort key"""
    indexes: "dict[TableName, Index]" = {}
    """Global secondary indexes by name"""
    local_indexes: "dict[TableName, LocalIndex]" = {}
    """Local secondary indexes by name"""
    capacity: "Capacity | None" = None
    """Provisioned capacity; unset: billed by the request"""
    stream: "str | Reference | None" = None
    """What its stream shows: NEW_AND_OLD_IMAGES, NEW_IMAGE, OLD_IMAGE, KEYS_ONLY; unset: the first where it starts a
    function, else it has none. Of an existing table: the ARN of its stream
    """
    replicas: "tuple[Region, ...]" = ()
    """Further regions that hold the table too; its items are the same in each"""
    ttl: str | None = None
    """Attribute that holds the time to live"""
    name: "TableName | None" = None
    """Physical name; leave it out, since a named table cannot be replaced"""

    beside: ClassVar[tuple[str, ...]] = ("encryption", "stream")

    @property
    def every_index(self) -> tuple[str, ...]:
        """The names of its indexes, global and local."""
        return (*self.indexes, *self.local_indexes)

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every part
        """Key attributes that contradict each other, too many indexes, a stream that is none, capacities."""
        if self.stream is not None and self.stream not in VIEWS:
            yield ("stream",), f"it is none of {', '.join(VIEWS)}"
        if self.local_indexes and not self.sort_key:
            yield ("local_indexes",), "a table without a sort_key has none"
        for both in sorted(self.indexes.keys() & self.local_indexes.keys()):
            yield ("local_indexes", both), "an index of that name stands under indexes"
        yield from self._capacity_problems()
        yield from self._replica_problems(environment)
        yield from self._key_problems()

    def _replica_problems(self, environment: "Environment") -> Iterator[Problem]:
        """What a global table cannot have, and a region that the stack is deployed to itself."""
        for region in self.replicas:
            if region in environment.target_regions:
                yield ("replicas",), f"{region} is a region of the stack itself; name the others"
        if self.replicas and self.capacity:
            yield ("replicas",), "a table with replicas is billed by the request; take its capacity away"
        if self.replicas and (self.encryption or environment.encryption):
            yield ("replicas",), "a key is of one region alone; encrypt a table with replicas by AWS's own"
        if self.replicas and self.stream not in (None, VIEWS[0]):
            yield ("stream",), f"the stream of a table with replicas shows {VIEWS[0]}"

    def _capacity_problems(self) -> Iterator[Problem]:
        capacities: list[tuple[tuple[str, ...], Capacity | None]] = [((), self.capacity)]
        capacities += [(("indexes", name), index.capacity) for name, index in self.indexes.items()]
        for where, capacity in capacities:
            if capacity and not self.capacity:
                yield (*where, "capacity"), "the table has none: it is billed by the request, and so are its indexes"
            for path, message in capacity.problems() if capacity else ():
                yield (*where, "capacity", *path), message

    def _key_problems(self) -> Iterator[Problem]:
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
        yield from (local.sort_key for local in self.local_indexes.values())


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

    indexes: dict[TableName, tuple[str, ...]] = {}
    """IAM actions on an index of the table, such as { byStatus = ["dynamodb:Query"] }"""
