"""What the page asks of the application: data to show, requests to send, schedules to fire."""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING, Any

from tapgen.deploy.commands.invoke import invoke
from tapgen.errors import TapgenError, UsageError
from tapgen.local import fire, gateway, tokens
from tapgen.local.callers import as_asked
from tapgen.local.page import content
from tapgen.local.page.functions import Samples
from tapgen.local.said import Said

if TYPE_CHECKING:
    from tapgen.local.emulator import Emulator
    from tapgen.local.gateway import Answer
    from tapgen.local.page.feed import Feed
    from tapgen.local.session import Deployed
    from tapgen.local.tokens import Tokens

SHOWN = 256 * 1024
"""Bytes of an answer's body that a page shows."""


class Application:
    """The running application, as it is deployed now."""

    def __init__(self, deployed: Deployed, emulator: Emulator, feed: Feed) -> None:
        self.feed = feed
        self._deployed = deployed
        self._emulator = emulator
        self._users: dict[str, Tokens] = {}
        self._samples = Samples(deployed, emulator)
        self._lock = Lock()

    def now(self, deployed: Deployed) -> None:
        """It has been deployed anew."""
        self._deployed = deployed
        self._users = {}
        self._samples = Samples(deployed, self._emulator)
        self.feed.line(Said("deployed", "Deployed."))

    def read(self, what: str, name: str) -> Any:
        """What is shown under a word: `state`, `items` of a table, `messages` of a queue, sample `events`.

        Raises:
            UsageError: there is no such thing.
        """
        match what:
            case "state":
                return content.overview(self._deployed, self._emulator)
            case "items":
                return content.items(self._deployed, self._emulator, name)
            case "messages":
                return content.messages(self._deployed, self._emulator, name)
            case "events":
                return self._samples.kinds()
        raise UsageError(f"the page has no {what}")

    def act(self, what: str, asked: dict[str, Any]) -> Any:
        """Do what a button asks for: `send` a request, `fire` a schedule, make an `event`, `start` a function.

        Raises:
            UsageError: it cannot be asked for.
        """
        match what:
            case "send":
                return _shown(self._send(asked))
            case "fire":
                fired = fire.fire(self._deployed, self._emulator, str(asked["name"]))
                return [{"function": one.started, "ok": one.ok, "answer": _text(one.answer.payload)} for one in fired]
            case "event":
                event = self._samples.event(str(asked["kind"]), str(asked["name"]))
                return {"event": json.dumps(event, indent=2, ensure_ascii=False)}
            case "start":
                answer = invoke(
                    self._deployed.client, self._deployed.environment, str(asked["name"]), str(asked["event"]).encode()
                )
                return {"ok": not answer.error, "error": answer.error, "answer": _text(answer.payload)}
        raise UsageError(f"the page cannot {what}")

    def picture(self) -> str:
        """The picture of the application, as a page of its own."""
        from tapgen import render
        from tapgen.review.picture.details import details
        from tapgen.review.picture.drawing import draw
        from tapgen.review.picture.page import page

        document = render.render(self._deployed.environment).document
        drawn = draw(document, title=self._deployed.environment.stack_name)
        return page(drawn, details(document, {}))

    def _send(self, asked: dict[str, Any]) -> Answer:
        call = gateway.parse(f"{asked['method']} {asked['path']}")
        headers = [line for line in str(asked.get("headers", "")).splitlines() if line.strip()]
        body = str(asked.get("body", "")).replace("\r\n", "\n").encode()
        call = gateway.with_content(call, body or None, headers)
        api = str(asked.get("api", ""))
        address = self._deployed.further.get(api) if api else self._deployed.address
        if address is None:
            raise UsageError("there is no such API")
        user = self._user(str(asked["user"])) if asked.get("user") else None
        return gateway.send(address, as_asked(self._deployed, self._emulator, call, api, user))

    def _user(self, pool: str) -> Tokens:
        with self._lock:
            if pool not in self._users:
                tokens.refuse_unknown(self._deployed.environment, pool)
                self._users[pool] = tokens.tokens_of(self._deployed, self._emulator, pool, {})
            return self._users[pool]


def _shown(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "title": answer.title,
        "milliseconds": round(answer.seconds * 1000),
        "headers": [list(pair) for pair in answer.headers],
        "body": _text(answer.body[:SHOWN]),
        "cut": len(answer.body) > SHOWN,
    }


def _text(body: bytes) -> str:
    """JSON with indentation, other text as it is."""
    text = body.decode(errors="replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def failure(error: TapgenError) -> dict[str, str]:
    """What the page shows of an error."""
    return {"error": error.message, "hint": error.hint}
