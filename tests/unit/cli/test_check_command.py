"""tapgen check, explain and permissions as a person types them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tapgen.cli import run
from tapgen.proof.rules import rulebook as rules
from tests.table import rows
from tests.unit.proof.documents import SETTINGS, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    return tmp_path


def tapgen(project: Path, *arguments: str) -> int:
    return run(["--project", str(project), *arguments])


def test_clean(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tapgen(project, "check", "--all", "--no-lint", "--fail-on", "info") == 0
    assert capsys.readouterr().out == "dev: nothing to mend\nprod: nothing to mend\n"


def test_an_error_is_shown_with_its_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(project, call="table.get_item(Key={})")
    assert tapgen(project, "check", "--no-lint") == 1
    out = capsys.readouterr().out
    assert out.startswith("dev: 2 errors, 2 warnings\n")
    assert "             src/index.py:5  table.get_item(Key={})\n" in out
    assert "Fix: Allow it in functions." in out


def test_a_variable_that_is_not_set_is_said_with_its_settings(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(project, call='boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody="")')
    assert tapgen(project, "check", "--no-lint") == 1
    out = capsys.readouterr().out
    assert "variable-missing: " in out
    assert "Fix: Name it in functions.Item: in its environment, or as the variable of a part, such as tables." in out


SECOND = """
[tool.tapgen.functions.Second]
source = "second"
entry_point = "second.handler"
"""


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("syntax", "second/second.py:2  x = ("),
        ("no folder", "second does not exist"),
        ("no entry point", "second.py"),
        ("a link to a folder", "a link to a folder is not followed"),
        ("binary", "second/second.py"),
        ("no requirements", 'There is no file "nope.txt" of requirements.'),
    ],
)
def test_a_broken_source_is_a_finding_and_the_other_functions_are_checked(
    project: Path, capsys: pytest.CaptureFixture[str], broken: str, message: str
) -> None:
    more = 'requirements = "nope.txt"\n' if broken == "no requirements" else ""
    write_project(project, SETTINGS + SECOND + more, call="table.get_item(Key={})")
    folder = project / "second"
    if broken != "no folder":
        folder.mkdir()
        code = {"syntax": b"\nx = (\n", "no entry point": b"y = 1\n", "binary": b"\xff\x00\x01"}
        (folder / "second.py").write_bytes(code.get(broken, b"def handler(event, context):\n    pass\n"))
    if broken == "a link to a folder":
        (folder / "loop").symlink_to(".")

    assert tapgen(project, "check", "--no-lint") == 1

    out, err = capsys.readouterr()
    assert "error    source-problem:" in out
    assert message in out
    assert "permission-missing" in out  # of the first function
    assert "Traceback" not in out + err
    if broken == "no folder":  # there is no file to point at but the settings
        assert re.search(
            r"second does not exist[.]\n +pyproject[.]toml:\d+:\d+  \[tool[.]tapgen[.]functions[.]Second\]", out
        )
        assert "Mend the file" not in out


@pytest.mark.parametrize(("threshold", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_the_exit_code_follows_the_threshold(project: Path, threshold: str, code: int) -> None:
    write_project(project, SETTINGS.replace('"dynamodb:PutItem"', '"dynamodb:PutItem", "dynamodb:Scan"'))
    assert tapgen(project, "check", "--no-lint", "--fail-on", threshold) == code


@pytest.mark.parametrize("format_", ["json", "sarif", "github"])
def test_other_formats(project: Path, capsys: pytest.CaptureFixture[str], format_: str) -> None:
    write_project(project, call="table.get_item(Key={})")
    assert tapgen(project, "check", "--no-lint", "--format", format_) == 1
    out = capsys.readouterr().out
    if format_ == "github":
        assert "::error file=src/index.py,line=5," in out
    elif format_ == "sarif":
        assert json.loads(out)["version"] == "2.1.0"
    else:
        assert json.loads(out)["summary"]["error"] == 2


def test_files_are_shown_as_seen_from_here(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(project, call="table.get_item(Key={})")
    monkeypatch.chdir(project.parent)
    assert run(["--project", project.name, "check", "--no-lint", "--format", "github"]) == 1
    assert f"::error file={project.name}/src/index.py,line=5," in capsys.readouterr().out
    assert run(["--project", project.name, "check", "--no-lint"]) == 1
    assert f"{project.name}/src/index.py:5  table.get_item(Key={{}})" in capsys.readouterr().out
    monkeypatch.chdir(project / "src")
    assert run(["check", "--no-lint"]) == 1
    assert " src/index.py:5  table.get_item(Key={})" in capsys.readouterr().out


def test_with_cfn_lint(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tapgen(project, "check", "--fail-on", "info") == 0
    assert capsys.readouterr().out == "dev: nothing to mend\n"


TEMPLATE = {
    "Resources": {
        "Worker": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Handler": "app.run", "Runtime": "python3.13", "Role": {"Fn::GetAtt": ["Role", "Arn"]}},
        },
        "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
    }
}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text("import boto3\ndef run(e, c):\n    boto3.client('sqs').list_queues()\n")
    file = tmp_path / "other.json"
    file.write_text(json.dumps(TEMPLATE, indent=1))
    return file


def test_a_template_with_its_source(template: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["check", "--no-lint", "--template", str(template), "--source", f"Worker={template.parent}"]
    assert run(arguments) == 1
    out = capsys.readouterr().out
    assert "permission-missing: Worker needs sqs:ListQueues on *" in out
    assert f"{template.parent}/app.py:3" in out


def test_a_template_where_an_environment_is_the_shells_default(
    template: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPGEN_ENV", "prod")
    run(["check", "--no-lint", "--template", str(template)])
    assert capsys.readouterr().out.startswith(f"{template}: ")


def test_a_template_without_its_source(template: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", "--no-lint", "--template", str(template)])
    assert "source-unknown: The source of Worker is not known." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--template", "{t}", "--all"], "--template does not go with --env or --all"),
        (["--template", "{t}", "--env", "dev"], "--template does not go with --env or --all"),
        (["--source", "A=."], "--source goes with --template"),
        (["--template", "{t}", "--source", "Worker"], "not LOGICAL_ID=DIR"),
        (["--template", "{t}", "--source", "Worker=/nowhere"], "there is no folder /nowhere"),
        (["--template", "{t}", "--source", "Worke=."], 'no template has a resource "Worke"'),
        (["--template", "missing.yaml"], "missing.yaml: No such file"),
        (["--fail-on", "never"], "'never' is not one of"),
    ],
)
def test_wrong_usage(template: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert run(["check", *(argument.format(t=template) for argument in arguments)]) != 0
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


def test_explain_lists_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    out = capsys.readouterr().out
    for rule in rules.ALL:
        assert rule.id in out
        assert rule.title in out


@rows("rule", rules.ALL, ids=lambda rule: rule.id)
def test_explain_says_why_and_what_to_do(capsys: pytest.CaptureFixture[str], rule: rules.Rule) -> None:
    assert run(["explain", rule.id]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{rule.id} ({rule.severity}): {rule.title}.\n")
    for words in (rule.why, rule.fix, rule.source):
        assert words in out


@pytest.mark.parametrize(
    ("rule", "hint"), [("table-bakups", 'did you mean "table-backups"?'), ("E3012", "cfn-lint --list-rules")]
)
def test_explain_of_what_is_no_rule(capsys: pytest.CaptureFixture[str], rule: str, hint: str) -> None:
    assert run(["explain", rule]) == 2
    assert hint in capsys.readouterr().err


def test_permissions(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tapgen(project, "permissions") == 0
    captured = capsys.readouterr()
    assert list(json.loads(captured.out)) == ["deploy_role"]
    assert "An upper bound" in captured.err


def test_permissions_of_one_operation(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tapgen(project, "permissions", "--operation", "delete") == 0
    [policy] = json.loads(capsys.readouterr().out)["deploy_role"]
    assert "cloudformation:DeleteStack" in policy["Statement"][0]["Action"]
    assert "cloudformation:ExecuteChangeSet" not in policy["Statement"][0]["Action"]


def test_permissions_are_written_a_file_each(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for told in ("written", "unchanged"):
        assert tapgen(project, "permissions", "--output", str(project / "policies")) == 0
        captured = capsys.readouterr()
        assert (captured.out, f"deploy_role-1.json: {told}" in captured.err) == ("", True)
    assert json.loads((project / "policies/deploy_role-1.json").read_text())["Version"] == "2012-10-17"


def test_permissions_names_types_that_publish_none(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "extra.py").write_text(
        "from troposphere.cloudformation import WaitConditionHandle\n"
        "def build(template, environment, stack):\n"
        "    template.add_resource(WaitConditionHandle('Handle'))\n"
    )
    write_project(project, SETTINGS.replace("[tool.tapgen]\n", '[tool.tapgen]\nlayers = ["extra"]\n'))
    assert tapgen(project, "permissions") == 0
    assert "no permissions are published for AWS::CloudFormation::WaitConditionHandle" in capsys.readouterr().err


def test_the_check_imports_neither_boto3_nor_cfn_lint(project: Path) -> None:
    code = (
        "import sys; from tapgen.cli import run; "
        f"run(['--project', {str(project)!r}, 'check', '--no-lint']); "
        "print(sorted({'boto3', 'cfnlint', 'rich', 'requests'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "dev: nothing to mend\n[]\n"
