"""Commands on an environment that runs locally: the one of another terminal, or one started for them."""

import json
import os
import stat
from dataclasses import replace

import pytest

from tapgen.cli import run as tapgen
from tapgen.errors import ExitCode
from tapgen.local.registry import announced, running
from tapgen.settings.load import load
from tests.unit.local.test_started import start

SETTINGS = """
application = "attached"
[buckets.Uploads]
[functions.Worker]
source = "src"
triggers.buckets.Uploads = {}
[environments.dev]
[environments.other]
"""
HANDLER = """
def handler(event, context):
    if "Records" not in event:
        raise ValueError("no records")
    print("seen")
    return event["Records"][0]["s3"]["bucket"]["name"]
"""


@pytest.fixture
def folder(project, monkeypatch, tmp_path):
    root = project(SETTINGS, **{"src/index.py": HANDLER})
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return root


def event(capfd, *arguments, code=ExitCode.OK):
    assert tapgen(["event", "s3-put", *arguments]) == code
    return capfd.readouterr()


def test_a_running_one_gives_events_its_names_and_runs_the_function(folder, embedded, capfd):
    deployed = start(folder, embedded)
    assert "no tapgen local runs dev" in event(capfd, "--local", code=ExitCode.USAGE).err
    with announced(deployed.environment, embedded):
        sample = event(capfd, "--local").out
        bucket = deployed.of_type("AWS::S3::Bucket")["UploadsBucket"]
        assert json.loads(sample)["Records"][0]["s3"]["bucket"]["name"] == bucket
        (folder / "event.json").write_text(sample)
        assert tapgen(["invoke", "Worker", "--local", "--event", "event.json"]) == ExitCode.OK
        assert json.loads(capfd.readouterr().out) == bucket
        assert tapgen(["invoke", "Worker", "--local"]) == ExitCode.FAILED
        ended = capfd.readouterr()
        assert "no records" in ended.out
        assert 'File "src/index.py", line 4, in handler' in ended.err
    assert running(deployed.environment) is None


def test_where_none_runs_one_is_started_for_the_call(folder, capfd):
    (folder / "event.json").write_text(event(capfd).out)
    assert tapgen(["invoke", "Worker", "--local", "--event", "event.json", "--env", "other"]) == ExitCode.OK
    ended = capfd.readouterr()
    assert (
        json.loads(ended.out) == json.loads((folder / "event.json").read_text())["Records"][0]["s3"]["bucket"]["name"]
    )
    assert "Embedded AWS at http://127.0.0.1:" in ended.err
    assert list(folder.glob("tapgen-*")) == []  # nothing is announced any more


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["invoke", "Worker", "--local", "--region", "eu-west-1"], "--local has neither --profile nor --region"),
        (["event", "s3-put", "--local", "--deployed"], "--deployed or --local, not both"),
        (["event", "s3-put", "--local", "--profile", "work"], "--profile belongs to --deployed"),
    ],
)
def test_what_does_not_go_together_is_said(folder, capfd, arguments, said):
    assert tapgen(arguments) == ExitCode.USAGE
    assert said in capfd.readouterr().err


def test_its_keys_are_its_users_alone_and_another_environment_is_not_found(folder, embedded, tmp_path):
    project = load(folder)
    dev, other = project.environment("dev"), project.environment("other")
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    with announced(dev, embedded, environ):
        [file] = tmp_path.glob("tapgen-*/*.json")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert running(dev, environ).credentials == embedded.credentials
        assert running(other, environ) is None
        with announced(dev, replace(embedded, credentials=("AKIA", "wrong")), environ):
            assert running(dev, environ) is None  # another run's port: it does not take these keys
    with announced(dev, embedded, environ):
        file.write_text("[1")
        assert running(dev, environ) is None
    file.unlink()


@pytest.mark.parametrize("mode", [0o755, 0o770])
def test_a_folder_that_others_can_read_is_not_written_into(folder, embedded, tmp_path, mode):
    environ = {"XDG_RUNTIME_DIR": str(tmp_path / "run")}
    (tmp_path / "run" / f"tapgen-{os.getuid()}").mkdir(parents=True)
    (tmp_path / "run" / f"tapgen-{os.getuid()}").chmod(mode)
    dev = load(folder).environment("dev")
    with announced(dev, embedded, environ):
        assert running(dev, environ) is None
