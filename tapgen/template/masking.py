"""Secrets taken out of whatever is printed: out of values, by where they stand, and out of texts, by what they are.

`masked` knows the names above and beside a value. `Mask` knows the secrets of some documents, and takes them out of any
text: a reason of AWS's, a log line, a finding's message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from tapgen.template.document import Document
from tapgen.template.intrinsics import function, scalar
from tapgen.template.paths import Index, Path
from tapgen.template.secrets import MASK, Masked, clean, judged, secret_name, secret_spans

_NAMES: Final = frozenset(("key", "name", "parameterkey", "optionname", "variablename"))
_VALUES: Final = frozenset(("value", "values", "parametervalue", "optionvalue", "stringvalue", "defaultvalue"))
_HIDING: Final = "password"  # stands for any name whose values are secrets
_SHORTEST: Final = 4  # a shorter value would blot out half of every line and is no secret worth the name
_CUT: Final = 8  # characters of a secret's beginning by which it is known where a text was cut
_FEW: Final = 64  # secrets that are quicker looked for one by one than character by character
_MARK: Final = re.compile(r"…|\.\.\.|\Z")  # where texts are cut

Leaf = Callable[[str, str], str]
"""What becomes of a text, which stands under a name."""


def masked(value: Any, path: Path = ()) -> Any:
    """The value as it may leave the process; `path` is where it stands, as far as that is known."""
    return _mapped(
        value, _name(path), lambda text, name: MASK if isinstance(text, Masked) else clean(text, name, literal=True)
    )


def mask_of(*documents: Document | None, parameters: Mapping[str, str] | None = None) -> Mask:
    """The mask for whatever is said of some documents, and of a stack with these parameters' values."""
    certain: set[str] = set()
    found: set[str] = set()
    known: set[tuple[str, str]] = set()
    read: dict[tuple[Any, Any], Any] = {}

    def collect(text: str, name: str) -> str:
        if (text, name) not in known:
            known.add((text, name))
            found.update(text[start:end] for start, end in secret_spans(text, name, literal=True))
        return text

    for document in filter(None, documents):
        for place, name, entry in _entries(document):
            if read.get(place) != entry:  # what stands in two documents alike is read once
                read[place] = entry
                _mapped(entry, name, collect)
        for name, declared in _parameters(document):
            if scalar(declared.get("NoEcho")).lower() == "true":
                certain |= {str(one) for one in (declared.get("Default"), (parameters or {}).get(name)) if one}
    found |= {value for name, value in (parameters or {}).items() if secret_name(name)}
    return Mask(found - {str(name) for document in filter(None, documents) for name in _names_in(document)}, certain)


def _names_in(document: Document) -> Iterator[Any]:
    """The names of resources, parameters and so on, which stand in the document for everybody to read."""
    for content in document.values():
        yield from content if isinstance(content, dict) else ()


def _entries(document: Document) -> Iterator[tuple[tuple[Any, Any], str, Any]]:
    """The entries of each section, with their place and the name that decides about what stands below."""
    for section, content in document.items():
        if isinstance(content, dict):
            yield from (((section, key), _below(str(key), str(section)), one) for key, one in content.items())
        else:
            yield (section, None), str(section), content


def _parameters(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    declared = document.get("Parameters")
    for name, one in declared.items() if isinstance(declared, dict) else ():
        if isinstance(one, dict):
            yield str(name), one


def _name(path: Path) -> str:
    """The name that decides about what stands at a path: the last one that says anything."""
    name = ""
    for step in path:
        here = step.name if isinstance(step, Index) else step if isinstance(step, str) else ""
        name = _below(here, name)
    return name


def _below(name: str, above: str) -> str:
    return _HIDING if judged(name) is None and judged(above) else name or above


def _mapped(value: Any, name: str, leaf: Leaf) -> Any:
    if isinstance(value, str):
        return leaf(value, name)
    if isinstance(value, list | tuple):
        return [_mapped(item, name, leaf) for item in value]
    if not isinstance(value, dict):
        return value
    if call := function(value):
        return {call[0]: _argument(*call, name, leaf)}
    beside = _beside(value)
    return {
        key: _mapped(item, (beside if str(key).lower() in _VALUES else "") or _below(str(key), name), leaf)
        for key, item in value.items()
    }


def _beside(value: Mapping[Any, Any]) -> str:
    """Of {"Key": "DB_PASSWORD", "Value": …} the name beside the value; "" where there is none."""
    names = [item for key, item in value.items() if str(key).lower() in _NAMES and isinstance(item, str)]
    return next(filter(secret_name, names), "".join(names[:1]))


def _argument(call: str, argument: Any, name: str, leaf: Leaf) -> Any:
    """What a function is given; the names of resources, conditions, maps and exports in it are no values."""
    if call in ("Ref", "Fn::GetAtt", "Fn::FindInMap", "Fn::ImportValue"):
        return argument
    if call in ("Fn::If", "Fn::Join", "Fn::Select", "Fn::Split") and isinstance(argument, list):
        return [*argument[:1], *(_mapped(item, name, leaf) for item in argument[1:])]
    return _mapped(argument, name, leaf)


class Mask:
    """Takes known secrets, and whatever looks like one, out of texts and values. Time is linear in the text."""

    def __init__(self, found: Iterable[str] = (), certain: Iterable[str] = ()) -> None:
        """Secrets that were found by their names, ordinary words among them, and those that certainly are some."""
        self._secrets = frozenset(form for secret in certain for form in _forms(secret) if len(form) >= _SHORTEST)
        self._secrets |= {form for secret in found for form in _forms(secret) if not _ordinary(form)}
        lengths: dict[str, set[int]] = {}
        for secret in self._secrets:
            lengths.setdefault(secret[:_SHORTEST], set()).add(len(secret))
        self._lengths = {start: sorted(some, reverse=True) for start, some in lengths.items()}

    def __call__(self, text: str) -> str:
        """The text with the mask in their places."""
        return clean(self._without_known(text))

    def value(self, value: Any, path: Path = ()) -> Any:
        """Like `masked`, and without the known secrets."""
        return _mapped(
            value,
            _name(path),
            lambda text, name: (
                MASK if isinstance(text, Masked) else self._without_known(clean(text, name, literal=True))
            ),
        )

    def _without_known(self, text: str) -> str:
        if len(self._lengths) <= _FEW and not any(start in text for start in self._lengths):
            return text
        pieces: list[str] = []
        done = here = 0
        while here <= len(text) - _SHORTEST:
            length = self._at(text, here)
            if length:
                pieces += [text[done:here], MASK]
                here += length
                done = here
            else:
                here += 1
        return "".join((*pieces, text[done:]))

    def _at(self, text: str, here: int) -> int:
        """How many characters of a secret stand there; the beginning of one counts where the text was cut after it."""
        lengths = self._lengths.get(text[here : here + _SHORTEST])
        if lengths is None:
            return 0
        for length in lengths:
            if text[here : here + length] in self._secrets:
                return length
        mark = _MARK.search(text, here, here + lengths[0])
        cut = mark.start() - here if mark else 0
        if cut >= _CUT and any(one.startswith(text[here : here + cut]) for one in self._secrets):
            return cut
        return 0


def _forms(secret: str) -> set[str]:
    """The texts by which a secret is known: itself, as JSON writes it, and each line of one that has several."""
    lines = {line.strip() for line in secret.splitlines()} if "\n" in secret else set()
    written = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    return {secret, *written, *(line for line in lines if len(line) >= _CUT)}


def _ordinary(text: str) -> bool:
    """Whether it is a short word such as `minutes`: to mask it everywhere would blot out ordinary sentences."""
    return len(text) < _SHORTEST or (text.isalpha() and len(text) < 12)
