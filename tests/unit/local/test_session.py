"""An environment on the embedded AWS, with fakes for the emulator and the client."""

import time

import pytest
from msgspec.structs import replace

from tapgen.deploy.aws.model import LogEvent, LogPage, Output, Stack, StackResource
from tapgen.errors import TapgenError, UsageError
from tapgen.local import session
from tapgen.local.gateway import Call
from tapgen.local.server import Note, Request
from tapgen.local.session import Deployed, Redeploy
from tapgen.settings.functions import Function
from tapgen.settings.interface import Parameter
from tapgen.settings.local import Local
from tapgen.settings.model import Environment
from tapgen.settings.tables import Key, Table

ARN = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop-dev/1"


class StopHere(Exception):  # noqa: N818 - not an error
    """Ends a session from within, as Ctrl-C does."""


class FakeEmulator:
    running = True

    def __init__(self, *rounds, items=()):
        self.rounds = [[], *rounds]
        self.items = list(items)
        self.scanned = []

    def journal(self, position=0):
        return (self.rounds[position] if position < len(self.rounds) else []), position + 1

    def api_url(self, api_id, stage):
        return f"http://127.0.0.1:1/{api_id}/{stage}"

    def scan(self, table, region):
        self.scanned.append((table, region))
        return self.items


class FakeClient:
    region = "eu-west-1"

    def __init__(self, *logs):
        self.logs = list(logs)
        self.log_calls = 0

    def stack(self, name):
        if name != "shop-dev":
            return None
        outputs = (
            Output("ApiGatewayIdOutput", "abc"),
            Output("ApiGatewayUrlOutput", "https://abc.execute-api.eu-west-1.amazonaws.com/dev/"),
        )
        return Stack(ARN, "shop-dev", "CREATE_COMPLETE", outputs=outputs)

    def resources(self, stack):
        assert stack == ARN
        return (
            StackResource("ItemTable", "shop-dev-ItemTable-1", "AWS::DynamoDB::Table", "CREATE_COMPLETE"),
            StackResource("ItemFunctionLogGroup", "/aws/lambda/shop", "AWS::Logs::LogGroup", "CREATE_COMPLETE"),
        )

    def log_events(self, group, since, page=""):
        self.log_calls += 1
        events = tuple(LogEvent(text, since, text) for text in self.logs)
        return LogPage(events)


class Shown:
    def __init__(self):
        self.lines = []
        self.problems = []

    def line(self, said):
        self.lines.append(said.text)

    def problem(self, error):
        self.problems.append(error.message)


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "handler").mkdir()
    (tmp_path / "handler" / "index.py").write_text("")
    return Environment(
        name="dev",
        root=tmp_path,
        application="shop",
        functions={"Item": Function(source="handler")},
        tables={"Item": Table(partition_key=Key(name="itemId"))},
    )


def rounds(*actions):
    """A sleep that does one action a round, then stops the session."""
    left = list(actions)

    def sleep(seconds):
        if not left:
            raise StopHere
        left.pop(0)()

    return sleep


def nothing():
    """A round in which nothing happens."""


def test_what_was_deployed_is_looked_up_by_the_stacks_name(environment):
    deployed = session.look(environment, FakeClient(), FakeEmulator())
    assert deployed.address == "http://127.0.0.1:1/abc/dev"
    assert deployed.outputs["ApiGatewayIdOutput"] == "abc"
    assert deployed.of_type("AWS::DynamoDB::Table") == {"ItemTable": "shop-dev-ItemTable-1"}


def test_a_stack_that_is_not_there_is_an_error(environment):
    other = Environment(name="test", root=environment.root, application="shop")
    with pytest.raises(TapgenError, match="shop-test: there is no such stack"):
        session.look(other, FakeClient(), FakeEmulator())


def test_an_environment_without_an_api_cannot_be_asked(environment):
    deployed = Deployed(environment, FakeClient(), {}, (), None)
    with pytest.raises(UsageError, match='the environment "dev" has no API'):
        session.ask(deployed, Call("GET", "/item"))


def test_an_api_that_does_not_answer_is_an_error(environment):
    deployed = Deployed(environment, FakeClient(), {}, (), "http://127.0.0.1:1/abc/dev")
    with pytest.raises(TapgenError, match="GET /item: no answer"):
        session.ask(deployed, Call("GET", "/item"))


def test_items_are_read_by_the_tables_name_in_the_settings(environment):
    emulator = FakeEmulator(items=[{"itemId": {"S": "two"}}, {"itemId": {"S": "one"}}])
    deployed = session.look(environment, FakeClient(), emulator)
    assert session.items(deployed, emulator, "Item") == [{"itemId": "one"}, {"itemId": "two"}]
    assert emulator.scanned == [("shop-dev-ItemTable-1", "eu-west-1")]


def test_an_unknown_table_is_refused_with_the_known_ones(environment):
    emulator = FakeEmulator()
    deployed = session.look(environment, FakeClient(), emulator)
    with pytest.raises(UsageError, match='no table "item"') as refused:
        session.items(deployed, emulator, "item")
    assert refused.value.hint == 'did you mean "Item"?'


def test_requests_and_logs_are_shown_as_they_come(environment):
    emulator = FakeEmulator([Request("GET", "h", "/item", 500, 34)])
    client = FakeClient("START RequestId: 1", '{"level": "ERROR", "message": "failed\\nbadly"}')
    shown = Shown()
    with pytest.raises(StopHere):
        session.run(session.look(environment, client, emulator), emulator, shown, sleep=rounds(nothing))
    assert shown.lines == ["GET /item  500  34 ms", "ERROR failed\nbadly"]
    assert shown.problems == []


def test_without_requests_the_logs_are_looked_at_now_and_then(environment):
    """Queues and streams start functions without a request; the first look is at once, the next a second later."""
    emulator, client, shown = FakeEmulator(), FakeClient("text"), Shown()
    with pytest.raises(StopHere):
        session.run(session.look(environment, client, emulator), emulator, shown, sleep=rounds(nothing, nothing))
    assert client.log_calls == 1
    assert shown.lines == ["text"]


def test_following_shows_what_has_come_until_the_end(environment):
    emulator, client, shown = FakeEmulator([Request("GET", "h", "/item", 200, 5)]), FakeClient("text"), Shown()
    deployed = session.look(environment, client, emulator)
    with session.following(deployed, emulator, shown, requests=True):
        pass
    assert shown.lines == ["GET /item  200  5 ms", "text"]
    quiet = Shown()
    written = [
        Request("GET", "h", "/item", 200, 5),
        Request("GET", "h", "/a", 500, 5, "why"),
        Note("News is lost: why"),
    ]
    with session.following(deployed, FakeEmulator(written), quiet, requests=False):
        pass
    assert quiet.lines == ["GET /a: why", "News is lost: why", "text"]


def test_following_ends_with_the_emulator(environment):
    emulator, shown = FakeEmulator(), Shown()
    deployed = session.look(environment, FakeClient(), emulator)
    with session.following(deployed, emulator, shown, requests=True):
        emulator.running = False
        for _ in range(200):
            if shown.problems:
                break
            time.sleep(0.05)
    assert shown.problems == ["the embedded AWS has ended"]


def test_an_emulator_that_has_ended_ends_the_session(environment):
    emulator = FakeEmulator()
    deployed = session.look(environment, FakeClient(), emulator)
    emulator.running = False
    with pytest.raises(TapgenError, match="the embedded AWS has ended"):
        session.run(deployed, emulator, Shown(), sleep=rounds())


def test_a_change_on_disk_is_deployed_and_what_was_new_is_watched_next(environment):
    emulator, client, shown = FakeEmulator(), FakeClient(), Shown()
    settings = environment.root / "pyproject.toml"
    source = environment.root / "handler" / "index.py"
    deployments = []

    def deploy(changed):
        deployments.append(changed.description)
        return session.look(changed, client, emulator)

    def load():
        return Environment(
            name="dev",
            root=environment.root,
            application="shop",
            description=settings.read_text(),
            functions=environment.functions,
        )

    redeploy = Redeploy(settings, load, deploy)
    edits = [lambda: settings.write_text("one"), nothing, lambda: source.write_text("x = 1"), nothing]
    with pytest.raises(StopHere):
        session.run(session.look(environment, client, emulator), emulator, shown, redeploy, sleep=rounds(*edits))
    assert deployments == ["one", "one"]
    assert shown.lines == [f"Changed: {settings}", f"Changed: {source}"]


def test_a_change_that_does_not_load_or_deploy_is_told_once_and_the_next_one_is_tried(environment):
    emulator, client, shown = FakeEmulator(), FakeClient(), Shown()
    settings = environment.root / "pyproject.toml"
    deployments = []

    def load():
        if settings.read_text() == "bad":
            raise TapgenError("line 1: not TOML")
        return environment

    def deploy(changed):
        deployments.append(settings.read_text())
        if settings.read_text() == "refused":
            raise TapgenError("rolled back")
        return session.look(changed, client, emulator)

    edits = [
        lambda: settings.write_text("bad"),
        nothing,
        lambda: settings.write_text("refused"),
        nothing,
        lambda: settings.write_text("good at last"),
        nothing,
    ]
    redeploy = Redeploy(settings, load, deploy)
    with pytest.raises(StopHere):
        session.run(session.look(environment, client, emulator), emulator, shown, redeploy, sleep=rounds(*edits))
    assert shown.problems == ["line 1: not TOML", "rolled back"]
    assert deployments == ["refused", "good at last"]
    assert len(shown.lines) == 3


def test_without_watch_a_change_on_disk_is_nothing(environment):
    emulator, shown = FakeEmulator(), Shown()
    deployed = session.look(environment, FakeClient(), emulator)
    edit = rounds(lambda: (environment.root / "pyproject.toml").write_text("changed"), nothing)
    with pytest.raises(StopHere):
        session.run(deployed, emulator, shown, sleep=edit)
    assert shown.lines == []


def test_a_request_from_before_the_session_is_not_shown_again(environment):
    emulator, shown = FakeEmulator(), Shown()
    emulator.rounds[0] = [Request("GET", "h", "/earlier", 200, 1)]
    with pytest.raises(StopHere):
        session.run(session.look(environment, FakeClient(), emulator), emulator, shown, sleep=rounds(nothing))
    assert shown.lines == []


def test_known_secrets_and_what_looks_like_one_are_masked_in_requests_and_logs(environment):
    local = Local(
        secrets={"Database": {"username": "shop", "password": "hunter2-orders"}, "Key": "q8-Zr3"},
        parameters={"Pager": "pager-4711", "Sender": "sender-4711"},
    )
    parameters = {"Pager": Parameter(secret=True), "Sender": Parameter()}
    seeded = replace(environment, local=local, parameters=parameters)
    emulator = FakeEmulator([Request("GET", "h", "/item?key=q8-Zr3", 200, 34)])
    client = FakeClient("shop logs in with hunter2-orders", "pager-4711 for sender-4711", "AKIA" + "IOSFODNN7EXAMPLE")
    shown = Shown()
    with pytest.raises(StopHere):
        session.run(session.look(seeded, client, emulator), emulator, shown, sleep=rounds(nothing))
    assert shown.lines == [
        "GET /item?key=****  200  34 ms",
        "shop logs in with ****",
        "**** for sender-4711",
        "****",
    ]
