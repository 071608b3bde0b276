"""The same settings give the same bytes: on every run, with every hash seed, from every folder."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

ORDERS = ROOT / "tests" / "projects" / "orders"
RENDER = """
import contextlib, io, json, sys
from tapgen.cli import run

rendered = []
for project in sys.argv[1:]:
    for written in ("yaml", "json"):
        out = io.BytesIO()
        with contextlib.redirect_stdout(io.TextIOWrapper(out, "utf-8")) as text:
            assert run(["--project", project, "render", "--all", "--stdout", "--format", written]) == 0
            text.flush()
            rendered.append(out.getvalue().decode())
print(json.dumps(rendered))
"""


def rendered(*projects, cwd, **environment):
    """What each project is rendered as, as YAML and as JSON, by a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-c", RENDER, *map(str, projects)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def here():
    return rendered(ROOT, ORDERS, cwd=ROOT, PYTHONHASHSEED="0")


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "4242", "USER": "somebody", "AWS_REGION": "eu-west-1"},
    ],
)
def test_hash_seeds_time_zones_and_locales_do_not_show(here, environment, tmp_path):
    assert [len(one) > 10_000 for one in here] == [True] * 4
    assert rendered(ROOT, ORDERS, cwd=tmp_path, **environment) == here


def test_where_a_project_is_does_not_show(here, tmp_path):
    elsewhere = tmp_path / "some where" / "else"
    shutil.copytree(ORDERS, elsewhere, ignore=shutil.ignore_patterns("__pycache__", "templates_out"))
    found = rendered(elsewhere, cwd=tmp_path)
    assert found == here[2:]
    assert not any(str(folder) in one for folder in (tmp_path, ROOT) for one in found)
