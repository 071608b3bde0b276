"""Findings as SARIF 2.1.0, as GitHub code scanning reads it."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePath
from typing import Any

from tapgen import __version__
from tapgen.proof.findings import Finding
from tapgen.proof.report.formats import Checked, merged
from tapgen.proof.rules.rulebook import BY_ID

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def sarif(checked: Checked) -> str:
    """One run of one tool; the same finding of several environments is one result."""
    results = merged(checked)
    ids = sorted({finding.rule for finding, _ in results})
    run = {
        "tool": {"driver": {"name": "tapgen", "version": __version__, "rules": [_rule(id_, results) for id_ in ids]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, names, ids) for finding, names in results],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(id_: str, results: list[tuple[Finding, list[str]]]) -> dict[str, Any]:
    rule = BY_ID.get(id_)
    if rule is None:  # cfn-lint's
        finding = next(finding for finding, _ in results if finding.rule == id_)
        return {
            "id": id_,
            "shortDescription": {"text": f"cfn-lint {id_}"},
            "defaultConfiguration": {"level": LEVELS[finding.severity]},
            **({"helpUri": finding.hint} if finding.hint.startswith("https://") else {}),
        }
    return {
        "id": id_,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why}\n\n{rule.fix}\n\nSource: {rule.source}",
            "markdown": f"{rule.why}\n\n**Fix:** {rule.fix}\n\n*Source: {rule.source}*",
        },
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _result(finding: Finding, names: list[str], ids: list[str]) -> dict[str, Any]:
    message = f"{finding.message} {finding.hint}".strip()
    at = {"startLine": finding.line, "startColumn": finding.column}
    region = {"region": {key: value for key, value in at.items() if value}} if finding.line else {}
    file = PurePath(finding.file or "pyproject.toml")
    uri = file.as_uri() if file.is_absolute() else file.as_posix().replace(" ", "%20")
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}
    if finding.logical_id:
        location["logicalLocations"] = [{"name": finding.logical_id, "kind": "resource"}]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": ids.index(finding.rule),
        "level": LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [location],
        "partialFingerprints": {"tapgen/v1": _fingerprint(finding)},
        "properties": {"environments": names},
    }
    if finding.suppressed_reason is not None:
        result["suppressions"] = [{"kind": "external", "justification": finding.suppressed_reason}]
    return result


def _fingerprint(finding: Finding) -> str:
    """Stays the same when lines move, so that an alert that was dismissed stays so."""
    parts = (finding.rule, finding.logical_id or "", finding.file or "", finding.message)
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]
