"""An environment on the embedded AWS: where its API and its tables are, what it answers, and how it goes on."""

from __future__ import annotations

import time
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tapgen.errors import TapgenError, UsageError, suggestion
from tapgen.local import gateway
from tapgen.local.items import plain
from tapgen.local.said import Said
from tapgen.local.seeds import mask
from tapgen.local.server import Note
from tapgen.local.tail import Frames, LogTail, Source, log_line, request_line
from tapgen.local.watching import changed, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import StackResource
    from tapgen.local.address import Address
    from tapgen.local.emulator import Emulator
    from tapgen.local.said import Show
    from tapgen.settings.model import Environment

QUICKLY = 0.2  # seconds between two looks at the journal, the logs and the files
LOGGED = 2.0  # seconds after a request in which its function's log is expected
IDLE = 1.0  # seconds between two looks at the logs otherwise: queues and streams start functions without a request


class Deployed(Struct, frozen=True):
    """A deployed environment: its client, the outputs of its stack, its resources, and its APIs' local addresses."""

    environment: Environment
    client: Client
    outputs: Mapping[str, str]
    resources: tuple[StackResource, ...]
    address: str | None
    further: Mapping[str, str] = {}
    """Local addresses of the APIs that have a name, by it."""
    urls: Mapping[str, str] = {}
    """Local addresses of the functions that have a URL, by function."""
    others: Mapping[str, str] = {}
    """Local addresses of the APIs that are resources of one's own, by logical id."""

    def of_type(self, resource_type: str) -> dict[str, str]:
        """Logical id -> physical id of the resources of a type."""
        return {r.logical_id: r.physical_id for r in self.resources if r.type == resource_type}


def look(environment: Environment, client: Client, emulator: Address) -> Deployed:
    """What was deployed.

    Raises:
        TapgenError: there is no such stack.
    """
    stack = client.stack(environment.stack_name)
    if stack is None:
        raise TapgenError(f"{environment.stack_name}: there is no such stack on the embedded AWS")
    outputs = {output.key: output.value for output in stack.outputs}
    further = {name: url for name in environment.apis if (url := gateway.url(outputs, emulator, name))}
    address = gateway.url(outputs, emulator)
    urls = gateway.function_urls(outputs, emulator, environment.functions)
    resources = client.resources(stack.arn)
    known = {outputs.get(name + gateway.API_ID) for name in ("", *environment.apis)}
    apis = {one.logical_id: one.physical_id for one in resources if one.type in gateway.APIS}
    own = {name: api for name, api in apis.items() if api not in known}
    others = gateway.first_stages(own, emulator, client.region)
    if address is None and len(others) == 1:
        [address] = others.values()
    return Deployed(environment, client, outputs, resources, address, further, urls, others)


def ask(deployed: Deployed, call: gateway.Call) -> gateway.Answer:
    """Send a request to the API.

    Raises:
        UsageError: the environment has no API.
    """
    if deployed.address is None:
        name = deployed.environment.reference
        raise UsageError(f'the environment "{name}" has no API', "Give one of its functions a route.")
    if deployed.address.startswith("ws"):
        raise UsageError("the API is a WebSocket API, which takes no requests", f"Connect to {deployed.address}.")
    return gateway.send(deployed.address, call)


def refuse_unknown(environment: Environment, table: str) -> None:
    """Raise where the environment has no such table.

    Raises:
        UsageError: there is no such table.
    """
    if table not in environment.tables:
        raise UsageError(f'there is no table "{table}"', suggestion(table, environment.tables))


def items(deployed: Deployed, emulator: Address, table: str) -> list[dict[str, Any]]:
    """The items of a table, by its name in the settings, sorted by their text.

    Raises:
        UsageError: there is no such table.
    """
    from tapgen import naming

    refuse_unknown(deployed.environment, table)
    physical = deployed.of_type("AWS::DynamoDB::Table")[deployed.environment.logical_id(naming.table(table))]
    return sorted((plain(item) for item in emulator.scan(physical, deployed.client.region)), key=str)


def api_keys(deployed: Deployed, emulator: Address) -> dict[str, str]:
    """The values of the API keys by logical id: on AWS they are in the console, here nobody could look."""
    region = deployed.client.region
    return {
        logical_id: emulator.get("apigateway", region, f"/apikeys/{physical}?includeValue=true")["value"]
        for logical_id, physical in deployed.of_type("AWS::ApiGateway::ApiKey").items()
    }


class Redeploy(Struct, frozen=True):
    """How a change on disk is deployed: `settings` is watched, `load` reads it, `deploy` gives None where it failed."""

    settings: Path
    load: Callable[[], Environment]
    deploy: Callable[[Environment], Deployed | None]


def run(
    deployed: Deployed,
    emulator: Emulator,
    show: Show,
    redeploy: Redeploy | None = None,
    deployed_anew: Callable[[Deployed], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Show requests and logs as they come, and deploy again what changes on disk, which is told; until Ctrl-C.

    Raises:
        KeyboardInterrupt: that was Ctrl-C.
        TapgenError: the emulator has ended.
    """
    session = _Session(deployed, emulator, show, redeploy, deployed_anew=deployed_anew)
    while True:
        session.round()
        sleep(QUICKLY)


@contextmanager
def following(deployed: Deployed, emulator: Emulator, show: Show, *, requests: bool) -> Iterator[None]:
    """Inside, what the functions log is shown as it comes, and with `requests` each request too."""
    session, done = _Session(deployed, emulator, show, None, requests=requests), Event()

    def follow() -> None:
        while not done.wait(QUICKLY):
            session.round()

    def followed() -> None:
        try:
            follow()
        except TapgenError as error:
            show.problem(error)

    thread = Thread(target=followed, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        if emulator.running:
            session.finish()


class _Session:
    """What is known from one round to the next."""

    def __init__(
        self,
        deployed: Deployed,
        emulator: Emulator,
        show: Show,
        redeploy: Redeploy | None,
        *,
        requests: bool = True,
        deployed_anew: Callable[[Deployed], None] = lambda _: None,
    ) -> None:
        self._deployed_anew = deployed_anew
        self._requests = requests
        self._next_log = 0.0
        self._emulator = emulator
        self._show = show
        self._redeploy = redeploy
        self._environment = deployed.environment
        self._position = emulator.journal()[1]
        self._log_until = 0.0
        self._files = snapshot(redeploy.settings, deployed.environment) if redeploy else {}
        self._frames = Frames()
        self._log = _log_tail(deployed)
        self._sources = sources(deployed)
        self._mask = mask(deployed.environment)

    def round(self) -> None:
        if not self._emulator.running:
            raise TapgenError("the embedded AWS has ended", "Start it again.")
        written, self._position = self._emulator.journal(self._position)
        for one in written:
            if isinstance(one, Note):
                self._show.line(Said("problem", self._mask(one.note)))
                continue
            if self._requests:
                self._show.line(Said("request", self._mask(request_line(one))))
            elif one.why:
                self._show.line(Said("problem", self._mask(f"{one.method} {one.path}: {one.why}")))
            self._log_until = time.monotonic() + LOGGED
        if time.monotonic() < self._log_until or time.monotonic() >= self._next_log:
            self._next_log = time.monotonic() + IDLE
            self._show_log()
        if self._redeploy:
            self._follow_files(self._redeploy)

    def finish(self) -> None:
        """The requests and the log that have come since the last round."""
        self._next_log = 0.0
        self.round()

    def _show_log(self) -> None:
        for function, event in self._log.read():
            line = log_line(event.message, self._sources)
            if line and self._frames.shows(function, line):
                self._show.line(Said("log", self._mask(line), function))

    def _follow_files(self, redeploy: Redeploy) -> None:
        files = snapshot(redeploy.settings, self._environment)
        edited = changed(self._files, files)
        if not edited:
            return
        self._show.line(Said("note", f"Changed: {', '.join(edited)}"))
        try:
            self._environment = redeploy.load()
            files = snapshot(redeploy.settings, self._environment)
            deployed = redeploy.deploy(self._environment)
            if deployed:
                self._log, self._sources = _log_tail(deployed), sources(deployed)
                self._mask = mask(self._environment)
                self._deployed_anew(deployed)
        except TapgenError as error:
            self._show.problem(error)
        self._files = files


def _log_tail(deployed: Deployed) -> LogTail:
    """The log groups with the function of each, which nobody needs to be told where there is one."""
    from tapgen import naming

    environment = deployed.environment
    of = {environment.logical_id(f"{naming.function(name)}LogGroup"): name for name in environment.functions}
    groups = deployed.of_type("AWS::Logs::LogGroup")
    several = len(of) > 1
    return LogTail(deployed.client, {group: of.get(one, "") if several else "" for one, group in groups.items()})


def sources(deployed: Deployed) -> dict[str, Source]:
    """Where the source of each function is, by the function's physical name."""
    from tapgen import naming

    environment, physical = deployed.environment, deployed.of_type("AWS::Lambda::Function")
    ids = {name: environment.logical_id(naming.function(name)) for name in environment.functions}
    return {
        physical[ids[name]]: Source(settings.source, environment.root / settings.source)
        for name, settings in environment.functions.items()
        if ids[name] in physical
    }
