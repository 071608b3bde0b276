"""`tapgen event`: what it prints, what it lists, what it refuses."""

import json

import pytest

from tapgen.cli import event, run
from tapgen.errors import ExitCode
from tapgen.samples.register import words
from tests.unit.samples.conftest import MACHINE, SETTINGS


@pytest.fixture
def shop(project, monkeypatch):
    folder = project(SETTINGS)
    (folder / "checkout.asl.json").write_text(MACHINE)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def tapgen(shop, capfd):
    def call(*arguments, code=ExitCode.OK):
        assert run(["event", *arguments]) == code
        return capfd.readouterr()

    return call


def test_each_kind_can_name_what_it_comes_from():
    assert set(words()) == set(event.TARGETS)


def test_the_event_is_printed_as_json(tapgen):
    printed = json.loads(tapgen("s3-put", "--bucket", "Uploads", "--key", "in/a.csv").out)
    assert printed["Records"][0]["s3"]["object"]["key"] == "in/a.csv"


def test_a_body_may_be_a_file(tapgen, shop):
    (shop / "order.json").write_text('{"id": 1}')
    printed = json.loads(tapgen("api", "--route", "POST /orders", "--body", "@order.json").out)
    assert printed["body"] == '{"id": 1}'
    assert "@none.json: No such file" in tapgen("sqs", "--queue", "Orders", "--body", "@none.json", code=2).err


def test_without_a_kind_it_lists_what_the_environment_has(tapgen):
    lines = [line.strip() for line in tapgen().out.splitlines()]
    assert lines[0].startswith("api ")
    assert "--bucket Uploads" in lines
    assert "--user-pool Customers" in lines


def test_an_environment_without_parts_says_so(project, monkeypatch, capfd):
    monkeypatch.chdir(project('application = "shop"\n[secrets.Lonely]\n'))
    assert run(["event"]) == ExitCode.OK
    assert capfd.readouterr() == ("", "dev has nothing that samples are made of: no route, queue, bucket …\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["s3-put", "--queue", "Orders"], "s3-put takes no --queue"),
        (["--queue", "Orders"], "name the KIND of event first"),
        (["s3-put", "--profile", "work"], "--profile belongs to --deployed"),
        (["sqss"], 'did you mean "sqs"?'),
    ],
)
def test_what_does_not_go_together_is_said(tapgen, arguments, said):
    assert said in tapgen(*arguments, code=ExitCode.USAGE).err
