"""A whole deployment over a connection that breaks, or a service that throttles, at the first try of every operation."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from tapgen.cli import run
from tapgen.errors import ExitCode
from tests.unit.cli.breaking import Breaking

pytest.importorskip("ministack", reason="the embedded AWS is in the extra `local`")

SETTINGS = """\
[tool.tapgen]
application = "shop"

[tool.tapgen.tables.Item]
partition_key = { name = "itemId", type = "S" }

[tool.tapgen.functions.Item]
source = "src"

[tool.tapgen.environments.dev]
protected = true
"""


def project(folder):
    (folder / "pyproject.toml").write_text(SETTINGS)
    (folder / "src").mkdir()
    for name, text in {
        "index": "import more\ndef handler(event, context):\n    return more.X\n",
        "more": "X = 1\n",
    }.items():
        (folder / "src" / f"{name}.py").write_text(text)


@pytest.fixture
def aws(embedded):
    """An AWS with nothing in it."""
    embedded.reset()
    return embedded


@pytest.mark.parametrize("fault", ["reset", "throttle", "lost", "error page"])
def test_every_operation_fails_once_and_the_deployment_succeeds(fault, aws, tmp_path, monkeypatch, capsys):
    project(tmp_path)
    with Breaking(aws.port, fault) as broken:
        access, secret = aws.credentials
        for name, value in {
            "AWS_ENDPOINT_URL": aws.endpoint,
            "AWS_ACCESS_KEY_ID": access,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": str(tmp_path / "none"),
            "TAPGEN_PROJECT": str(tmp_path),
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        assert run(["bootstrap", "--yes"]) == 0
        monkeypatch.setenv("AWS_ENDPOINT_URL", broken.url)
        code = run(["deploy", "--yes"])
        told = capsys.readouterr()
    assert code == ExitCode.OK, told.err
    assert told.err.rstrip().endswith("shop-dev is CREATE_COMPLETE.")
    assert {
        "GetCallerIdentity",
        "DescribeStacks",
        "HeadObject",
        "PutObject",
        "CreateChangeSet",
        "DescribeChangeSet",
        "ExecuteChangeSet",
        "DescribeStackEvents",
        "SetStackPolicy",
        "UpdateTerminationProtection",
    } <= set(broken.met)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_while_aws_does_not_answer(tmp_path, number):
    project(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": str(tmp_path / "none"),
        }
        command = [sys.executable, "-m", "tapgen", "--project", str(tmp_path), "deploy", "--yes"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        silent.settimeout(60)
        connection, _ = silent.accept()
        with connection:
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (ExitCode.INTERRUPTED, "")
    assert err.splitlines()[1:] == ["Interrupted, nothing was executed."]  # after what the check counts
