"""The first day of a project: begun, rendered, checked, run, committed, compared: with the commands of the README."""

import os
import subprocess
import sys

import pytest

from tapgen.starter.files import EXAMPLES
from tests.integration.conftest import REAL

pytestmark = pytest.mark.skipif(bool(REAL), reason="the embedded AWS alone: TAPGEN_INTEGRATION_ENV is set")


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_green_from_the_first_minute(example, tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAPGEN_", "COV_"))}
    git = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def run(*command, cwd=tmp_path / "shop"):
        done = subprocess.run(
            command, cwd=cwd, env={**kept, **git}, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    tapgen = (sys.executable, "-m", "tapgen")
    run(*tapgen, "init", "shop", "--example", example, cwd=tmp_path)
    run(*tapgen, "render", "--all")
    run(*tapgen, "check", "--all", "--no-lint", "--fail-on", "warning")
    assert " passed" in run(*tapgen, "local", "--", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    run("git", "init", "--quiet")
    run("git", "add", "--all")
    run("git", "commit", "--quiet", "--message", "Begin")
    assert "no differences" in run(*tapgen, "diff", "--all")
