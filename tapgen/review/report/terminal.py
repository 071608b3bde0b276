"""A review for a terminal: lines of styled words, printed plain into a pipe and with colour and folding on a screen."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tapgen.printable import one_line, printable
from tapgen.review.model import Effect, Impact, PropertyChange, Refusal, ResourceChange, Review, SectionChange
from tapgen.review.report import phrases
from tapgen.template.paths import ABSENT
from tapgen.template.text import inline

_STYLES = {
    "+": "green",
    "-": "red",
    "~": "yellow",
    "±": "bold red",
    "✗": "bold red",
    "▲": "yellow",
    "▼": "green",
    "=": "dim",
    "!": "yellow",
    "·": "dim",
}
_QUIET = ("Tags",)


class Line(Struct, frozen=True):
    """A line: its indentation in columns, and words each with a style of rich's ("" is plain)."""

    indent: int
    words: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return printable(" " * self.indent + "".join(one_line(word) for word, _ in self.words)).rstrip()


def plain(review: Review, title: str = "") -> str:
    """The report as plain text."""
    return "".join(f"{line}\n" for line in lines(review, title))


def lines(review: Review, title: str = "") -> Iterator[Line]:
    """The report: summary, what is refused, security, changes, notes."""
    if title:
        yield Line(0, ((title, "bold"),))
    yield Line(0, ((phrases.summary(review), ""),))
    refused = review.refusals
    yield from _impacts("Refused", refused)
    yield from _impacts("Losses", [one for one in review.losses if one.refusal is Refusal.NONE])
    yield from _impacts("Security", [one for one in review.security if one not in refused])
    if review.changes:
        yield from _heading("Resources")
        for change in phrases.ordered(review):
            yield from _change(change, values=not review.creates_stack)
    for section in dict.fromkeys(change.section for change in review.sections):
        yield from _heading(section)
        for entry in review.sections:
            if entry.section == section:
                yield from _value(entry, 2)
    yield from _remarks(review)


def _remarks(review: Review) -> Iterator[Line]:
    if review.notes:
        yield from _heading("Notes")
        for note in review.notes:
            kind = {"time": "takes time", "cost": "always-on cost", "info": "note", "drift": "drifted"}[note.kind]
            yield Line(2, ((f"{kind}: ", "dim"), (note.message, "")))
    if review.unknown:
        yield from _heading("Not understood")
        for line in review.unknown:
            yield Line(2, ((line, ""),))


def _heading(title: str) -> Iterator[Line]:
    yield Line(0)
    yield Line(0, ((title, "bold"),))


def _impacts(title: str, impacts: list[Impact] | tuple[Impact, ...]) -> Iterator[Line]:
    if not impacts:
        return
    yield from _heading(title)
    for impact in impacts:
        symbol = phrases.mark(impact)
        yield Line(2, ((f"{symbol} {impact.rule} ", _STYLES[symbol]), (impact.message, "")))
        style = _STYLES.get({"broadened": "+", "narrowed": "-"}.get(impact.direction, ""), "")
        for detail in impact.signed:
            yield Line(9, ((detail, style),))
        if impact.hint:
            yield Line(9, ((impact.hint, "dim"),))


def _change(change: ResourceChange, *, values: bool) -> Iterator[Line]:
    symbol = "·" if change.routine else change.action.sign
    kind = change.old_type or change.type
    yield Line(
        2,
        (
            (f"{symbol} {change.logical_id}", _STYLES[symbol]),
            (f"  {kind}  ", "dim"),
            (phrases.verb(change), _STYLES[symbol]),
        ),
    )
    for note in change.notes:
        yield Line(6, ((note, "dim"),))
    tags, values_left = phrases.tag_line(change.properties)
    if tags and not change.creates:
        yield Line(6, ((f"Tags: {tags}", ""),))
    for value in values_left:
        created = change.creates
        if not change.routine and not (created and (not values or value.path[-1] in _QUIET)):
            yield from _value(value, 6)


def _value(change: PropertyChange | SectionChange, indent: int) -> Iterator[Line]:
    old, new = change.old, change.new
    label = phrases.label(change)
    note = phrases.effect(change)
    loud = isinstance(change, PropertyChange) and change.effect >= Effect.MAY_REPLACE
    after = ((f"   {note}", "bold red" if loud else "dim"),) if note else ()
    if isinstance(change, PropertyChange) and change.cause:
        yield Line(indent, ((f"{label}: {inline(new)}", ""), *after))
    elif phrases.long(old) or phrases.long(new):
        yield Line(indent, ((f"{label}:", ""), *after))
        for line in phrases.line_diff(old, new):
            yield Line(indent + 2, ((line, _STYLES.get(line[:1], "dim")),))
    elif old is ABSENT:
        yield Line(indent, ((f"+ {label}: {inline(new)}", "green"), *after))
    elif new is ABSENT:
        yield Line(indent, ((f"- {label}: {inline(old)}", "red"), *after))
    else:
        yield Line(indent, ((f"{label}: ", ""), (inline(old), "red"), (" → ", "dim"), (inline(new), "green"), *after))


def print_rich(all_lines: list[Line]) -> None:
    """Print with colours, folded to the terminal's width under each line's own indentation."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    for line in all_lines:
        text = Text(overflow="fold")
        for word, style in line.words:
            text.append(one_line(word), style)
        console.print(Padding(text, (0, 0, 0, line.indent), expand=False))
