"""cfn-lint's matches as findings.

It runs in a process of its own, beside our own rules: importing it costs as much as all of them. This is the only
file that imports it, and only in that process.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tapgen.proof.findings import Finding

if TYPE_CHECKING:
    from tapgen.template.document import Document

SEVERITIES = {"error": "error", "warning": "warning", "informational": "info"}


class Lint:
    """A running cfn-lint; `findings` waits for it."""

    def __init__(self, process: subprocess.Popen[str], file: Path) -> None:
        self._process = process
        self._file = file

    def findings(self) -> list[list[Finding]] | str:
        """The findings of each document, or why there are none."""
        try:
            output, errors = self._process.communicate()
        finally:
            self.stop()
        if self._process.returncode != 0:
            return (errors.strip().splitlines() or [f"it ended with exit code {self._process.returncode}"])[-1]
        return [[_finding(raw) for raw in matches] for matches in json.loads(output)]

    @property
    def stopped(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """End the process if it still runs, and remove what it read."""
        if not self.stopped:
            self._process.kill()
            self._process.communicate()
        self._file.unlink(missing_ok=True)


def start(documents: Sequence[tuple[Document, tuple[str, ...]]]) -> Lint | None:
    """Begin to lint documents, each with the regions that it is for; None where cfn-lint is not installed."""
    if importlib.util.find_spec("cfnlint") is None:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8") as file:
        json.dump([[document, list(regions)] for document, regions in documents], file, default=str)
    process = subprocess.Popen(
        [sys.executable, "-m", "tapgen.proof.lint", file.name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Lint(process, Path(file.name))


def _finding(raw: dict[str, Any]) -> Finding:
    path = tuple(raw["path"])
    logical_id = str(path[1]) if len(path) > 1 and path[0] in ("Resources", "Outputs", "Parameters") else None
    return Finding(raw["rule"], raw["severity"], raw["message"], path, logical_id, hint=raw["hint"])


def matches(document: Document, regions: Sequence[str]) -> list[dict[str, Any]]:
    """cfn-lint's matches for one document, by its own default rules; us-east-1 where no region is pinned."""
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    config = ManualArgs(regions=list(regions)) if regions else ManualArgs()
    return [
        {
            "rule": match.rule.id,
            "severity": SEVERITIES.get(match.rule.severity.lower(), "error"),
            "message": match.message.rstrip(".") + ".",
            # A match on the whole template, such as E0001 (it cannot be transformed), has no path.
            "path": list(getattr(match, "path", None) or ()),
            "hint": match.rule.source_url or "",
        }
        for match in lint(json.dumps(document), config=config)
    ]


def main(file: str) -> None:
    """What the process does: read the documents, print the matches."""
    documents = json.loads(Path(file).read_text(encoding="utf-8"))
    print(json.dumps([matches(document, regions) for document, regions in documents]))  # noqa: T201 - its parent reads it


if __name__ == "__main__":
    main(sys.argv[1])
