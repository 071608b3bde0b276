"""The examples of a new project as they run: their own tests, against the embedded AWS.

That each renders and is checked is shown by the tests of `tapgen init`, the day of the first one by an installed wheel.
"""

import os
import subprocess
import sys

import pytest

from tapgen.cli import run
from tapgen.starter.files import EXAMPLES
from tests.integration.conftest import REAL

pytestmark = pytest.mark.skipif(bool(REAL), reason="the embedded AWS alone: TAPGEN_INTEGRATION_ENV is set")
OTHERS = [example for example in EXAMPLES if example != "api"]


@pytest.mark.parametrize("example", OTHERS)
def test_an_example_is_green_from_the_first_minute(example, tmp_path):
    shop = tmp_path / "shop"
    assert run(["init", str(shop), "--name", "shop", "--example", example, "--env", "dev"]) == 0
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAPGEN_", "COV_"))}
    pytest_ = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    done = subprocess.run(
        [sys.executable, "-m", "tapgen", "local", "--", *pytest_],
        cwd=shop,
        env=kept,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout + done.stderr
