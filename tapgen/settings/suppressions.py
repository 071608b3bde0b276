"""What `tapgen check` accepts."""

from typing import Annotated

from msgspec import Meta, Struct


class Suppression(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A finding that is accepted.

    ```toml
    [check]
    suppress = [{ rule = "W3011", resource = "ItemTable", reason = "The table is kept by hand" }]
    ```
    """

    rule: Annotated[str, Meta(min_length=1)]
    """Rule id"""
    reason: Annotated[str, Meta(min_length=1)]
    """Why it is accepted; shown with the suppressed finding"""
    resource: str | None = None
    """Logical id; unset: everywhere"""


class Check(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `tapgen check` accepts.

    ```toml
    [check]
    suppress = [{ rule = "W3011", reason = "The table is kept by hand" }]
    ```
    """

    suppress: tuple[Suppression, ...] = ()
    """Accepted findings, each with a reason"""
