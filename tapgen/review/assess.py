"""The whole review of one change: the entry point for `tapgen diff` and for a deployment's guard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tapgen.errors import DocumentError
from tapgen.review.diff.resources import diff_resources, diff_sections
from tapgen.review.masking import masked_review
from tapgen.review.model import Finding, ResourceChange, Review
from tapgen.review.rules.addresses import address_losses
from tapgen.review.rules.authorization import exposure_findings
from tapgen.review.rules.data_loss import data_losses
from tapgen.review.rules.failures import failures
from tapgen.review.rules.identities import identity_findings
from tapgen.review.rules.immutable import immutable_changes
from tapgen.review.rules.network import traffic_findings
from tapgen.review.rules.notes import notes
from tapgen.review.rules.resource_policies import door_findings
from tapgen.review.rules.security_settings import watch_findings
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
) -> Review:
    """What happens when a stack goes from one document to the other; None is a stack that is not there.

    Secrets are masked.

    The parameters are the stack's values; a parameter without one has its default. The values of `hidden` parameters
    are not known on one side, so they are taken for equal. Neither document is changed.

    Raises:
        DocumentError: a document is nested deeper than Python can follow.
    """
    try:
        review = _assess(understand(old, old_parameters, hidden), understand(new, new_parameters, hidden), new)
    except RecursionError:
        raise DocumentError("the template is nested too deeply", "CloudFormation takes no such template.") from None
    mask = mask_of(old, new, parameters={**(old_parameters or {}), **(new_parameters or {})})
    return masked_review(replace(review, creates_stack=old is None and new is not None), mask)


def _assess(old: Template, new: Template, document: Document | None) -> Review:
    changes = diff_resources(old, new)
    losses = (
        *failures(changes, old, new, document),
        *immutable_changes(changes),
        *data_losses(changes, old, new),
        *address_losses(changes, old, new),
    )
    security: list[Finding] = []
    unknown = [*dict.fromkeys((*old.unknown, *new.unknown)), *_unknown_types(changes)]
    for check in (identity_findings, door_findings, traffic_findings, exposure_findings, watch_findings):
        for found in check(old, new):
            if isinstance(found, str):
                unknown.append(found)
            else:
                security.append(found)
    review = Review(
        changes=changes,
        sections=diff_sections(old, new),
        losses=losses,
        security=tuple(security),
        notes=tuple(notes(changes, old, new)),
        unknown=tuple(dict.fromkeys(unknown)),
    )
    return replace(review, losses=_sorted(review.losses), security=_sorted(review.security))


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return Review(losses=tuple(findings)).findings


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
