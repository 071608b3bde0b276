"""A review as Markdown for a pull request's comment: worst first, details folded, never longer than GitHub takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tapgen.review.model import Impact, PropertyChange, Refusal, ResourceChange, Review, SectionChange
from tapgen.review.report import markdown_text, phrases
from tapgen.template.paths import ABSENT
from tapgen.template.text import inline

MARKER: Final = "<!-- tapgen diff -->"
"""The first line: by it a workflow finds the comment that it made before."""

# GitHub takes comments of up to 65,536 characters; counted here in bytes of UTF-8, which is never less.
LIMIT: Final = 65_000
_RESERVE: Final = 300  # for what closes a section and says how much was folded
_MOST_PICTURE: Final = 12_000  # in bytes; a larger one is no picture that one looks at in a comment
_MOST_VALUES: Final = 40  # of one resource
_ICONS: Final = {"✗": "❌", "▲": "🔺", "▼": "🔻", "=": "🟰", "!": "⚠️"}


def render(reviews: list[tuple[str, Review]], limit: int = LIMIT, pictures: Sequence[str] = ()) -> str:
    """The comment for one or several reviews, each with its title; at most `limit` bytes.

    `pictures` are Mermaid flowcharts of what changes, one for each review; one that does not fit is left out.
    """
    text = f"{MARKER}\n## What this change does\n"
    footer = "\n<sub>By <code>tapgen diff</code>; rules are explained in docs/review.md.</sub>\n"
    room = limit - _size(text) - _size(footer) - _RESERVE
    parts: list[str] = []
    for index, (title, review) in enumerate(reviews):
        share = room // (len(reviews) - index)
        part = _one(title, review, share)
        if pictures and review:
            part += _picture(pictures[index], room - _size(part))
        if _size(part) > room:
            parts.append(f"\n… and {len(reviews) - index} more, not shown.\n")
            break
        parts.append(part)
        room -= _size(part)
    return text + "".join(parts) + footer


def _picture(flowchart: str, room: int) -> str:
    text = f"\n<details><summary>Picture of what changes</summary>\n\n```mermaid\n{flowchart}```\n</details>\n"
    return text if "-->" in flowchart and _size(text) <= min(room, _MOST_PICTURE) else ""


def _one(title: str, review: Review, room: int) -> str:
    head = f"\n### {markdown_text.words(title[:200])}\n\n**{markdown_text.words(phrases.summary(review))}**\n"
    refused = review.refusals
    told = [one for one in review.losses if one.refusal is Refusal.NONE]
    rest = [one for one in review.security if one not in refused]
    opens = [one for one in rest if one.direction == "broadened"]
    other = [one for one in rest if one.direction != "broadened"]
    text = head
    sections: list[tuple[str, bool, Iterable[list[str]]]] = [
        ("❌ Refused by a deployment", False, map(_impact, refused)),
        ("⚠️ Losses", False, map(_impact, told)),
        ("🔺 Opens", False, map(_impact, opens)),
        ("🔻 Closes", False, map(_impact, other)),
        ("Notes", False, ([f"- {markdown_text.words(note.message)}"] for note in review.notes)),
        ("❔ Not understood", False, ([f"- {markdown_text.words(line)}"] for line in review.unknown)),
        ("Resources", True, (_change(one) for one in phrases.ordered(review))),
        ("Parameters, outputs and the rest", True, map(_section, review.sections)),
    ]
    for name, folded, entries in sections:
        text += _bounded(name, list(entries), room - _size(text), folded=folded)
    return text


def _bounded(name: str, entries: list[list[str]], room: int, *, folded: bool) -> str:
    """A section with as many entries as there is room for; an entry that does not fit is cut to its first line."""
    if not entries:
        return ""
    title = f"{name} ({len(entries)})"
    opening = f"\n<details><summary>{title}</summary>\n\n" if folded else f"\n#### {title}\n\n"
    closing = "\n</details>\n" if folded else ""
    left = room - _size(opening) - _size(closing) - _RESERVE
    if left < 0:
        return f"\n{title}: not shown.\n" if room > _RESERVE // 2 else ""
    heads = 0
    for entry in entries:  # the first line of each comes before the details of any
        if _size(entry[0]) + 1 > left:
            break
        left -= _size(entry[0]) + 1
        heads += 1
    body, cut, dropped = "", 0, len(entries) - heads
    for first, *details in entries[:heads]:
        rest = "".join(f"{line}\n" for line in details)
        body += f"{first}\n"
        if _size(rest) <= left:
            body += rest
            left -= _size(rest)
        else:
            cut += 1
    if cut:
        body += f"\nThe details of {cut} are folded away.\n"
    if dropped:
        body += f"\n… and {dropped} more.\n"
    return opening + body + closing


def _size(text: str) -> int:
    return len(text.encode())


def _impact(impact: Impact) -> list[str]:
    details = impact.details[:_MOST_VALUES]
    more = len(impact.details) - len(details)
    return [
        f"- {_ICONS[phrases.mark(impact)]} {markdown_text.code(impact.rule)} {markdown_text.words(impact.message)}",
        *(f"  - {markdown_text.code(detail, 400)}" for detail in details),
        *([f"  - … and {more} more"] if more else []),
        *([f"  - {markdown_text.words(impact.hint)}"] if impact.hint else []),
    ]


def _change(change: ResourceChange) -> list[str]:
    kind = change.old_type or change.type
    loud = change.effect.replaces or change.deletes
    verb = markdown_text.words(phrases.verb(change))
    symbol = "·" if change.routine else change.action.sign
    head = f"- {markdown_text.code(symbol)} {markdown_text.code(change.logical_id)} {markdown_text.words(kind)}: "
    lines = [head + (f"**{verb}**" if loud and not change.routine else verb)]
    lines += [f"  - {markdown_text.words(note)}" for note in change.notes]
    if change.routine:
        return lines
    if change.quiet and change.properties:
        return [*lines, f"  - values of an answer to preflights: {len(change.properties)}"]
    tags, values = phrases.tag_line(change.properties)
    if tags:
        lines.append(f"  - Tags: {markdown_text.code(tags, 400)}")
    for value in values[:_MOST_VALUES]:
        lines += _value(value, "  ")
    if len(values) > _MOST_VALUES:
        lines.append(f"  - … and {len(values) - _MOST_VALUES} more values")
    return lines


def _section(change: SectionChange) -> list[str]:
    [first, *rest] = list(_value(change, ""))
    return [f"- {markdown_text.words(change.section)} {first.removeprefix('- ')}", *rest]


def _value(change: PropertyChange | SectionChange, indent: str) -> Iterator[str]:
    old, new = change.old, change.new
    note = phrases.effect(change)
    label = markdown_text.code(phrases.label(change))
    suffix = f" — {markdown_text.words(note)}" if note else ""
    if isinstance(change, PropertyChange) and change.cause:
        yield f"{indent}- {label}: {markdown_text.code(inline(new))}{suffix}"
    elif phrases.long(old) or phrases.long(new):
        yield f"{indent}- {label}:{suffix}"
        yield markdown_text.block(phrases.line_diff(old, new), "diff", indent + "  ")
    elif old is ABSENT:
        yield f"{indent}- {label}: added {markdown_text.code(inline(new))}{suffix}"
    elif new is ABSENT:
        yield f"{indent}- {label}: removed {markdown_text.code(inline(old))}{suffix}"
    else:
        yield f"{indent}- {label}: {markdown_text.code(inline(old))} → {markdown_text.code(inline(new))}{suffix}"
