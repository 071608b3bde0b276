"""Methods of texts that are known: names of tables and queues are often put together by them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapgen.proof.interpret.python.plain import Beginning, Const, Library, Variable, constant, continued, tells
from tapgen.proof.interpret.python.switches import Folded
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values, stable_hash

if TYPE_CHECKING:
    from tapgen.proof.interpret.python.arguments import Arguments
    from tapgen.proof.interpret.site import Site

MOST_TEXTS = 12
"""Texts that one expression is told to have."""

LONGEST = 4096
"""Characters of the longest text that is put together; no name of a resource is as long."""

_CHANGING = frozenset({
    "upper", "lower", "strip", "lstrip", "rstrip", "title", "capitalize", "casefold", "removeprefix", "removesuffix",
    "replace",
})  # fmt: skip

_FIELD = re.compile(r"\{(\w*)\}")
_PERCENT = re.compile(r"%[sd]")


def texts_of(values: Values) -> list[str]:
    """The texts, if all of the values are."""
    texts = [value.value for value in values if isinstance(value, Const) and isinstance(value.value, str)]
    return texts if len(texts) == len(values) else []


def alternatives(choices: Sequence[Values]) -> list[tuple[str, ...]]:
    """Every combination of texts; none where one is not known, or there are too many."""
    lists = [texts_of(values) for values in choices]
    total = 1
    for one in lists:
        total *= len(one)
    return list(itertools.product(*lists)) if 0 < total <= MOST_TEXTS else []


@dataclass(frozen=True, slots=True)
class TextMethod(Value):
    """A method of a text: `prefix.upper`, `"{}-{}".format`."""

    text: str
    name: str

    def __hash__(self) -> int:
        return stable_hash(self.text, self.name)

    def call(self, site: Site, args: Arguments) -> Values:
        """The text that it gives where all that it is given is known; anything otherwise.

        The words of a text that tells of requests, such as a command's, are taken for the text.
        """
        if self.name == "split" and tells(self.text):
            return constant(self.text)
        open_ = args.star or args.extra
        found = [] if open_ else self._results(site, args)
        texts = [text for text in found if len(text) <= LONGEST]
        known = frozenset(map(Const, texts)) if len(texts) == len(found) else frozenset()
        first = args.positional[0] if args.positional else EMPTY
        begun = continued(constant(self.text.partition("{")[0]), first) if self.name == "format" else EMPTY
        return known or begun - UNKNOWN or Library(f"builtins.str.{self.name}").call(site, args)

    def _results(self, site: Site, args: Arguments) -> list[str]:
        if self.name == "join":
            parts = [value.positional(site) for value in args.get(0)]
            return [
                self.text.join(texts)
                for exact, rest in parts
                if exact and not rest
                for texts in alternatives(exact)
                if sum(map(len, texts)) + len(self.text) * len(texts) <= LONGEST
            ]
        if self.name == "format":
            names = [*map(str, range(len(args.positional))), *args.keywords]
            found = alternatives([*args.positional, *args.keywords.values()])
            return [text for texts in found if (text := _formatted(self.text, dict(zip(names, texts, strict=True))))]
        if self.name not in _CHANGING or args.keywords:
            return []
        changed = [self._changed(texts) for texts in alternatives(args.positional)]
        return [one for one in changed if one is not None]

    def _changed(self, texts: tuple[str, ...]) -> str | None:
        if self.name == "replace" and len(self.text) * max(map(len, texts), default=0) > LONGEST:
            return None
        try:
            return str(getattr(self.text, self.name)(*texts))
        except TypeError:  # the wrong number of arguments
            return None


def _formatted(text: str, given: dict[str, str]) -> str:
    """The format with simple fields filled in; "" where it has others, or is not given what it asks for."""
    if "{" in _FIELD.sub("", text) or "}" in _FIELD.sub("", text):
        return ""
    position = itertools.count()
    names = [name or str(next(position)) for name in _FIELD.findall(text)]
    if not all(name in given for name in names):
        return ""
    if len(text) + sum(len(given[name]) for name in names) > LONGEST:
        return ""
    values = iter(names)
    return _FIELD.sub(lambda _: given[next(values)], text)


def percent(text: str, given: Sequence[str]) -> str | None:
    """`text % given`, with `%s` and `%d` alone; None where it has others, another number of them, or is too long."""
    if "%" in _PERCENT.sub("", text) or len(_PERCENT.findall(text)) != len(given):
        return None
    if len(text) + sum(map(len, given)) > LONGEST:
        return None
    values = iter(given)
    return _PERCENT.sub(lambda _: next(values), text)


@dataclass(frozen=True, slots=True)
class Kept(Value):
    """`os.environ["TABLE"].strip`, `f"aws s3 ls {bucket}".split`: taken to give the text itself."""

    text: Variable | Beginning

    def call(self, _site: Site, _args: Arguments) -> Values:
        """The text."""
        return frozenset({self.text})


def attribute_of_text(text: str, name: str) -> Values:
    """A method of a literal text."""
    return frozenset({TextMethod(text, name)})


def attribute_of_variable(variable: Variable, name: str) -> Values:
    """A method of an environment variable."""
    if name in {"lower", "casefold"}:
        return frozenset({Folded(variable)})
    return frozenset({Kept(variable) if name == "strip" else Library(f"builtins.str.{name}")})


def attribute_of_beginning(begun: Beginning, name: str) -> Values:
    """A method of a text of which the beginning is known."""
    return frozenset({Kept(begun) if name in {"strip", "split"} else Library(f"builtins.str.{name}")})


def text_of(values: Values) -> Values:
    """`str(values)`."""
    known = frozenset(
        Const(str(value.value)) if isinstance(value, Const) and not isinstance(value.value, str) else value
        for value in values
        if isinstance(value, Const | Variable)
    )
    return known if len(known) == len(values) else known | UNKNOWN
