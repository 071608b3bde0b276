"""Real signals to a process that deploys or deletes a StackSet, on moto's server."""

import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tapgen.errors import ExitCode
from tests.integration.test_stack_sets_on_moto import settings
from tests.unit.cli.stalling import Stall


def signalled(moto, folder, number, operation, *words, after):
    """(exit code, stderr) of a process that gets a signal at an operation."""
    command = [sys.executable, "-m", "tapgen", "--project", str(folder), *words, "--env", "prod"]
    with Stall(urlsplit(moto).port, operation, after=after) as stall:
        process = subprocess.Popen(
            command,
            env={**os.environ, "AWS_ENDPOINT_URL": stall.url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert stall.met.wait(60), process.communicate(timeout=5)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    return process.returncode, err


@pytest.mark.parametrize(
    ("number", "operation", "after", "says"),
    [
        (signal.SIGINT, "CreateStackSet", True, "nothing was executed"),
        (signal.SIGTERM, "CreateStackSet", False, "nothing was executed"),
        (signal.SIGHUP, "CreateStackInstances", True, "goes on"),
        (signal.SIGTERM, "ListStackSetOperationResults", False, "goes on"),
    ],
)
def test_a_deployment_that_is_ended_says_what_is_so_and_can_be_run_again(
    on_moto, moto, tmp_path, number, operation, after, says
):
    settings(tmp_path)
    code, err = signalled(moto, tmp_path, number, operation, "deploy", "--yes", after=after)
    assert code == ExitCode.INTERRUPTED
    assert says in err
    if says == "nothing was executed":
        assert '"status": null' in on_moto("status", "--json", "--env", "prod")[1], "the empty StackSet is taken back"
    assert on_moto("deploy", "--yes", "--env", "prod")[0] == 0
    assert '"stacks": 4' in on_moto("status", "--json", "--env", "prod")[1]
    code, err = signalled(moto, tmp_path, number, "DeleteStackInstances", "destroy", "--yes", after=after)
    assert code == ExitCode.INTERRUPTED
    assert on_moto("destroy", "--yes", "--env", "prod")[0] == 0
