"""Read a log group, once or for as long as one likes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from tapgen.deploy.aws.polling import Poller
from tapgen.errors import UsageError
from tapgen.template.secrets import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import LogEvent
    from tapgen.deploy.aws.polling import Clock

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LATE = 10_000  # milliseconds that an event may arrive after a later one: CloudWatch orders by stream, not by group


def age(text: str) -> int:
    """Seconds in 30s, 10m, 2h or 1d.

    Raises:
        UsageError: it is none of these.
    """
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if not found:
        raise UsageError(f'"{text}" is no age', "Write 30s, 10m, 2h or 1d.")
    return int(found[1]) * _UNITS[found[2]]


def read(client: Client, group: str, since: int, clock: Clock, *, follow: bool) -> Iterator[LogEvent]:
    """The events since a time in milliseconds, each once; `follow` never ends."""
    tail = LogTail(client, group, since, clock)
    yield from tail.new()
    while follow:
        tail.rest()
        yield from tail.new()


class LogTail:
    """The end of a log group: what is new since the last look, each event once."""

    def __init__(self, client: Client, group: str, since: int, clock: Clock) -> None:
        self._client = client
        self._group = group
        self._since = since
        self._poller = Poller.of(client, clock)
        self._seen: dict[str, int] = {}

    def new(self) -> Iterator[LogEvent]:
        """The events that were not there the last time."""
        for event in self._pages():
            if event.id not in self._seen:
                self._seen[event.id] = event.time
                yield event
        self._since = max(self._since, max(self._seen.values(), default=0) - _LATE)
        self._seen = {name: time for name, time in self._seen.items() if time >= self._since}

    def rest(self) -> None:
        """Wait for the next look."""
        self._poller.rest()

    def _pages(self) -> Iterator[LogEvent]:
        page = ""
        while True:
            answer = self._poller.call(partial(self._client.log_events, self._group, self._since, page))
            yield from answer.events
            page = answer.next
            if not page:
                return


def log_line(event: LogEvent) -> str:
    """Time and message; a JSON log line of Lambda is shown as level and message. Secrets are masked."""
    when = datetime.fromtimestamp(event.time / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{when}  {clean(_message(event.message.rstrip()))}"


def _message(text: str) -> str:
    try:
        fields = json.loads(text)
    except ValueError:
        return text
    if not isinstance(fields, dict) or not isinstance(fields.get("message"), str):
        return text
    level = fields.get("level")
    return f"{level}  {fields['message']}" if level else fields["message"]
