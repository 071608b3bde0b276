"""A request as it was sent, for the events of functions: ministack keeps neither the case of names nor their order."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct

if TYPE_CHECKING:
    from tapgen.local.server import Application, Message, Receive, Send


class Sent(Struct, frozen=True):
    """`path` is percent-encoded as it came, without the query; a header that came twice is there twice."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    address: str
    """Of who sent it."""

    @property
    def size(self) -> int:
        """Bytes of the request line and the values of the headers, which a quota of API Gateway counts together."""
        line = len(self.method) + 1 + len(self.path) + (1 + len(self.query) if self.query else 0) + len(" HTTP/1.1")
        return line + sum(len(value.encode("latin-1", "replace")) for _, value in self.headers)

    def header(self, name: str) -> str:
        """A header's first value, "" where it was not sent."""
        return next((value for own, value in self.headers if own.lower() == name.lower()), "")

    def below(self, inner: str) -> str:
        """The part of the encoded path that is `inner` in the decoded one: what follows the API's address."""
        whole = unquote(self.path)
        address = whole[: len(whole) - len(inner)] if whole.endswith(inner) else ""
        return self.path[len(address) :] if self.path.startswith(address) and address else inner


current: ContextVar[Sent] = ContextVar("current")
"""The request that is being answered."""


def remembered(application: Application) -> Application:
    """The application, which finds the request in `current`."""

    async def remembering(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        token = current.set(of(scope))
        try:
            await application(scope, receive, send)
        finally:
            current.reset(token)

    return remembering


def of(scope: Message) -> Sent:
    """The request of an ASGI scope."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    client = (scope.get("client") or ("127.0.0.1",))[0]
    return Sent(scope["method"], path.decode("latin-1"), scope["query_string"].decode("latin-1"), headers, client)
