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
    poller = Poller.of(client, clock)
    seen: dict[str, int] = {}
    while True:
        for event in _pages(client, group, since, poller):
            if event.id not in seen:
                seen[event.id] = event.time
                yield event
        if not follow:
            return
        since = max(since, max(seen.values(), default=0) - _LATE)
        seen = {name: time for name, time in seen.items() if time >= since}
        poller.rest()


def _pages(client: Client, group: str, since: int, poller: Poller) -> Iterator[LogEvent]:
    page = ""
    while True:
        answer = poller.call(partial(client.log_events, group, since, page))
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
