"""cfn-lint has nothing to say of what is rendered, warnings included, in every region of the environment.

What ships here is linted by `make check`.
"""

import pytest

from tapgen import render
from tapgen.cli.options import filled
from tapgen.proof.lint import matches
from tapgen.settings.load import load
from tests.conftest import ROOT
from tests.table import each

PROJECTS = (
    "orders",
    "orders-service",
    "kinds",
    "documents",
    pytest.param("reports", marks=pytest.mark.pinned),  # cfn-lint 1.40 takes a stream's dead letters for what it reads
)


@pytest.mark.parametrize("project", PROJECTS)
def test_no_finding_at_all(project):
    environments = load(ROOT / "tests" / "projects" / project).environments

    def check(name):
        chosen = filled(environments[name])
        document = render.render(chosen).document
        assert matches(document, chosen.target_regions or ("us-east-1", "us-west-2")) == []

    each(environments, check)
