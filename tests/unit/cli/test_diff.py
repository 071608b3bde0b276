"""`tapgen diff` as it is called: which documents it compares, what it prints, how it exits."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tapgen.cli import comparison, run
from tapgen.deploy.aws.model import Stack
from tapgen.errors import ExitCode
from tapgen.render import render
from tapgen.review.report import phrases
from tapgen.settings.load import load
from tapgen.template.document import dump

ROOT = Path(__file__).parents[3]
Run = Callable[..., tuple[int, str, str]]

SETTINGS = """
[tool.tapgen]
application = "shop"
[tool.tapgen.network]
enabled = false
[tool.tapgen.tables.Item]
partition_key = { name = "id" }
[tool.tapgen.environments.dev]
[tool.tapgen.environments.prod]
protected = true
"""


@pytest.fixture
def tapgen(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def git(folder: Path, *arguments: str) -> None:
    author = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *author, *arguments], check=True, capture_output=True)


def save(folder: Path, settings: str, message: str = "x") -> None:
    """Write the settings, render them and commit both."""
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    assert run(["--project", str(folder), "render", "--all"]) == 0
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    save(tmp_path, SETTINGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TAPGEN_ENV", raising=False)
    capsys.readouterr()
    return tmp_path


def edit(project: Path, old: str, new: str) -> None:
    path = project / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


KEY = ('name = "id"', 'name = "other"')


def test_nothing_differs_from_what_is_committed(project: Path, tapgen: Run) -> None:
    code, out, _ = tapgen("diff", "--all", "--exit-code")

    assert code == ExitCode.OK
    assert out.count("no differences") == 2
    assert out.startswith("dev: HEAD (")


def test_a_change_of_the_settings_is_reviewed_before_it_is_rendered(project: Path, tapgen: Run) -> None:
    edit(project, *KEY)

    code, out, _ = tapgen("diff", "--env", "prod", "--exit-code")

    assert code == ExitCode.REFUSED
    assert "L004 ItemTable" in out


def test_without_exit_code_a_difference_is_no_failure(project: Path, tapgen: Run) -> None:
    edit(project, *KEY)

    code, out, _ = tapgen("diff")

    assert code == ExitCode.OK
    assert "L003 ItemTable" in out


def test_changes_that_lose_nothing_exit_with_3(project: Path, tapgen: Run) -> None:
    edit(project, "[tool.tapgen.environments.dev]", '[tool.tapgen.environments.dev]\ntags.Team = "a"')

    code, out, _ = tapgen("diff", "--exit-code")

    assert code == ExitCode.CHANGES
    assert "Tags[Team]" in out


def test_another_revision(project: Path, tapgen: Run) -> None:
    edit(project, *KEY)
    save(project, (project / "pyproject.toml").read_text(encoding="utf-8"))

    assert tapgen("diff", "--exit-code")[0] == ExitCode.OK
    assert tapgen("diff", "--exit-code", "--rev", "HEAD~1")[0] == ExitCode.REFUSED


def test_the_merge_base_leaves_out_what_others_did(project: Path, tapgen: Run) -> None:
    git(project, "checkout", "-q", "-b", "feature")
    git(project, "checkout", "-q", "main")
    save(project, SETTINGS.replace(*KEY))
    git(project, "checkout", "-q", "feature")

    assert tapgen("diff", "--exit-code", "--rev", "main")[0] == ExitCode.REFUSED
    assert tapgen("diff", "--exit-code", "--rev", "main", "--merge-base")[0] == ExitCode.OK


def test_a_revision_without_the_file_makes_everything_new(project: Path, tapgen: Run) -> None:
    edit(project, "[tool.tapgen.environments.prod]", "[tool.tapgen.environments.new]\n[tool.tapgen.environments.prod]")

    _, out, _ = tapgen("diff", "--env", "new")

    assert out.startswith("new: nothing at HEAD (")
    assert "ItemTable  AWS::DynamoDB::Table  created" in out


def test_a_template_that_was_json_is_compared_with_yaml(project: Path, tapgen: Run) -> None:
    save(project, SETTINGS.replace('application = "shop"', 'application = "shop"\nformat = "json"'))
    for path in (project / "templates_out").glob("*.yaml"):
        path.unlink()
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "json only")
    (project / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")

    assert tapgen("diff", "--exit-code")[0] == ExitCode.OK


def test_two_environments(project: Path, tapgen: Run) -> None:
    code, out, _ = tapgen("diff", "--env", "prod", "--with-env", "dev", "--exit-code", "--trust")

    assert code == ExitCode.CHANGES
    assert out.startswith("prod: dev → prod\n")
    assert "DeletionPolicy: Delete → RetainExceptOnCreate" in out


def test_actions_that_the_code_asks_for_are_part_of_what_renders(project: Path, tapgen: Run) -> None:
    orders = ("--project", str(ROOT / "tests" / "projects" / "orders"))

    code, out, err = tapgen(*orders, "diff", "--env", "prod", "--with-env", "dev", "--exit-code", "--trust")

    assert code == ExitCode.CHANGES, err
    assert out.startswith("prod: dev → prod\n")
    assert not any(word in out for word in ("Losses", "Refused", "deleted", "replaced", "may be"))
    assert tapgen(*orders, "graph", "--env", "dev", "--trust")[0] == ExitCode.OK


@pytest.mark.parametrize(("value", "said"), [("yes", "1 deleted"), ("no", "no differences")])
def test_parameters_decide_between_two_files(tmp_path: Path, tapgen: Run, value: str, said: str) -> None:
    with_table = "Parameters: {WithTable: {Type: String, Default: 'no'}}\n"
    with_table += "Conditions: {HasTable: !Equals [!Ref WithTable, 'yes']}\nResources:\n  T: {Type: AWS::SNS::Topic}\n"
    table = "  Orders: {Type: AWS::DynamoDB::Table, Condition: HasTable}\n"
    (tmp_path / "old.yaml").write_text(with_table + table, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(with_table, encoding="utf-8")
    files = (str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"))

    assert tapgen("diff", *files)[1].splitlines()[1] == "1 may be deleted"
    assert tapgen("diff", *files, "--parameter", f"WithTable={value}")[1].splitlines()[1].startswith(said)
    assert 'neither template has a parameter "WithTabel"' in tapgen("diff", *files, "--parameter", "WithTabel=1")[2]
    assert "write it as NAME=VALUE" in tapgen("diff", *files, "--parameter", "WithTable")[2]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    old, new = tmp_path / "old.yaml", tmp_path / "new.json"
    old.write_text(
        "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: {DisplayName: !Sub 'a'}\n", encoding="utf-8"
    )
    new.write_text(
        '{"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b"}}}}', encoding="utf-8"
    )
    return old, new


def test_two_files_in_either_format(pair: tuple[Path, Path], tapgen: Run) -> None:
    code, out, _ = tapgen("diff", *map(str, pair), "--exit-code")

    assert code == ExitCode.CHANGES
    assert out.splitlines()[1:] == [
        "1 updated",
        "",
        "Resources",
        "  ~ T  AWS::SNS::Topic  updated in place",
        "      DisplayName: a → b",
    ]


def test_json_and_markdown(pair: tuple[Path, Path], tapgen: Run) -> None:
    [report] = json.loads(tapgen("diff", *map(str, pair), "--format", "json")[1])["reviews"]
    _, comment, _ = tapgen("diff", *map(str, pair), "--format", "markdown")

    assert (report["from"], report["to"], report["differs"]) == (str(pair[0]), str(pair[1]), True)
    assert comment.startswith("<!-- tapgen diff -->\n")
    assert "`DisplayName`: `a` → `b`" in comment


def test_an_environment_variable_does_not_get_in_the_way_of_files(
    pair: tuple[Path, Path], tapgen: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPGEN_ENV", "prod")

    assert tapgen("diff", *map(str, pair))[0] == ExitCode.OK


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.yaml",), "two files"),
        (("a.yaml", "b.yaml", "c.yaml"), "two files"),
        (("a.yaml", "b.yaml", "--all"), "goes with --parameter, --format and --exit-code only"),
        (("a.yaml", "b.yaml", "--env", "dev"), "goes with --parameter, --format and --exit-code only"),
        (("a.yaml", "b.yaml", "--rev", "main"), "goes with --parameter, --format and --exit-code only"),
        (("--deployed", "--rev", "main"), "choose one of"),
        (("--with-env", "dev", "--merge-base"), "choose one of"),
        (("--env", "nowhere"), 'no environment "nowhere"'),
        (("--rev", "nowhere"), 'no git revision "nowhere"'),
    ],
)
def test_what_does_not_fit_together(project: Path, tapgen: Run, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = tapgen("diff", *arguments)

    assert (code, out) == (ExitCode.USAGE, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1\nb: *x\n", "old.yaml:1: YAML anchors"),
        ("Resources:\n  A:\n    Type: !Nothing x\n", "old.yaml:3: !Nothing is no function"),
        ("Resources: {}\nResources: {}\n", 'old.yaml:2: the key "Resources" stands twice'),
        ("just text", "not a CloudFormation template"),
        ("Resources:\n  A: 5\n", "A is not a resource"),
        ("{\n", "old.yaml"),
        ("[" * 5000, "old.yaml"),
    ],
)
def test_files_that_are_no_templates(pair: tuple[Path, Path], tapgen: Run, text: str, message: str) -> None:
    pair[0].write_text(text, encoding="utf-8")

    code, out, err = tapgen("diff", *map(str, pair))

    assert code in (ExitCode.FAILED, ExitCode.USAGE)
    assert out == ""
    assert message in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there(tmp_path: Path, tapgen: Run) -> None:
    code, _, err = tapgen("diff", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"))

    assert code in (ExitCode.FAILED, ExitCode.USAGE)
    assert "a.yaml: No such file" in err


def test_a_file_larger_than_a_template_can_be_is_not_read(pair: tuple[Path, Path], tapgen: Run) -> None:
    resource = {"Type": "AWS::SNS::Topic", "Metadata": {"a": "x" * 1_100_000}}
    pair[1].write_text(json.dumps({"Resources": {"T": resource}}), encoding="utf-8")

    code, out, err = tapgen("diff", *map(str, pair))

    assert (code, out) == (ExitCode.FAILED, "")
    assert f"Error: {pair[1]}: 1,100," in err
    assert "at most 1,048,576" in err


def test_a_transform_says_what_cannot_be_known(pair: tuple[Path, Path], tapgen: Run) -> None:
    pair[1].write_text(
        "Transform: AWS::Serverless-2016-10-31\n" + pair[0].read_text(encoding="utf-8"), encoding="utf-8"
    )

    _, out, _ = tapgen("diff", *map(str, pair))

    assert (
        "Not understood\n  Transform AWS::Serverless-2016-10-31: what it makes of this template is not known here"
        in out
    )


# ---------------------------------------------------------------------------------------------------- the live stack


@dataclass
class Cloud:
    """What CloudFormation tells of one stack."""

    template_text: str = ""
    status: str = "CREATE_COMPLETE"
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    termination_protection: bool = False
    policy: str = ""
    region: str = "eu-west-1"

    def stack(self, name: str) -> Any:
        if not self.template_text:
            return None
        return Stack(
            arn=f"arn:aws:cloudformation:{self.region}:123456789012:stack/{name}/1",
            name=name,
            status=self.status,
            parameters=self.parameters,
            tags=self.tags,
            termination_protection=self.termination_protection,
        )

    def template(self, stack: str) -> str:
        assert stack.split("/")[1] in {"shop-dev", "shop-prod"}
        return self.template_text

    def stack_policy(self, stack: str) -> str:
        return self.policy


TAGS = {"Application": "shop", "ManagedBy": "tapgen", "Repository": "unknown", "Author": "unknown"}


@pytest.fixture
def unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPOSITORY", raising=False)
    monkeypatch.delenv("COMMIT_AUTHOR", raising=False)


@pytest.mark.usefixtures("unnamed")
def test_a_stack_that_is_as_rendered_does_not_differ(project: Path) -> None:
    environment = load(project).environment("dev")
    text = dump(render(environment).document, "yaml")
    cloud = Cloud(text, tags={**TAGS, "Environment": "dev"})

    compared = comparison.of_stack(environment, cloud)  # type: ignore[arg-type]  # as much of it as is asked

    assert not compared.review()
    assert compared.title == "dev: the stack shop-dev in eu-west-1 → rendered now"
    assert compared.subject == {"environment": "dev", "from": "the stack shop-dev in eu-west-1", "to": "rendered now"}


@pytest.mark.usefixtures("unnamed")
def test_a_protected_stack_without_protection_differs(project: Path) -> None:
    environment = load(project).environment("prod")
    text = dump(render(environment).document, "json")
    cloud = Cloud(text, tags={**TAGS, "Environment": "prod"})

    review = comparison.of_stack(environment, cloud).review()  # type: ignore[arg-type]

    assert {(one.section, one.name) for one in review.sections} == {
        ("Stack", "TerminationProtection"),
        ("Stack", "StackPolicy"),
    }


@pytest.mark.usefixtures("unnamed")
def test_a_description_alone_is_no_difference_since_nothing_would_be_deployed(project: Path) -> None:
    environment = load(project).environment("dev")
    document = {**render(environment).document, "Description": "another"}
    cloud = Cloud(dump(document, "json"), tags={**TAGS, "Environment": "dev"})

    assert not comparison.of_stack(environment, cloud).review()  # type: ignore[arg-type]


@pytest.mark.parametrize("cloud", [Cloud(), Cloud("{}", "REVIEW_IN_PROGRESS")], ids=["none", "empty"])
def test_without_a_stack_everything_is_new(project: Path, cloud: Cloud) -> None:
    compared = comparison.of_stack(load(project).environment("dev"), cloud)  # type: ignore[arg-type]

    assert compared.old_name.endswith("(not there)")
    assert compared.review().creates_stack


@pytest.mark.usefixtures("unnamed")
def test_the_code_of_a_packaged_function_is_part_of_the_comparison(project: Path) -> None:
    shutil.copytree(ROOT / "handler", project / "handler", ignore=shutil.ignore_patterns("__pycache__"))
    (project / "handler" / "more.py").write_text("VALUE = 1\n", encoding="utf-8")
    edit(
        project,
        "[tool.tapgen.environments.dev]",
        '[tool.tapgen.functions.Item]\nsource = "handler"\n[tool.tapgen.environments.dev]',
    )
    environment = load(project).environment("dev")
    document = render(environment).document
    names = set(document.get("Parameters", {}))
    assert "ArtifactBucket" in names, "a function of several files is packaged"
    [key] = names - {"ArtifactBucket"}
    live = {"ArtifactBucket": "b", key: "functions/old.zip"}
    cloud = Cloud(dump(document, "json"), parameters=live, tags={**TAGS, "Environment": "dev"})

    review = comparison.of_stack(environment, cloud).review()  # type: ignore[arg-type]

    assert [change.logical_id for change in review.changes] == ["ItemFunction"]
    assert [(one.section, one.name, one.old) for one in review.sections] == [
        ("Code of functions", "Item", "package old")
    ]
    assert "code of 1 function changes" in phrases.summary(review)


PACKAGED = """
application = "shop"
[lambda_layers.Common]
source = "common"
runtimes = ["python3.13"]
[functions.Item]
source = "src"
[functions.Other]
source = "other"
"""


def test_changed_code_of_packages_is_told_without_aws_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("src", "other", "common"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "index.py").write_text("def handler(event, context):\n    return {}\n")
        (tmp_path / folder / "more.py").write_text("X = 1\n")
    (tmp_path / "src" / "gone.py").write_text("X = 1\n")
    (tmp_path / "tapgen.toml").write_text(PACKAGED)
    monkeypatch.chdir(tmp_path)
    assert run(["render"]) == 0
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")

    def summary() -> str:
        found = comparison.of_revision(
            tmp_path, load(tmp_path / "tapgen.toml").environment("dev"), head(tmp_path), "HEAD"
        )
        return phrases.summary(found.review())

    assert summary() == "no differences"
    (tmp_path / "src" / "more.py").write_text("X = 1\r\n", newline="")  # as a checkout elsewhere may have it
    assert summary() == "no differences"
    (tmp_path / "src" / "more.py").write_text("X = 2\n")
    (tmp_path / "src" / "new.py").write_text("X = 2\n")
    (tmp_path / "src" / "gone.py").unlink()
    (tmp_path / "common" / "more.py").write_text("X = 2\n")
    assert summary() == "code of 1 function changes, code of 1 layer changes"
    found = comparison.of_revision(tmp_path, load(tmp_path / "tapgen.toml").environment("dev"), head(tmp_path), "HEAD")
    assert [one.new for one in found.code] == ["more.py, new.py, gone.py", "more.py"]
    assert run(["diff", "--exit-code"]) == 3


def head(root: Path) -> str:
    words = ["git", "-C", str(root), "rev-parse", "HEAD"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


# -------------------------------------------------------------------------------------------------------- start-up


def test_a_diff_of_files_imports_nothing_heavy(pair: tuple[Path, Path]) -> None:
    program = (
        "import sys\nfrom tapgen.cli import run\nrun(sys.argv[1:])\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'boto3', 'botocore', 'cfnlint', 'troposphere', 'awacs', 'rich', 'jsonschema'}), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, "diff", *map(str, pair)], capture_output=True, text=True, check=True
    )

    assert done.stderr.strip() == "[]"
