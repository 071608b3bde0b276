"""What is proposed for a template: parts of the settings, each with the resources that it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from tapgen import naming
from tapgen.template.intrinsics import function

_CDK_HASH = re.compile(r"(?<=[a-z0-9])(?=[0-9A-F]*[0-9])(?=[0-9A-F]*)[0-9A-F]{8}$")
"""What CDK ends a logical id with, so that it is the only one of its construct's path."""
_LONGEST = 64

LAYER = "AWS::Lambda::LayerVersion"

Resource = Mapping[str, Any]


class Proposal(Struct, frozen=True):
    """Settings at a path, such as ("tables", "Orders"), and the resources that they stand for.

    `claims` are logical ids of the template by what tapgen calls the resources, what it is about first;
    `drops` are those that tapgen makes anew by itself, such as an API's deployment.
    """

    path: tuple[str, ...]
    settings: Mapping[str, Any]
    claims: Mapping[str, str]
    drops: frozenset[str] = frozenset()

    @property
    def main(self) -> str:
        """The logical id of the template that it is about."""
        return next(iter(self.claims.values()))


class Code(Struct, frozen=True):
    """Where a function's code is: a folder that exists, or files to be written; relative to the settings."""

    source: str
    folder: Path | None = None
    files: Mapping[str, str] = {}
    copied_from: Path | None = None


class Old:
    """The resources that may become parts, and what they are called then."""

    def __init__(self, resources: Mapping[str, Resource], excluded: frozenset[str], code: Mapping[str, Code]) -> None:
        self.resources = resources
        self.excluded = excluded
        self.code = code
        self.parts: dict[str, tuple[str, str]] = {}
        """Logical id -> kind and name of what it became, as far as it did."""
        self.names: dict[str, set[str]] = {}
        self.claimed: dict[str, str] = {}

    def of_type(self, *types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Logical ids and properties of the resources of some types that are not excluded and always there."""
        for logical_id, resource in self.resources.items():
            open_ones = logical_id in self.excluded or logical_id in self.claimed.values()
            if resource.get("Type") in types and "Condition" not in resource and not open_ones:
                yield logical_id, resource.get("Properties") or {}

    def part(self, logical_id: str, word: str, suffix: str, called: str = "") -> str:
        """The name of the part that a resource becomes; no other resource has the logical id that follows.

        `called` is what it is named after, where that is not its logical id.
        """
        taken = self.names.setdefault(word, set())
        name = next(
            one for one in _candidates(called or logical_id, suffix) if self._is_free(one, suffix, logical_id, taken)
        )
        taken.add(name)
        self.parts[logical_id] = (word, name)
        return name

    def own_name(self, logical_id: str, prefix: str, taken: Callable[[str], bool]) -> str:
        """A name of a trigger of its own, such as a schedule's: what the template calls it, without the function's."""
        plain = _plain(logical_id)
        short = plain.removeprefix(prefix) or plain
        return next(one for one in _candidates(short, "") if not taken(one))

    def _is_free(self, name: str, suffix: str, logical_id: str, taken: set[str]) -> bool:
        title = naming.logical(name, suffix)
        return name not in taken and self.is_free(title, logical_id)

    def is_free(self, title: str, logical_id: str) -> bool:
        """Nothing else has that logical id, in the template or by another claim."""
        return title == logical_id or (title not in self.resources and title not in self.claimed)

    def refers(self, value: Any, word: str = "") -> tuple[str, str] | None:
        """The kind and name of the part whose Ref or ARN a value is."""
        logical_id = referred(value)
        found = self.parts.get(logical_id or "")
        return found if found and word in ("", found[0]) else None


def without_hash(logical_id: str) -> str:
    """What a template of SAM calls a layer: the translator puts a hash of ten digits behind it."""
    return re.sub(r"[0-9a-f]{10}$", "", logical_id)


def _plain(logical_id: str) -> str:
    return _CDK_HASH.sub("", logical_id)


def _candidates(logical_id: str, suffix: str) -> Iterator[str]:
    """Names for it, the nicest first: OrdersTable5AAC2C46 is Orders, then OrdersTable, and so on."""
    plain = _plain(logical_id)
    for text in (plain.removesuffix(suffix) if suffix else plain, plain, logical_id):
        if text and text[0].isalpha() and len(text) < _LONGEST:
            yield text[0].upper() + text[1:]
    start = (plain if plain[:1].isalpha() else f"P{plain}")[: _LONGEST - 4]
    yield from (f"{start}{number}" for number in range(2, 1000))


def referred(value: Any) -> str | None:
    """The logical id whose Ref, whose Arn or whose StreamArn a value is."""
    call = function(value)
    if call is None:
        return None
    name, argument = call
    if name == "Ref" and isinstance(argument, str):
        return argument
    if name == "Fn::GetAtt":
        pair = argument.split(".", 1) if isinstance(argument, str) else argument
        return str(pair[0]) if len(pair) == 2 and pair[1] in ("Arn", "StreamArn") else None
    if name == "Fn::Sub" and isinstance(argument, str):
        whole = re.fullmatch(r"\$\{([A-Za-z0-9]+)(\.(Arn|StreamArn))?\}", argument)
        return whole[1] if whole else None
    return None


def text(value: Any) -> str | None:
    """A text that the template writes out."""
    return value if isinstance(value, str) and value else None


def number(value: Any) -> int | None:
    """A whole number, however it is written."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    return value if isinstance(value, int) else None


def flag(value: Any) -> bool | None:
    """Yes or no, however it is written."""
    return {"true": True, "false": False}.get(str(value).lower())


def given(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that say something."""
    return {key: value for key, value in settings.items() if value is not None}
