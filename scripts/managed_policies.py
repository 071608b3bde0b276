"""Writes the table `managed_policies`: the policies that AWS manages, by their name with path.

Source: the dump of `iam list-policies --scope AWS` that moto (PyPI, Apache-2.0) ships.
Usage: python scripts/managed_policies.py moto-5.2.5-py3-none-any.whl
"""

from __future__ import annotations

import ast
import sys
import zipfile
from pathlib import Path

import tables


def policies(wheel: Path) -> dict[str, object]:
    """Name with path, such as "service-role/AWSLambdaBasicExecutionRole" -> policy document."""
    import json

    with zipfile.ZipFile(wheel) as archive:
        module = ast.parse(archive.read("moto/iam/aws_managed_policies.py"))
    text = next(
        node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    )
    found = {}
    for name, policy in json.loads(text).items():
        document = policy["Document"]
        statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
        for statement in statements:
            statement.pop("Sid", None)
        found[policy["Path"].lstrip("/") + name] = {"Statement": statements}
    return dict(sorted(found.items()))


if __name__ == "__main__":
    wheel = Path(sys.argv[1])
    tables.write("managed_policies", f"scripts/managed_policies.py from {wheel.name}", policies(wheel))
