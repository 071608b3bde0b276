"""EDGE: the deployed API on this machine: its local URL, and a request to it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, responses
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from tapgen.errors import TapgenError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.local.emulator import Emulator

API_ID = "ApiGatewayIdOutput"
API_URL = "ApiGatewayUrlOutput"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
PATIENCE = 920.0  # seconds: the longest time-out of a function is 900 (Lambda quotas)


@dataclass(frozen=True)
class Call:
    """A request to the API; `path` starts with a slash and may have a query."""

    method: str
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """As it is written on the command line."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float

    @property
    def title(self) -> str:
        """Such as "200 OK"."""
        return f"{self.status} {responses.get(self.status, '')}".rstrip()

    @property
    def ok(self) -> bool:
        """Whether it is a success or a redirection."""
        return self.status < 400


def url(outputs: Mapping[str, str], emulator: Emulator) -> str | None:
    """The API's local address without a slash at its end; None where the stack has no API."""
    if API_ID not in outputs or API_URL not in outputs:
        return None
    stage = urlsplit(outputs[API_URL]).path.strip("/")
    return emulator.api_url(outputs[API_ID], stage)


def parse(text: str) -> Call:
    """The call that a text such as "GET /item?verbose=1" asks for; the method alone may be left out.

    Raises:
        UsageError: it is none.
    """
    method, _, path = text.strip().rpartition(" ")
    method = method.strip().upper() or "GET"
    if method not in METHODS or not path.startswith("/"):
        raise UsageError(f'"{text}" is no request', 'Write a method and a path, such as "GET /item".')
    return Call(method, quote(path, safe="/?&=%:@!$'()*+,;~-._[]"))


def send(address: str, call: Call) -> Answer:
    """Send a request and wait for its answer.

    Raises:
        TapgenError: nothing answers.
    """
    where = urlsplit(address)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE)
    began = time.monotonic()
    try:
        connection.request(call.method, where.path + call.path, call.body, dict(call.headers))
        response = connection.getresponse()
        body = response.read()
    except (OSError, HTTPException) as error:
        raise TapgenError(f"{call}: no answer from {address}: {error}") from None
    finally:
        connection.close()
    return Answer(response.status, tuple(response.getheaders()), body, time.monotonic() - began)
