"""One fault of each scene on the real client; `make faults` tries every fault and every signal at every call."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.faults.proxy import FAULTS
from tests.faults.scenes import SAMPLE, SCENES

pytest.importorskip("ministack", reason="the embedded AWS is in the extra `local`")


def test_the_sample_has_every_scene_and_every_fault():
    assert set(SAMPLE) == {one.name for one in SCENES}
    assert {fault for _, fault, _ in SAMPLE.values()} == set(FAULTS)


def test_each_end_says_what_is_so_leaves_nothing_behind_and_can_be_run_again():
    """In a process of its own, which shortens every wait."""
    pytest.importorskip("moto", reason="StackSets are tried on moto")
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--sample"],
        cwd=ROOT,
        env={**os.environ, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"{len(SCENES)} cases, 0 wrong, not met: []\n", done.stderr
    assert done.returncode == 0
