"""The server on an inherited socket: it serves, notes each request, and ends with its parent."""

import asyncio
import io
import json
import os
import socket
from http.client import HTTPConnection

import pytest

from tapgen.local.server import noted, serve


async def teapot(scope, receive, send):
    """Answers HTTP with 418, and takes part in the lifespan protocol as an ASGI application should."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 418, "headers": [(b"content-length", b"3")]})
    await send({"type": "http.response.body", "body": b"tea"})


def test_it_serves_until_the_parent_closes_the_pipe_and_leaves_a_journal(tmp_path):
    journal = tmp_path / "requests.jsonl"
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    reading, writing = os.pipe()

    def ask():
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/item%0a?x=%1b[31m", headers={"Host": "api.example"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    async def session(parent):
        serving = asyncio.create_task(serve(teapot, listener.detach(), parent, journal))
        answer = await asyncio.to_thread(ask)
        os.close(writing)
        await asyncio.wait_for(serving, 10)
        return answer

    with os.fdopen(reading) as parent:
        assert asyncio.run(session(parent)) == (418, b"tea")
    [record] = [json.loads(line) for line in journal.read_text().splitlines()]
    assert record.pop("milliseconds") >= 0
    assert record == {"method": "GET", "host": "api.example", "path": "/item%0a?x=%1b[31m", "status": 418, "why": ""}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def http_scope(**more):
    return {"type": "http", "method": "POST", "path": "/item", "query_string": b"", "headers": [], **more}


async def nothing():
    raise AssertionError("nobody reads the body")


async def ignore(message):
    assert message["type"]


def test_a_request_that_fails_is_noted_without_a_status_and_the_error_goes_on():
    async def broken(scope, receive, send):
        raise RuntimeError("broken")

    out = io.StringIO()
    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(noted(broken, out)(http_scope(), nothing, ignore))
    record = json.loads(out.getvalue())
    assert (record["status"], record["path"], record["host"]) == (0, "/item", "")


def test_the_path_is_taken_decoded_where_the_server_does_not_hand_over_the_raw_one():
    out = io.StringIO()
    asyncio.run(noted(teapot, out)(http_scope(path="/é\n", headers=[(b"Host", b"h")]), nothing, ignore))
    line = out.getvalue()
    assert line.count("\n") == 1
    assert json.loads(line)["path"].isascii()
    assert json.loads(line)["host"] == "h"


def test_what_is_not_http_passes_without_a_note():
    seen = []

    async def application(scope, receive, send):
        seen.append(scope["type"])

    out = io.StringIO()
    asyncio.run(noted(application, out)({"type": "websocket"}, nothing, ignore))
    assert seen == ["websocket"]
    assert out.getvalue() == ""


def test_a_journal_that_cannot_be_written_does_not_cost_the_answer():
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(28, "No space left on device")

    sent = []

    async def send(message):
        sent.append(message["type"])

    asyncio.run(noted(teapot, Full())(http_scope(), nothing, send))
    assert sent == ["http.response.start", "http.response.body"]
