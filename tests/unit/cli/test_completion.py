"""What the shell completes, as click's own completion asks for it."""

import pytest
from click.shell_completion import ShellComplete

from tapgen.cli import cli

MORE = "[functions.Other]\nsource = 'src'\ntriggers.schedules.Nightly.expression = 'rate(1 day)'\n[user_pools.Customers]\n[environments.dev]\n[environments.prod]\n"


@pytest.fixture
def completed(project, monkeypatch):
    """The completions of an unfinished command line, in a project."""
    folder = project(more=MORE)
    monkeypatch.chdir(folder)

    def complete(*words, folder=folder):
        monkeypatch.chdir(folder)
        found = ShellComplete(cli, {}, "tapgen", "_TAPGEN_COMPLETE").get_completions(list(words[:-1]), words[-1])
        return [one.value for one in found]

    complete.folder = folder
    return complete


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("render", "--env", ""), ["dev", "prod"]),
        (("deploy", "--env", "p"), ["prod"]),
        (("diff", "--with-env", "d"), ["dev"]),
        (("invoke", ""), ["Item", "Other"]),
        (("logs", "O"), ["Other"]),
        (("local", "--items", ""), ["Item"]),
        (("local", "--fire", ""), ["Nightly"]),
        (("local", "--token", "C"), ["Customers"]),
        (("local", "--debug", "I"), ["Item"]),
        (("event", "s3-p"), ["s3-put"]),
        (("explain", "permission-m"), ["permission-missing"]),
        (("add", "que"), ["queue"]),
        (("add", "queue", "Orders", "--function", "I"), ["Item"]),
    ],
)
def test_names_of_the_project(completed, words, expected):
    assert completed(*words) == expected


def test_logical_ids_of_the_committed_template(completed, tapgen):
    assert completed("deploy", "--allow-loss", "ItemT") == []
    assert tapgen("render", cwd=completed.folder).code == 0
    assert "ItemTable" in completed("deploy", "--allow-loss", "ItemT")


def test_where_there_is_no_project_nothing_is_completed_and_nothing_fails(completed, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("empty")
    assert completed("render", "--env", "", folder=elsewhere) == []
    assert completed("deploy", "--allow-loss", "", folder=elsewhere) == []
