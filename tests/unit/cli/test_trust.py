"""Commands that only read a checkout run nothing of it: here everything that could run would write a file."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import tapgen as tapgen_package
from tapgen.proof.lint_settings import switched_off
from tests.conftest import ONE_FUNCTION

READERS = [
    ("check", "--no-lint"),
    ("check", "--all", "--no-lint"),
    ("diff",),
    ("diff", "--with-env", "dev"),
    ("graph", "--format", "html"),
    ("render", "--check"),
]
SHADOWS = ("json", "pip", "tapgen_shadow", "cfnlint", "yaml", "click", "subprocess", "troposphere", "sitecustomize")


def writes(marker):
    return f"with open({str(marker)!r}, 'a') as file:\n    file.write(__name__ + '\\n')\n"


@pytest.fixture
def hostile(project, tmp_path):
    """A committed project whose modules, cfn-lint rules, git hooks and filters leave their name in a file."""
    marker = tmp_path / "marker"
    folder = project()
    for name in SHADOWS:
        (folder / f"{name}.py").write_text(writes(marker))
    rules = folder / "rules"
    rules.mkdir()
    (rules / "Evil.py").write_text(writes(marker))
    (folder / ".cfnlintrc").write_text(
        "append_rules: [rules]\noverride_spec: rules/spec.json\nignore_checks: [E3002]\n"
    )
    command = f"echo git >> {marker}; cat"
    (folder / ".gitattributes").write_text("* diff=evil filter=evil\n")
    for words in (
        ("init", "-q"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x"),
        ("config", "core.fsmonitor", command),
        ("config", "diff.evil.textconv", command),
        ("config", "diff.evil.command", command),
        ("config", "filter.evil.smudge", command),
        ("config", "core.pager", command),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder, marker


@pytest.mark.parametrize("start", [("tapgen",), (sys.executable, "-m", "tapgen")], ids=["tapgen", "python -m"])
def test_nothing_of_a_checkout_runs(hostile, start):
    folder, marker = hostile
    lint = () if start[0] == "tapgen" else ("--no-lint",)
    done = run([str(Path(sys.executable).parent / start[0]), *start[1:], "check", *lint, "--format", "json"], folder)
    assert json.loads(done.stdout)["findings"], done.stderr
    assert not marker.exists(), marker.read_text()


IN_ONE_PROCESS = """
import json
import os
import sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        sys.stderr.write(f"{event} {arguments}")
        os._exit(99)

sys.addaudithook(refuse)
from tapgen.cli import main
for words in json.loads(sys.argv.pop()):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as end:
        if end.code not in {0, 1, 3}:
            raise
"""


def test_nor_does_it_of_any_reader_and_no_connection_is_opened(hostile):
    folder, marker = hostile
    commands = json.dumps([*READERS, ("render", "--env", "dev", "--check"), ("settings",), ("explain",)])
    done = run([sys.executable, "-P", "-c", IN_ONE_PROCESS, commands], folder)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert not marker.exists(), marker.read_text()


def run(command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def layered(project, tmp_path):
    """A project with a layer of its own, which leaves its name in a file."""
    folder = project('layers = ["own"]' + ONE_FUNCTION)
    marker = tmp_path / "marker"
    (folder / "own.py").write_text(writes(marker) + "def build(template, environment, stack):\n    pass\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *identity, "commit", "-q", "-m", "x"], cwd=folder, check=True)
    return folder, marker


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_own_layers_are_refused_where_nobody_trusts_them(tapgen, layered, words):
    folder, marker = layered
    result = tapgen(*words, cwd=folder)
    assert result.code == 2
    assert "layers: own is the project's own code, which tapgen" in result.err
    assert "pass --trust, or set TAPGEN_TRUST=1" in result.err
    assert not marker.exists()


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_own_layers_run_where_somebody_does(tapgen, layered, words, monkeypatch):
    folder, marker = layered
    assert tapgen(*words, "--trust", cwd=folder).code in {0, 1, 3}
    assert marker.exists()
    marker.unlink()
    monkeypatch.setenv("TAPGEN_TRUST", "1")
    assert tapgen(*words, cwd=folder).code in {0, 1, 3}
    assert marker.exists()


def test_an_empty_variable_trusts_nobody(tapgen, layered, monkeypatch):
    folder, _ = layered
    monkeypatch.setenv("TAPGEN_TRUST", "")
    assert tapgen("check", "--no-lint", cwd=folder).code == 2


def test_rendering_a_project_of_ones_own_runs_its_layers(tapgen, layered):
    folder, marker = layered
    assert tapgen("render", cwd=folder).code == 0
    assert marker.exists()


TEMPLATE = """\
Metadata: {cfn-lint: {config: {ignore_checks: [E3012]}}}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Metadata: {cfn-lint: {config: {ignore_checks: [E3002]}}, Owner: me}
    Properties: {Nonsense: 1, VisibilityTimeout: much}
  Other:
    Type: AWS::SQS::Queue
    Properties: {Nonsense: 1, DelaySeconds: 901}
"""


def test_what_others_and_a_file_switch_off_is_shown(tapgen, tmp_path):
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    (tmp_path / ".cfnlintrc").write_text("ignore_checks: [E303]\n")
    result = tapgen("check", "--template", "t.yaml", "--format", "json", cwd=tmp_path)
    found = {(one["rule"], one["logical_id"]): one["suppressed_reason"] for one in json.loads(result.out)["findings"]}
    assert found["E3012", "Queue"] == "Metadata switches E3012 off for cfn-lint"
    assert found["E3002", "Queue"] == "Metadata of Queue switches E3002 off for cfn-lint"
    assert found["E3002", "Other"] is None
    assert found["E3034", "Other"] == ".cfnlintrc switches E303 off for cfn-lint"


@pytest.mark.parametrize("name", [".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml"])
def test_each_file_that_cfn_lint_reads_is_read(tmp_path, name):
    (tmp_path / name).write_text("ignore_checks: [E3]\n")
    assert switched_off({}, tmp_path).rules == (("E3", "", name),)


@pytest.mark.parametrize(
    "text", ["[", "- a", "ignore_checks: E3", "!!python/name:os.system x", "\x00", "ignore_checks: [1]"]
)
def test_a_file_that_says_nothing_switches_nothing_off(tmp_path, text):
    (tmp_path / ".cfnlintrc").write_text(text)
    assert switched_off({}, tmp_path).rules == ()


def test_the_written_pipeline_separates_forks(tapgen, project):
    folder = project(more="[environments.dev]\n")
    assert tapgen("pipeline", "github", cwd=folder).code == 0
    assert tapgen("pipeline", "gitlab", cwd=folder).code == 0
    jobs = yaml.safe_load((folder / ".github/workflows/tapgen-review.yml").read_text())["jobs"]
    assert jobs["review"]["env"]["TAPGEN_TRUST"].startswith("${{ github.event.pull_request.head.repo.full_name ==")
    writers = [name for name, job in jobs.items() if "write" in (job.get("permissions") or {}).values()]
    assert writers == ["comment"]
    steps = jobs["comment"]["steps"]
    assert not any("checkout" in step.get("uses", "") for step in steps)
    assert not any(
        word in step.get("run", "") for step in steps for word in ("tapgen check", "tapgen render", "python")
    )
    for file in (*folder.glob(".github/workflows/*"), folder / ".gitlab-ci.yml"):
        text = file.read_text()
        assert not re.search(r"python3? +-(?!P )", text), f"{file}: what the checkout has would be imported"
    review = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())["review"]["script"]
    assert (
        review[0] == 'if [ "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID" = "$CI_PROJECT_ID" ]; then export TAPGEN_TRUST=1; fi'
    )


def test_the_path_is_safe_in_every_child():
    """Each process that is this Python begins without the current folder on its path."""
    for file in Path(tapgen_package.__file__).parent.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert 'sys.executable, "-m"' not in text, file
        assert 'python, "-m"' not in text, file
