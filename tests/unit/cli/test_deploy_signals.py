"""Real signals to a real process, at the operation where they hurt most: what is said is so, and it can be run again."""

import io
import os
import signal
import subprocess
import sys

import pytest

from tapgen.cli import run
from tapgen.errors import ExitCode
from tests.conftest import Ended
from tests.unit.cli.stalling import Stall

pytest.importorskip("ministack", reason="the embedded AWS is in the extra `local`")

SETTINGS = """\
application = "shop"

[functions.Item]
source = "src"
"""


@pytest.fixture
def aws(embedded):
    """An AWS with nothing in it."""
    embedded.reset()
    return embedded


@pytest.fixture
def folder(tmp_path, aws, here):
    """A project whose function is packaged, and an AWS with nothing but the artifact bucket."""
    source = tmp_path / "src"
    source.mkdir()
    (source / "index.py").write_text("from more import X\ndef handler(event, context):\n    return {'x': X}\n")
    (source / "more.py").write_text("X = 1\n")
    (tmp_path / "tapgen.toml").write_text(SETTINGS)
    assert here(tmp_path, "bootstrap", "--yes").code == 0
    return tmp_path


def environment(aws, url):
    access, secret = aws.credentials
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": access,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
    }


def command(folder, *words):
    return [sys.executable, "-m", "tapgen", "--project", str(folder), *words]


@pytest.fixture
def here(aws, monkeypatch, capsys):
    """Run a command line in this process: what comes before and after the signalled one."""
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in environment(aws, aws.endpoint).items():
        monkeypatch.setenv(name, value)

    def ended(folder, *words):
        capsys.readouterr()
        code = run(["--project", str(folder), *words])
        printed = capsys.readouterr()
        return Ended(int(code), printed.out, printed.err)

    return ended


def signalled(folder, aws, number, operation, *words, after):
    """(exit code, stderr) of a process that gets a signal at an operation."""
    with Stall(aws.port, operation, after=after) as stall:
        process = subprocess.Popen(
            command(folder, *words),
            env=environment(aws, stall.url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert stall.met.wait(60), process.communicate(timeout=5)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.parametrize(
    ("number", "operation", "after"),
    [
        (signal.SIGINT, "PutObject", True),
        (signal.SIGHUP, "CreateChangeSet", True),
        (signal.SIGTERM, "DescribeChangeSet", False),
    ],
)
def test_before_the_execution_nothing_is_left(folder, aws, here, number, operation, after):
    code, err = signalled(folder, aws, number, operation, "deploy", "--yes", after=after)
    assert code == ExitCode.INTERRUPTED
    assert "Traceback" not in err
    assert "nothing was executed" in err
    status = here(folder, "status", "--json").out
    assert '"status": null' in status, "the empty stack is gone too"
    again = here(folder, "deploy", "--yes")
    assert again.code == 0, again.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_after_the_execution_the_deployment_goes_on(folder, aws, here, number):
    code, err = signalled(folder, aws, number, "ExecuteChangeSet", "deploy", "--yes", after=True)
    assert code == ExitCode.INTERRUPTED
    assert "Traceback" not in err
    assert "goes on" in err
    assert "tapgen watch --env dev" in err
    assert here(folder, "watch").code == 0


def test_a_sync_that_is_ended_in_the_middle_is_finished_by_the_next_one(folder, aws, here, monkeypatch):
    assert here(folder, "deploy", "--yes").code == 0
    (folder / "src" / "more.py").write_text("X = 2\n")
    code, err = signalled(folder, aws, signal.SIGTERM, "UpdateFunctionCode", "sync", "--watch", after=True)
    assert (code, "Traceback" in err) == (ExitCode.INTERRUPTED, False)
    assert here(folder, "sync").code == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    invoked = here(folder, "invoke", "Item", "--payload", "-")
    assert '"x": 2' in invoked.out.replace("'", '"'), invoked
    assert "Put right" in here(folder, "deploy", "--yes").err
