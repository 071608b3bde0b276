"""The deployed API on this machine: its URL, and requests to it."""

import socket
from pathlib import Path
from threading import Thread

import pytest

from tapgen.errors import TapgenError, UsageError
from tapgen.local import gateway
from tapgen.local.emulator import Emulator
from tapgen.local.gateway import Answer, Call

OUTPUTS = {
    "ApiGatewayIdOutput": "3201deba",
    "ApiGatewayUrlOutput": "https://3201deba.execute-api.us-east-1.amazonaws.com/dev/",
}


def test_the_local_address_has_the_id_and_the_stage_of_the_deployed_one():
    emulator = Emulator(4567, "123456789012", "us-east-1", ("AKIA", "secret"), Path(), None)
    assert gateway.url(OUTPUTS, emulator) == "http://127.0.0.1:4567/restapis/3201deba/dev/_user_request_"


@pytest.mark.parametrize("missing", OUTPUTS)
def test_a_stack_without_an_api_has_no_address(missing):
    emulator = Emulator(4567, "123456789012", "us-east-1", ("AKIA", "secret"), Path(), None)
    assert gateway.url({name: value for name, value in OUTPUTS.items() if name != missing}, emulator) is None


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("GET /item", Call("GET", "/item")),
        ("get /item", Call("GET", "/item")),
        ("  DELETE   /orders/7 ", Call("DELETE", "/orders/7")),
        ("/item?verbose=1&x=%20", Call("GET", "/item?verbose=1&x=%20")),
        ("GET /caf\u00e9", Call("GET", "/caf%C3%A9")),
        ("GET /a\r\nHost:evil", Call("GET", "/a%0D%0AHost:evil")),
    ],
)
def test_a_request_is_a_method_and_a_path(text, call):
    assert gateway.parse(text) == call


@pytest.mark.parametrize("text", ["", "GET", "GET item", "item", "FETCH /item", "GET http://example.com/", "GET /a b"])
def test_what_is_no_request_is_refused_with_an_example(text):
    with pytest.raises(UsageError) as refused:
        gateway.parse(text)
    assert f'"{text}" is no request' in refused.value.message
    assert "GET /item" in refused.value.hint


@pytest.fixture
def once():
    """A server on loopback that takes one connection, answers with given bytes and keeps what it got."""
    taken = []

    def begin(answer):
        server = socket.create_server(("127.0.0.1", 0))

        def serve():
            connection, _ = server.accept()
            with connection, server:
                got = b""
                while b"\r\n\r\n" not in got:
                    got += connection.recv(65536)
                length = next(
                    (int(x.split(b":")[1]) for x in got.split(b"\r\n") if x.lower().startswith(b"content-length")), 0
                )
                while len(got.partition(b"\r\n\r\n")[2]) < length:
                    got += connection.recv(65536)
                taken.append(got)
                connection.sendall(answer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/restapis/a/dev/_user_request_", taken, thread

    return begin


def test_a_call_is_sent_as_it_is_and_its_answer_comes_back_whole(once):
    address, taken, thread = once(b"HTTP/1.1 201 Created\r\nX-Kind: tea\r\nContent-Length: 3\r\n\r\nyes")
    call = Call("POST", "/item?x=1", b'{"a": 1}', (("Content-Type", "application/json"),))
    answer = gateway.send(address, call)
    thread.join(10)
    [sent] = taken
    assert sent.startswith(b"POST /restapis/a/dev/_user_request_/item?x=1 HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/json\r\n" in sent
    assert sent.endswith(b'\r\n\r\n{"a": 1}')
    assert (answer.status, answer.title, answer.ok, answer.body) == (201, "201 Created", True, b"yes")
    assert ("X-Kind", "tea") in answer.headers
    assert answer.seconds >= 0


@pytest.mark.parametrize(
    ("status", "title", "ok"),
    [(399, "399", True), (400, "400 Bad Request", False), (500, "500 Internal Server Error", False)],
)
def test_a_status_from_400_on_is_a_failure(status, title, ok):
    answer = Answer(status, (), b"", 0.0)
    assert (answer.title, answer.ok) == (title, ok)


def test_no_answer_is_an_error_that_names_the_call(once):
    address, _, _ = once(b"")
    with pytest.raises(TapgenError, match=r"GET /item: no answer from http://127\.0\.0\.1:"):
        gateway.send(address, Call("GET", "/item"))


def test_nothing_listening_is_an_error_too():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(TapgenError, match="no answer"):
        gateway.send(f"http://127.0.0.1:{port}", Call("GET", "/item"))


def test_content_is_added_from_the_text_or_a_file(tmp_path):
    call = Call("POST", "/orders")
    (tmp_path / "order.json").write_bytes(b'{"n": 1}')
    assert gateway.with_content(call, None, ()) == call
    assert gateway.content("caf\u00e9") == "caf\u00e9".encode()
    assert gateway.content(f"@{tmp_path / 'order.json'}") == b'{"n": 1}'
    headers = gateway.with_content(call, None, ("Accept: a:b", "X-Empty:")).headers
    assert headers == (("Accept", "a:b"), ("X-Empty", ""))


@pytest.mark.parametrize("header", ["Accept", ": value", ""])
def test_what_is_no_header_is_refused(header):
    with pytest.raises(UsageError, match="is no header"):
        gateway.with_content(Call("GET", "/"), None, (header,))


def test_a_body_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        gateway.content(f"@{tmp_path / 'none'}")


def test_a_body_that_is_not_text_is_sent_as_it_was_typed():
    assert gateway.content("\udce9") == b"\xe9"
