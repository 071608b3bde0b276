"""A whole deployment over a connection that breaks, or a service that throttles, at the first try of every operation."""

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from tapgen.cli import run
from tapgen.errors import ExitCode

pytest.importorskip("ministack", reason="the embedded AWS is in the extra `local`")

SETTINGS = """\
[tool.tapgen]
application = "shop"

[tool.tapgen.tables.Item]
partition_key = { name = "itemId", type = "S" }

[tool.tapgen.functions.Item]
source = "src"

[tool.tapgen.environments.dev]
protected = true
"""
OBJECTS = {b"PUT ": "PutObject", b"HEAD": "HeadObject"}
"""The operations of S3 by the first four bytes of their requests; those of CloudFormation name themselves."""
THROTTLED = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    b"<RequestId>1</RequestId></ErrorResponse>"
)


def project(folder):
    (folder / "pyproject.toml").write_text(SETTINGS)
    (folder / "src").mkdir()
    for name, text in {
        "index": "import more\ndef handler(event, context):\n    return more.X\n",
        "more": "X = 1\n",
    }.items():
        (folder / "src" / f"{name}.py").write_text(text)


class Proxy:
    """Passes requests on to the embedded AWS, one for each connection, but not the first one of any operation."""

    def __init__(self, port, fault):
        self.port, self.fault = port, fault
        self.met = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            with client:
                self.answer(client)

    def answer(self, client):
        request = read_request(client)
        found = re.search(rb"Action=(\w+)", request)
        operation = found[1].decode() if found else OBJECTS.get(request[:4], "")
        if operation and operation not in self.met:
            self.met.append(operation)
            if self.fault == "lost":
                self.pass_on(request)
            self.break_(client)
            return
        client.sendall(self.pass_on(request))

    def pass_on(self, request):
        """The answer of the embedded AWS."""
        with socket.create_connection(("127.0.0.1", self.port)) as server:
            server.sendall(
                re.sub(rb"\r\nConnection: [^\r]*", b"", request).replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
            )
            answer = b""
            while data := server.recv(65536):
                answer += data
        return answer

    def break_(self, client):
        if self.fault in {"reset", "lost"}:  # SO_LINGER with 0 seconds makes close() send RST
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if self.fault == "error page":
            page = b"<html><body>Bad gateway</body></html>"
            head = f"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n"
            client.sendall(f"{head}Connection: close\r\n\r\n".encode() + page)
            return
        head = f"HTTP/1.1 400 Bad Request\r\nContent-Type: text/xml\r\nContent-Length: {len(THROTTLED)}\r\n"
        client.sendall(f"{head}Connection: close\r\n\r\n".encode() + THROTTLED)


def read_request(client):
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = int((re.search(rb"(?i)content-length: (\d+)", head) or [0, b"0"])[1])
    while len(body) < length:
        body += client.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def proxy(port, fault):
    one = Proxy(port, fault)
    one.thread.start()
    try:
        yield one
    finally:
        one.server.shutdown(socket.SHUT_RDWR)
        one.server.close()
        one.thread.join(5)


@pytest.mark.parametrize("fault", ["reset", "throttle", "lost", "error page"])
def test_every_operation_fails_once_and_the_deployment_succeeds(fault, tmp_path, monkeypatch, capsys):
    from tapgen.local import emulator

    project(tmp_path)
    with emulator.running() as aws, proxy(aws.port, fault) as broken:
        access, secret = aws.credentials
        for name, value in {
            "AWS_ENDPOINT_URL": aws.endpoint,
            "AWS_ACCESS_KEY_ID": access,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": str(tmp_path / "none"),
            "TAPGEN_PROJECT": str(tmp_path),
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        assert run(["bootstrap", "--yes"]) == 0
        monkeypatch.setenv("AWS_ENDPOINT_URL", broken.url)
        code = run(["deploy", "--yes"])
        told = capsys.readouterr()
    assert code == ExitCode.OK, told.err
    assert told.err.rstrip().endswith("shop-dev is CREATE_COMPLETE.")
    assert {
        "GetCallerIdentity",
        "DescribeStacks",
        "HeadObject",
        "PutObject",
        "CreateChangeSet",
        "DescribeChangeSet",
        "ExecuteChangeSet",
        "DescribeStackEvents",
        "SetStackPolicy",
        "UpdateTerminationProtection",
    } <= set(broken.met)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_while_aws_does_not_answer(tmp_path, number):
    project(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": str(tmp_path / "none"),
        }
        command = [sys.executable, "-m", "tapgen", "--project", str(tmp_path), "deploy", "--yes"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        silent.settimeout(60)
        connection, _ = silent.accept()
        with connection:
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (ExitCode.INTERRUPTED, "")
    assert err.splitlines()[1:] == ["Interrupted, nothing was executed."]  # after what the check counts
