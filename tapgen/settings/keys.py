"""KMS keys of the customer's own."""

from typing import Annotated

from msgspec import Meta

from tapgen.settings.parts import Part, PolicyStatement


class KmsKey(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A KMS key, rotated every year; `encryption` at the top or at a part says what it encrypts.

    ```toml
    encryption = "Data"

    [keys.Data]
    alias = "alias/shop"

    [tables.Orders]
    ```
    """

    administrators: Annotated[
        tuple[str, ...],
        Meta(description="ARNs of who may change and delete it; unset: whoever IAM allows it. Name the deployer's too"),
    ] = ()
    alias: Annotated[
        Annotated[str, Meta(pattern=r"^alias/(?!aws/)[A-Za-z0-9/_-]+$", max_length=256)] | None,
        Meta(description="A name for people"),
    ] = None
    description: Annotated[str, Meta(max_length=8192, description="Shown in the console")] = ""
    rotation: Annotated[bool, Meta(description="New key material every year")] = True
    policy: Annotated[tuple[PolicyStatement, ...], Meta(description="What others may do with it")] = ()
