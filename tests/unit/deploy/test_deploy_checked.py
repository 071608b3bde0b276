"""The check before a deployment: what is told, what refuses, and what goes on."""

import io
import json

import pytest

from tapgen import render
from tapgen.deploy.commands.check_first import check_first
from tapgen.deploy.plan.check import CheckResult, check
from tapgen.deploy.views.json_lines import JsonView
from tapgen.deploy.views.live import Board
from tapgen.deploy.views.masked import MaskedView
from tapgen.deploy.views.plain import PlainView
from tapgen.errors import ExitCode
from tapgen.local.view import BriefView
from tapgen.proof.findings import Finding
from tapgen.settings.functions import Function
from tapgen.settings.model import Environment
from tapgen.settings.suppressions import Check, Suppression
from tests.unit.deploy.fake import Time
from tests.unit.deploy.scene import Seen

HANDLER = """\
import boto3

ITEMS = boto3.client("dynamodb")


def handler(event, context):
    ITEMS.list_tables()
"""
ERROR = Finding("permission-missing", "error", "it may not", ("Resources", "Item"), "Item", "index.py", 2, "Allow it.")
WARNING = Finding("alarm-silent", "warning", "tells nobody", logical_id="Alarm")
NOTE = Finding("note", "info", "only to know")
ERROR_TEXT = """\
dev: 1 error

  Item
    error    permission-missing: it may not
             index.py:2  second line
             Fix: Allow it.

"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A function that needs what it may not; the current folder is the one above the project's."""
    folder = tmp_path / "project"
    (folder / "source").mkdir(parents=True)
    (folder / "source/index.py").write_text(HANDLER)
    monkeypatch.chdir(tmp_path)

    def environment(*suppress):
        return Environment(
            name="dev",
            root=folder,
            application="shop",
            functions={"Item": Function(source="source")},
            check=Check(suppress=suppress),
        )

    return environment


def rendered(environment):
    return render.render(environment).document


def test_an_error_refuses_and_the_ways_on_are_named(project):
    view = Seen()
    outcome = check_first(project(), rendered(project()), view)
    assert outcome.code == ExitCode.REFUSED
    assert outcome.message == "the check found 1 error in dev, nothing was asked of AWS"
    assert outcome.hint.startswith("`tapgen check --env dev` ")
    assert "`--no-check`" in outcome.hint
    assert view.outcomes == [outcome]
    [checked] = view.checks
    [found] = checked.errors
    assert (found.rule, found.logical_id) == ("permission-missing", "ItemFunction")


def test_files_are_seen_from_the_current_folder_where_the_project_is_below_it(project, tmp_path, monkeypatch):
    checked = check(project(), rendered(project()))
    assert (checked.root, checked.errors[0].file, checked.errors[0].line) == (tmp_path, "project/source/index.py", 7)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    checked = check(project(), rendered(project()))
    assert (checked.root, checked.errors[0].file) == (tmp_path / "project", "source/index.py")


def test_what_the_settings_accept_refuses_nothing_and_is_not_told(project):
    accepted = project(Suppression(rule="permission-missing", reason="granted elsewhere"))
    view = Seen()
    assert check_first(accepted, rendered(accepted), view) is None
    assert view.outcomes == []
    [checked] = view.checks
    assert "permission-missing" not in {finding.rule for finding in checked.findings}


def shown(make, *findings, root):
    out, err = io.StringIO(), io.StringIO()
    make(out, err).checked(CheckResult("dev", root, findings))
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("make", [PlainView, lambda out, err: Board(out, err, Time().clock).view("")])
def test_errors_look_as_in_tapgen_check_and_warnings_are_counted(make, tmp_path):
    (tmp_path / "index.py").write_text("first\n  second line\n")
    one = "The check found 1 warning: `tapgen check --env dev` prints them.\n"
    assert shown(make, ERROR, WARNING, NOTE, root=tmp_path) == ("", ERROR_TEXT + one)
    two = "The check found 2 warnings: `tapgen check --env dev` prints them.\n"
    assert shown(make, WARNING, WARNING, root=tmp_path) == ("", two)
    assert shown(make, NOTE, root=tmp_path) == ("", "")


def test_the_short_view_of_tapgen_local_tells_the_same(tmp_path):
    (tmp_path / "index.py").write_text("first\n  second line\n")
    assert shown(lambda out, _: BriefView(out), ERROR, root=tmp_path)[0] == ERROR_TEXT


def test_a_masking_view_passes_findings_on_as_they_are(tmp_path):
    seen, checked = Seen(), CheckResult("dev", tmp_path, (ERROR,))
    MaskedView(seen, lambda text: "****").checked(checked)
    assert seen.checks == [checked]


def test_in_json_every_finding_is_an_event(tmp_path):
    out, err = shown(lambda out, _: JsonView(out), ERROR, NOTE, root=tmp_path)
    first, second = map(json.loads, out.splitlines())
    assert (first["kind"], first["environment"], first["path"]) == ("finding", "dev", ["Resources", "Item"])
    assert (first["file"], first["line"], first["hint"]) == ("index.py", 2, "Allow it.")
    assert (second["severity"], second["rule"], err) == ("info", "note", "")
