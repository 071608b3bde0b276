"""What `tapgen check` accepts."""

from typing import Annotated

from msgspec import Meta, Struct


class Suppression(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A finding that is accepted."""

    rule: Annotated[str, Meta(min_length=1, description="Rule id")]
    reason: Annotated[str, Meta(min_length=1, description="Why it is accepted; shown with the suppressed finding")]
    resource: Annotated[str | None, Meta(description="Logical id; unset: everywhere")] = None


class Check(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `tapgen check` accepts."""

    suppress: Annotated[tuple[Suppression, ...], Meta(description="Accepted findings, each with a reason")] = ()
