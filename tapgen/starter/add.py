"""One thing more in the settings: a part, a function, a route, an environment; the file's own lines stay."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from tapgen import reading
from tapgen.errors import SettingsError, UsageError, suggestion
from tapgen.settings.direct_routes import PARTS as DIRECT
from tapgen.settings.edit import add_key, add_table, append_to_list
from tapgen.settings.load import PYPROJECT, load
from tapgen.settings.positions import positions
from tapgen.template.kinds import KINDS

SINGULAR: Final = {
    _word.removesuffix("es" if _word == "buses" else "s"): _word
    for _word in (kind.word for kind in KINDS)
    if _word not in ("functions", "apis")
}
"""What is typed -> the table of the settings: queue -> queues."""
OTHERS: Final = (
    *("function", "lambda_layer", "resource", "parameter", "route", "websocket"),
    *("schedule", "event", "environment"),
)

_TABLES: Final = {
    "environment": "environments",
    "function": "functions",
    "parameter": "parameters",
    "resource": "resources",
}
_TRIGGERS: Final = {"schedule": "schedules", "event": "events"}
_FIRST_LINES: Final = {"tables": ('partition_key = { name = "id" }',), "ssm_parameters": ("value = {value}",)}
_STARTS: Final = frozenset({"queues", "topics", "buckets", "streams"})
"""Parts that start a function of their own accord; --use says that it sends to one instead."""
_STUB = '''"""{title}."""


def handler(event, context):
    """Called for each event."""
    print(event)
'''
_LAYER_STUB = '''"""What several functions share: each of them that has the layer imports it by this name."""
'''


class Addition(Struct, frozen=True):
    """What is added: its kind as typed, its name, and the function that it is for."""

    what: str
    name: str
    function: str = ""
    use: bool = False
    expression: str = "rate(1 day)"
    pattern: str = ""
    type: str = ""
    value: str = "unset"
    to: str = ""


def add(file: Path, addition: Addition) -> tuple[str, ...]:
    """Write the addition into the settings; the files that were changed or made, relative to the settings' folder.

    Raises:
        UsageError: it is there already, or it does not fit; nothing was written.
    """
    raw = reading.content(file).decode("utf-8-sig")
    text = raw.replace("\r\n", "\n")
    root = ("tool", "tapgen") if file.name == PYPROJECT else ()
    _refuse_an_unknown_function(text, addition.function)
    changed = _edited(text, root, addition)
    made = {path: stub for path, stub in _files(addition).items() if not (file.parent / path).exists()}
    _refuse_what_does_not_fit(file, changed, made)
    from tapgen import store

    for path, stub in made.items():
        (file.parent / path).parent.mkdir(parents=True, exist_ok=True)
        (file.parent / path).write_text(stub, encoding="utf-8")
    store.write(file, changed.replace("\n", "\r\n") if "\r\n" in raw else changed)
    return (file.name, *made)


def _edited(text: str, root: tuple[str, ...], one: Addition) -> str:
    if one.what in _TABLES:
        text = _with_main(text, root, "function") if one.what == "function" else text
        return add_table(text, root, (_TABLES[one.what], one.name), _own_lines(one))
    if one.what in _TRIGGERS:
        key = ("triggers", _TRIGGERS[one.what], one.name)
        return add_key(text, root, ("functions", _needed(one)), key, _trigger(one))
    if one.what == "lambda_layer":
        text = add_table(text, root, ("lambda_layers", one.name), (f"source = {_text(f'layers/{_snake(one.name)}')}",))
        return append_to_list(text, root, ("functions", _needed(one), "layers"), _text(one.name))
    if one.what == "websocket":
        return _with_websocket(text, root, one)
    return _with_route(text, root, one) if one.what == "route" else _with_part(text, root, one)


def _with_route(text: str, root: tuple[str, ...], one: Addition) -> str:
    if one.to:
        return add_table(text, root, ("api", "routes", one.name), _leads_to(text, root, one))
    return append_to_list(text, root, ("functions", _needed(one), "routes"), _text(one.name))


def _with_websocket(text: str, root: tuple[str, ...], one: Addition) -> str:
    """An API whose messages the function gets, and to whose connections it sends."""
    text = add_table(text, root, ("apis", one.name), ('kind = "websocket"',))
    route = f'{{ route = "$default", api = {_text(one.name)} }}'
    text = append_to_list(text, root, ("functions", _needed(one), "routes"), route)
    variable = f'{{ variable = "{_snake(one.name).upper()}_ENDPOINT" }}'
    return add_key(text, root, ("functions", one.function), ("apis", one.name), variable)


def _own_lines(one: Addition) -> tuple[str, ...]:
    """The first lines of a table that is no part."""
    if one.what == "function":
        return 'source = "src"', f"entry_point = {_text(f'{_snake(one.name)}.handler')}"
    if one.what == "resource" and not one.type:
        raise UsageError("a resource has a type", "Say it: --type AWS::CloudWatch::Dashboard.")
    return (f"type = {_text(one.type)}",) if one.what == "resource" else ()


def _leads_to(text: str, root: tuple[str, ...], one: Addition) -> tuple[str, ...]:
    """The lines of a route that leads to a part; an event's source and type are called after it, to be changed."""
    found = [key for key, section in DIRECT.items() if (*root, section, one.to) in positions(text)]
    if not found:
        raise UsageError(
            f'there is no {", ".join(DIRECT).replace("_", " ")} "{one.to}"',
            f"A new one: tapgen add queue {one.to}.",
        )
    event = (f"source = {_text(_snake(one.to))}", f"detail_type = {_text(one.to)}") if found[0] == "bus" else ()
    return f"{found[0]} = {_text(one.to)}", *event


def _trigger(one: Addition) -> str:
    return (
        f"{{ expression = {_text(one.expression)} }}" if one.what == "schedule" else f"{{ pattern = {_pattern(one)} }}"
    )


def _with_part(text: str, root: tuple[str, ...], one: Addition) -> str:
    word = SINGULAR.get(one.what)
    if word is None:
        raise UsageError(f'"{one.what}" cannot be added', suggestion(one.what, (*SINGULAR, *OTHERS)))
    lines = [line.replace("{value}", _text(one.value)) for line in _FIRST_LINES.get(word, ())]
    if word == "state_machines":
        lines = [f"definition = {_text(_definition_file(one))}"]
    uses = one.function and (word != "state_machines" or one.use)
    if not uses or (*root, word, one.name) not in positions(text):
        text = _with_main(text, root, "table") if word == "tables" else text
        text = add_table(text, root, (word, one.name), lines)
    if not uses:
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


def _refuse_an_unknown_function(text: str, name: str) -> None:
    """A name that stands under no `functions`, the environments' neither, is one that nobody has written."""
    named = {
        str(path[place + 1]) for path in positions(text) for place in range(len(path) - 1) if path[place] == "functions"
    }
    if name and name not in named:
        raise UsageError(
            f'there is no function "{name}"', f"A new one: tapgen add function {name}; {suggestion(name, named)}"
        )


def _needed(one: Addition) -> str:
    if not one.function:
        raise UsageError(
            f"a {one.what.replace('_', ' ')} belongs to a function", f'Name it: --function NAME, with "{one.name}".'
        )
    return one.function


def _text(value: str) -> str:
    from tapgen.starter.adopt.toml_text import value_text

    return value_text(value)


def _pattern(one: Addition) -> str:
    """The pattern as TOML; an event's name is its source where nothing is said."""
    from tapgen.starter.adopt.toml_text import value_text

    try:
        pattern = json.loads(one.pattern) if one.pattern else {"source": [_snake(one.name)]}
    except ValueError as error:
        raise UsageError(f"--pattern is no JSON: {error}", """Such as --pattern '{"source": ["shop"]}'.""") from None
    return value_text(pattern)


def _files(one: Addition) -> Mapping[str, str]:
    """The files that go with it, by their paths: a handler, a layer's module, a state machine's definition."""
    match one.what:
        case "function":
            return {f"src/{_snake(one.name)}.py": _STUB.format(title=one.name)}
        case "lambda_layer":
            return {f"layers/{_snake(one.name)}/{_snake(one.name)}.py": _LAYER_STUB}
        case "state_machine":
            return {_definition_file(one): _definition(one)}
    return {}


def _definition_file(one: Addition) -> str:
    return f"{_snake(one.name)}.asl.json"


def _definition(one: Addition) -> str:
    """One state: it calls the function, where there is one that it is to call."""
    called = f"${{{one.function}Function}}"
    state: dict[str, object] = {"Type": "Succeed"}
    if one.function and not one.use:
        state = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": called, "Payload.$": "$"},
            "OutputPath": "$.Payload",
            "End": True,
        }
    return json.dumps({"StartAt": "First", "States": {"First": state}}, indent=2) + "\n"


def _refuse_what_does_not_fit(file: Path, text: str, made: Mapping[str, str]) -> None:
    """Read the changed settings as they would be read, with the files that they name beside them."""
    with tempfile.TemporaryDirectory() as temporary:
        tried = Path(temporary, file.name)
        tried.write_text(text, encoding="utf-8")
        for other in file.parent.iterdir():
            if other.name != file.name and not any(Path(path).parts[0] == other.name for path in made):
                with suppress(OSError):  # where there are no symbolic links
                    Path(temporary, other.name).symlink_to(other)
        for path, stub in made.items():
            Path(temporary, path).parent.mkdir(parents=True, exist_ok=True)
            Path(temporary, path).write_text(stub, encoding="utf-8")
        try:
            load(tried, sources=False)
        except SettingsError as error:
            raise UsageError(
                "it does not fit the settings:" + "".join(f"\n  {problem}" for problem in error.problems),
                "Nothing was written.",
            ) from None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
