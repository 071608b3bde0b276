"""docs/features.md names tests that there are."""

import ast
import re

from tests.conftest import ROOT
from tests.table import rows

ROWS = [
    row.split(" | ")
    for row in (ROOT / "docs" / "features.md").read_text(encoding="utf-8").splitlines()
    if row.startswith("| ") and "::" in row
]


@rows(("feature", "setting", "test"), ROWS, ids=[row[0].strip("| ") for row in ROWS])
def test_what_it_says_is_shown_is_shown(feature, setting, test):
    shown = re.findall(r"`(.+?\.py)::(\w+)`", test)
    assert ", ".join(f"`{file}::{name}`" for file, name in shown) == test.removesuffix(" |")
    for file, name in shown:
        folder = ROOT / "tests" / ("" if file.startswith("integration/") else "unit")
        tree = ast.parse((folder / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert "`" in setting or setting.startswith("no ")
