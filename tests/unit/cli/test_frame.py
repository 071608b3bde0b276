"""The frame around every command: help, the funnel of errors, exit codes, and what is imported when."""

import ast
import gc
import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tapgen import __version__
from tapgen.cli import SECTIONS, run
from tapgen.entry import main
from tapgen.errors import SettingsError
from tests.conftest import ONE_FUNCTION, ROOT

COMMANDS = {name: summary for section in SECTIONS.values() for name, summary in section.items()}


def python(*arguments, cwd, stdout=subprocess.PIPE, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )


def tapgen_process(*arguments, cwd, **rest):
    return python("-m", "tapgen", *arguments, cwd=cwd, **rest)


# ---------------------------------------------------------------------------------------------------------- help


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command_under_its_section(tapgen, flag, tmp_path):
    ended = tapgen(flag, cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    position = 0
    for title, commands in SECTIONS.items():
        position = ended.out.index(f"\n{title}:\n", position)
        for name in commands:
            position = ended.out.index(f"\n  {name} ", position)
    assert ended.out.startswith("Usage: tapgen [OPTIONS] COMMAND [ARGS]...")


def test_without_arguments_help_is_shown(tapgen, tmp_path):
    ended = tapgen(cwd=tmp_path)
    assert ended.code == 2
    assert ended.out == tapgen("--help", cwd=tmp_path).out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_is_the_first_line_of_the_commands_docstring_and_there_is_an_example(name):
    command = import_module(f"tapgen.cli.{name}").command
    assert command.help.splitlines()[0].strip() == COMMANDS[name]
    assert f"tapgen {name}" in command.help


def test_every_command_of_the_package_is_in_a_section():
    """A module that holds a `command` and is in no section could not be called."""
    found = set()
    for file in (ROOT / "tapgen" / "cli").glob("*.py"):
        for statement in ast.parse(file.read_text()).body:
            if isinstance(statement, ast.FunctionDef) and statement.name == "command":
                found.add(file.stem)
    assert found == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_for(name):
    command = import_module(f"tapgen.cli.{name}").command
    silent = [p.name for p in command.params if p.param_type_name == "option" and not p.help]
    assert silent == []


def test_the_version(tapgen, tmp_path):
    assert tapgen("--version", cwd=tmp_path).out == f"tapgen, version {__version__}\n"


def test_python_m_is_the_same_program(tmp_path):
    ended = tapgen_process("--version", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (0, f"tapgen, version {__version__}\n")


# -------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rendr"], "Error: No such command 'rendr'; did you mean \"render\"?\n"),
        (["frobnicate"], "Error: No such command 'frobnicate'; known: "),
        (["--colour"], "Error: No such option"),
        (["render", "--evn", "dev"], "Did you mean"),
        (["render", "dev"], "Error: Got unexpected extra argument (dev)\n"),
        (["render", "--env"], "Error: Option '--env' requires an argument.\n"),
    ],
)
def test_what_a_new_user_may_mistype(tapgen, project, arguments, said):
    ended = tapgen(*arguments, cwd=project())
    assert (ended.code, ended.out) == (2, "")
    assert said.rstrip("\n") in ended.err
    assert all(word in ended.err for word in arguments if word in {"--colour", "--evn"})  # click's wording varies
    assert "Traceback" not in ended.err


def test_no_settings_at_all(tapgen, tmp_path):
    ended = tapgen("render", cwd=tmp_path)
    assert ended.code == 2
    assert ended.err == (
        f"Error: no tapgen.toml or pyproject.toml in {tmp_path} or above it\n"
        "Hint: Put [tool.tapgen] with an application and its environments into pyproject.toml, or begin by tapgen init.\n"
    )


@pytest.mark.parametrize("content", ["", "[tool.other]\n", "[project]\nname = 'x'\n"])
def test_a_pyproject_without_settings(tapgen, tmp_path, content):
    (tmp_path / "pyproject.toml").write_text(content)
    ended = tapgen("render", cwd=tmp_path)
    assert ended.code == 2
    assert ended.err.startswith(f"Error: {tmp_path / 'pyproject.toml'}: there is no [tool.tapgen]\nHint: Put ")


def test_a_project_that_is_not_there(tapgen, tmp_path):
    ended = tapgen("--project", "nowhere", "render", cwd=tmp_path)
    assert (ended.code, ended.err.splitlines()[0]) == (2, "Error: nowhere: No such file or directory")


def test_debug_shows_the_traceback(tmp_path):
    ended = tapgen_process("--debug", "render", cwd=tmp_path)
    assert ended.returncode != 0
    assert "Traceback" in ended.stderr
    assert "SettingsError" in ended.stderr
    assert "Traceback" not in tapgen_process("render", cwd=tmp_path).stderr


def test_main_ends_the_process_with_the_exit_code(tmp_path, monkeypatch, capsys):
    threshold = gc.get_threshold()
    monkeypatch.setattr(sys, "argv", ["tapgen", "render"])
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.chdir(tmp_path)
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        gc.set_threshold(*threshold)  # what is frozen may stay so
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("Error: no tapgen.toml")


def test_debug_lets_the_error_through(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError):
        run(["--debug", "render"])


def test_an_interrupted_command(tapgen, project):
    own = "def build(template, environment, stack):\n    raise KeyboardInterrupt\n"
    ended = tapgen("render", cwd=project("layers = ['own']\n" + ONE_FUNCTION, **{"own.py": own}))
    assert (ended.code, ended.out, ended.err.strip()) == (130, "", "Interrupted.")


def test_what_is_no_users_doing_is_not_swallowed(project):
    """An unknown exception ends in a traceback: a bug is reported with it, not with "Error:"."""
    own = "class Odd(BaseException): pass\ndef build(template, environment, stack):\n    raise Odd('a bug')\n"
    ended = tapgen_process("render", cwd=project("layers = ['own']\n" + ONE_FUNCTION, **{"own.py": own}))
    assert ended.returncode == 1
    assert ended.stderr.startswith("Traceback")
    assert ended.stderr.splitlines()[-1].endswith("Odd: a bug")


# ------------------------------------------------------------------------------------------- signals, pipes, bytes


@pytest.mark.parametrize(
    "started",
    [
        "open('started', 'w').close()",
        "class Collected:\n    def __del__(self):\n        open('started', 'w').close()\n        time.sleep(60)\nCollected()",
    ],
    ids=["at work", "while an object is collected, where Python drops what is raised"],
)
def test_ctrl_c(project, started):
    more = "layers = ['own']\n" + ONE_FUNCTION
    own = f"import time\n{started}\ndef build(template, environment, stack):\n    time.sleep(60)\n"
    folder = project(more, **{"own.py": own})
    process = subprocess.Popen(
        [sys.executable, "-m", "tapgen", "render"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (folder / "started").exists():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (130, "", "Interrupted.")
    assert not (folder / "templates_out").exists()


@pytest.mark.parametrize(
    "arguments", [["render", "--stdout"], ["render", "--check"], ["envs"], ["settings", "--schema"]]
)
def test_a_reader_that_goes_away(project, arguments):
    """As `tapgen render --stdout | head -1`: no traceback, no noise."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = tapgen_process(*arguments, cwd=project(), stdout=writing)
    finally:
        os.close(writing)
    assert ended.stderr == ""
    assert ended.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("arguments", [["render", "--stdout"], ["render", "--check"], ["envs"], ["settings"]])
def test_output_into_a_file_on_a_full_disk(project, arguments):
    with Path("/dev/full").open("w") as full:
        ended = tapgen_process(*arguments, cwd=project(), stdout=full)
    assert (ended.returncode, ended.stderr) == (1, "Error: the output cannot be written: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_what_is_buffered_for_a_full_disk_fails_once(project, monkeypatch, capsys):
    monkeypatch.chdir(project())
    with Path("/dev/full").open("w") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", full)
        assert run(["envs"]) == 1
    assert capsys.readouterr().err == "Error: the output cannot be written: No space left on device\n"


def test_rendering_without_a_stderr(project):
    folder = project()
    ended = subprocess.run(["sh", "-c", f"{sys.executable} -m tapgen render 2>&-"], cwd=folder, check=False)
    assert ended.returncode == 0
    assert (folder / "templates_out" / "dev.yaml").is_file()


def test_a_question_without_a_stdin(project):
    """As under a job scheduler that closes it."""
    folder = project()
    words = f"{sys.executable} -m tapgen destroy --env dev --region us-east-1 <&-"
    ended = subprocess.run(["sh", "-c", words], cwd=folder, check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (
        2,
        "Error: there is no terminal to confirm on; nothing was done\nHint: Pass --yes.\n",
    )


def test_a_template_is_utf_8_whatever_the_terminal_takes(project):
    folder = project(more="[environments.dev]\ndescription = 'Größe → Maß'\n")
    ended = tapgen_process("render", "--stdout", cwd=folder, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert ended.returncode == 0, ended.stderr
    assert "Größe → Maß" in ended.stdout


@pytest.mark.parametrize("arguments", [["settings"], ["render", "--check"]])
def test_other_output_survives_a_terminal_that_takes_ascii_alone(project, arguments):
    folder = project(more="[environments.dev]\ndescription = 'Größe → Maß'\n")
    ended = tapgen_process(*arguments, cwd=folder, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert "Traceback" not in ended.stderr


# ------------------------------------------------------------------------------------------------------ start-up

WATCH = """
import sys
from tapgen.cli import run
code = run(sys.argv[1:])
import json
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


def modules_of(*arguments, cwd: Path):
    ended = python("-c", WATCH, *arguments, cwd=cwd)
    assert ended.returncode == 0, ended.stderr
    return set(json.loads(ended.stderr.splitlines()[-1]))


def imported(*arguments, cwd: Path):
    return {name.partition(".")[0] for name in modules_of(*arguments, cwd=cwd)}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_imports_nothing_heavy(tmp_path, arguments):
    heavy = {"troposphere", "awacs", "boto3", "botocore", "cfnlint", "rich", "yaml", "msgspec", "ministack", "asyncio"}
    assert imported(*arguments, cwd=tmp_path) & heavy == set()


def test_rendering_json_imports_no_yaml(project):
    modules = imported("render", "--stdout", "--format", "json", cwd=project())
    assert modules & {"boto3", "botocore", "cfnlint", "rich", "ministack", "yaml", "cfn_flip"} == set()
    assert "troposphere" in modules


def test_rendering_yaml_imports_neither_boto3_nor_cfn_lint(project):
    modules = imported("render", "--stdout", cwd=project())
    assert modules & {"boto3", "botocore", "cfnlint", "rich", "ministack"} == set()
    assert "yaml" in modules


SELDOM = {f"tapgen.settings.{name}" for name in ("authorizers", "invocations", "queues", "statements")}
SET = """
[functions.Failing]
source = "src"
on_failure = "Failed"
statements = [{ actions = ["ses:SendEmail"], resources = ["*"] }]

[queues.Failed]

[apis.Users]
authorizers.Users = { function = "Failing" }
"""


def test_settings_that_a_project_does_not_set_are_not_imported(project):
    modules = modules_of("render", "--stdout", "--format", "json", cwd=project())
    without_need = {"_hashlib", "tapgen.newer_syntax", "troposphere.serverless", "troposphere.s3"}
    assert modules & (SELDOM | without_need) == set()
    assert modules_of("settings", cwd=project(more=SET)) >= SELDOM


def test_an_own_layer_may_use_sam_all_the_same(project):
    own = """
from troposphere.serverless import Function, Globals, SERVERLESS_TRANSFORM, FunctionGlobals

def build(template, environment, stack):
    template.set_transform(SERVERLESS_TRANSFORM)
    template.set_globals(Globals(Function=FunctionGlobals(Timeout=7)))
    template.add_resource(Function("Mine", Handler="index.handler", Runtime="python3.13", CodeUri="s3://bucket/key"))
"""
    folder = project("layers = ['own']\n" + ONE_FUNCTION, **{"own.py": own})
    ended = tapgen_process("render", "--stdout", "--format", "json", "--trust", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert document["Globals"] == {"Function": {"Timeout": 7}}
    assert document["Resources"]["Mine"]["Type"] == "AWS::Serverless::Function"
