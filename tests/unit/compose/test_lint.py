"""cfn-lint has nothing to say of what is rendered, warnings included, in every region of the environment.

What ships here is linted by `make check`.
"""

import pytest

from tapgen import render
from tapgen.cli.options import filled
from tapgen.settings.load import load
from tapgen.template import document as documents
from tests.conftest import ROOT

PROJECTS = {
    "orders": ROOT / "tests" / "projects" / "orders",
    "orders-service": ROOT / "tests" / "projects" / "orders-service",
    "kinds": ROOT / "tests" / "projects" / "kinds",
    "documents": ROOT / "tests" / "projects" / "documents",
    "reports": ROOT / "tests" / "projects" / "reports",
}
EVERYTHING = [(name, environment) for name, root in PROJECTS.items() for environment in load(root).environments]


@pytest.mark.parametrize(("project", "environment"), EVERYTHING)
def test_no_finding_at_all(project, environment):
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    chosen = filled(load(PROJECTS[project]).environment(environment))
    text = documents.dump(render.render(chosen).document, "yaml")
    regions = list(chosen.target_regions or ("us-east-1", "us-west-2"))
    matches = lint(text, config=ManualArgs(regions=regions, include_checks=["W", "E"]))
    assert [f"{match.rule.id} {match.linenumber}: {match.message}" for match in matches] == []
