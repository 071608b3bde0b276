"""The same settings give the same bytes: on every run, with every hash seed, from every folder."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

ORDERS = ROOT / "tests" / "projects" / "orders"


def rendered(project, *, format_, cwd, **environment):
    command = [sys.executable, "-m", "tapgen", "--project", project, "render", "--all", "--stdout", "--format", format_]
    ended = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout


@pytest.mark.parametrize("format_", ["yaml", "json"])
@pytest.mark.parametrize("project", [ROOT, ORDERS], ids=["tap", "orders"])
def test_hash_seeds_time_zones_and_locales_do_not_show(project, format_, tmp_path):
    first = rendered(project, format_=format_, cwd=ROOT, PYTHONHASHSEED="0")
    assert len(first) > 10_000
    others = [
        rendered(project, format_=format_, cwd=tmp_path, PYTHONHASHSEED="1", TZ="Asia/Tokyo", LC_ALL="C"),
        rendered(
            project, format_=format_, cwd=tmp_path, PYTHONHASHSEED="4242", USER="somebody", AWS_REGION="eu-west-1"
        ),
    ]
    assert others == [first, first]


def test_where_a_project_is_does_not_show(tmp_path):
    here = rendered(ORDERS, format_="yaml", cwd=ROOT)
    elsewhere = tmp_path / "some where" / "else"
    shutil.copytree(ORDERS, elsewhere, ignore=shutil.ignore_patterns("__pycache__", "templates_out"))
    assert rendered(elsewhere, format_="yaml", cwd=tmp_path) == here
    assert str(tmp_path).encode() not in here
    assert str(ROOT).encode() not in here
