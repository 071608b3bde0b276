"""The product as others get it: a checkout without what this one has besides, and pip."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

PINNED = () if "UNPINNED" in os.environ else ("--constraint", ROOT / "constraints.txt")


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """The product as a clone has it: without build folders and caches of this one."""
    copy = tmp_path_factory.mktemp("clone") / "checkout"
    shutil.copytree(ROOT / "tapgen", copy / "tapgen", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    return copy


@pytest.fixture(scope="session")
def wheel(checkout, tmp_path_factory):
    """The wheel of a checkout that has tests and a handler of its own beside the package."""
    folder = tmp_path_factory.mktemp("wheel")
    more = shutil.copytree(checkout, folder / "checkout")
    for name in ("tests/test_x.py", "handler/index.py"):
        (more / name).parent.mkdir()
        (more / name).write_text("")
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", folder / "wheels", more)
    [made] = (folder / "wheels").iterdir()
    return made


def pip(*arguments):
    """Run pip; skip where no package index can be reached, as on a train."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if "NewConnectionError" in ended.stderr or "Temporary failure in name resolution" in ended.stderr:
        pytest.skip("no package index can be reached")
    assert ended.returncode == 0, ended.stderr
