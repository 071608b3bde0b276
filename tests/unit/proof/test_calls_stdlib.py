"""No file of the standard library brings the analysis down, and each is done in bounded work."""

from __future__ import annotations

import ast
import sysconfig
import warnings
from pathlib import Path

import pytest

from tapgen.proof import calls

ROOT = Path(sysconfig.get_path("stdlib"))
PACKAGES = sorted(
    {path.relative_to(ROOT).parts[0] for path in ROOT.rglob("*.py")} - {"test", "site-packages", "lib2to3", "idlelib"}
)
GROUPS = 24


def entry(text):
    """A function of the module to begin with, so that more than its body is evaluated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = ast.parse(text).body
    names = [one.name for one in body if isinstance(one, ast.FunctionDef)]
    return names[-1] if names else "handler"


def sources(group):
    for package in PACKAGES[group::GROUPS]:
        top = ROOT / package
        yield from sorted(top.rglob("*.py")) if top.is_dir() else [top]


@pytest.mark.parametrize("group", range(GROUPS))
def test_standard_library(tmp_path, group):
    count = 0
    for path in sources(group):
        content = path.read_bytes()
        (tmp_path / "index.py").write_bytes(content)
        try:
            name = entry(content)
        except (SyntaxError, ValueError):  # lib2to3's and the tests' own bad examples
            name = "handler"
        analysis = calls.analyse(tmp_path, f"index.{name}")
        count += 1
        assert analysis.calls == (), path
        for found in (*analysis.unresolved, *analysis.notes, *analysis.problems):
            assert found.file == "index.py", path
            assert found.line >= 1, path
    assert count
