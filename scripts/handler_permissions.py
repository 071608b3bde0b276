"""Writes the table `handler_permissions`: what a resource type's create, update and delete handlers call.

Source: `handlers` in the CloudFormation resource provider schemas that cfn-lint (PyPI, MIT-0) ships.
Usage: python scripts/handler_permissions.py
"""

from __future__ import annotations

import json
from importlib.metadata import version
from importlib.resources import files

import tables

HANDLERS = ("create", "read", "update", "delete")


def permissions() -> tuple[str, dict[str, object]]:
    """The date of the schemas, and type -> handler -> IAM actions, as us-east-1 has them."""
    schemas = files("cfnlint.data.schemas")
    date = json.loads((schemas / "version.json").read_text())["schema_date"][:10]
    found: dict[str, object] = {}
    for file in (schemas / "resources").iterdir():
        if not file.name.endswith(".json"):
            continue
        schema = json.loads(file.read_text())
        handlers = {
            name: sorted(set(schema["handlers"][name].get("permissions", ())))
            for name in HANDLERS
            if name in schema.get("handlers", {})
        }
        if handlers:
            found[schema["typeName"]] = handlers
    return date, dict(sorted(found.items()))


if __name__ == "__main__":
    date, table = permissions()
    source = f"scripts/handler_permissions.py from cfn-lint {version('cfn-lint')}, schemas of {date}"
    tables.write("handler_permissions", source, table)
