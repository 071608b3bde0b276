"""The pages about the check say what the code does, and the tables name where they come from."""

from __future__ import annotations

import gzip
import json
import re
import runpy
from importlib.metadata import version
from pathlib import Path

import pytest

from tapgen.proof.rules import rulebook as rules
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


@pytest.mark.parametrize("table", ["handler_permissions", "managed_policies"])
def test_tables_name_their_source(table: str) -> None:
    text = gzip.decompress((ROOT / "tapgen" / "data" / f"{table}.json.gz").read_bytes()).decode()
    source = json.loads(text.splitlines()[0])["source"]
    assert source.startswith(f"scripts/{table}.py from ")
    assert (ROOT / "scripts" / f"{table}.py").exists()


def test_handler_permissions_are_those_of_cfn_lint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    text = gzip.decompress((ROOT / "tapgen" / "data" / "handler_permissions.json.gz").read_bytes()).decode()
    if f"cfn-lint {version('cfn-lint')}," not in text.splitlines()[0]:
        pytest.skip("the table was made from another version of cfn-lint")
    table = runpy.run_path(str(ROOT / "scripts" / "handler_permissions.py"))["permissions"]()[1]
    assert len(table) == len(text.splitlines()) - 1
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
