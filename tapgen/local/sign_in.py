"""A user pool's operations for pages of other origins: who may not sign in must be able to read why.

Cognito answers every page that asks what needs no signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.local.guard import asked_of, is_sign_in

if TYPE_CHECKING:
    from tapgen.local.guard import Keys
    from tapgen.local.server import Application, Message, Receive, Send

_MAX_AGE = b"172800"  # seconds for which a browser keeps the answer to a preflight
_EXPOSED = b"x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"
_METHODS = b"GET,POST"


def for_pages(application: Application, keys: Keys) -> Application:
    """The application behind an answer to such preflights, and with the header that lets pages read such answers."""

    async def answering(scope: Message, receive: Receive, send: Send) -> None:
        asked = asked_of(scope) if scope["type"] == "http" else None
        if asked is None or not is_sign_in(asked, keys):
            await application(scope, receive, send)
            return
        if asked.preflight:
            await _preflight(asked.headers.get("access-control-request-headers", ""), send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [pair for pair in message["headers"] if not pair[0].lower().startswith(b"access-control-")]
                added = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", _EXPOSED)]
                message = {**message, "headers": [*own, *added]}
            await send(message)

        await application(scope, receive, sent)

    return answering


async def _preflight(headers: str, send: Send) -> None:
    answered = [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", headers.encode("latin-1")),
        (b"access-control-max-age", _MAX_AGE),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": answered})
    await send({"type": "http.response.body", "body": b""})
