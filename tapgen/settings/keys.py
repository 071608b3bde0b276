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

    administrators: tuple[str, ...] = ()
    """ARNs of who may change and delete it; unset: whoever IAM allows it. Name the deployer's too"""
    alias: Annotated[str, Meta(pattern=r"^alias/(?!aws/)[A-Za-z0-9/_-]+$", max_length=256)] | None = None
    """A name for people"""
    description: Annotated[str, Meta(max_length=8192)] = ""
    """Shown in the console"""
    rotation: bool = True
    """New key material every year"""
    policy: tuple[PolicyStatement, ...] = ()
    """What others may do with it"""
