"""A finding: what is wrong, where, how bad it is and what to do; and which of them count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from tapgen.settings.suppressions import Suppression
    from tapgen.template.document import DocumentPath

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # worst first


class Finding(Struct, frozen=True):
    """One thing that a rule found.

    `path` leads to the place in the document; `file`, `line` and `column` (from 1) to the place that a person would
    edit: the handler's source, the settings or the template; a column is known of settings alone. `file` is relative to
    the settings file's folder where it lies below it. `suppressed_reason` is set where the settings accept the finding.
    """

    rule: str
    severity: Severity
    message: str
    path: DocumentPath = ()
    logical_id: str | None = None
    file: str | None = None
    line: int | None = None
    hint: str = ""
    suppressed_reason: str | None = None
    column: int | None = None


def worse_or_equal(severity: Severity, threshold: Severity) -> bool:
    """Whether `severity` is at or above `threshold`."""
    return SEVERITIES.index(severity) <= SEVERITIES.index(threshold)


def failing(findings: Iterable[Finding], threshold: Severity) -> tuple[Finding, ...]:
    """The findings at or above `threshold` that no setting accepts."""
    return tuple(f for f in findings if f.suppressed_reason is None and worse_or_equal(f.severity, threshold))


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Without duplicates; open ones before suppressed ones, worst first, then by place."""
    return tuple(sorted(dict.fromkeys(findings), key=_key))


def _key(finding: Finding) -> tuple[object, ...]:
    return (
        finding.suppressed_reason is not None,
        SEVERITIES.index(finding.severity),
        finding.logical_id or "",
        finding.rule,
        tuple(str(step) for step in finding.path),
        finding.file or "",
        finding.line or 0,
        finding.message,
    )


def suppress(
    findings: Iterable[Finding], suppressions: Sequence[Suppression]
) -> tuple[tuple[Finding, ...], tuple[Suppression, ...]]:
    """The findings with the reasons of the suppressions that accept them, and the suppressions that accept none."""
    used: set[Suppression] = set()
    marked = []
    for finding in findings:
        accepted = [s for s in suppressions if s.rule == finding.rule and s.resource in (None, finding.logical_id)]
        used.update(accepted)
        marked.append(replace(finding, suppressed_reason=accepted[0].reason) if accepted else finding)
    return tuple(marked), tuple(s for s in suppressions if s not in used)
