"""A client of a WebSocket: what the tests say and hear over a connection."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import CloseConnection, Event, Request, TextMessage
from wsproto.utilities import LocalProtocolError

PATIENCE = 20.0  # seconds


class Connection:
    """A connection; `answer` is what came of the handshake."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._socket = socket.create_connection((str(parts.hostname), parts.port), PATIENCE)
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._waiting: list[Event] = []
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self._send(Request(host=parts.netloc, target=target))
        self.answer = self._next()

    def say(self, **message: Any) -> None:
        self._send(TextMessage(json.dumps(message)))

    def hear(self) -> str:
        """The next message."""
        found = self._next()
        assert isinstance(found, TextMessage), found
        return found.data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(LocalProtocolError):  # it was refused
            self._send(CloseConnection(1000))
        self._socket.close()

    def _send(self, event: Event) -> None:
        self._socket.sendall(self._protocol.send(event))

    def _next(self) -> Event:
        while not self._waiting:
            received = self._socket.recv(65536)
            self._protocol.receive_data(received or None)
            self._waiting += list(self._protocol.events())
        return self._waiting.pop(0)
