"""A way to an AWS on this machine that stops at one operation, so that a signal can come just there."""

import re
import socket
import struct
import threading
from contextlib import contextmanager

from tests.unit.cli.test_deploy_bad_network import read_request

_BY_METHOD = {b"PUT ": "PutObject", b"HEAD": "HeadObject"}


class Stall:
    """Passes requests on, each on a thread of its own; the first `operation` waits until `go`, then breaks.

    `after`: the AWS has carried it out by then.
    """

    def __init__(self, port, operation, *, after):
        self.port, self.operation, self.after = port, operation, after
        self.met, self.go = threading.Event(), threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        with client:
            request = read_request(client)
            if named(request) == self.operation and not self.met.is_set():
                if self.after:
                    self.pass_on(request)
                self.met.set()
                self.go.wait(60)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            client.sendall(self.pass_on(request))

    def pass_on(self, request):
        head, _, body = request.partition(b"\r\n\r\n")
        head = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head) + b"\r\nConnection: close"
        with socket.create_connection(("127.0.0.1", self.port)) as server:
            server.sendall(head + b"\r\n\r\n" + body)
            answer = b""
            while data := server.recv(65536):
                answer += data
        head, _, body = answer.partition(b"\r\n\r\n")
        return re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head) + b"\r\nConnection: close\r\n\r\n" + body


def named(request):
    """The operation of a request: query APIs name it in the body, REST ones by method and path."""
    found = re.search(rb"(?:^|[&\n])Action=(\w+)", request)
    if found:
        return found[1].decode()
    path = request.split(b" ")[1] if b" " in request else b""
    if path.startswith(b"/2015-03-31/functions/"):
        return "UpdateFunctionCode" if path.endswith(b"/code") else "Lambda"
    return _BY_METHOD.get(request[:4], "")


@contextmanager
def stalled(port, operation, *, after=False):
    """A stall before the AWS that listens at a port."""
    one = Stall(port, operation, after=after)
    try:
        yield one
    finally:
        one.go.set()
        one.server.shutdown(socket.SHUT_RDWR)
        one.server.close()
