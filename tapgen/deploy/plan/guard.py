"""The guard: what is refused before anything is executed, and what is only warned of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.plan.changes import KEPT, is_replaced
from tapgen.errors import ExitCode, TapgenError
from tapgen.review.model import Refusal
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Change, ChangeSet
    from tapgen.review.model import Impact, Review


class Refused(Struct, frozen=True):
    """Why the guard says no; `allowable` when naming the logical id with --allow-loss makes it a yes."""

    logical_id: str
    message: str
    hint: str = ""
    allowable: bool = False


class RefusedError(TapgenError):
    """The guard says no; nothing was executed."""

    exit_code = ExitCode.REFUSED


def guard(refusals: tuple[Refused, ...]) -> None:
    """Raise where there is something to refuse.

    Raises:
        RefusedError: with every refusal, and what to do about each.
    """
    if not refusals:
        return
    lines = ["refused, nothing was executed:"]
    for one in refusals:
        lines.append(f"  {one.message}" if one.logical_id in one.message else f"  {one.logical_id}: {one.message}")
        if one.hint:
            lines.append(f"    {one.hint}")
    allowable = sorted({one.logical_id for one in refusals if one.allowable})
    hint = ""
    if allowable and all(one.allowable for one in refusals):
        flags = " ".join(f"--allow-loss {logical_id}" for logical_id in allowable)
        hint = f"If that is what you want, name it: {flags}"
    raise RefusedError("\n".join(lines), hint)


def refused(review: Review, change_set: ChangeSet | None, allowed: frozenset[str]) -> tuple[Refused, ...]:
    """What the guard refuses: the review's impacts, and what only the service could tell.

    `change_set` is None before there is one: what must fail is refused before anything is created.
    """
    # Whether an export is in use the review cannot know; the service is asked (see `guard.imported_exports`).
    found = [_of_impact(one) for one in review.refused(allowed) if not (one.type == "Output" and one.subject)]
    known = {one.logical_id for one in review.refusals}
    for change in change_set.changes if change_set else ():
        if change.logical_id in allowed or change.logical_id in known:
            continue
        word = _loss(change)
        if word:
            message = f"{change.logical_id} ({change.type}) is {word}{_lost(change, word)}"
            found.append(Refused(change.logical_id, message, allowable=True))
    return tuple(found)


def replaced_without_rollback(change_set: ChangeSet) -> tuple[Refused, ...]:
    """A refusal for each replacement: CloudFormation makes none while roll-back is off.

    CloudFormation user guide, "Choose how to handle failures when provisioning resources".
    """
    return tuple(
        Refused(
            change.logical_id,
            f"{change.logical_id} ({change.type}) must be replaced, which CloudFormation does not do without roll-back",
            "Leave --no-rollback away.",
        )
        for change in change_set.changes
        if is_replaced(change)
    )


def _of_impact(impact: Impact) -> Refused:
    allowable = impact.refusal is Refusal.UNLESS_ALLOWED
    return Refused(impact.logical_id, impact.message, impact.hint, allowable)


def _loss(change: Change) -> str:
    """What CloudFormation does to a resource with data or an address, whether or not the old one lives on outside."""
    known = row(change.type)
    if not known.holds and known.address is None:
        return ""
    kept = change.policy_action in KEPT
    if kept and (known.minor or (not known.holds and change.action == "Remove")):
        return ""
    if change.action == "Remove":
        return "taken out of the stack" if kept else "deleted"
    return "replaced" if is_replaced(change) else ""


def _lost(change: Change, word: str) -> str:
    known = row(change.type)
    if known.holds and change.policy_action in KEPT:
        return f"; it lives on outside, and what takes its place is empty: {known.holds}"
    if known.holds:
        return f"; with it goes: {known.holds}"
    address = known.address.what if known.address else ""
    return f": {address} {'disappears' if word == 'deleted' else 'changes'}"
