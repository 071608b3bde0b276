"""EDGE: the deployed API on this machine: its local URL, and a request to it."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, responses
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from tapgen import naming, reading
from tapgen.errors import TapgenError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tapgen.local.address import Address

API_ID = "ApiGatewayIdOutput"
API_URL = "ApiGatewayUrlOutput"
APIS = ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110, 5.6.2: token
_HEADER_VALUE = r"[\t\x20-\x7e\x80-\xff]*"  # RFC 9110, 5.5: visible, blank and opaque characters
PATIENCE = 920.0  # seconds: the longest time-out of a function is 900 (Lambda quotas)


class Call(Struct, frozen=True):
    """A request to the API; `path` starts with a slash and may have a query."""

    method: str
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def as_user(self, token: str) -> Call:
        """The call with a user's token, unless it says itself who calls."""
        if any(name.lower() == "authorization" for name, _ in self.headers):
            return self
        return replace(self, headers=(*self.headers, ("Authorization", f"Bearer {token}")))

    def __str__(self) -> str:
        """As it is written on the command line."""
        return f"{self.method} {self.path}"


class Answer(Struct, frozen=True):
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


def url(outputs: Mapping[str, str], emulator: Address, name: str = "") -> str | None:
    """An API's local address without a slash at its end; None where the stack has no API of that name."""
    if name + API_ID not in outputs or name + API_URL not in outputs:
        return None
    stage = urlsplit(outputs[name + API_URL]).path.strip("/") or "$default"  # an HTTP API's has no segment of its own
    if outputs[name + API_URL].startswith("wss:"):
        return connections_url(emulator, outputs[name + API_ID], stage)
    return emulator.api_url(outputs[name + API_ID], stage)


def connections_url(emulator: Address, api: str, stage: str) -> str:
    """The local address of a stage of a WebSocket API."""
    return f"ws{emulator.endpoint.removeprefix('http')}/_aws/execute-api/{api}/{stage}"


def function_urls(outputs: Mapping[str, str], emulator: Address, functions: Iterable[str]) -> dict[str, str]:
    """The local addresses of functions that have a URL of their own, by function, without a slash at their end."""
    found = {name: outputs.get(naming.output("FunctionUrl", name, main=False)) for name in functions}
    hosts = {name: urlsplit(url).hostname or "" for name, url in found.items() if url}
    return {name: f"{emulator.endpoint}/_aws/lambda-url/{host.partition('.')[0]}" for name, host in hosts.items()}


def first_stages(apis: Mapping[str, str], emulator: Address, region: str) -> dict[str, str]:
    """The local addresses of APIs, each of whose ids has a name, by it; of several stages the first one."""
    found = {}
    for name, api in apis.items():
        for path, listed in ((f"/restapis/{api}/stages", "item"), (f"/v2/apis/{api}/stages", "items")):
            with suppress(TapgenError):  # it is of the other kind
                stages = emulator.get("apigateway", region, path).get(listed) or []
                if stages:
                    found[name] = _address(emulator, api, stages[0]["stageName"], region, path)
                    break
    return found


def _address(emulator: Address, api: str, stage: str, region: str, stages: str) -> str:
    """The local address of a stage; `stages` is the path at which its API has them."""
    own = stages.removesuffix("/stages")
    if own.startswith("/v2/") and emulator.get("apigateway", region, own).get("protocolType") == "WEBSOCKET":
        return connections_url(emulator, api, stage)
    return emulator.api_url(api, stage)


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


def with_content(call: Call, body: bytes | None, headers: Iterable[str]) -> Call:
    """The call with a body and headers such as "Accept: text/plain".

    Raises:
        UsageError: a header is none.
    """
    pairs = [tuple(part.strip() for part in header.split(":", 1)) for header in headers]
    for header, pair in zip(headers, pairs, strict=True):
        if len(pair) != 2 or not re.fullmatch(_HEADER_NAME, pair[0]) or not re.fullmatch(_HEADER_VALUE, pair[1]):
            raise UsageError(f'"{header}" is no header', 'Write a name and a value, such as "Accept: text/plain".')
    return replace(call, body=body, headers=tuple((name, value) for name, value in pairs))


def content(data: str | None) -> bytes | None:
    """A body from the command line: text, or `@FILE` for a file's content.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        return reading.content(Path(data[1:])) if data and data.startswith("@") else os.fsencode(data) if data else None
    except OSError as error:
        raise UsageError(f"{data}: {error.strerror}") from None


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
