"""The whole review of one change: the entry point for `tapgen diff` and for a deployment's guard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from tapgen.errors import DocumentError
from tapgen.review.diff.by_default import Values, by_default, come_to_the_same, never_taken, quiet
from tapgen.review.diff.looked_up import looked_up
from tapgen.review.diff.resources import diff_resources, diff_sections
from tapgen.review.diff.switched_off import with_switched_off
from tapgen.review.masking import masked_review
from tapgen.review.model import Impact, ResourceChange, Review
from tapgen.review.rules.addresses import address_losses
from tapgen.review.rules.authorization import authorization_impacts
from tapgen.review.rules.data_loss import data_losses
from tapgen.review.rules.failures import failures
from tapgen.review.rules.identities import identity_impacts
from tapgen.review.rules.immutable import immutable_changes
from tapgen.review.rules.network import network_impacts
from tapgen.review.rules.notes import never_made, notes
from tapgen.review.rules.resource_policies import resource_policy_impacts
from tapgen.review.rules.security_settings import setting_impacts
from tapgen.review.rules.tokens import token_impacts
from tapgen.review.update.schema import schema_of
from tapgen.template.document import Document
from tapgen.template.masking import mask_of
from tapgen.template.model import Template, understand


def assess(
    old: Document | None,
    new: Document | None,
    *,
    old_parameters: Mapping[str, Any] | None = None,
    new_parameters: Mapping[str, Any] | None = None,
    hidden: frozenset[str] = frozenset(),
    pseudo: Mapping[str, str] | None = None,
) -> Review:
    """What happens when a stack goes from one document to the other; None is a stack that is not there.

    The parameters are the stack's values; a parameter without one has its default, and what another value would do is
    told as possible. The values of `hidden` parameters are not known on one side, so they are taken for equal. `pseudo`
    are the values of pseudo parameters, where it is known which stack it is: they show that a name stays the same which
    is written in another way. Secrets are masked. Neither document is changed.

    Raises:
        DocumentError: a document is nested deeper than Python can follow.
    """
    given = (old_parameters, new_parameters)
    try:
        review = _understood(old, new, given, hidden, None)
        if pseudo and review.refusals:
            known = _understood(old, new, given, hidden, pseudo)
            # Not what is open to whom: a principal of the own account is told by its pseudo parameter.
            review = replace(review, changes=known.changes, sections=known.sections, losses=known.losses)
    except RecursionError:
        raise DocumentError("the template is nested too deeply", "CloudFormation takes no such template.") from None
    review = replace(review, creates_stack=old is None and new is not None)
    if not (review or review.impacts or review.unknown):
        return review
    mask = mask_of(old, new, parameters={**(old_parameters or {}), **(new_parameters or {})})
    return masked_review(review, mask)


def _understood(
    old: Document | None,
    new: Document | None,
    given: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None],
    hidden: frozenset[str],
    pseudo: Mapping[str, str] | None,
) -> Review:
    before, after = given
    templates = understand(old, before, hidden, pseudo=pseudo), understand(new, after, hidden, pseudo=pseudo)
    open_ones = templates
    if any(one is not None and one.get("Conditions") for one in (old, new)):
        open_ones = (
            understand(old, before, hidden, defaults_decide=False, pseudo=pseudo),
            understand(new, after, hidden, defaults_decide=False, pseudo=pseudo),
        )
    review = _assess(*templates, new, open_ones)
    told = {change.logical_id for change in review.changes}
    never = [note for note in never_made(old or {}, new or {}, *templates) if note.logical_id not in told]
    review = replace(review, notes=(*review.notes, *never))
    if old is None or new is None:
        return review
    review = _with_looked_up(review, old, new, given, pseudo)
    return _with_quiet(review, old, new, given, hidden, pseudo)


def _with_looked_up(
    review: Review, old: Document, new: Document, given: Values, pseudo: Mapping[str, str] | None
) -> Review:
    """The review with what a changed mapping does where a parameter's default, or the region, is another."""
    changes, templates = looked_up(old, new, given, {one.logical_id for one in review.changes}, pseudo)
    losses = _sorted((*review.losses, *data_losses(changes, *templates))) if changes else review.losses
    return replace(review, changes=(*review.changes, *changes), losses=losses)


def _with_quiet(
    review: Review,
    old: Document,
    new: Document,
    given: Values,
    hidden: frozenset[str],
    pseudo: Mapping[str, str] | None,
) -> Review:
    """The review with what is written otherwise and comes to the same by the parameters' defaults alone."""
    told = {("Resources", one.logical_id) for one in review.changes} | {
        (one.section, one.name) for one in review.sections
    }
    told |= {(section, note.logical_id) for note in review.notes for section in ("Resources", "Outputs")}
    silent = quiet(old, new, frozenset(told))
    if not silent:
        return replace(review, notes=(*review.notes, *come_to_the_same(old, new, told)))
    changes, outputs, templates = by_default(old, new, given, silent, hidden, pseudo)
    more = {("Resources", one.logical_id) for one in changes} | {(one.section, one.name) for one in outputs}
    never = list(never_taken(old, new, silent - more))
    told |= more | {(section, note.logical_id) for note in never for section in ("Resources", "Outputs")}
    return replace(
        review,
        changes=(*review.changes, *changes),
        sections=(*review.sections, *outputs),
        losses=_sorted((*review.losses, *data_losses(changes, *templates))),
        notes=(*review.notes, *never, *come_to_the_same(old, new, told)),
    )


def _assess(old: Template, new: Template, document: Document | None, open_ones: tuple[Template, Template]) -> Review:
    """The review; `open_ones` are the two templates with the conditions open that only defaults decide."""
    changes, sections = diff_resources(old, new), diff_sections(old, new)
    possible: tuple[ResourceChange, ...] = ()
    if (old.conditions, new.conditions) != tuple(one.conditions for one in open_ones):
        told, sections = with_switched_off(changes, sections, *open_ones)
        changes = tuple(change for change in told if not change.depends)
        possible = tuple(change for change in told if change.depends)
    losses = (
        *failures(changes, old, new, document),
        *immutable_changes(changes),
        *data_losses(changes, old, new),
        *data_losses(possible, *open_ones),
        *address_losses(changes, old, new),
    )
    security: list[Impact] = []
    unknown = [*dict.fromkeys((*old.unknown, *new.unknown)), *_unknown_types(changes)]
    for check in _SECURITY:
        for found in check(old, new):
            if isinstance(found, str):
                unknown.append(found)
            else:
                security.append(found)
    security += _possible(possible, security, open_ones)
    review = Review(
        changes=(*changes, *possible),
        sections=sections,
        losses=losses,
        security=tuple(security),
        notes=tuple(notes(changes, old, new)),
        unknown=tuple(dict.fromkeys(unknown)),
    )
    return replace(review, losses=_sorted(review.losses), security=_sorted(review.security))


_SECURITY: Final = (
    identity_impacts,
    resource_policy_impacts,
    network_impacts,
    authorization_impacts,
    token_impacts,
    setting_impacts,
)


def _possible(
    possible: tuple[ResourceChange, ...], known: Iterable[Impact], templates: tuple[Template, Template]
) -> Iterator[Impact]:
    """What may be opened or closed by what the defaults switch off."""
    if not possible:
        return
    depends = {change.logical_id: ", ".join(change.depends) for change in possible}
    told = set(known)
    for check in _SECURITY:
        for found in check(*templates):
            if not isinstance(found, str) and found.logical_id in depends and found not in told:
                yield replace(found, message=f"{found.message}, depending on {depends[found.logical_id]}")


def _sorted(impacts: Iterable[Impact]) -> tuple[Impact, ...]:
    return Review(losses=tuple(impacts)).impacts


def _unknown_types(changes: tuple[ResourceChange, ...]) -> list[str]:
    """Changed resources whose update is decided elsewhere."""
    lines = []
    for change in changes:
        if change.creates or change.deletes:
            continue
        if change.type == "AWS::CloudFormation::Stack":
            lines.append(f"{change.logical_id}: what changes inside the nested stack is not known here")
        elif not change.type.startswith("Custom::") and schema_of(change.type) is None:
            lines.append(f"{change.logical_id}: {change.type} is not in the schema table, so any change may replace it")
    return lines
