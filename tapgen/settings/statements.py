"""IAM statements of a function on what is no part of the stack."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from tapgen.settings.references import Reference

IamAction = Annotated[str, Meta(pattern=r"^([a-z0-9-]+:[A-Za-z0-9*?]+|[*])$")]  # IAM user guide, Action
Resource = Annotated[str, Meta(pattern=r"^([*]|arn:.+|\$\{[A-Za-z0-9.:]+\}.*)$")]


class Statement(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a function may do with something that is no part of the stack. `${…}` is filled in as by Fn::Sub.

    The check still holds the code against it: what the code needs is found here, and what it does not need is said.

    ```toml
    [functions.Orders]
    source = "functions/orders"

    [[functions.Orders.statements]]
    actions = ["ses:SendEmail"]
    resources = ["arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/example.com"]
    conditions = { StringEquals = { "ses:FromAddress" = "shop@example.com" } }
    reason = "Confirms orders by mail"
    ```
    """

    actions: Annotated[tuple[IamAction, ...], Meta(min_length=1)]
    """IAM actions such as "ses:SendEmail"; may have wildcards"""
    resources: Annotated[tuple[Resource | Reference, ...], Meta(min_length=1)]
    """ARNs, "*", or references that hold an ARN"""
    conditions: dict[str, dict[str, Any]] = {}
    """IAM conditions, such as { StringEquals = { "aws:ResourceTag/team" = "shop" } }, with `${…}` filled in"""
    reason: str = ""
    """Why it is needed; with it, findings that it allows too much are accepted"""
