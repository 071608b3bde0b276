"""docs/deployment.md says what the code does."""

import re
import runpy
from pathlib import Path

import pytest

from tapgen.cli import SECTIONS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/deployment.md").read_text()


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(ROOT / "scripts/deployment_rules.py"))


def test_every_rule_has_a_test_and_every_mark_a_rule(script):
    assert list(script["RULES"]) == list(range(1, 46))
    assert set(script["tests"]()) == set(script["RULES"])


def test_the_table_is_what_the_tests_say(script):
    assert script["page"]() == PAGE


def test_every_aws_action_is_listed():
    room = ROOT / "tapgen/deploy/aws"
    source = "".join((room / name).read_text() for name in ("operations.py", "change_set_operations.py"))
    called = set(re.findall(r'_(?:cloudformation|pages)\(\s*"(\w+)"', source))
    assert len(called) > 20
    names = {"".join(word.capitalize() for word in operation.split("_")) for operation in called}
    renamed = {"DescribeStackDriftDetectionStatus", "ContinueUpdateRollback"}
    missing = {name for name in names | renamed if f"{name}`" not in PAGE}
    assert missing == set()


def test_every_deployment_command_is_on_the_page():
    for name in SECTIONS["Deployment"]:
        assert re.search(rf"`(tapgen )?{name}\b|tapgen {name}\b", PAGE), name


def test_the_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target


def test_the_tests_that_the_page_names_are_there():
    named = re.findall(r"`((?:unit|integration)/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 30
    for file, function in named:
        source = (ROOT / "tests" / file).read_text()
        assert f"def {function}(" in source if function else "\ndef test_" in source, (file, function)
