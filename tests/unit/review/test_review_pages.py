"""The generated pages are current, and what ships for pull requests fits together."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
from pathlib import Path

import yaml

from tapgen.review.report.markdown import LIMIT, MARKER
from tapgen.review.rules.rulebook import RULES

ROOT = Path(__file__).parents[3]


def test_the_pages_are_what_the_script_writes() -> None:
    pages = runpy.run_path(str(ROOT / "scripts" / "review_docs.py"))["pages"]

    stale = [path.name for path, text in pages() if path.read_text(encoding="utf-8") != text]

    assert not stale, "run make docs"


def test_every_rule_that_the_source_names_is_explained() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tapgen" / "review").rglob("*.py"))

    assert set(re.findall(r'"([LS]\d{3})"', source)) == set(RULES)


def test_the_example_is_a_comment_that_github_takes() -> None:
    text = (ROOT / "docs" / "example-diff.md").read_text(encoding="utf-8")

    assert text.startswith(MARKER)
    assert len(text.encode()) < LIMIT
    assert "L004" in text


def test_the_workflow_finds_the_comment_by_the_marker_and_may_write_nothing_else() -> None:
    text = (ROOT / ".github" / "workflows" / "review.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)

    assert MARKER in text
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in workflow["jobs"]["review"]
    assert workflow["jobs"]["comment"]["permissions"] == {"pull-requests": "write"}
    assert not any("checkout" in step.get("uses", "") for step in workflow["jobs"]["comment"]["steps"])
    assert "pull_request_target" not in text
    assert workflow["jobs"]["review"]["steps"][0]["with"] == {"fetch-depth": 0, "persist-credentials": False}


def test_the_hook_runs_the_check_of_rendering() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

    assert hook["id"] == "tapgen-render-check"
    assert hook["entry"] == "tapgen render --all --check"
    assert hook["pass_filenames"] is False


def fake_tapgen(folder: Path, check: int) -> dict[str, str]:
    """A `tapgen` that notes how it is called; `tapgen check` exits with a code."""
    program = folder / "bin" / "tapgen"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$@" >> "{folder}/calls"\necho "output of $1"\n[ "$1" != check ] || exit {check}\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}


def test_the_script_of_make_review_compares_even_where_a_check_fails(tmp_path: Path) -> None:
    environment = fake_tapgen(tmp_path, 1) | {"BASE": "origin/next", "OUTPUT": str(tmp_path / "review.md")}

    done = subprocess.run(
        [ROOT / "scripts" / "review.sh"], env=environment, cwd=tmp_path, capture_output=True, check=False
    )

    assert done.returncode == 1
    assert (tmp_path / "calls").read_text(encoding="utf-8").splitlines() == [
        "render --all --check",
        "check --all --fail-on error",
        "diff --all --rev origin/next --merge-base --format markdown",
    ]
    assert (tmp_path / "review.md").read_text(encoding="utf-8") == "output of diff\n"


def test_the_script_of_make_review_prints_text_here(tmp_path: Path) -> None:
    environment = fake_tapgen(tmp_path, 0)
    environment.pop("OUTPUT", None)
    environment.pop("BASE", None)

    done = subprocess.run(
        [ROOT / "scripts" / "review.sh"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0
    assert "output of diff" in done.stdout
    assert "diff --all --rev main --merge-base" in (tmp_path / "calls").read_text(encoding="utf-8")
