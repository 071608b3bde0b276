"""The proof as it is told: what every adopted stack gets is counted, so that what differs besides is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tapgen.review.action import ResourceAction
from tapgen.review.model import PropertyChange, ResourceChange, Review
from tapgen.starter.adopt.settings_file import is_published
from tapgen.starter.adopt.settle import ANSWERED, DEFAULTS, TOOL_METADATA
from tapgen.template.intrinsics import canonical
from tapgen.template.paths import ABSENT

POLICIES: Final = frozenset({"DeletionPolicy", "UpdateReplacePolicy"})


class Told(Struct, frozen=True):
    """What is to be shown as a review, and what is said in a sentence."""

    review: Review
    sentences: tuple[str, ...]


def told(review: Review) -> Told:
    """The review without tags that come, defaults that are written out, and code that comes from the project."""
    tagged, packaged, published = 0, [], []
    kept = []
    for change in review.changes:
        left = tuple(one for one in change.properties if not _expected(change, one))
        tagged += any(_is_tag(one) for one in change.properties)
        if any(_is_code(change, one) for one in change.properties):
            packaged.append(change.logical_id)
        expected = change.action in (ResourceAction.UPDATE, ResourceAction.UPDATE_TAGS) and not left
        if is_published(change):
            published.append(change.logical_id)
        elif not expected and not change.routine:
            kept.append(replace(change, properties=left))
    sections = tuple(one for one in review.sections if one.old is not ABSENT)
    return Told(
        replace(review, changes=tuple(kept), sections=sections), tuple(_sentences(tagged, packaged, published, review))
    )


def _sentences(tagged: int, packaged: list[str], published: list[str], review: Review) -> Iterator[str]:
    if tagged:
        yield f"Tags come: Application, Environment and ManagedBy, on {tagged} resources."
    if packaged:
        yield f"Code comes from the project: {', '.join(packaged)}."
    if published:
        yield f"Layers are published anew, as with each of their changes: {', '.join(published)}."
    added = [one.name for one in review.sections if one.old is ABSENT]
    if added:
        yield f"New outputs and parameters: {', '.join(added)}."
    if any(change.routine for change in review.changes):
        yield "An API is published anew, as with each of its changes."


def _expected(change: ResourceChange, one: PropertyChange) -> bool:
    answered = (change.type, str(one.path[1])) in ANSWERED if len(one.path) > 1 else False
    of_a_tool = one.path[0] == "Metadata" and all(key.startswith(TOOL_METADATA) for key in _metadata(one))
    of_a_layer = one.cause != "" and one.path[:2] == ("Properties", "Layers")
    return _is_tag(one) or of_a_layer or answered or of_a_tool or _is_default(change, one)


def _metadata(one: PropertyChange) -> list[str]:
    """The keys of metadata that go."""
    return [str(one.path[1])] if len(one.path) > 1 else list(one.old) if isinstance(one.old, dict) else [""]


def _is_tag(one: PropertyChange) -> bool:
    return one.path[:2] == ("Properties", "Tags")


def _is_code(change: ResourceChange, one: PropertyChange) -> bool:
    return change.type == "AWS::Lambda::Function" and one.path[1:2] in (("Code",), ("Handler",))


def _is_default(change: ResourceChange, one: PropertyChange) -> bool:
    """A default that is written out, or no longer is."""
    if one.path[0] in POLICIES:
        return any(value == "Delete" for value in (one.old, one.new)) and (one.old is ABSENT or one.new is ABSENT)
    default = DEFAULTS.get((change.type, str(one.path[1]))) if len(one.path) == len(("Properties", "name")) else None
    if default is None:
        return False
    before, after = (canonical(default if value is ABSENT else value) for value in (one.old, one.new))
    return bool(before == after)
