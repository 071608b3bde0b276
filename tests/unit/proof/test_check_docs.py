"""The pages about the check say what the code does, and the tables name where they come from."""

from __future__ import annotations

import re
import runpy
from importlib.metadata import version
from pathlib import Path

import pytest

from tapgen.proof.rules import rulebook as rules
from tapgen.template import tables
from tapgen.template.tables import row

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "check.md").read_text()


def test_the_page_of_rules_is_current() -> None:
    page = runpy.run_path(str(ROOT / "scripts" / "rules_page.py"))["page"]
    assert page() == (ROOT / "docs" / "rules.md").read_text()


def test_the_guide_names_only_rules_that_exist() -> None:
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", GUIDE))
    assert len(named & set(rules.BY_ID)) > 10
    assert named <= set(rules.BY_ID) | {"botocore-stubs", "cfn-lint", "pip-audit"}


def test_the_guide_links_to_files_that_exist() -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", GUIDE):
        assert (ROOT / "docs" / link).exists(), link


@pytest.mark.parametrize("file", sorted((ROOT / "tapgen" / "data").glob("*.json.gz")), ids=lambda file: file.name)
def test_tables_name_their_source(file: Path) -> None:
    script, _, made_from = tables.source(file.name.removesuffix(".json.gz")).partition(" from ")
    assert (ROOT / script).is_file()
    assert made_from


def test_every_table_has_the_one_format() -> None:
    others = {file.name for file in (ROOT / "tapgen" / "data").iterdir() if not file.name.endswith(".json.gz")}
    assert others <= {"__init__.py", "__pycache__", "picture.html"}


def test_handler_permissions_are_those_of_cfn_lint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    if f"cfn-lint {version('cfn-lint')}," not in tables.source("handler_permissions"):
        pytest.skip("the table was made from another version of cfn-lint")
    table = runpy.run_path(str(ROOT / "scripts" / "handler_permissions.py"))["permissions"]()[1]
    assert tuple(table) == tables.keys("handler_permissions")
    assert table["AWS::DynamoDB::Table"] == row("handler_permissions", "AWS::DynamoDB::Table")


def test_rows() -> None:
    assert row("managed_policies", "service-role/AWSLambdaBasicExecutionRole") == {
        "Statement": [
            {
                "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                "Effect": "Allow",
                "Resource": "*",
            }
        ]
    }
    assert row("managed_policies", "Nobody") is None
