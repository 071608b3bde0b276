"""The order service of tests/projects: its own tests pass on the embedded AWS, and every permission that it has counts.

Its requirements come from the package index, or from what pip and uv keep of it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tapgen import render
from tapgen.cli.options import filled
from tapgen.proof.check import check_all, of_environment
from tapgen.proof.needs.functions import analyse_once
from tapgen.settings.load import load
from tests.integration.conftest import REAL, ROOT, run_locally
from tests.removals import one_of_each, removals

pytestmark = pytest.mark.skipif(bool(REAL), reason="the embedded AWS alone: TAPGEN_INTEGRATION_ENV is set")

PROJECT = ROOT / "tests" / "projects" / "orders-service"
NOT_TO_BE_HAD = ("could not be installed", "No matching distribution", "No solution found", "Failed to fetch")

SAMPLE, TEST = "ApiPartnerOrdersGetPermission", "partner_with_key"
"""A permission, with the tests that fail without it; `make mutation` takes each of them away."""


def local(folder: Path, environment: str, *command: str) -> str:
    """What `tapgen local` printed of a command that it ran in a copy of the project."""
    done = run_locally(PROJECT, folder, "--env", environment, "--", *command, seconds=280)
    if any(text in done.stderr for text in NOT_TO_BE_HAD):
        pytest.skip(f"its requirements are not to be had here: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_tests_pass_in_two_regions_and_an_existing_vpc(tmp_path: Path) -> None:
    out = local(tmp_path, "prod", sys.executable, "-m", "pytest", "-q", "tests/test_orders.py")
    assert "11 passed" in out or "[100%]" in out


def test_its_tests_pass_and_fail_without_a_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    out = local(tmp_path, "dev", sys.executable, str(ROOT / "scripts" / "mutate_orders.py"), SAMPLE)
    assert [line for line in out.splitlines() if line.startswith("| ")] == [
        "| removed | `tapgen check` | the service's tests |",
        f"| {SAMPLE} | finds it | fail: `{TEST}` |",
    ]


@pytest.mark.parametrize(("environment", "least"), [("dev", 27), ("prod", 35)])
def test_the_check_finds_each_permission_that_is_taken_away(environment: str, least: int) -> None:
    chosen = filled(load(PROJECT).environment(environment))
    document = render.render(chosen).document
    analyse = analyse_once()  # the sources stay as they are

    def found(rendered: dict[str, Any]) -> set[tuple[str, str]]:
        [every] = check_all([of_environment(chosen, rendered)], with_lint=False, analyse=analyse)
        return {(one.rule, one.message) for one in every if one.severity in ("error", "warning")}

    assert found(document) == set()
    taken = one_of_each(removals(document))
    assert len(taken) >= least
    assert [str(one) for one in taken if not found(one.without(document))] == []
