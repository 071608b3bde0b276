"""The far side of the pipe: an ASGI application on an inherited socket, and the journal of what it served and lost."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from contextvars import ContextVar
from typing import IO, TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from pathlib import Path

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Message, Receive, Send], Awaitable[None]]


_remarks: ContextVar[list[str]] = ContextVar("_remarks")


def remark(why: str) -> None:
    """Say why the request that is being answered is answered so: it stands in the journal beside it."""
    with suppress(LookupError):
        _remarks.get().append(why)


class Request(Struct, frozen=True):
    """One served request; `path` with its query, percent-encoded as it came. `status` 0: no answer was sent."""

    method: str
    host: str
    path: str
    status: int
    milliseconds: int
    why: str = ""
    """Which limit it met, or why nothing could be made of the function's answer."""


class Note(Struct, frozen=True):
    """What did not happen and why, where nobody waits for an answer."""

    note: str


class Notes:
    """Writes notes into the journal, from whatever thread."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal

    def say(self, note: str) -> None:
        """Write one."""
        with suppress(OSError), self._journal.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"note": note}) + "\n")


async def serve(application: Application, listener: int, parent: IO[str], journal: Path) -> None:
    """Serve on the socket of that file descriptor until `parent`, a pipe, is closed on its other end."""
    import asyncio
    from typing import cast

    from hypercorn.asyncio import serve as hypercorn
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener}"]
    config.graceful_timeout = 1.0
    config.h11_pass_raw_headers = True  # REST APIs keep the case of names
    config.h11_max_incomplete_size = 64 * 1024  # bytes of headers: API Gateway's own limit is below it, and says so
    config.keep_alive_timeout = 75.0
    closed = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(parent.fileno(), closed.set)
    try:
        with journal.open("a", encoding="utf-8", buffering=1) as out:
            await hypercorn(cast("Any", noted(application, out)), config, shutdown_trigger=cast("Any", closed.wait))
    finally:
        loop.remove_reader(parent.fileno())


def noted(application: Application, out: IO[str]) -> Application:
    """The application, with a line of JSON for each HTTP request that it has answered."""

    async def noting(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        began = time.monotonic()
        status = 0
        remarks: list[str] = []
        _remarks.set(remarks)

        async def seen(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await application(scope, receive, seen)
        finally:
            took = round((time.monotonic() - began) * 1000)
            request = Request(scope["method"], _host(scope), _target(scope), status, took, "; ".join(remarks))
            with suppress(OSError):  # a full disk costs a line, not the answer
                out.write(json.dumps(asdict(request)) + "\n")

    return noting


def _host(scope: Message) -> str:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    return next((value.decode("latin-1") for name, value in headers if name.lower() == b"host"), "")


def _target(scope: Message) -> str:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return (path + (b"?" + query if query else b"")).decode("ascii", "backslashreplace")
