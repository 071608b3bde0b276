"""Any CloudFormation resource: what no kind of part is there for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct

from tapgen.settings.names import LogicalId
from tapgen.settings.parts import Problem

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

Policy = Literal["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"]


class Resource(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A CloudFormation resource, by its name as logical id; its properties as CloudFormation takes them.

    ```toml
    [resources.Dashboard]
    type = "AWS::CloudWatch::Dashboard"
    properties.DashboardBody = { "Fn::Sub" = "{\\"widgets\\": []}" }
    ```
    """

    type: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]+(::[A-Za-z0-9@]+)+$")]
    """Such as AWS::SES::Template"""
    properties: dict[str, Any] = {}
    """As in CloudFormation, with intrinsic functions; `${…}` may name a parameter, a part or a resource: text such as
    "${OrdersTable}" is { Ref = "OrdersTable" }, "${OrdersTable.Arn}" its attribute, more of it Fn::Sub
    """
    depends_on: LogicalId | tuple[LogicalId, ...] = ()
    """Logical ids of what must be there before"""
    deletion_policy: Policy | None = None
    """What happens to it when it goes; unset: RetainExceptOnCreate where protected and the type holds data, else
    Delete
    """
    update_replace_policy: Policy | None = None
    """What happens to the old one when it is replaced; unset: as deletion_policy"""
    metadata: dict[str, Any] = {}
    """Metadata of the resource"""
    condition: LogicalId | None = None
    """One of `conditions`: it is there where that is true"""
    creation_policy: dict[str, Any] = {}
    """CreationPolicy as in CloudFormation"""
    update_policy: dict[str, Any] = {}
    """UpdatePolicy as in CloudFormation"""
    unchecked: bool = False
    """Of a type or with properties that are newer than tapgen's: taken as they are"""

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:
        """A type that is not known, properties that it has not, values that do not fit, required ones that lack."""
        from tapgen.resource_class import read
        from tapgen.settings.filled import properties

        if not self.unchecked:
            yield from read(name, self.type, properties(environment, self))[1]
