"""A faulty way to an AWS on this machine: one call of a command meets one fault, at its first or its last attempt.

botocore names a call in `amz-sdk-invocation-id` and counts its attempts in `amz-sdk-request`, so that the attempts of
one call are told from other calls of the same operation.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass

from tapgen.deploy.aws.error_codes import ATTEMPTS
from tests.unit.cli.relay import Relay, named, read_request, reset

NOT_RETRIED = frozenset(("expired", "denied", "malformed", "web page", "empty"))
"""Faults after which botocore sends the call no second time: its first attempt is its last one."""
WHEN = ("first", "last")


@dataclass(frozen=True)
class Fault:
    """What one attempt of a call meets.

    `carried_out`: how often the AWS gets the request all the same. `answers` makes bytes of the AWS's last answer; None
    breaks the connection. `silent`: seconds before that, or until the client has gone where it is infinite.
    """

    carried_out: int = 0
    answers: object = None
    silent: float = 0.0

    @property
    def passes(self):
        """Whether the client gets the AWS's own answer after all: the attempt says nothing more then."""
        return self.answers in (whole, doubled)


def response(status, body, kind="text/xml"):
    """A whole HTTP response."""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body.encode()


def error(status, code, text):
    """An error of AWS's, in the form of the API that was asked."""

    def answer(request, _):
        if re.search(rb"(?i)\r\nx-amz-target: |\r\nauthorization: [^\r]*/(?:lambda|states|logs)/", request):
            return response(
                status, f'{{"__type": "{code}", "message": "{text}"}}', "application/x-amz-json-1.1"
            ).replace(b"\r\nConnection", f"\r\nx-amzn-errortype: {code}\r\nConnection".encode(), 1)
        if b"Action=" not in request:
            return response(status, f"<Error><Code>{code}</Code><Message>{text}</Message></Error>")
        said = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{text}</Message></Error>"
        return response(status, f"<ErrorResponse>{said}<RequestId>1</RequestId></ErrorResponse>")

    return answer


def cut(_, answer):
    """The answer without its second half; its head tells the whole length."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if not re.search(rb"(?i)\r\ncontent-length:", head):
        head += b"\r\nContent-Length: %d" % len(body)
    return head + b"\r\n\r\n" + body[: len(body) // 2]


def emptied(request, answer):
    """A well-formed answer in which nothing stands that the operation must answer."""
    body = answer.partition(b"\r\n\r\n")[2].lstrip()
    if not body:
        return answer
    if body.startswith(b"{"):
        return response(200, "{}", "application/json")
    operation = named(request)
    return response(200, f"<{operation}Response><{operation}Result/></{operation}Response>")


def whole(_, answer):
    """The answer as it is."""
    return answer


def doubled(_, answer):
    """The answer, and once more."""
    return answer + answer


STOPS = {
    f"{name} {when}": (name, Fault(carried_out=int(when == "after"), silent=float("inf")))
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL")
    for when in ("before", "after")
}
"""Signals that come while a call is not answered, before the AWS has carried it out and after that."""
FAULTS = {
    "500": Fault(answers=error(500, "InternalFailure", "We encountered an internal error")),
    "throttled": Fault(answers=error(400, "Throttling", "Rate exceeded")),
    "expired": Fault(answers=error(403, "ExpiredToken", "The security token included in the request is expired")),
    "denied": Fault(answers=error(403, "AccessDenied", "User is not authorized to perform this")),
    "reset before": Fault(),
    "reset after": Fault(carried_out=1),
    "truncated": Fault(carried_out=1, answers=cut),
    "malformed": Fault(
        carried_out=1, answers=lambda *_: response(200, "<html><body>Sign in to the network</body>", "text/html")
    ),
    "web page": Fault(answers=lambda *_: response(200, "<html><body>Sign in</body></html>", "text/html")),
    "empty": Fault(carried_out=1, answers=emptied),
    "silence before": Fault(silent=float("inf")),
    "silence after": Fault(carried_out=1, silent=float("inf")),
    "slow": Fault(carried_out=1, answers=whole, silent=30.0),
    "carried out twice": Fault(carried_out=2, answers=whole),
    "answered twice": Fault(carried_out=1, answers=doubled),
}


REAL_SILENCE = ("slow", "silent for 30 s", "silence after")
"""Faults that are tried as long as they are: an answer after 30 s, a connection lost after 30 s, no answer at all."""
FAULTS_OF_REAL = {"silent for 30 s": Fault(carried_out=1, silent=30.0)}
LONGEST = 100.0
"""Seconds after which a silence is over in any case; botocore gives an answer up after 60."""


class FaultyProxy(Relay):
    """Passes calls on to the AWS at a port; call number `index` (from 1), or the first one of an operation, meets a fault.

    `when` is "first" or "last": which attempt meets it. Before the last one AWS throttles. `calls` are the operations
    that were called, in their order, `attempts` how often each was sent; `met` is the operation that met the fault.
    `then` is an operation, and what happens when it has been carried out.
    """

    def __init__(self, port, index=0, fault=None, when="first", *, slow=1.0, then=None):
        self.index, self.fault, self.when, self.slow = index, fault, when, slow
        self.then = then
        self.calls, self.met = [], ""
        self.attempts = Counter()
        self.held = threading.Event()  # set when the call that meets the fault has come
        self._known, self._lock, self._over = {}, threading.Lock(), threading.Event()
        super().__init__(port)

    def __exit__(self, *raised):
        self._over.set()
        super().__exit__(*raised)

    def answer(self, client):
        request = read_request(client)
        if not request:
            return
        number = self._number(request)
        self.attempts[self.calls[number - 1]] += 1
        if self.index == self.calls[number - 1]:
            self.index = number
        if self.fault is None or number != self.index:
            client.sendall(self.pass_on(request))
            return
        last = _attempt(request) == _attempts(request)
        if self.when == "last" and not last:
            client.sendall(FAULTS["throttled"].answers(request, b""))
            return
        if self.when == "first" and self.met:
            client.sendall(self.pass_on(request))
            return
        self.met = self.calls[number - 1]
        self._meet(client, request)

    def pass_on(self, request):
        answer = super().pass_on(request)
        if self.then and named(request) == self.then[0]:
            self.then[1]()
        return answer

    def _number(self, request):
        """Which call this is an attempt of."""
        found = re.search(rb"(?i)\r\namz-sdk-invocation-id: ([^\r]+)", request)
        call = found[1] if found else object()
        with self._lock:
            if call not in self._known:
                self.calls.append(named(request) or request[:60].decode(errors="replace"))
                self._known[call] = len(self.calls)
            return self._known[call]

    def _meet(self, client, request):
        answer = b""
        for _ in range(self.fault.carried_out):
            answer = self.pass_on(request)
        self.held.set()
        if self.fault.silent:
            self._over.wait(min(LONGEST, self.fault.silent * self.slow))
        if self.fault.answers is None:
            reset(client)
        else:
            client.sendall(self.fault.answers(request, answer))


def _attempt(request):
    found = re.search(rb"(?i)\r\namz-sdk-request: [^\r]*attempt=(\d+)", request)
    return int(found[1]) if found else 1


def _attempts(request):
    """The most attempts of this call: Lambda's functions are invoked once."""
    found = re.search(rb"(?i)\r\namz-sdk-request: [^\r]*max=(\d+)", request)
    return int(found[1]) if found else ATTEMPTS
