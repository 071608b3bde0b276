"""Findings, plans, events and outcomes as lines of text."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.deploy.aws.model import Event, Output
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.check import CheckResult
    from tapgen.deploy.plan.plan import Plan
    from tapgen.deploy.stack.progress import Progress
    from tapgen.review.model import Impact


_WIDTH = 100  # characters of a line that lists names


def checked_lines(checked: CheckResult) -> list[str]:
    """The errors as `tapgen check` prints them; the warnings are counted in one line."""
    from tapgen.proof.report.formats import text

    lines = text({checked.environment: checked.errors}, checked.root).splitlines() if checked.errors else []
    if checked.warnings:
        count = f"{checked.warnings} warning{'' if checked.warnings == 1 else 's'}"
        lines.append(f"The check found {count}: `tapgen check --env {checked.environment}` prints them.")
    return lines


def plan_lines(plan: Plan) -> list[str]:
    """What will change, for a person."""
    lines = [_title(plan), *(f"  {line}" for line in plan.targets)]
    table = [(one.action.sign, one.logical_id, one.type, one.told) for one in plan.changes]
    widths = [max((len(cells[column]) for cells in table), default=0) for column in range(4)]
    for change, cells in zip(plan.changes, table, strict=True):
        lines.append("  " + "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())
        lines += [f"      {reason}" for reason in change.because]
    if plan.referring:
        names = ", ".join(one.logical_id for one in plan.referring)
        lines += wrap(f"only refer to what changes: {names}", _WIDTH, initial_indent="  ", subsequent_indent="    ")
    lines += _block("Stack-level changes", plan.stack_changes)
    if not (plan.changes or plan.referring or plan.stack_changes or plan.targets):
        lines += ["  stack-level changes only, which CloudFormation does not itemise"]
    lines += _block("Security", tuple(line for one in plan.security for line in _security(one)))
    lines += _block("Notes", plan.notes)
    lines += _block("Overwrites what has drifted (--revert-drift shows it property by property)", plan.overwritten)
    lines += _block("Losses", tuple(one.message for one in plan.losses))
    lines += _block("Allowed losses", tuple(one.message for one in plan.allowed))
    return lines


def _title(plan: Plan) -> str:
    where = f"{plan.stack_name} in {plan.account} {plan.region}"
    if plan.targets:
        return f"{where}: {'creates' if plan.creates else 'changes'} the StackSet"
    does = "creates" if plan.creates else "updates"
    if ", " in plan.region:
        return f"{where}: each change set {does} its stack"
    return f"{where}: the change set {does} the stack"


def _security(impact: Impact) -> Iterator[str]:
    yield f"{impact.severity.name.lower()}: {impact.message}"
    yield from (f"  {detail}" for detail in impact.signed)


def _block(title: str, lines: tuple[str, ...]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines)] if lines else []


def event_line(event: Event, progress: Progress) -> str:
    """One event: how far, when, what, and why where it says so."""
    far = f"{progress.done:>3}/{max(progress.total, len(progress.latest))}" if progress.total else f"{progress.done:>3}"
    when = f"{event.time:%H:%M:%S}" if event.time else "        "
    reason = f"  {event.reason}" if event.reason else ""
    return f"{far}  {when}  {event.status:<20}  {event.logical_id}  {event.type}{reason}"


def outcome_lines(outcome: Outcome) -> list[str]:
    """How it ended and what to do, the root cause first."""
    lines = [f"Error: {outcome.message}" if outcome.failed else _sentence(outcome)]
    for number, cause in enumerate(outcome.causes):
        physical = f", {cause.physical_id}" if cause.physical_id else ""
        lines.append(f"  {'Root cause' if not number else 'Also'}: {cause.logical_id} ({cause.type}{physical})")
        lines.append(f"    {cause.status}: {cause.reason or 'no reason given'}")
        if cause.origin:
            lines.append(f"    made in {cause.origin}")
    if outcome.orphans:
        lines.append("Warning: these could not be deleted and live on outside of the stack:")
        lines += [f"  {orphan}" for orphan in outcome.orphans]
    if outcome.hint:
        lines.append(f"Hint: {outcome.hint}")
    return lines


def _sentence(outcome: Outcome) -> str:
    text = outcome.message
    return f"{text}." if text.startswith(outcome.stack_name) else f"{text[:1].upper()}{text[1:]}."


def output_lines(outputs: tuple[Output, ...]) -> list[str]:
    """Outputs in two columns."""
    width = max((len(one.key) for one in outputs), default=0)
    return [f"{one.key.ljust(width)}  {one.value}".rstrip() for one in outputs]
