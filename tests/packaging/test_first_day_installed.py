"""The whole first day from an empty folder, with an installed wheel: scripts/first_day.py, whose times stand in the docs."""

import os
import subprocess
import sys

from tests.conftest import ROOT
from tests.packaging.conftest import PINNED, pip


def test_the_first_day_runs_with_an_installed_wheel(checkout, tmp_path):
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path / "wheels", checkout)
    [wheel] = (tmp_path / "wheels").iterdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    binaries = tmp_path / "venv" / "bin"
    pip("--python", binaries / "python", "install", "--quiet", *PINNED, f"{wheel}[local]", "pytest")
    (tmp_path / "empty").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "AWS_"))}
    day = subprocess.run(
        [sys.executable, ROOT / "scripts" / "first_day.py", binaries / "tapgen", tmp_path / "empty"],
        cwd=tmp_path,
        env=kept,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert day.returncode == 0, day.stdout + day.stderr
    steps = [line.split("|")[1].strip() for line in day.stdout.splitlines()]
    assert steps[0] == "tapgen init shop"
    assert steps[-1] == "a plan for prod, on the embedded AWS"
