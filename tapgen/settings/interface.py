"""The stack around the parts: what it is given, and what it gives out."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from tapgen.settings.names import LogicalId

__all__ = ["LogicalId", "Output", "Parameter"]


NUMBER = 24
"""Characters of a number, at most: what a float takes."""


class Parameter(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A template parameter, whose value a deployment gives: `--parameter NAME=VALUE`, or its default.

    `{ parameter = "NAME" }` uses it wherever a value may be looked up, `${NAME}` inside of text.

    ```toml
    [parameters.AlarmKey]
    description = "Key of the pager service"
    secret = true

    [parameters.Sender]
    default = "shop@example.com"
    pattern = ".+@example[.]com"
    ```
    """

    type: str = "String"
    """Type of CloudFormation, such as "Number" or "AWS::SSM::Parameter::Value<String>" """
    default: str | int | float | tuple[str, ...] | None = None
    """Value of a deployment that gives none; unset: the first deployment must give one"""
    description: Annotated[str, Meta(max_length=4000)] = ""
    """What it is for"""
    secret: bool = False
    """Never shown: NoEcho in the template, masked in what tapgen prints"""
    allowed_values: tuple[str | int | float, ...] = ()
    """The only values that it takes"""
    pattern: str | None = None
    """Regular expression that a text must fit as a whole"""
    min_length: Annotated[int, Meta(ge=0)] | None = None
    """Least characters of a text"""
    max_length: Annotated[int, Meta(ge=0)] | None = None
    """Most characters of a text"""
    minimum: int | float | None = None
    """Least number"""
    maximum: int | float | None = None
    """Greatest number"""

    @property
    def longest(self) -> int | None:
        """Most characters of a value that may be shown; None where nobody knows, or nobody may see it."""
        if self.secret or "List" in self.type:
            return None
        if self.allowed_values:
            return max(len(str(value)) for value in self.allowed_values)
        return NUMBER if self.type == "Number" else self.max_length

    @property
    def default_text(self) -> str | None:
        """The default as CloudFormation has it: a list is joined by commas."""
        if self.default is None:
            return None
        return ",".join(self.default) if isinstance(self.default, tuple) else str(self.default)


class Output(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An output of the stack.

    ```toml
    [outputs.TableArn]
    value = "${OrdersTable.Arn}"
    export = true
    description = "ARN of the orders"

    [tables.Orders]
    partition_key = { name = "orderId" }
    ```
    """

    value: str | int | dict[str, Any]
    """Text in which `${…}` is a logical id, an attribute of one or a parameter, or an intrinsic function such as {
    "Fn::GetAtt" = ["OrdersTable", "Arn"] }
    """
    export: (
        bool | Annotated[str, Meta(pattern=r"^([A-Za-z0-9:-]|\$\{[A-Za-z0-9:.]+\})+$", max_length=255)] | dict[str, Any]
    ) = False
    """Name by which other stacks import it, as text or an intrinsic function; true: `<stack>-<output>`"""
    description: Annotated[str, Meta(max_length=1024)] = ""
    """What it is"""
    condition: LogicalId | None = None
    """One of `conditions`: it is there where that is true"""
