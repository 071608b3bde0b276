"""Two templates beside each other, such as two environments: what differs, and nothing that would happen."""

from __future__ import annotations

from msgspec.structs import replace

from tapgen.review.action import ResourceAction
from tapgen.review.model import Effect, ResourceChange, Review


def side_by_side(review: Review, old_name: str, new_name: str) -> Review:
    """The review without losses, notes and effects; each resource says where it is, or that it differs."""
    told = (_differs(change, old_name, new_name) for change in review.changes)
    changes = tuple(change for change in told if change.properties or change.creates or change.deletes)
    return replace(review, changes=changes, losses=(), notes=())


def _differs(change: ResourceChange, old_name: str, new_name: str) -> ResourceChange:
    said = f"only in {new_name}" if change.creates else f"only in {old_name}" if change.deletes else "differs"
    properties = tuple(replace(one, effect=Effect.NONE, reason="") for one in change.properties if not one.cause)
    action = change.action if change.creates or change.deletes else ResourceAction.UPDATE
    return replace(change, action=action, said=said, effect=Effect.NONE, notes=(), properties=properties, routine=False)
