"""`tapgen local` within one process; tests/integration has it as a process of its own."""

import json
import os
import re
import shutil
import signal
import tempfile
import threading
import time
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from tapgen.cli import run
from tapgen.errors import ExitCode
from tapgen.local import gateway

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith(("AWS_", "TAPGEN_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "handler", tmp_path / "handler", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    yield tmp_path
    assert list((tmp_path / "tmp").iterdir()) == []


def test_requests_items_and_a_command_in_this_order(project, capfd):
    before = dict(os.environ)
    words = [
        "--request",
        "GET /item",
        "--request",
        "/item",
        "--items",
        "Item",
        "--",
        "sh",
        "-c",
        "echo $TAPGEN_ENV; exit 3",
    ]
    assert run(["local", "--env", "staging", *words]) == 3
    assert dict(os.environ) == before
    out, err = capfd.readouterr()
    decoder, values = json.JSONDecoder(), []
    while out.startswith(("{", "[")):
        value, end = decoder.raw_decode(out)
        values.append(value)
        out = out[end:].lstrip()
    first, second, items = values
    assert {item["itemId"] for item in items} == {first["itemId"], second["itemId"]}
    assert out == "staging\n"
    assert re.findall(r"(GET /item: 200 OK|Table Item: 2 items|tap-staging is CREATE_COMPLETE)", err) == [
        "tap-staging is CREATE_COMPLETE",
        "GET /item: 200 OK",
        "GET /item: 200 OK",
        "Table Item: 2 items",
    ]


def test_a_failed_request_ends_it_before_the_command(project, capfd):
    assert run(["local", "--request", "GET /nothing", "--", "echo", "reached"]) == ExitCode.FAILED
    out, err = capfd.readouterr()
    assert json.loads(out)["message"]  # the answer, and nothing of the command
    assert "GET /nothing: 403 Forbidden" in err


def test_a_deployment_that_fails_is_the_end(project, capfd):
    settings = project / "pyproject.toml"
    (project / "broken.py").write_text(
        "from troposphere import GetAtt, Output\n\n"
        "def build(template, environment, stack):\n"
        '    template.add_output(Output("BrokenOutput", Value=GetAtt("ItemTable", "NoSuchAttribute")))\n'
    )
    settings.write_text(settings.read_text().replace("[tool.tapgen]\n", '[tool.tapgen]\nlayers = ["broken"]\n', 1))
    assert run(["local", "--request", "GET /item"]) == ExitCode.ROLLED_BACK
    out, err = capfd.readouterr()
    assert out == ""
    assert "NoSuchAttribute" in err


def test_packages_and_several_regions_are_deployed_as_they_are_on_aws(project, monkeypatch, capfd):
    monkeypatch.chdir(ROOT / "tests" / "projects" / "orders")
    assert run(["local", "--env", "prod", "--request", "GET /orders"]) == ExitCode.OK
    out, err = capfd.readouterr()
    assert json.loads(out) == []
    for region in ("us-east-1", "us-west-2"):
        assert f"[{region}] tapgen-bootstrap is CREATE_COMPLETE" in err
        assert f"[{region}] Executing the change set on orders-prod in {region}" in err
        assert f"[{region}] orders-prod is CREATE_COMPLETE" in err


def test_an_environment_without_an_api_has_no_address(project, monkeypatch, capfd):
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace('routes = ["GET /item"]', "routes = []"))
    assert run(["local", "--request", "GET /item"]) == ExitCode.USAGE
    assert 'the environment "dev" has no API' in capfd.readouterr().err


def test_watching_does_not_go_with_an_end(project, capsys):
    assert run(["local", "--watch", "--items", "Item"]) == ExitCode.USAGE
    assert "--watch goes on until Ctrl-C" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--items", "Itme"], 'there is no table "Itme"\nHint: did you mean "Item"?'),
        (["--", "no-such-command"], "no-such-command: there is no such command"),
        (["--env", "devv"], 'did you mean "dev"'),
        (["--port", "0"], "--port"),
        (["--watch", "--request", "GET /item"], "--watch goes on until Ctrl-C"),
        (["--request", "item"], '"item" is no request'),
        (["--header", "x", "--request", "GET /item"], '"x" is no header'),
        (["--data", "{}"], "--data and --header belong to a --request"),
        (["--header", "Accept: text/plain", "--items", "Item"], "--data and --header belong to a --request"),
        (["--request", "GET /item", "--header", "Name: \u20ac"], '"Name: \u20ac" is no header'),
        (["--request", "GET /item", "--header", "Two\nlines: x"], '"Two\nlines: x" is no header'),
    ],
)
def test_what_is_wrong_with_the_command_line_is_said_before_anything_starts(project, capsys, words, message):
    assert run(["local", *words]) == ExitCode.USAGE
    err = capsys.readouterr().err
    assert message in err
    assert "Embedded AWS" not in err


def wait_for(path, pattern):
    for _ in range(600):
        found = re.search(pattern, path.read_text())
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"no {pattern} in {path.read_text()}")


# The signal may hit while a folder is being read: Python then leaves the scan to its collector, and says so.
@pytest.mark.filterwarnings("ignore:.*scandir.*:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_it_stays_and_deploys_again_until_ctrl_c(project, tmp_path, capsys):
    told = tmp_path / "told.txt"
    told.touch()
    problems = []

    def person():
        try:
            address = wait_for(told, r"API  (\S+)/\n")[1]
            wait_for(told, "AWS  export AWS_ENDPOINT_URL=")
            assert gateway.send(address, gateway.parse("GET /item")).ok
            wait_for(told, r"\d\d:\d\d:\d\d  GET /item  200  \d+ ms\n")
            settings = project / "pyproject.toml"
            text = settings.read_text()
            settings.write_text("[")
            wait_for(told, "Changed: .*pyproject.toml")
            settings.write_text(text.replace('stage = "', 'stage = "') + "\n# the same again\n")
            wait_for(told, "(?s)Changed: .*Changed: ")
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            problems.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=person, daemon=True)
    with told.open("w", buffering=1) as out, redirect_stdout(out):
        thread.start()
        code = run(["local", "--watch"])
    thread.join(10)
    assert problems == []
    assert code == ExitCode.OK
    err = capsys.readouterr().err
    assert "not TOML" in err
    assert "Hint: " in err
    assert "Stopping." in err
