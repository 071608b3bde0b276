"""Handler sources with what the analysis must find in each, read from the pages in `handlers/`.

A page is Markdown. Each of its sections is one case: the IAM actions that it needs, the number of unresolved places
(0 unless said), the actions that it may need beside if unknown code calls what it is given (none unless said), the entry point (`index.handler` unless said), and the source as code blocks, one for each file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

PAGES = Path(__file__).parent / "handlers"

B = "import boto3, os\n"
D = B + "d = boto3.client('dynamodb')\n"
T = B + "t = boto3.resource('dynamodb').Table('x')\n"
"""How short sources in other modules begin."""


@dataclass
class Case:
    """One handler's source and what it needs."""

    name: str
    needs: frozenset[str] = frozenset()
    unresolved: int = 0
    possible: frozenset[str] = frozenset()
    entry_point: str = "index.handler"
    files: dict[str, str] = field(default_factory=dict)


_BLOCK = re.compile(r"^```python ?(.*)\n((?:(?!```).*\n)*)```$", re.MULTILINE)


def cases_of(page: Path) -> list[Case]:
    """The sections of a page."""
    return [
        _case(page.stem, section) for section in re.split(r"^## (?=\w+$)", page.read_text(), flags=re.MULTILINE)[1:]
    ]


def _case(group: str, section: str) -> Case:
    said = dict(
        re.findall(r"^(needs|unresolved|possible|entry point): (.+)$", section.partition("```")[0], re.MULTILINE)
    )
    return Case(
        f"{group}-{section.partition(chr(10))[0]}",
        _names(said["needs"]),
        int(said.get("unresolved", 0)),
        _names(said.get("possible", "nothing")),
        said.get("entry point", "index.handler"),
        {name or "index.py": text for name, text in _BLOCK.findall(section)},
    )


def _names(text: str) -> frozenset[str]:
    return frozenset() if text == "nothing" else frozenset(text.split(", "))


HANDLERS = cases_of(PAGES / "whole.md")
"""Longer sources as people write them."""

CASES = [case for page in sorted(PAGES.glob("*.md")) if page.stem != "whole" for case in cases_of(page)]
"""One construct of the language or of boto3 each."""
