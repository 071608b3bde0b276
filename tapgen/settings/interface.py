"""The stack around the parts: what it is given, and what it gives out."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from tapgen.settings.names import LogicalId

__all__ = ["LogicalId", "Output", "Parameter"]


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

    type: Annotated[
        str, Meta(description='Type of CloudFormation, such as "Number" or "AWS::SSM::Parameter::Value<String>"')
    ] = "String"
    default: Annotated[
        str | int | float | tuple[str, ...] | None,
        Meta(description="Value of a deployment that gives none; unset: the first deployment must give one"),
    ] = None
    description: Annotated[str, Meta(max_length=4000, description="What it is for")] = ""
    secret: Annotated[bool, Meta(description="Never shown: NoEcho in the template, masked in what tapgen prints")] = (
        False
    )
    allowed_values: Annotated[tuple[str | int | float, ...], Meta(description="The only values that it takes")] = ()
    pattern: Annotated[str | None, Meta(description="Regular expression that a text must fit as a whole")] = None
    min_length: Annotated[Annotated[int, Meta(ge=0)] | None, Meta(description="Least characters of a text")] = None
    max_length: Annotated[Annotated[int, Meta(ge=0)] | None, Meta(description="Most characters of a text")] = None
    minimum: Annotated[int | float | None, Meta(description="Least number")] = None
    maximum: Annotated[int | float | None, Meta(description="Greatest number")] = None

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

    value: Annotated[
        str | int | dict[str, Any],
        Meta(
            description="Text in which `${…}` is a logical id, an attribute of one or a parameter, or an intrinsic "
            'function such as { "Fn::GetAtt" = ["OrdersTable", "Arn"] }'
        ),
    ]
    export: Annotated[
        bool | Annotated[str, Meta(pattern=r"^([A-Za-z0-9:-]|\$\{[A-Za-z0-9:.]+\})+$", max_length=255)],
        Meta(description="Name by which other stacks import it; true: `<stack>-<output>`"),
    ] = False
    description: Annotated[str, Meta(max_length=1024, description="What it is")] = ""
