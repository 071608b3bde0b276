"""EDGE: the page's listener on loopback, beside the embedded AWS."""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from msgspec.structs import asdict

from tapgen.errors import TapgenError
from tapgen.local.page.application import failure
from tapgen.local.page.guard import HEADERS, SANDBOXED, allowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.local.page.application import Application

HOST = "127.0.0.1"
LARGEST = 10 * 1024 * 1024  # bytes of a request: what API Gateway takes
PULSE = 15.0  # seconds between two signs of life to a browser that waits for lines
_FILES = {"": "text/html", "page.css": "text/css", "page.js": "text/javascript"}


class Listener(ThreadingHTTPServer):
    """Answers the page alone; each request in a thread of its own, which ends with the process."""

    daemon_threads = True

    def __init__(self, application: Application) -> None:
        super().__init__((HOST, 0), _Handler)
        self.application = application
        self.token = secrets.token_urlsafe(24)

    @property
    def address(self) -> str:
        """The page's address; it holds the secret that opens it."""
        return f"http://{HOST}:{self.server_address[1]}/{self.token}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a browser that goes away is no mistake of anybody."""


@contextmanager
def serving(application: Application) -> Iterator[Listener]:
    """The page, served for the length of a `with` block."""
    with Listener(application) as listener:
        thread = Thread(target=listener.serve_forever, daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            application.feed.close()
            listener.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Listener
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The page's files and data."""
        asked = self._asked()
        if asked is None:
            return
        if asked in _FILES:
            self._answer(files("tapgen.local.page").joinpath(asked or "page.html").read_bytes(), _FILES[asked])
        elif asked == "lines":
            self._lines()
        elif asked == "picture":
            self._made(lambda: self.server.application.picture().encode(), "text/html")
        else:
            name = parse_qs(urlsplit(self.path).query).get("name", [""])[0]
            self._made(lambda: json.dumps(self.server.application.read(asked, name)).encode(), "application/json")

    def do_POST(self) -> None:
        """What its buttons ask for."""
        asked = self._asked()
        length = self.headers.get("content-length", "")
        if asked is None:
            return
        if not length.isdigit() or int(length) > LARGEST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(int(length))
        self._made(
            lambda: json.dumps(self.server.application.act(asked, json.loads(body))).encode(), "application/json"
        )

    def log_message(self, *_: Any) -> None:
        """Nothing: the terminal belongs to the application."""

    def _asked(self) -> str | None:
        """What is asked for; None where that was refused."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        port = int(self.server.server_address[1])
        asked = allowed(self.command, self.path, headers, self.server.token, port)
        if asked is None:
            self._refuse(HTTPStatus.FORBIDDEN)
        return asked

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True  # what else it sent stays unread
        self._answer(b"", "text/plain", status)

    def _made(self, make: Any, kind: str) -> None:
        try:
            body, status = make(), HTTPStatus.OK
        except TapgenError as error:
            body, status, kind = json.dumps(failure(error)).encode(), HTTPStatus.BAD_REQUEST, "application/json"
        except (KeyError, TypeError, ValueError):
            body, status, kind = b'{"error": "not understood", "hint": ""}', HTTPStatus.BAD_REQUEST, "application/json"
        self._answer(body, kind, status)

    def _answer(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind if kind == "application/json" else f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in HEADERS.items():
            policy = name == "Content-Security-Policy" and self.path.endswith("/picture")
            self.send_header(name, SANDBOXED if policy else value)
        self.end_headers()
        self.wfile.write(body)

    def _lines(self) -> None:
        """Server-sent events (HTML standard, 9.2): each line as JSON, from the one that the browser had last."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        last = self.headers.get("last-event-id", "")
        number = int(last) if last.isdigit() else 0
        feed = self.server.application.feed
        while not feed.closed:
            lines = feed.after(number, PULSE)
            for line in lines:
                number = line.number
                self.wfile.write(f"id: {number}\ndata: {json.dumps(asdict(line))}\n\n".encode())
            if not lines:
                self.wfile.write(b": still here\n\n")
            self.wfile.flush()
