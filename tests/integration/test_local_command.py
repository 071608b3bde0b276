"""`tapgen local` as a person uses it: a process, its output, its exit code, and nothing left when it has gone."""

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from urllib.error import URLError

import pytest

from tests.integration.conftest import REAL, ROOT

pytestmark = pytest.mark.skipif(bool(REAL), reason="the embedded AWS alone: TAPGEN_INTEGRATION_ENV is set")


@pytest.fixture
def environ(tmp_path):
    """A person's environment, with keys that must not be used and a folder for temporary files that must be empty."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAPGEN_"))}
    (tmp_path / "tmp").mkdir()
    keys = {"AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL", "AWS_SECRET_ACCESS_KEY": "real", "AWS_PROFILE": "work"}
    return {**kept, **keys, "TMPDIR": str(tmp_path / "tmp")}


@pytest.fixture
def local(environ, tmp_path):
    """Runs `tapgen local` to its end in a copy of the shipped application."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copytree(ROOT / "handler", folder / "handler", ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(text)

    def run(*arguments, exit_code=0, cwd=folder):
        done = subprocess.run(
            [sys.executable, "-m", "tapgen", "local", *arguments],
            cwd=cwd,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == exit_code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert list((tmp_path / "tmp").iterdir()) == []
        return done

    run.folder = folder
    return run


class Talk:
    """The lines that a running process prints, waited for."""

    def __init__(self, process):
        self.process = process
        self.text = ""

    def until(self, pattern, seconds=30):
        """Read until a pattern matches what was not matched before; the match."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text)):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))
            chunk = os.read(self.process.stdout.fileno(), 65536).decode() if ready else ""
            assert chunk, f"no {pattern!r} in:\n{self.text}"
            self.text += chunk
        self.text = self.text[found.end() :]
        return found


@contextmanager
def staying(local, environ, *arguments):
    """`tapgen local`, running in a session of its own as in a terminal."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "tapgen", "local", *arguments],
        cwd=local.folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield Talk(process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def get(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=30) as answer:
        return answer.status, json.loads(answer.read())


def test_a_request_and_the_stored_item_are_printed_and_a_command_deploys_again_without_changes(local):
    done = local(
        "--env", "dev", "--request", "GET /item", "--items", "Item", "--", "tapgen", "deploy", "--env", "dev", "--yes"
    )
    answer, _, rest = done.stdout.partition("\n")
    items, _ = json.JSONDecoder().raw_decode(rest)
    body = json.loads(answer)
    assert [item["itemId"] for item in items] == [body["itemId"]]
    assert set(items[0]) == {"itemId", "timestamp"}
    assert re.search(r"Embedded AWS at http://127\.0\.0\.1:\d+, account 123456789012, us-east-1\n", done.stderr)
    assert "The change set on tap-dev: create " in done.stderr
    assert re.search(r"GET /item: 200 OK, \d+ ms\n(\d\d:\d\d:\d\d  .*\n)*Table Item: 1 item\n", done.stderr)
    again = done.stderr[done.stderr.index("$ tapgen deploy --env dev --yes\n") :]
    assert "No changes: tap-dev is as the template says." in again


def test_a_command_has_the_variables_and_its_exit_code_is_the_commands(local):
    code = (
        "import json, os; "
        "print(json.dumps({name: value for name, value in os.environ.items() if name.startswith(('AWS_', 'TAPGEN_'))}))"
    )
    piped = "tapgen event api --deployed | tapgen invoke Item --event - && echo"
    done = local("--env", "staging", "--", "sh", "-c", f'{piped} && {sys.executable} -c "{code}"; exit 7', exit_code=7)
    answer, _, told = done.stdout.strip().rpartition("\n")
    assert json.loads(json.loads(answer)["body"])["message"] == "Item stored"
    variables = json.loads(told)
    assert variables["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert variables["TAPGEN_API_URL"].startswith(variables["AWS_ENDPOINT_URL"])
    assert re.fullmatch("AKIA[A-Z2-7]{16}", variables["AWS_ACCESS_KEY_ID"])
    assert "AWS_PROFILE" not in variables
    assert variables["TAPGEN_ENV"] == "staging"


def test_what_cannot_be_done_is_said_and_nothing_is_left(local):
    """Within one process: tests/unit/local/test_local_cli.py."""
    done = local("--env", "devv", exit_code=2)
    assert 'did you mean "dev"' in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_refused(local, cloud):
    done = local("--port", str(cloud.embedded.port), exit_code=2)
    assert f"Error: port {cloud.embedded.port}: Address already in use" in done.stderr


def test_it_stays_shows_requests_and_logs_and_ends_with_ctrl_c(local, environ, tmp_path):
    with staying(local, environ) as talk:
        api = talk.until(r"API  (http://127\.0\.0\.1:\d+/\S+)/\n")[1]
        variables = talk.until(r"AWS  export (AWS_ENDPOINT_URL=\S+ AWS_ACCESS_KEY_ID=AKIA.*)\n")[1]
        talk.until("Ctrl-C stops it")
        status, body = get(f"{api}/item?verbose=1")
        assert status == 200
        assert body["itemId"]
        talk.until(r"\d\d:\d\d:\d\d  GET /item\?verbose=1  200  \d+ ms\n")
        os.killpg(talk.process.pid, signal.SIGINT)
        talk.until("Stopping.")
        assert talk.process.wait(30) == 0
    assert "AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1" in variables
    with pytest.raises(URLError):
        get(f"{api}/item")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_a_function_logs_is_shown_under_its_request(local, environ):
    settings = local.folder / "pyproject.toml"
    settings.write_text(
        settings.read_text().replace('actions = ["dynamodb:PutItem"]', 'actions = ["dynamodb:GetItem"]')
    )
    with staying(local, environ) as talk:
        api = talk.until(r"API  (\S+)/\n")[1]
        talk.until("Ctrl-C stops it")
        with pytest.raises(URLError, match="500"):
            get(f"{api}/item")
        talk.until(r"GET /item  500  \d+ ms\n")
        talk.until(r"    ERROR Database operation failed \(ClientError: .*AccessDeniedException")


def test_a_change_is_deployed_while_it_watches_and_a_mistake_is_survived(local, environ):
    source = local.folder / "handler" / "index.py"
    text = source.read_text()
    settings = local.folder / "pyproject.toml"
    good = settings.read_text()
    with staying(local, environ, "--watch") as talk:
        api = talk.until(r"API  (\S+)/\n")[1]
        talk.until("Ctrl-C stops it")
        assert get(f"{api}/item")[1]["message"] == "Item stored"
        source.write_text(text.replace("Item stored", "Stored anew"))
        talk.until("Changed: .*index.py")
        talk.until(r"ItemFunction: new code, \d+\.\d s")
        assert get(f"{api}/item")[1]["message"] == "Stored anew"
        settings.write_text(good + "\nnot toml")
        talk.until("Error: .*pyproject.toml.*not TOML")
        settings.write_text(
            good.replace('partition_key = { name = "itemId", type = "S" }', 'partition_key = { name = "id" }')
        )
        talk.until("tap-dev is UPDATE_COMPLETE")  # the table goes: what is lost here is lost on this machine
        settings.write_text(good)
        talk.until("tap-dev is UPDATE_COMPLETE")
        os.killpg(talk.process.pid, signal.SIGINT)
        assert talk.process.wait(30) == 0


def test_ctrl_c_during_a_command_lets_the_command_end(local, environ, tmp_path):
    code = (
        "import time\n"
        "try:\n    print('up', flush=True)\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    print('ended in order', flush=True)\n"
    )
    with staying(local, environ, "--", sys.executable, "-c", code) as talk:
        talk.until("up\n")
        os.killpg(talk.process.pid, signal.SIGINT)
        talk.until("ended in order")
        assert talk.process.wait(30) == 130
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_tapgen_alone_ends_the_command_and_all_else(local, environ, tmp_path, number):
    code = "import os, time\nprint('up', os.getpid(), flush=True)\ntime.sleep(60)\n"
    with staying(local, environ, "--", sys.executable, "-c", code) as talk:
        child = int(talk.until(r"up (\d+)\n")[1])
        talk.process.send_signal(number)
        assert talk.process.wait(30) == 130
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_page_too_that_a_browser_has_open(local, environ, tmp_path, number):
    with staying(local, environ) as talk:
        api = talk.until(r"API  (\S+)/\n")[1]
        page = talk.until(r"Page (\S+)\n")[1]
        talk.until("Ctrl-C stops it")
        with urllib.request.urlopen(f"{page}lines", timeout=30) as lines:  # what a page holds open
            talk.process.send_signal(number)
            assert talk.process.wait(30) == 0
            assert lines.read() is not None  # it has ended
    for url in (page, f"{api}/item"):
        with pytest.raises(URLError):
            get(url)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_killed_tapgen_takes_the_embedded_aws_with_it(local, environ, tmp_path):
    with staying(local, environ) as talk:
        api = talk.until(r"API  (\S+)/\n")[1]
        talk.process.kill()
        talk.process.wait()
    for _ in range(100):
        if not list((tmp_path / "tmp").iterdir()):
            break
        time.sleep(0.05)
    with pytest.raises(URLError):
        get(f"{api}/item")
    assert list((tmp_path / "tmp").iterdir()) == []
