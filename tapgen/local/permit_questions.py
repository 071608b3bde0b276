"""Answers tapgen itself whether a service may start something: schedules are fired from outside of the embedded AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from tapgen.local.permits import Asked

if TYPE_CHECKING:
    from tapgen.local.address import Address
    from tapgen.local.permits import Permits
    from tapgen.local.server import Application, Message, Receive, Send

_PATH = "/_tapgen/missing"


def missing(emulator: Address, service: str, action: str, target: str, source: str, role: str = "") -> str:
    """What is missing for a service to do something in the name of a resource, by a role where it has one; "": nothing.

    Raises:
        TapgenError: it does not answer.
    """
    asked = {"service": service, "action": action, "target": target, "source": source, "role": role}
    answer = emulator.get("iam", emulator.region, f"{_PATH}?{urlencode(asked)}")
    return str(answer["missing"])


def answering(application: Application, permits: Permits) -> Application:
    """The application, which answers what `missing` asks."""

    async def answered(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != _PATH:
            await application(scope, receive, send)
            return
        query = parse_qs(scope["query_string"].decode("ascii"), keep_blank_values=True)
        service, action, target, source, role = (
            query[name][0] for name in ("service", "action", "target", "source", "role")
        )
        account = source.split(":")[4]
        why = (
            permits.lacking(role, service, (action,), target, source)
            if role
            else permits.missing(Asked(service, target, (source,), account, action))
        )
        body = json.dumps({"missing": why or ""}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    return answered
