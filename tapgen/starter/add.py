"""One thing more in the settings: a part, a function, a route, an environment; the file's own lines stay."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Final

from msgspec import Struct

from tapgen.errors import SettingsError, UsageError, suggestion
from tapgen.settings.edit import add_key, add_table, append_to_list
from tapgen.settings.load import PYPROJECT, load
from tapgen.settings.positions import positions
from tapgen.template.kinds import KINDS

SINGULAR: Final = {_word.removesuffix("es" if _word == "buses" else "s"): _word for _word in (k.word for k in KINDS)}
"""What is typed -> the table of the settings: queue -> queues."""
OTHERS: Final = ("function", "route", "schedule", "environment")

_FIRST_LINES: Final = {"tables": ('partition_key = { name = "id" }',)}
_STARTS: Final = frozenset({"queues", "topics", "buckets", "streams"})
"""Parts that start a function of their own accord; --use says that it sends to one instead."""
_STUB = '''"""{title}."""


def handler(event, context):
    """Called for each event."""
    print(event)
'''


class Addition(Struct, frozen=True):
    """What is added: its kind as typed, its name, and the function that it is for."""

    what: str
    name: str
    function: str = ""
    use: bool = False
    expression: str = "rate(1 day)"


def add(file: Path, addition: Addition) -> tuple[str, ...]:
    """Write the addition into the settings; the files that were changed or made, relative to the settings' folder.

    Raises:
        UsageError: it is there already, or it does not fit; nothing was written.
    """
    text = file.read_text(encoding="utf-8-sig")
    root = ("tool", "tapgen") if file.name == PYPROJECT else ()
    changed = _edited(text, root, addition)
    stub = _stub(file.parent, addition)
    _refuse_what_does_not_fit(file, changed)
    from tapgen import store

    if stub:
        stub[0].parent.mkdir(parents=True, exist_ok=True)
        stub[0].write_text(stub[1], encoding="utf-8")
    store.write(file, changed)
    return (file.name, *([stub[0].relative_to(file.parent).as_posix()] if stub else []))


def _edited(text: str, root: tuple[str, ...], one: Addition) -> str:
    match one.what:
        case "environment":
            return add_table(text, root, ("environments", one.name), ())
        case "function":
            lines = ('source = "src"', f'entry_point = "{_snake(one.name)}.handler"')
            return add_table(_with_main(text, root, "function"), root, ("functions", one.name), lines)
        case "route":
            return append_to_list(text, root, ("functions", _needed(one), "routes"), f'"{one.name}"')
        case "schedule":
            value = f'{{ expression = "{one.expression}" }}'
            return add_key(text, root, ("functions", _needed(one)), ("triggers", "schedules", one.name), value)
    return _with_part(text, root, one)


def _with_part(text: str, root: tuple[str, ...], one: Addition) -> str:
    word = SINGULAR.get(one.what)
    if word is None:
        raise UsageError(f'"{one.what}" cannot be added', suggestion(one.what, (*SINGULAR, *OTHERS)))
    text = _with_main(text, root, "table") if word == "tables" else text
    text = add_table(text, root, (word, one.name), _FIRST_LINES.get(word, ()))
    if not one.function:
        return text
    if word in _STARTS and not one.use:
        return add_key(text, root, ("functions", one.function), ("triggers", word, one.name), "{}")
    variable = f"{_snake(one.name)}_{one.what}".upper()
    return add_key(text, root, ("functions", one.function), (word, one.name), f'{{ variable = "{variable}" }}')


def _with_main(text: str, root: tuple[str, ...], what: str) -> str:
    """The text with the only function or table named as the main one: its outputs keep their names beside another."""
    places = positions(text)
    named = {path[-1] for path in places if len(path) == len(root) + 2 and path[:-1] == (*root, f"{what}s")}
    after = places.get((*root, "application"))
    if len(named) != 1 or (*root, f"main_{what}") in places or after is None:
        return text
    lines = text.splitlines(keepends=True)
    lines.insert(after.line, f'main_{what} = "{named.pop()}"\n')
    return "".join(lines)


def _needed(one: Addition) -> str:
    if not one.function:
        raise UsageError(f"a {one.what} belongs to a function", f'Name it: --function NAME, with "{one.name}".')
    return one.function


def _stub(folder: Path, one: Addition) -> tuple[Path, str] | None:
    """The handler of a new function, where there is none yet."""
    source = folder / "src" / f"{_snake(one.name)}.py"
    return (source, _STUB.format(title=one.name)) if one.what == "function" and not source.exists() else None


def _refuse_what_does_not_fit(file: Path, text: str) -> None:
    """Read the changed settings as they would be read, beside the file they would replace."""
    with tempfile.TemporaryDirectory() as temporary:
        tried = Path(temporary, file.name)
        tried.write_text(text, encoding="utf-8")
        try:
            load(tried, sources=False)
        except SettingsError as error:
            raise UsageError(
                "it does not fit the settings:" + "".join(f"\n  {problem}" for problem in error.problems),
                "Nothing was written.",
            ) from None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
