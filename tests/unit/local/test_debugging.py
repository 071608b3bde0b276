"""A function that waits for a debugger, and a debugger's client that attaches to it (Debug Adapter Protocol)."""

import io
import json
import secrets
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tapgen.errors import TapgenError, UsageError
from tapgen.local import gateway
from tapgen.local.debugging import PORT, Debugged, parse, told
from tapgen.local.starting import started
from tapgen.local.view import BriefView
from tapgen.settings.load import load

SETTINGS = """
application = "NAME"
[functions.Work]
source = "src"
entry_point = "app.handlers.handler"
timeout = 1
routes = ["GET /work"]
[functions.Unnamed]
source = "src"
entry_point = "app.handlers.handler"
name = false
[functions.Image]
image = { repository = "work", tag = "1" }
[functions.Node]
source = "node"
runtime = "nodejs22.x"
entry_point = "index.handler"
"""
HANDLER = """
import json


def handler(event, context):
    answer = {"debugged": False}
    return {"statusCode": 200, "body": json.dumps(answer)}
"""
LINE = 7  # of the return


class Client:
    """As an editor attaches: it asks, and waits for answers and events."""

    def __init__(self, port):
        end = time.monotonic() + 60
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
                break
            except OSError:
                assert time.monotonic() < end, "nothing listens"
                time.sleep(0.1)
        self.stream = self.socket.makefile("rwb")
        self.seen = []
        self.number = 0

    def send(self, command, **arguments):
        self.number += 1
        body = json.dumps({"seq": self.number, "type": "request", "command": command, "arguments": arguments}).encode()
        self.stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.stream.flush()
        return self.number

    def until(self, fits):
        for one in self.seen:
            if fits(one):
                self.seen.remove(one)
                return one
        while True:
            length = 0
            while line := self.stream.readline().strip():
                length = int(line.partition(b":")[2])
            message = json.loads(self.stream.read(length))
            if fits(message):
                return message
            self.seen.append(message)

    def ask(self, command, **arguments):
        number = self.send(command, **arguments)
        answer = self.until(lambda one: one["type"] == "response" and one["request_seq"] == number)
        assert answer["success"], answer
        return answer.get("body", {})

    def event(self, name):
        return self.until(lambda one: one["type"] == "event" and one["event"] == name)

    def close(self):
        self.stream.close()
        self.socket.close()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def folder(project):
    settings = SETTINGS.replace('"NAME"', f'"d{secrets.token_hex(4)}"')
    files = {"src/app/__init__.py": "", "src/app/handlers.py": HANDLER, "node/index.js": "exports.handler = () => 1"}
    return project(settings, **files)


def test_a_breakpoint_in_the_source_stops_the_function_longer_than_its_time_out(folder):
    environment = load(folder).environment("dev")
    debugged = parse(f"Work:{free_port()}", environment)

    out = io.StringIO()
    with (
        started(environment, out.write, lambda _: BriefView(out), debugged=debugged) as start,
        ThreadPoolExecutor() as pool,
    ):
        waiting = pool.submit(gateway.send, start.deployed.address, gateway.parse("GET /work"))
        client = Client(debugged.port)
        client.ask("initialize", clientID="test", adapterID="debugpy", pathFormat="path")
        attached = client.send("attach", justMyCode=True)
        client.event("initialized")
        place = str(folder / "src" / "app" / "handlers.py")
        set_ = client.ask("setBreakpoints", source={"path": place}, breakpoints=[{"line": LINE}])
        assert set_["breakpoints"][0]["verified"]
        client.ask("configurationDone")
        client.until(lambda one: one["type"] == "response" and one["request_seq"] == attached)
        thread = client.event("stopped")["body"]["threadId"]
        frame = client.ask("stackTrace", threadId=thread)["stackFrames"][0]
        assert (frame["source"]["path"], frame["line"]) == (place, LINE)
        time.sleep(2)  # longer than the function's time-out
        assert not waiting.done()
        client.ask("evaluate", expression="answer.update(debugged=True)", frameId=frame["id"], context="repl")
        client.ask("continue", threadId=thread)
        answer = waiting.result(60)
        client.close()
    assert (answer.status, json.loads(answer.body)) == (200, {"debugged": True})


def test_what_is_asked_for_is_handed_on(folder):
    environment = load(folder).environment("dev")
    debugged = parse("Work", environment)
    assert debugged == Debugged(f"{environment.stack_name}-Work", PORT, str(folder / "src"))
    assert told(debugged.variables()) == debugged
    assert told({}) is None
    assert debugged.is_it(f"{environment.stack_name}-Work")
    assert not debugged.is_it(f"{environment.stack_name}-Worker")


def test_a_function_may_have_a_name_of_cloudformations(folder):
    environment = load(folder).environment("dev")
    debugged = parse("Unnamed:6000", environment)
    assert debugged.is_it(f"{environment.stack_name}-UnnamedFunction-1A2B3C")
    assert not debugged.is_it(f"{environment.stack_name}-UnnamedOtherFunction-1A2B3C")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Wrok", 'there is no function "Wrok"'),
        ("Work:", '"" is no port'),
        ("Work:http", '"http" is no port'),
        ("Work:0", '"0" is no port'),
        ("Work:65536", '"65536" is no port'),
        ("Image", "Image is no Python function with a source"),
        ("Node", "Node is no Python function with a source"),
    ],
)
def test_what_cannot_be_debugged_is_said(folder, text, said):
    with pytest.raises(UsageError, match=said):
        parse(text, load(folder).environment("dev"))


def test_without_debugpy_one_is_told_how_to_get_it(folder):
    with pytest.raises(TapgenError, match="debugpy is not installed") as caught:
        parse("Work", load(folder).environment("dev"), find=lambda _: None)
    assert "tapgen[debug]" in caught.value.hint
