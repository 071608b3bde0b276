"""Holds the check against templates and handlers whose true answers stand in their first lines.

`#! error RULE LOGICAL_ID`, `#! missing FUNCTION ACTION` and `#! unused ROLE ACTION`; what is not named is wrong to say.
Run it to see how many of the check's words are true, and how many true ones it finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tapgen.proof.check import check_all, of_template
from tapgen.proof.findings import Finding
from tapgen.template.document import read

FOLDER = Path(__file__).parent
KINDS = {"permission-missing": "missing", "permission-unused": "unused"}
_UNUSED = re.compile(r"(\S+) allows (\S+) on ")
_MISSING = re.compile(r"(\S+) needs (\S+) on ")


@dataclass(frozen=True, order=True)
class Word:
    """One thing that the check says, or should: a kind, what it is about, and the rule or action."""

    kind: str
    about: str
    what: str


def cases() -> list[Path]:
    """The templates."""
    return sorted(FOLDER.glob("*.yaml"))


def true(file: Path) -> set[Word]:
    """What there is to say of a template."""
    lines = [line[2:].split() for line in file.read_text().splitlines() if line.startswith("#!")]
    return {Word(kind, *((about, what) if kind != "error" else (what, about))) for kind, about, what in lines}


def said(file: Path) -> set[Word]:
    """What the check says of it: errors, missing and unused permissions."""
    text = file.read_text()
    [findings] = check_all([of_template(file, text, read(file), {})], with_lint=False)
    return {word for finding in findings for word in _words(finding)}


def _words(finding: Finding) -> Iterator[Word]:
    kind = KINDS.get(finding.rule, "error" if finding.severity == "error" else "")
    match = {"missing": _MISSING, "unused": _UNUSED}.get(kind, re.compile("")).match(finding.message)
    if kind == "error":
        yield Word(kind, finding.logical_id or "", finding.rule)
    elif match and kind:
        yield Word(kind, match[1], match[2])


def main() -> None:
    """Print, for each kind, how much of what is said is true and how much of what is true is said."""
    totals: dict[str, list[int]] = {}
    for file in cases():
        here, there = said(file), true(file)
        for word in sorted(here ^ there):
            print(
                f"{file.stem}: {'wrongly said' if word in here else 'not said'}: {word.kind} {word.about} {word.what}"
            )
        for word in here | there:
            row = totals.setdefault(word.kind, [0, 0, 0])
            row[0] += word in here and word in there
            row[1] += word in here
            row[2] += word in there
    for kind, (both, spoken, existing) in sorted(totals.items()):
        print(f"{kind}: {both} of {spoken} said are true, {both} of {existing} true are said")


if __name__ == "__main__":
    main()
