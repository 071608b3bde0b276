"""What a person sees of a running application: a line for each request, and what its functions log."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import LogEvent
    from tapgen.local.said import Said
    from tapgen.local.server import Request


class Source(Struct, frozen=True):
    """A function's source: what it is called in the settings, and where it is."""

    name: str
    folder: Path


PLATFORM = ("START ", "END ", "REPORT ", "INIT_START ", "XRAY ")  # Lambda's own lines in the text log format


_OF_PLATFORM = re.compile(r'\{"time": ?"[^"]*", ?"type": ?"platform\.')  # the same in the JSON log format
_OF_THE_RUNTIME = re.compile(r"\[(?P<level>[A-Z]+)\]\t\S*\t\S*\t(?P<message>.*)", re.DOTALL)
"""What Lambda's runtime writes for `logging` in the text format: level, time, request id, message."""
_PLACE = re.compile(r"[^\s\"']*/ministack-lambda-(?P<function>[^/]+)-[a-z0-9_]{8}/code/(?P<file>[^\s\"'\\]*)")
"""A file where ministack unpacks a function's code."""
_OF_WORKER = re.compile(r'  File "[^"]*/ministack-lambda-[^/"]*/_worker\.py", line ')
"""The first frame of every traceback: ministack's own."""
_NOTHING: Mapping[str, Source] = MappingProxyType({})


def request_line(request: Request) -> str:
    """Such as "GET /item  200  34 ms", and what API Gateway said no to."""
    line = f"{request.method} {printable(request.path)}  {request.status or 'no answer'}  {request.milliseconds} ms"
    return f"{line}  {printable(request.why)}" if request.why else line


def indented(said: Said) -> str:
    """What a function logged, below the request that it belongs to: its own indentation stays."""
    name = f"{said.source}  " if said.source else ""
    first, *rest = said.text.splitlines()
    return "\n".join((f"    {name}{first}", *(f"    {' ' * len(name)}{line}" for line in rest)))


def log_line(message: str, sources: Mapping[str, Source] = _NOTHING) -> str | None:
    """A function's log message as one line or a few; None for the platform's own.

    `sources` is where the source of a function is, by its physical name: a traceback then names the file one edits.
    """
    text = in_the_project(message.rstrip(), sources)
    if not text.strip() or text.startswith(PLATFORM) or _OF_PLATFORM.match(text):
        return None
    if found := _OF_THE_RUNTIME.fullmatch(text):
        return printable(f"{found['level']} {found['message']}")
    return printable(_of_record(text)) if text.startswith("{") else printable(text)


def _of_record(text: str) -> str:
    """A log record in JSON, as Lambda and its libraries write them; other JSON as it is; nothing for the platform's."""
    try:
        record = json.loads(text)
    except ValueError:
        return text
    if not isinstance(record, dict) or "message" not in record:
        return text
    error = ": ".join(str(record[name]) for name in ("errorType", "errorMessage") if record.get(name))
    trace = record.get("stackTrace")
    below = "".join(map(str, trace)).rstrip() if isinstance(trace, list) else ""
    said = record["message"] if isinstance(record["message"], str) else json.dumps(record["message"])
    line = " ".join(part for part in (record.get("level", ""), said, f"({error})" if error else "") if part)
    return f"{line}\n{below}" if below else line


def in_the_project(text: str, sources: Mapping[str, Source]) -> str:
    """The text with the files that one edits in the place of their copies on the embedded AWS."""
    return _PLACE.sub(partial(_source, sources), text)


def _source(sources: Mapping[str, Source], match: re.Match[str]) -> str:
    """The file of the source; `(package)/…` where it is another's, of what the function requires."""
    source = sources.get(match["function"])
    if source is None:
        return match[0]
    return f"{source.name if (source.folder / match['file']).exists() else '(package)'}/{match['file']}"


class Frames:
    """Leaves out of tracebacks what runs the function: a line of the place, and those below it that show its code."""

    def __init__(self) -> None:
        self._inside: set[str] = set()

    def shows(self, name: str, line: str) -> bool:
        """Whether to show a line that a function of that name logged."""
        if _OF_WORKER.match(line):
            self._inside.add(name)
            return False
        if name in self._inside and line.startswith("    "):
            return False
        self._inside.discard(name)
        return True


class LogTail:
    """Reads what is new in some log groups, each with what it is called."""

    def __init__(self, client: Client, groups: Mapping[str, str]) -> None:
        self._client = client
        self._groups = groups
        self._since = dict.fromkeys(groups, int(time.time() * 1000))
        self._seen: set[str] = set()

    def read(self) -> Iterator[tuple[str, LogEvent]]:
        """The events that were not read before, each with what its group is called."""
        for group, name in self._groups.items():
            for event in self._read_group(group):
                yield name, event

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
