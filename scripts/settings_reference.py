"""Writes docs/settings.md from the settings' model: a table for each struct, with the example of its docstring.

Usage: python scripts/settings_reference.py [--check]
`--check` writes nothing and exits with 1 when the page is not what the model says.
"""

from __future__ import annotations

import inspect as inspect_module
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
from msgspec import NODEFAULT, inspect

from tapgen.settings.descriptions import descriptions
from tapgen.settings.model import GIVEN
from tapgen.settings.typed import whole

TARGET = Path(__file__).parents[1] / "docs" / "settings.md"

HEAD = """\
# Settings

Generated from `tapgen/settings/` by `scripts/settings_reference.py`; edit those.

Settings stand under `[tool.tapgen]` of `pyproject.toml`, or at the top of a `tapgen.toml`, which wins where both are.
They are looked for from the current folder upward; `--project` names the folder or the file. Paths are relative to the
file. `tapgen settings --env NAME` prints what an environment comes to, `tapgen settings --schema` a JSON Schema for
editors.

The smallest project is an application with one function:

```toml
[tool.tapgen]
application = "shop"

[tool.tapgen.functions.Item]
source = "src"
routes = ["GET /item"]
```

## Environments

`[tool.tapgen.environments.NAME]` overlays any setting: tables are merged, every other value is replaced. A name has
lower-case letters, digits and hyphens, and a letter first; without any there is `dev`. The stack is called
`<application>-<environment>`. An environment's `region` stands for the project's `regions`, and the reverse.

```toml
[tool.tapgen.environments.dev]

[tool.tapgen.environments.prod]
protected = true
network.cidr = "10.2.0.0/16"
functions.Item.memory = 512
```
"""

WORDS: dict[type, str] = {
    inspect.AnyType: "any value",
    inspect.BoolType: "true or false",
    inspect.FloatType: "number",
}
"""What the plain types are called on the page."""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for kind, title in sections().values():
        intro, example = described(kind.cls)
        parts.append(f"## {title}\n\n{intro}\n\n{''.join(_table(kind))}")
        parts.append(f"```toml\n{example}```\n" if example else "")
    return "\n".join(part for part in parts if part)


@cache
def sections() -> dict[type, tuple[inspect.StructType, str]]:
    """Every struct that an environment is made of with its section's title, in the order of the settings."""
    found: dict[type, tuple[inspect.StructType, str]] = {}

    def visit(kind: inspect.Type, path: str) -> None:
        match kind:
            case inspect.StructType() if kind.cls not in found:
                found[kind.cls] = (kind, _title(path))
                for field in kind.fields:
                    if kind.cls is whole().cls and field.name in GIVEN:
                        continue
                    visit(field.type, f"{path}.{field.encode_name}".lstrip("."))
            case inspect.Metadata():
                visit(kind.type, path)
            case inspect.VarTupleType():
                visit(kind.item_type, f"{path}[]")
            case inspect.DictType():
                visit(kind.value_type, f"{path}.NAME")
            case inspect.UnionType():
                for option in kind.types:
                    visit(option, path)

    visit(whole(), "")
    return found


def _title(path: str) -> str:
    if not path:
        return "The application: `[tool.tapgen]`"
    return f"Items of `{path.removesuffix('[]')}`" if path.endswith("[]") else f"`[{path}]`"


def described(struct: type) -> tuple[str, str]:
    """What the struct is, and the example in its docstring, '' where there is none."""
    intro, _, example = inspect_module.cleandoc(struct.__doc__ or "").partition("\n\n```toml\n")
    return intro, example.removesuffix("```")


def _table(kind: inspect.StructType) -> Iterator[str]:
    yield "| key | type | default | meaning |\n|---|---|---|---|\n"
    for field in kind.fields:
        if kind.cls is whole().cls and field.name in GIVEN:
            continue
        meaning = descriptions(kind.cls).get(field.name, "")
        cells = (f"`{field.encode_name}`", _type(field.type), _default(field), meaning)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _type(kind: inspect.Type) -> str:  # noqa: PLR0911 - one return a type
    match kind:
        case inspect.Metadata():
            return _type(kind.type)
        case inspect.UnionType():
            return " or ".join(_type(option) for option in kind.types if not isinstance(option, inspect.NoneType))
        case inspect.LiteralType():
            return ", ".join(f"`{msgspec.json.encode(value).decode()}`" for value in sorted(kind.values))
        case inspect.VarTupleType():
            return f"list of {_type(kind.item_type)}"
        case inspect.DictType():
            named = kind.value_type
            by_name = isinstance(named, inspect.StructType)
            return f"a table for each name: {sections()[named.cls][1]}" if by_name else f"by name: {_type(named)}"
        case inspect.StructType():
            return f"table: {sections()[kind.cls][1]}"
        case inspect.IntType():
            return _integer(kind)
        case inspect.StrType():
            return _text(kind)
    return WORDS[type(kind)]


def _integer(kind: inspect.IntType) -> str:
    if kind.ge is not None and kind.le is not None:
        return f"{kind.ge} to {kind.le}"
    return f"number from {kind.ge}" if kind.ge is not None else "number"


def _text(kind: inspect.StrType) -> str:
    if kind.pattern:
        return f"text, `{kind.pattern}`"
    if kind.max_length:
        return f"text, at most {kind.max_length} characters"
    return "text"


def _default(field: inspect.Field) -> str:
    if field.default is NODEFAULT and field.default_factory is NODEFAULT:
        return "required"
    value = field.default if field.default is not NODEFAULT else field.default_factory()
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, msgspec.Struct):
        return "its defaults"
    return f"`{msgspec.json.encode(value).decode()}`"


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        current = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == page()
        print(f"{TARGET.name} is current" if current else f"{TARGET.name} is stale: run scripts/settings_reference.py")
        sys.exit(0 if current else 1)
    TARGET.write_text(page(), encoding="utf-8")
    print(f"{TARGET} written")
