"""No file of the standard library brings the analysis down, and each is done in bounded work.

Left out, for the time that they take and the little that they add: the library's own tests, the packages for windows
and drawings, the old build tools, all but a tenth of the tables of character sets, and three of four other files.
"""

from __future__ import annotations

import re
import sysconfig
from functools import cache
from pathlib import Path

import pytest

from tapgen.proof import calls

ROOT = Path(sysconfig.get_path("stdlib"))
LEFT_OUT = {
    "test", "tests", "site-packages", "lib2to3", "idlelib", "tkinter", "turtledemo", "turtle.py", "distutils",
    "ensurepip", "pydoc_data", "__phello__",
}  # fmt: skip
GROUPS = 2


@cache
def sources():
    """The files to analyse, in a fixed order."""
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and folder.name not in LEFT_OUT]
    every = {*ROOT.glob("*.py"), *(path for folder in folders for path in folder.rglob("*.py"))}
    files = {path for path in every if LEFT_OUT.isdisjoint(path.relative_to(ROOT).parts)}
    encodings = sorted(path for path in files if path.parent.name == "encodings")
    return sorted(files - {*encodings} | {*encodings[::10]})[::4]


def entry(content):
    """A function of the module to begin with, so that more than its body is evaluated."""
    names = re.findall(rb"^def (\w+)\(", content, re.MULTILINE)
    return names[-1].decode() if names else "handler"


@pytest.mark.no_cover
@pytest.mark.parametrize("group", range(GROUPS))
def test_standard_library(tmp_path, group):
    for path in sources()[group::GROUPS]:
        content = path.read_bytes()
        (tmp_path / "index.py").write_bytes(content)

        analysis = calls.analyse(tmp_path, f"index.{entry(content)}")

        assert analysis.calls == (), path
        for found in (*analysis.unresolved, *analysis.notes, *analysis.problems):
            assert found.file == "index.py", path
            assert found.line >= 1, path


def test_there_are_many_and_the_entry_points_are_functions():
    files = sources()
    assert len(files) >= 100
    assert sum(entry(path.read_bytes()) != "handler" for path in files) >= 50
