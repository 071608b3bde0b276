"""The examples of a new project as they run: their own tests, against the embedded AWS.

That each renders and is checked is shown by the tests of `tapgen init`, the day of the first one by an installed wheel.
"""

import os
import sys

import pytest

from tapgen.cli import run
from tapgen.starter.files import EXAMPLES
from tests.integration.conftest import REAL

pytestmark = pytest.mark.skipif(bool(REAL), reason="the embedded AWS alone: TAPGEN_INTEGRATION_ENV is set")
OTHERS = [example for example in EXAMPLES if example != "api"]


@pytest.mark.parametrize("example", OTHERS)
def test_an_example_is_green_from_the_first_minute(example, tmp_path, monkeypatch, capfd):
    shop = tmp_path / "shop"
    assert run(["init", str(shop), "--name", "shop", "--example", example, "--env", "dev"]) == 0
    for name in [name for name in os.environ if name.startswith(("AWS_", "COV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # its tests have no need of ours
    monkeypatch.chdir(shop)
    capfd.readouterr()
    code = run(["local", "--", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"])
    said = capfd.readouterr()
    assert code == 0, said.out + said.err
    assert " passed" in said.out
