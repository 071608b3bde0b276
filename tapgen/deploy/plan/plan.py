"""What a change set will do, merged with the review: the plan that is shown, and what the guard refuses. All pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tapgen.deploy.masking import MASK, named
from tapgen.template.types import row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tapgen.deploy.aws.model import Change, ChangeSet, Detail
    from tapgen.review.model import Finding, Review

_RANK = {"": 0, "Never": 1, "False": 1, "Conditionally": 2, "Conditional": 2, "Always": 3, "True": 3}
_VERBS = {"Add": "create", "Remove": "delete", "Import": "import", "Dynamic": "decided later", "SyncWithActual": "sync"}


@dataclass(frozen=True, slots=True)
class Row:
    """One resource of the plan: what happens to it, and the properties that make it happen."""

    verb: str
    logical_id: str
    type: str
    physical_id: str = ""
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the guard says no; `allowable` when naming the logical id with --allow-loss makes it a yes."""

    logical_id: str
    message: str
    hint: str = ""
    allowable: bool = False


@dataclass(frozen=True, slots=True)
class SecurityChange:
    """What is opened or closed; each of `details` begins with `+ ` or `- ` where that can be said."""

    severity: str
    message: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is known before a change set is executed."""

    stack_name: str
    account: str
    region: str
    change_set: str
    creates: bool
    rows: tuple[Row, ...] = ()
    stack_changes: tuple[str, ...] = ()
    security: tuple[SecurityChange, ...] = ()
    notes: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    def masked(self, mask: Callable[[str], str]) -> Plan:
        """The plan without secrets."""
        return replace(
            self,
            rows=tuple(replace(row, because=tuple(map(mask, row.because))) for row in self.rows),
            stack_changes=tuple(map(mask, self.stack_changes)),
            security=tuple(
                replace(one, message=mask(one.message), details=tuple(map(mask, one.details))) for one in self.security
            ),
            notes=tuple(map(mask, self.notes)),
        )


def merge(plain: ChangeSet, valued: ChangeSet) -> ChangeSet:
    """Both descriptions of one change set: IncludePropertyValues may drop changes, without it there are no values.

    A detail that only one of them has is kept; of two words about replacement the worse one counts.
    """
    changes = {change.logical_id: change for change in plain.changes}
    for change in valued.changes:
        other = changes.get(change.logical_id)
        changes[change.logical_id] = _merge_change(other, change) if other else change
    return replace(plain, changes=tuple(changes.values()))


def _merge_change(plain: Change, valued: Change) -> Change:
    described = {(detail.attribute, detail.name) for detail in valued.details}
    details = (*valued.details, *(one for one in plain.details if (one.attribute, one.name) not in described))
    worse = max(plain.replacement, valued.replacement, key=_rank)
    return replace(valued, replacement=worse, details=details, physical_id=valued.physical_id or plain.physical_id)


def _rank(word: str) -> int:
    return _RANK.get(word, 3)  # a word of the future counts as the worst


def rows(change_set: ChangeSet) -> tuple[Row, ...]:
    """One row for each resource, in the service's order."""
    return tuple(
        Row(_verb(change), change.logical_id, change.type, change.physical_id, _because(change))
        for change in change_set.changes
    )


def _verb(change: Change) -> str:
    if change.action == "Remove" and change.policy_action == "Retain":
        return "leave behind"
    if change.action != "Modify":
        return _VERBS.get(change.action, change.action.lower() or "change")
    if set(change.scope) == {"Tags"}:
        return "update tags"
    return {3: "replace", 2: "may replace"}.get(replacement(change), "update")


def replacement(change: Change) -> int:
    """3: it is replaced, 2: it may be, less: it is not. Of several details about one property the worst wins."""
    worst = max((_rank(one.recreation) for one in change.details), default=0)
    stated = _rank(change.replacement)
    return stated or worst


def _because(change: Change) -> tuple[str, ...]:
    worst: dict[tuple[str, str], Detail] = {}
    for detail in change.details:
        key = (detail.attribute, detail.name)
        other = worst.get(key)
        if other is None or _rank(detail.recreation) > _rank(other.recreation):
            worst[key] = replace(detail, before=detail.before or (other.before if other else None))
    return tuple(map(_reason, worst.values()))


def _reason(detail: Detail) -> str:
    what = detail.name or detail.attribute
    if detail.before is not None or detail.after is not None:
        what += f": {_shown(detail.name, detail.before)} -> {_shown(detail.name, detail.after)}"
    if detail.causing:
        what += f", by {detail.causing}"
    return f"{what} (replaces)" if _rank(detail.recreation) == _RANK["Always"] else what


def _shown(name: str, value: str | None) -> str:
    if value is None:
        return "nothing"
    text = named(name, " ".join(value.split()))
    return text if len(text) <= 60 else f"{text[:57]}..."


def stack_changes(
    tags: tuple[Mapping[str, str], Mapping[str, str]],
    parameters: tuple[Mapping[str, str], Mapping[str, str]],
    hidden: frozenset[str],
    review: Review,
) -> tuple[str, ...]:
    """Changes that are no resource's: stack tags, parameter values, and the template's other sections.

    Of a stack that is created only tags and parameters are worth a line: everything else is new anyway.
    """
    lines = [f"tag {line}" for line in _pairs(*tags, frozenset())]
    lines += [f"parameter {line}" for line in _pairs(*parameters, hidden)]
    if not review.creates_stack:
        others = (one for one in review.sections if one.section != "Parameters")
        lines += sorted({f"{one.section.lower()} {one.name}".strip() for one in others})
    return tuple(lines)


def security(review: Review) -> tuple[SecurityChange, ...]:
    """What the review says about security."""
    signs = {"broadened": "+ ", "narrowed": "- "}
    return tuple(
        SecurityChange(
            one.severity.name.lower(),
            one.message,
            tuple(signs.get(one.direction, "") + detail for detail in one.details),
        )
        for one in review.security
    )


def _pairs(old: Mapping[str, str], new: Mapping[str, str], hidden: frozenset[str]) -> list[str]:
    lines = []
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before == after or (name in hidden and before is not None and after is not None):
            continue  # a NoEcho value cannot be compared: the service shows only asterisks
        shown = [MASK if name in hidden and value else _shown(name, value) for value in (before, after)]
        lines.append(f"{name}: {shown[0]} -> {shown[1]}" if before is not None else f"{name}: {shown[1]}")
    return lines


def refused(review: Review, change_set: ChangeSet | None, allowed: frozenset[str]) -> tuple[Refused, ...]:
    """What the guard refuses: the review's findings, and what only the service could tell.

    `change_set` is None before there is one: what must fail is refused before anything is created.
    """
    # Whether an export is in use the review cannot know; the service is asked (see `guard.imported_exports`).
    found = [_of_finding(one) for one in review.refused(allowed) if not (one.type == "Output" and one.subject)]
    known = {one.logical_id for one in review.refusals}
    for change in change_set.changes if change_set else ():
        if change.logical_id in allowed or change.logical_id in known:
            continue
        word = _loss(change)
        if word:
            message = f"{change.logical_id} ({change.type}) is {word}{_lost(change.type, word)}"
            found.append(Refused(change.logical_id, message, allowable=True))
    return tuple(found)


def _of_finding(finding: Finding) -> Refused:
    from tapgen.review.model import Refusal

    allowable = finding.refusal is Refusal.UNLESS_ALLOWED
    return Refused(finding.logical_id, finding.message, finding.hint, allowable)


def _loss(change: Change) -> str:
    known = row(change.type)
    if not known.holds and known.address is None:
        return ""
    if change.action == "Remove":
        return "" if change.policy_action in {"Retain", "Snapshot"} else "deleted"
    kept = change.policy_action in {"ReplaceAndRetain", "ReplaceAndSnapshot"} and bool(known.holds)
    return "replaced" if change.action == "Modify" and replacement(change) == _RANK["True"] and not kept else ""


def _lost(type_: str, word: str) -> str:
    known = row(type_)
    if known.holds:
        return f"; with it goes: {known.holds}"
    address = known.address.what if known.address else ""
    return f": {address} {'disappears' if word == 'deleted' else 'changes'}"


def keeping(change_set: ChangeSet) -> frozenset[str]:
    """The logical ids whose old resource lives on, or a snapshot of it: a stack policy denies that too."""
    kept = {"Retain", "Snapshot", "ReplaceAndRetain", "ReplaceAndSnapshot"}
    return frozenset(change.logical_id for change in change_set.changes if change.policy_action in kept)


def losses(change_set: ChangeSet) -> frozenset[str]:
    """The logical ids that the service says are replaced or removed, whatever their type."""
    return frozenset(
        change.logical_id
        for change in change_set.changes
        if change.action == "Remove" or (change.action == "Modify" and replacement(change) == _RANK["True"])
    )
