"""cfn-lint's matches as findings.

It runs in a process of its own, beside our own rules: importing it costs as much as all of them. This is the only
file that imports it, and only in that process.

cfn-lint takes Python files with more rules, and what it is not to say, from a .cfnlintrc in the current folder and from
a template's metadata. A folder that was only checked out runs nothing: the process works in an empty one. What the
folder and the metadata switch off is found all the same, and shown as suppressed.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tapgen.proof.findings import Finding
from tapgen.proof.lint_judged import told, unproven, worded
from tapgen.proof.lint_settings import SwitchedOff, switched_off, without_settings

if TYPE_CHECKING:
    from tapgen.template.document import Document

SEVERITIES = {"error": "error", "warning": "warning", "informational": "info"}


LONGEST = 120.0
"""Seconds for each document: a template of 500 resources takes it ten. Some of a few lines it would never end."""


class Lint:
    """A running cfn-lint; `findings` waits for it, `seconds` at most."""

    def __init__(
        self, process: subprocess.Popen[str], folder: Path, off: Sequence[SwitchedOff] = (), seconds: float = LONGEST
    ) -> None:
        self._process = process
        self._folder = folder
        self._off = off
        self._seconds = seconds

    def findings(self) -> list[list[Finding]] | str:
        """The findings of each document, or why there are none."""
        try:
            output, errors = self._process.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired:
            return f"it did not end within {self._seconds:,.0f} s"
        finally:
            self.stop()
        if self._process.returncode != 0:
            return (errors.strip().splitlines() or [f"it ended with exit code {self._process.returncode}"])[-1]
        found = zip(json.loads(output), self._off, strict=True)
        return [[off.marked(_finding(raw)) for raw in matches] for matches, off in found]

    @property
    def stopped(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """End the process if it still runs, and remove the folder that it worked in."""
        if not self.stopped:
            self._process.kill()
            self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)


def start(documents: Sequence[tuple[Document, tuple[str, ...], Path]]) -> Lint | None:
    """Begin to lint documents, each with the regions that it is for and the folder that may have a .cfnlintrc.

    None where cfn-lint is not installed.
    """
    if importlib.util.find_spec("cfnlint") is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="tapgen-"))
    file = folder / "documents.json"
    texts = [[without_settings(document), list(regions)] for document, regions, _ in documents]
    file.write_text(json.dumps(texts, default=str), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "tapgen.proof.lint", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    off = [switched_off(document, root) for document, _, root in documents]
    return Lint(process, folder, off, LONGEST * len(documents))


def _finding(raw: dict[str, Any]) -> Finding:
    path = tuple(raw["path"])
    logical_id = str(path[1]) if len(path) > 1 and path[0] in ("Resources", "Outputs", "Parameters") else None
    return Finding(raw["rule"], raw["severity"], raw["message"], path, logical_id, hint=raw["hint"])


def matches(document: Document, regions: Sequence[str]) -> list[dict[str, Any]]:
    """cfn-lint's matches for one document, by its own default rules; us-east-1 where no region is pinned."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.decode.decode import decode_str
    from cfnlint.runner import run_template_by_data

    template, unreadable = decode_str(json.dumps(document))
    config = ConfigMixIn(regions=list(regions)) if regions else ConfigMixIn()
    found = list(unreadable or run_template_by_data(template, config, _rules()))
    return [
        {
            "rule": match.rule.id,
            "severity": "warning" if unproven(match) else SEVERITIES.get(match.rule.severity.lower(), "error"),
            "message": worded(match.message).rstrip(".") + ".",
            # A match on the whole template, such as E0001 (it cannot be transformed), has no path.
            "path": list(getattr(match, "path", None) or ()),
            "hint": match.rule.source_url or "",
        }
        for match in told(found)
    ]


@cache
def _rules() -> Any:
    """cfn-lint's own rules, for every document: to load them takes as long as to lint a small one."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    return Runner(ConfigMixIn()).rules


def main(file: str) -> None:
    """What the process does: read the documents, print the matches."""
    gc.set_threshold(50_000)  # the schemas stay to the end: to look at them again and again takes a tenth of the time
    documents = json.loads(Path(file).read_text(encoding="utf-8"))
    print(json.dumps([matches(document, regions) for document, regions in documents]))  # noqa: T201 - its parent reads it


if __name__ == "__main__":
    main(sys.argv[1])
