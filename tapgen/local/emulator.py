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
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec.structs import replace

from tapgen.errors import TapgenError, UsageError
from tapgen.local.guard import KEY_HEADER
from tapgen.local.server import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HOST = "127.0.0.1"
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


_API_PATH = re.compile(r"/restapis/[^/]+/[^/]+/_user_request_(?P<path>.*)")
_API_HOST = re.compile(r"[a-z0-9]+\.execute-api\.")
_STAGE_PATH = re.compile(r"/[^/]+(?P<path>.*)")


@dataclass(frozen=True)
class Emulator:
    """A running embedded AWS. `folder` holds its log and its files, and goes when it stops."""

    port: int
    account: str
    region: str
    credentials: tuple[str, str] = field(repr=False)
    """Access key and secret key of the account's root, made for this run; they open nothing else."""
    folder: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def endpoint(self) -> str:
        """The endpoint of every service, for AWS_ENDPOINT_URL."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What the emulator and its functions wrote."""
        return self.folder / "emulator.log"

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self.process.poll() is None

    def api_url(self, api_id: str, stage: str) -> str:
        """The address of a stage of a REST API, without a slash at its end."""
        return f"{self.endpoint}/restapis/{api_id}/{stage}/_user_request_"

    def requests(self, position: int = 0) -> tuple[list[Request], int]:
        """The API requests that it has served since a position in its journal, and the position for the next time."""
        try:
            with (self.folder / JOURNAL).open("rb") as journal:
                journal.seek(position)
                text = journal.read()
        except FileNotFoundError:
            return [], position
        whole = text[: text.rfind(b"\n") + 1]  # a line may be half written
        served = [Request(**json.loads(line)) for line in whole.splitlines()]
        return [request for request in map(_of_api, served) if request], position + len(whole)

    def scan(self, table: str, region: str) -> list[dict[str, Any]]:
        """The items of a DynamoDB table, as its API writes them: `{"itemId": {"S": "..."}}`."""
        items: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"TableName": table}
        while True:
            page = self.call("dynamodb", region, "DynamoDB_20120810.Scan", asked)
            items += page["Items"]
            if not page.get("LastEvaluatedKey"):
                return items
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def messages(self, queue: str, region: str) -> list[dict[str, Any]]:
        """The messages of a queue by its URL, which stay as they are: none counts as received."""
        path = f"/_ministack/sqs/messages?account={self.account}&region={region}&QueueUrl={quote(queue, safe='')}"
        answered = json.loads(self._exchange("GET", path))["messages"]
        found: list[dict[str, Any]] = answered.get(self.account, {}).get(region, {}).get(queue, [])
        return found

    def call(self, service: str, region: str, target: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What a service with a JSON protocol answers to one of its operations.

        Raises:
            TapgenError: it refuses.
        """
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        answer = self._exchange("POST", "/", headers | self._caller(service, region), json.dumps(asked).encode())
        answered: dict[str, Any] = json.loads(answer or b"{}")
        return answered

    def get(self, service: str, region: str, path: str) -> dict[str, Any]:
        """What a service with a REST protocol has at a path.

        Raises:
            TapgenError: it refuses, or has nothing there.
        """
        answered: dict[str, Any] = json.loads(self._exchange("GET", path, self._caller(service, region)))
        return answered

    def _caller(self, service: str, region: str) -> dict[str, str]:
        """Says who calls which service; what stands for the signature is the key's own header."""
        scope = f"{self.credentials[0]}/20260101/{region}/{service}/aws4_request"
        return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}

    def reset(self) -> None:
        """Forget every resource of every account."""
        self._exchange("POST", "/_ministack/reset")

    def stop(self, grace: float = GRACE) -> None:
        """End its process and the functions it runs, and remove its files; a second call does nothing."""
        if self.process.stdin:
            with suppress(OSError):
                self.process.stdin.close()  # the signal to `child`
        try:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        finally:
            if self.running:
                os.killpg(self.process.pid, signal.SIGKILL)  # a session of its own: the server and its functions
                self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> bytes:
        connection = HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {**(headers or {}), KEY_HEADER: self.credentials[1]})
            response = connection.getresponse()
            answer = response.read()
        except (OSError, HTTPException) as error:
            raise TapgenError(f"the embedded AWS does not answer: {error}", f"Its log: {self.log}") from None
        finally:
            connection.close()
        if response.status != 200:
            raise TapgenError(f"the embedded AWS: HTTP {response.status}: {answer.decode(errors='replace')[:500]}")
        return answer


def _of_api(request: Request) -> Request | None:
    """The request as the API's caller sees it; None for a call of an AWS service."""
    found = _API_PATH.match(request.path) or (_API_HOST.match(request.host) and _STAGE_PATH.match(request.path))
    return replace(request, path=found["path"] or "/") if found else None


@contextmanager
def running(account: str = ACCOUNT, region: str = REGION, port: int = 0) -> Iterator[Emulator]:
    """An embedded AWS for the length of a `with` block."""
    emulator = start(account, region, port)
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
) -> Emulator:
    """Start it and wait until it answers. `port` 0 is a free one; `command` is another server to start, for tests.

    Raises:
        UsageError: the port is taken.
        TapgenError: ministack is not installed, or it did not come up; the end of its log is in the message.
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
                env=_environment(port, account, region, folder, credentials),
                pass_fds=(listener.fileno(),),
                start_new_session=True,  # Ctrl-C in the terminal is ours to handle
            )
    emulator = Emulator(port, account, region, credentials, folder, process)
    try:
        _wait(emulator, patience)
    except BaseException:
        emulator.stop()
        raise
    return emulator


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
        TapgenError: ministack is not installed.
    """
    if find("ministack") is None:
        raise TapgenError("the embedded AWS is not installed", 'Install it: pip install "tapgen[local]"')
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
        "S3_DATA_DIR": str(folder / "s3"),
        "TMPDIR": str(folder),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": credentials[0],
        "AWS_SECRET_ACCESS_KEY": credentials[1],
    }


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
