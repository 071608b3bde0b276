"""What of a resource is otherwise than tapgen writes it."""

from typing import Any

from msgspec import Struct

from tapgen.settings.names import LogicalId
from tapgen.settings.resources import Policy


class Override(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A resource that tapgen makes, by its logical id: what is to be otherwise, as CloudFormation has it.

    ```toml
    [tables.Orders]
    partition_key = { name = "orderId" }

    [overrides.OrdersTable]
    properties.TableClass = "STANDARD_INFREQUENT_ACCESS"
    properties.BillingMode = { Ref = "AWS::NoValue" }
    properties.ProvisionedThroughput = { ReadCapacityUnits = 5, WriteCapacityUnits = 5 }
    ```
    """

    properties: dict[str, Any] = {}
    """Properties in place of tapgen's, mappings merged into its; { Ref = "AWS::NoValue" } takes one away"""
    depends_on: tuple[LogicalId, ...] | None = None
    """In place of tapgen's; an empty list: none"""
    deletion_policy: Policy | None = None
    """What happens to it when it goes"""
    update_replace_policy: Policy | None = None
    """What happens to the old one when it is replaced"""
    metadata: dict[str, Any] = {}
    """Metadata beside tapgen's"""
    condition: LogicalId | None = None
    """One of `conditions`: it is there where that is true"""
    absent: bool = False
    """Leave the resource out; nothing else may refer to it"""
