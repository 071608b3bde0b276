"""The variables that lead an AWS tool to the embedded AWS and keep it from every other."""

import os
from pathlib import Path

import pytest

from tapgen.local import emulator
from tapgen.local.isolation import isolate, isolated


def test_the_environment_reaches_the_emulator_and_nothing_else():
    running = emulator.Emulator(4567, "123456789012", "eu-west-1", ("AKIA", "secret"), Path(), None)
    mine = {
        "PATH": "/bin",
        "AWS_PROFILE": "work",
        "AWS_SESSION_TOKEN": "secret",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere.example",
        "HTTPS_PROXY": "http://proxy.example",
        "no_proxy": "intranet.example",
    }
    isolated = isolate(mine, running)
    assert isolated == {
        "PATH": "/bin",
        "HTTPS_PROXY": "http://proxy.example",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4567",
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "intranet.example,127.0.0.1",
        "no_proxy": "intranet.example,127.0.0.1",
    }
    assert mine["AWS_PROFILE"] == "work"


def test_without_a_proxy_setting_only_loopback_bypasses():
    running = emulator.Emulator(4567, "123456789012", "eu-west-1", ("AKIA", "secret"), Path(), None)
    assert isolate({}, running)["NO_PROXY"] == "127.0.0.1"


def test_the_process_itself_is_led_there_and_back_again():
    running = emulator.Emulator(4567, "123456789012", "eu-west-1", ("AKIA", "secret"), Path(), None)
    environ = {"AWS_PROFILE": "work", "AWS_REGION": "us-east-1", "PATH": "/bin"}
    before = dict(environ)

    def interrupted():
        with isolated(running, environ):
            assert environ == isolate(before, running)
            environ["LATER"] = "x"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert environ == before
