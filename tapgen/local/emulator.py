"""EDGE: the embedded AWS (ministack): started on a free loopback port, asked over HTTP, stopped by its own pid.

The listening socket is bound here and handed down, so that no other process takes the port in between. The other
side, `child`, ends when its standard input closes: an emulator never outlives the process that started it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import secrets
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.errors import TapgenError, UsageError
from tapgen.installing import with_extra
from tapgen.local.address import HOST, Address
from tapgen.local.guard import KEY_HEADER
from tapgen.local.server import Note, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ACCOUNT = "123456789012"  # the account of AWS's own examples
REGION = "us-east-1"
JOURNAL = "requests.jsonl"  # in its folder, written by `server`
KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "SYSTEMROOT",
)  # all else stays out, keys above all
PATIENCE = 30.0  # seconds for a start that takes 0.3 on an idle machine
GRACE = 5.0  # seconds for a clean end
SAVING = 60.0  # seconds for one that writes down what it has


_API_PATH = re.compile(r"/restapis/[^/]+/[^/]+/_user_request_(?P<path>.*)")
_API_HOST = re.compile(r"[a-z0-9]+\.execute-api\.")
_STAGE_PATH = re.compile(r"/[^/]+(?P<path>.*)")


@dataclass(frozen=True)
class Emulator(Address):
    """An embedded AWS of this process. `folder` holds its log and its files, and goes when it stops."""

    folder: Path
    process: subprocess.Popen[bytes] = field(repr=False)
    grace: float = GRACE
    """Seconds that it has for a clean end."""

    @property
    def advice(self) -> str:
        """See Address."""
        return f"Its log: {self.log}"

    @property
    def log(self) -> Path:
        """What the emulator and its functions wrote."""
        return self.folder / "emulator.log"

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self.process.poll() is None

    def requests(self, position: int = 0) -> tuple[list[Request], int]:
        """The API requests that it has served since a position in its journal, and the position for the next time."""
        written, position = self.journal(position)
        return [one for one in written if isinstance(one, Request)], position

    def journal(self, position: int = 0) -> tuple[list[Request | Note], int]:
        """The same with its notes, in the order in which they came."""
        try:
            with (self.folder / JOURNAL).open("rb") as journal:
                journal.seek(position)
                text = journal.read()
        except FileNotFoundError:
            return [], position
        whole = text[: text.rfind(b"\n") + 1]  # a line may be half written
        lines = [json.loads(line) for line in whole.splitlines()]
        written = (Note(**line) if "note" in line else _of_api(Request(**line)) for line in lines)
        return [one for one in written if one], position + len(whole)

    def wait(self, patience: float = PATIENCE) -> None:
        """Wait until it answers; where it does not, it is stopped.

        Raises:
            TapgenError: it did not come up; the end of its log is in the message.
        """
        try:
            _wait(self, patience)
        except BaseException:
            self.stop()
            raise

    def stop(self, grace: float | None = None) -> None:
        """End its process and the functions it runs, and remove its files; a second call does nothing."""
        if self.process.stdin:
            with suppress(OSError):
                self.process.stdin.close()  # the signal to `child`
        try:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.grace if grace is None else grace)
        finally:
            if self.running:
                os.killpg(self.process.pid, signal.SIGKILL)  # a session of its own: the server and its functions
                self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)


def _of_api(request: Request) -> Request | None:
    """The request as the API's caller sees it; None for a call of an AWS service."""
    found = _API_PATH.match(request.path) or (_API_HOST.match(request.host) and _STAGE_PATH.match(request.path))
    return replace(request, path=found["path"] or "/") if found else None


@contextmanager
def running(
    account: str = ACCOUNT, region: str = REGION, port: int = 0, keep: Path | None = None
) -> Iterator[Emulator]:
    """An embedded AWS for the length of a `with` block; what it has is kept in a folder, where one is named."""
    emulator = start(account, region, port, keep=keep)
    try:
        yield emulator
    finally:
        emulator.stop()


def start(
    account: str = ACCOUNT,
    region: str = REGION,
    port: int = 0,
    command: tuple[str, ...] = (),
    patience: float = PATIENCE,
    keep: Path | None = None,
) -> Emulator:
    """Start it and wait until it answers; the rest is as `launch` has it."""
    emulator = launch(account, region, port, command, keep)
    emulator.wait(patience)
    return emulator


def launch(
    account: str = ACCOUNT,
    region: str = REGION,
    port: int = 0,
    command: tuple[str, ...] = (),
    keep: Path | None = None,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Emulator:
    """Start it without waiting. `port` 0 is a free one; `command` is another server to start, for tests.

    `more` are variables that its process is told. With `keep` it begins with what that folder has, and leaves there
    what it has when it ends in order.

    Raises:
        UsageError: the port is taken.
        TapgenError: ministack is not installed.
    """
    command = command or server_command()
    credentials = _credentials()
    with _listener(port) as listener:
        folder = _folder()
        port = listener.getsockname()[1]
        with (folder / "emulator.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, str(listener.fileno())],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=folder,
                env=_environment(port, account, region, folder, credentials) | _state(folder, keep) | dict(more),
                pass_fds=(listener.fileno(),),
                start_new_session=True,  # Ctrl-C in the terminal is ours to handle
            )
    return Emulator(port, account, region, credentials, folder, process, SAVING if keep else GRACE)


def _credentials() -> tuple[str, str]:
    """Keys as long as AWS's own."""
    alphabet = string.ascii_uppercase + "234567"
    return "AKIA" + "".join(secrets.choice(alphabet) for _ in range(16)), secrets.token_urlsafe(30)


def _folder() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="tapgen-local-"))
    except OSError as error:
        where = error.filename or tempfile.gettempdir()
        raise TapgenError(f"{where}: {error.strerror}", "TMPDIR names another folder for temporary files.") from None


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise UsageError(f"port {port}: {error.strerror}", "Leave --port away: a free one is taken.") from None


def server_command(find: Callable[[str], object] = importlib.util.find_spec) -> tuple[str, ...]:
    """The command that starts the server; the descriptor of its socket is to be added.

    Raises:
        TapgenError: ministack is not installed, or what it signs and verifies tokens with: it would start without,
            and answer every token with 401.
    """
    hint = f"Install it: {with_extra('local')}."
    if find("ministack") is None:
        raise TapgenError("the embedded AWS is not installed", hint)
    if find("cryptography") is None:
        raise TapgenError("the embedded AWS needs cryptography, which is not installed: it would accept no token", hint)
    return (sys.executable, "-P", "-m", "tapgen.local.child")


def _environment(port: int, account: str, region: str, folder: Path, credentials: tuple[str, str]) -> dict[str, str]:
    """The variables of ministack (its README, "Configuration"): one port, loopback, no containers, IAM enforced."""
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "GATEWAY_PORT": str(port),
        "EDGE_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_ACCOUNT_ID": account,
        "MINISTACK_REGION": region,
        "AUTH": "true",
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        "TMPDIR": str(folder),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": credentials[0],
        "AWS_SECRET_ACCESS_KEY": credentials[1],
    }


def _state(folder: Path, keep: Path | None) -> dict[str, str]:
    """Where it has its state: in its own folder, which goes with it, or in one that stays."""
    where = {"STATE_DIR": str((keep or folder) / "state"), "S3_DATA_DIR": str((keep or folder) / "s3")}
    return where | {"PERSIST_STATE": "1", "S3_PERSIST": "1"} if keep else where


def _wait(emulator: Emulator, patience: float) -> None:
    """The first request waits in the socket's queue until the server takes it: no guessing when it is up."""
    connection = HTTPConnection(HOST, emulator.port, timeout=patience)
    began = time.monotonic()
    problem = "it did not answer"
    try:
        connection.request("GET", "/_ministack/health", headers={KEY_HEADER: emulator.credentials[1]})
        response = connection.getresponse()
        if response.status == 200 and "services" in json.loads(response.read()):
            return
        problem = f"it answered HTTP {response.status}"
    except (OSError, HTTPException, ValueError) as error:
        problem = f"{error or type(error).__name__} after {time.monotonic() - began:.0f} s"
    finally:
        connection.close()
    tail = emulator.log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
    raise TapgenError(f"the embedded AWS did not start: {problem}\n{tail}".rstrip())
