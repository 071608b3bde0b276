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

    rule: Annotated[str, Meta(min_length=1, description="Rule id")]
    reason: Annotated[str, Meta(min_length=1, description="Why it is accepted; shown with the suppressed finding")]
    resource: Annotated[str | None, Meta(description="Logical id; unset: everywhere")] = None


class Check(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `tapgen check` accepts.

    ```toml
    [check]
    suppress = [{ rule = "W3011", reason = "The table is kept by hand" }]
    ```
    """

    suppress: Annotated[tuple[Suppression, ...], Meta(description="Accepted findings, each with a reason")] = ()
