"""A way to an AWS on this machine on which tests can break what they like."""

import re
import socket
import struct
import threading

_BY_METHOD = {b"PUT ": "PutObject", b"HEAD": "HeadObject"}
"""The operations of S3 by the first four bytes of their requests; those of CloudFormation name themselves."""


class Relay:
    """Listens before the AWS at a port, and lets `answer` say what each connection gets. Inside `with`."""

    def __init__(self, port):
        self.port = port
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()

    def serve(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.served, args=(client,), daemon=True).start()

    def served(self, client):
        with client:
            self.answer(client)

    def answer(self, client):
        """What a connection gets: the answer of the AWS."""
        client.sendall(self.pass_on(read_request(client)))

    def pass_on(self, request):
        """The answer of the AWS, one for each connection."""
        head, _, body = request.partition(b"\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self.port)) as server:
            server.sendall(closing(head) + body)
            answer = b""
            while data := server.recv(65536):
                answer += data
        head, _, body = answer.partition(b"\r\n\r\n")
        return closing(head) + body


def closing(head):
    """A head that says that the connection ends behind what follows."""
    return re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head) + b"\r\nConnection: close\r\n\r\n"


def reset(client):
    """Let the connection end by RST: SO_LINGER with 0 seconds makes close() send one."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def read_request(client):
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = int((re.search(rb"(?i)content-length: (\d+)", head) or [0, b"0"])[1])
    if len(body) < length and b"100-continue" in head.lower():
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")  # botocore waits a second for it before it sends a package
    while len(body) < length:
        body += client.recv(65536)
    return head + b"\r\n\r\n" + body


def named(request):
    """The operation of a request: query APIs name it in the body, JSON ones in a header, REST ones by method and path."""
    found = re.search(rb"(?:^|[&\n])Action=(\w+)|(?i:\r\nx-amz-target: )\w+\.(\w+)", request)
    if found:
        return (found[1] or found[2]).decode()
    path = request.split(b" ")[1] if b" " in request else b""
    if path.startswith(b"/2015-03-31/functions/"):
        return {b"code": "UpdateFunctionCode", b"invocations": "Invoke"}.get(path.rpartition(b"/")[2], "Lambda")
    return _BY_METHOD.get(request[:4], "")
