"""What of cfn-lint's matches is told, and how bad it is."""

from types import SimpleNamespace

import pytest

from tapgen.proof.lint_judged import told, unproven


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (["Description"], None),
        (["Parameters", "Topic", "Description"], None),
        (["Parameters", "Topic", "Default"], "warning"),
        (["Resources", "Topic", "Properties", "TopicName"], "error"),
        (["Outputs", "Topic", "Value"], "error"),
        ([], "error"),
    ],
)
def test_a_variable_outside_of_sub(path, said):
    rule = SimpleNamespace(id="E1029", shortdesc="Sub is required", description="", severity="error")
    match = SimpleNamespace(id="1", rule=rule, message="Found an embedded parameter", path=path)
    assert [("warning" if unproven(one) else "error") for one in told([match])] == ([said] if said else [])
