"""What a person sees of a running application: a line for each request, and what its functions log."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import LogEvent
    from tapgen.local.server import Request

PLATFORM = ("START ", "END ", "REPORT ", "INIT_START ", "XRAY ")  # Lambda's own lines in the text log format


def request_line(request: Request) -> str:
    """Such as "GET /item  200  34 ms"."""
    return f"{request.method} {printable(request.path)}  {request.status or 'no answer'}  {request.milliseconds} ms"


def log_line(message: str) -> str | None:
    """A function's log message as one line or a few; None for the platform's own."""
    text = message.strip()
    if not text or text.startswith(PLATFORM):
        return None
    try:
        record = json.loads(text)
    except ValueError:
        return printable(text)
    if not isinstance(record, dict):
        return printable(text)
    if str(record.get("type", "")).startswith("platform."):
        return None
    if "message" not in record:
        return printable(text)
    error = ": ".join(str(record[name]) for name in ("errorType", "errorMessage") if record.get(name))
    said = record["message"] if isinstance(record["message"], str) else json.dumps(record["message"])
    return printable(" ".join(part for part in (record.get("level", ""), said, f"({error})" if error else "") if part))


def printable(text: str) -> str:
    """The text with line ends kept and every other control character spelt out: a log must not move the cursor."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else f"\\x{ord(character):02x}"
        for character in text
    )


class LogTail:
    """Reads what is new in some log groups."""

    def __init__(self, client: Client, groups: Iterable[str]) -> None:
        self._client = client
        self._since = dict.fromkeys(groups, int(time.time() * 1000))
        self._seen: set[str] = set()

    def read(self) -> Iterator[LogEvent]:
        """The events that were not read before."""
        for group in self._since:
            yield from self._read_group(group)

    def _read_group(self, group: str) -> Iterator[LogEvent]:
        page = ""
        while True:
            answer = self._client.log_events(group, self._since[group], page)
            for event in answer.events:
                if event.id not in self._seen:
                    self._seen.add(event.id)
                    self._since[group] = max(self._since[group], event.time)
                    yield event
            page = answer.next
            if not page:
                return
