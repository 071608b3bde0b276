"""Write tapgen/data/replacement.tsv.zlib from the resource schemas that cfn-lint ships.

Run it after an update of cfn-lint, and commit the result:

    python scripts/generate_replacement_table.py
    python scripts/generate_replacement_table.py --check     # exit 1 when the file is not what it would write

One line for each resource type, sorted, seven columns separated by tabs; a column holds property paths separated by
blanks, "/" between their steps, "*" for any list item:

    type  createOnly  conditionalCreateOnly  writeOnly  primaryIdentifier  name  replacementStrategy

An identifier that CloudFormation or the service assigns (readOnly) begins with "!". `name` is the property that fixes
the physical name where the identifier is assigned (a topic's TopicName): the "Name type" page of the CloudFormation
template reference says that a resource whose name is fixed cannot be replaced. The strategy is "d" for
delete_then_create, "" for the default, create_then_delete.
"""

from __future__ import annotations

import json
import sys
import zlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent.parent / "tapgen" / "data" / "replacement.tsv.zlib"
_PREFIX = "/properties/"


def schemas_folder() -> Path:
    """Where cfn-lint keeps the schemas that it bundles."""
    spec = find_spec("cfnlint")
    if spec is None or spec.origin is None:
        sys.exit("cfn-lint is not installed")
    return Path(spec.origin).parent / "data" / "schemas"


def read_schemas(folder: Path) -> dict[str, dict[str, Any]]:
    """Every type's schema; us-east-1's where regions differ, since new types appear there first."""
    names: dict[str, str] = {}
    for file in sorted((folder / "providers").glob("*.json"), key=lambda path: (path.stem == "us-east-1", path.stem)):
        names.update(json.loads(file.read_text(encoding="utf-8")))
    return {
        kind: json.loads((folder / "resources" / f"{name}.json").read_text(encoding="utf-8"))
        for kind, name in sorted(names.items())
    }


def paths(schema: dict[str, Any], field: str) -> list[str]:
    """The property paths in a field, without those that a shorter one covers."""
    found = sorted({pointer.removeprefix(_PREFIX) for pointer in schema.get(field) or ()})
    return [path for path in found if not any(path.startswith(f"{other}/") for other in found)]


def name_property(kind: str, schema: dict[str, Any]) -> str:
    """`TopicName` for a Topic, or `Name`: createOnly, and the identifier is another."""
    create_only = paths(schema, "createOnlyProperties")
    identifier = set(paths(schema, "primaryIdentifier"))
    for name in (kind.rsplit("::", 1)[-1] + "Name", "Name"):
        if name in create_only and name not in identifier:
            return name
    return ""


def line(kind: str, schema: dict[str, Any]) -> str:
    """One type's line."""
    read_only = set(schema.get("readOnlyProperties") or ())
    identifier = [
        ("!" if pointer in read_only else "") + pointer.removeprefix(_PREFIX)
        for pointer in schema.get("primaryIdentifier") or ()
    ]
    columns = (
        kind,
        " ".join(paths(schema, "createOnlyProperties")),
        " ".join(paths(schema, "conditionalCreateOnlyProperties")),
        " ".join(paths(schema, "writeOnlyProperties")),
        " ".join(identifier),
        name_property(kind, schema),
        "d" if schema.get("replacementStrategy") == "delete_then_create" else "",
    )
    return "\t".join(columns)


def table(folder: Path) -> bytes:
    """The whole file: a line with the schemas' date, then one line for each type."""
    date = json.loads((folder / "version.json").read_text(encoding="utf-8"))["schema_date"]
    schemas = read_schemas(folder)
    lines = [f"# cfn-lint resource schemas of {date}", *(line(kind, schema) for kind, schema in schemas.items())]
    return ("\n".join(lines) + "\n").encode()


def main() -> None:
    """Write the table, or with --check compare it."""
    text = table(schemas_folder())
    if "--check" in sys.argv[1:]:
        if not TABLE.exists() or zlib.decompress(TABLE.read_bytes()) != text:
            sys.exit(f"{TABLE.name} is not what the installed cfn-lint gives: run scripts/{Path(__file__).name}")
        return
    packed = zlib.compress(text, 9)
    temporary = TABLE.with_suffix(".tmp")
    temporary.write_bytes(packed)
    temporary.replace(TABLE)
    print(f"{TABLE.name}: {text.count(bytes([10])) - 1} types, {len(packed):,} bytes")


if __name__ == "__main__":
    main()
