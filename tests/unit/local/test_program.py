"""A command of the user's, run where every AWS tool finds the embedded AWS."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from tapgen.errors import UsageError
from tapgen.local import emulator
from tapgen.local.program import run
from tapgen.local.session import Deployed
from tapgen.settings.model import Environment

RUNNING = emulator.Emulator(4567, "123456789012", "eu-west-1", ("AKIA", "secret"), Path(), None)


def deployed(address="http://127.0.0.1:4567/api"):
    return Deployed(Environment(name="dev", root=Path(), application="shop"), None, {}, (), address)


def python(code, *arguments):
    return (sys.executable, "-c", code, *arguments)


SEEN = "import json, os, sys; open(sys.argv[1], 'w').write(json.dumps(dict(os.environ)))"


def test_it_has_the_variables_and_finds_the_tools_neighbours(tmp_path):
    seen = tmp_path / "seen"
    mine = {"PATH": "/somewhere", "AWS_PROFILE": "work"}
    assert run(python(SEEN, str(seen)), RUNNING, deployed(), mine) == 0
    variables = json.loads(seen.read_text())
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4567"
    assert variables["TAPGEN_API_URL"] == "http://127.0.0.1:4567/api"
    assert variables["TAPGEN_ENV"] == "dev"
    assert "AWS_PROFILE" not in variables
    assert variables["PATH"].split(os.pathsep) == [str(Path(sys.executable).parent), "/somewhere"]


def test_each_further_api_has_an_address(tmp_path):
    seen = tmp_path / "seen"
    both = replace(deployed(), further={"Admin": "http://127.0.0.1:4567/admin"})
    assert run(python(SEEN, str(seen)), RUNNING, both, {}) == 0
    variables = json.loads(seen.read_text())
    assert variables["TAPGEN_API_URL_ADMIN"] == "http://127.0.0.1:4567/admin"
    assert variables["TAPGEN_API_URL"] == "http://127.0.0.1:4567/api"


def test_without_an_api_there_is_no_address_of_one(tmp_path):
    seen = tmp_path / "seen"
    assert run(python(SEEN, str(seen)), RUNNING, deployed(None), {}) == 0
    assert "TAPGEN_API_URL" not in json.loads(seen.read_text())


@pytest.mark.parametrize(
    ("code", "expected"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 15)", 143)]
)
def test_its_exit_code_is_the_commands_as_a_shell_gives_it(code, expected):
    assert run(python(code), RUNNING, deployed(), {}) == expected


def test_a_command_that_is_not_there_is_a_mistake_of_the_command_line():
    with pytest.raises(UsageError, match="no-such-command: No such file or directory"):
        run(("no-such-command",), RUNNING, deployed(), {})


def interrupt_when(path, number=signal.SIGINT):
    """Send this process a Ctrl-C, or another signal, as soon as a file is there."""

    def wait():
        for _ in range(3000):
            if path.exists():
                os.kill(os.getpid(), number)
                return
            time.sleep(0.01)

    threading.Thread(target=wait, daemon=True).start()


def test_after_a_ctrl_c_the_command_may_end_by_itself(tmp_path):
    code = "import sys, time, pathlib; pathlib.Path(sys.argv[1]).touch(); time.sleep(0.3); pathlib.Path(sys.argv[2]).touch()"
    interrupt_when(tmp_path / "up")
    with pytest.raises(KeyboardInterrupt):
        run(python(code, str(tmp_path / "up"), str(tmp_path / "ended")), RUNNING, deployed(), {})
    assert (tmp_path / "ended").exists()


def test_a_command_that_does_not_end_after_a_ctrl_c_is_killed(tmp_path):
    code = "import os, sys, time, pathlib; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"
    interrupt_when(tmp_path / "up")
    with pytest.raises(KeyboardInterrupt):
        run(python(code, str(tmp_path / "up")), RUNNING, deployed(), {}, grace=0.2)
    for _ in range(100):  # the file may have been seen before the number was in it
        if text := (tmp_path / "up").read_text():
            break
        time.sleep(0.01)
    with pytest.raises(ProcessLookupError):
        os.kill(int(text), 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_tapgen_reaches_the_command(tmp_path, number):
    code = (
        "import pathlib, signal, sys, time; "
        "signal.signal(int(sys.argv[3]), lambda *_: (pathlib.Path(sys.argv[2]).touch(), sys.exit())); "
        "pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
    )
    before = signal.getsignal(number)
    interrupt_when(tmp_path / "up", number)
    with pytest.raises(KeyboardInterrupt):
        run(python(code, str(tmp_path / "up"), str(tmp_path / "told"), str(int(number))), RUNNING, deployed(), {})
    assert (tmp_path / "told").exists()
    assert signal.getsignal(number) is before
