"""Writes the table `replacement`: what the resource schemas that cfn-lint ships say about replacement.

Run it after an update of cfn-lint, and commit the result; `--check` only compares:

    python scripts/replacement.py

A row for each resource type, sorted. `create_only`, `conditional` and `write_only` are property paths, "/" between
their steps, "*" for any list item. `identifier` is the primary identifier where the template sets all of it, and not
CloudFormation or the service (readOnly). `name` is the property that fixes the physical name where the identifier is
assigned (a topic's TopicName): the "Name type" page of the CloudFormation template reference says that a resource whose
name is fixed cannot be replaced. `deletes_first`: the replacement strategy is delete_then_create, not the default.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import tables

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


def row(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One type's row, without what is empty."""
    read_only = set(schema.get("readOnlyProperties") or ())
    identifier = schema.get("primaryIdentifier") or ()
    found = {
        "create_only": paths(schema, "createOnlyProperties"),
        "conditional": paths(schema, "conditionalCreateOnlyProperties"),
        "write_only": paths(schema, "writeOnlyProperties"),
        "identifier": [] if read_only & set(identifier) else [one.removeprefix(_PREFIX) for one in identifier],
        "name": name_property(kind, schema),
        "deletes_first": schema.get("replacementStrategy") == "delete_then_create",
    }
    return {name: value for name, value in found.items() if value}


if __name__ == "__main__":
    folder = schemas_folder()
    date = json.loads((folder / "version.json").read_text(encoding="utf-8"))["schema_date"]
    source = f"scripts/replacement.py from cfn-lint {version('cfn-lint')}, schemas of {date}"
    tables.write("replacement", source, {kind: row(kind, schema) for kind, schema in read_schemas(folder).items()})
