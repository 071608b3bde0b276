"""What a rule is: the words that explain it, and for rules about the document alone the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.proof.findings import Finding, Severity

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath


class Hit(Struct, frozen=True):
    """A place where a rule's function found what the rule is about."""

    message: str
    path: DocumentPath
    hint: str = ""


class Rule(Struct, frozen=True):
    """A rule's name, weight and reasons; `source` names the documentation that it rests on.

    `look` finds the places in a document. Rules that compare the code with the document have none: they are
    applied together, in `permissions` and `reachability`.
    """

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    source: str
    look: Callable[[Subject], Iterator[Hit]] | None = None
    many: str = ""
    """What stands between the number and the names of several, where one change mends them all; '': each by itself."""
    lacks: tuple[str, ...] = ()
    """Types of which it says that one is not there: it says nothing where a macro or a nested stack may make one."""

    def finding(
        self,
        message: str,
        path: DocumentPath = (),
        *,
        file: str | None = None,
        line: int | None = None,
        hint: str = "",
    ) -> Finding:
        """A finding of this rule; the logical id is read from the path."""
        return Finding(self.id, self.severity, message, path, owner(path), file, line, hint or self.fix)


def owner(path: DocumentPath) -> str | None:
    """The logical id of the resource, or the name of the output or parameter, that a path leads into."""
    return str(path[1]) if len(path) > 1 and path[0] in ("Resources", "Outputs", "Parameters") else None


def apply(rules: tuple[Rule, ...], subject: Subject) -> Iterator[Finding]:
    """The findings of the rules that look at the document alone."""
    for rule in rules:
        if rule.look is not None:
            for hit in rule.look(subject):
                yield rule.finding(hit.message, hit.path, hint=hit.hint)
