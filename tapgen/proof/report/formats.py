"""Findings as text for people, as JSON, and as GitHub annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from tapgen import reading
from tapgen.printable import one_line
from tapgen.proof.findings import SEVERITIES, Finding
from tapgen.template.masking import Mask
from tapgen.template.secrets import secret_spans

Checked = Mapping[str, Sequence[Finding]]
"""The findings by the name of what was checked: an environment or a template file."""


def text(checked: Checked, root: Path) -> str:
    """For each environment the findings, grouped by what they are about, each with the line to mend and how."""
    lines = SourceLines(root)
    return "\n".join(line for name, findings in checked.items() for line in _section(name, findings, lines)) + "\n"


def _section(name: str, findings: Sequence[Finding], lines: SourceLines) -> Iterator[str]:
    opened = [finding for finding in findings if finding.suppressed_reason is None]
    suppressed = [finding for finding in findings if finding.suppressed_reason is not None]
    yield f"{one_line(name)}: {summary(findings)}"
    for subject, group in groupby(sorted(opened, key=_subject), key=_subject):
        yield ""
        yield f"  {one_line(subject) or 'Template'}"
        before: list[str] = []
        for finding in group:
            headline, *more = _finding(finding, lines)
            if more != before:
                yield from before  # findings that are mended at one place share its lines
            yield headline
            before = more
        yield from before
    if suppressed:
        yield ""
        yield "  Suppressed"
        for finding in suppressed:
            yield f"    {finding.rule}: {one_line(finding.message)}"
            yield f"      Accepted: {one_line(finding.suppressed_reason or '')}"
    if findings:
        yield ""


def _subject(finding: Finding) -> str:
    return finding.logical_id or ""


def _finding(finding: Finding, lines: SourceLines) -> Iterator[str]:
    yield f"    {finding.severity:<7}  {finding.rule}: {one_line(finding.message)}"
    if finding.file:
        place = ":".join(str(step) for step in (finding.file, finding.line, finding.column) if step)
        code = (
            "" if finding.rule.startswith("secret-") else lines.line(finding.file, finding.line)
        )  # logs are read by many
        yield one_line(f"             {place}" + (f"  {code}" if code else ""))
    if finding.hint:
        yield f"             Fix: {one_line(finding.hint)}"


class SourceLines:
    """The lines of the files below a folder, each file read once; what looks like a secret in one is masked."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, list[str]] = {}

    def line(self, file: str | None, number: int | None) -> str:
        """The beginning of a line (from 1), without its indentation; empty where it cannot be read."""
        if not file or not number:
            return ""
        if file not in self._files:
            self._files[file] = self._read(file)
        lines = self._files[file]
        return lines[number - 1] if number <= len(lines) else ""

    def _read(self, file: str) -> list[str]:
        try:
            text = reading.text(self._root / file, "utf-8")
        except (OSError, UnicodeDecodeError):
            return []
        mask = Mask(text[start:end] for start, end in secret_spans(text, literal=True))
        return [mask(line).strip()[:100] for line in text.splitlines()]


def summary(findings: Sequence[Finding]) -> str:
    """Such as "1 error, 2 warnings, 1 suppressed"."""
    counts = Counter("suppressed" if f.suppressed_reason is not None else f.severity for f in findings)
    words = {"error": "errors", "warning": "warnings", "info": "notes"}
    parts = []
    for severity in SEVERITIES:
        if counts[severity]:
            word = words[severity] if counts[severity] > 1 else words[severity].removesuffix("s")
            parts.append(f"{counts[severity]} {word}")
    if counts["suppressed"]:
        parts.append(f"{counts['suppressed']} suppressed")
    return ", ".join(parts) or "nothing to mend"


def as_json(checked: Checked) -> str:
    """One object: `findings`, each with the `environment` it is about, and `summary`, the counts by severity."""
    import json

    findings = [fields(name, finding) for name, found in checked.items() for finding in found]
    everything = [finding for found in checked.values() for finding in found]
    counts: dict[str, int] = {
        severity: sum(f.severity == severity and f.suppressed_reason is None for f in everything)
        for severity in SEVERITIES
    }
    counts["suppressed"] = sum(f.suppressed_reason is not None for f in everything)
    return json.dumps({"findings": findings, "summary": counts}, indent=2) + "\n"


def fields(name: str, finding: Finding) -> dict[str, Any]:
    """A finding as JSON, with the name of what was checked."""
    return {"environment": name, **asdict(finding), "path": list(finding.path)}


_GITHUB = {"error": "error", "warning": "warning", "info": "notice"}


def github(checked: Checked) -> str:
    """GitHub's workflow commands, one a finding; the same finding of several environments once."""
    lines = []
    for finding, names in merged(checked):
        if finding.suppressed_reason is not None:
            continue
        properties = {
            "file": finding.file,
            "line": finding.line,
            "col": finding.column,
            "title": one_line(f"tapgen {finding.rule} ({', '.join(names)})"),
        }
        written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
        message = one_line(f"{finding.message} {finding.hint}".strip())
        lines.append(f"::{_GITHUB[finding.severity]} {written}::{_data(message)}")
    return "".join(f"{line}\n" for line in lines)


def _data(text: str) -> str:
    """GitHub Actions documentation, "Workflow commands": what must be escaped in a message."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def merged(checked: Checked) -> list[tuple[Finding, list[str]]]:
    """Each different finding once, with the names of the environments that have it."""
    found: dict[Finding, list[str]] = {}
    for name, findings in checked.items():
        for finding in findings:
            found.setdefault(finding, []).append(name)
    return list(found.items())
