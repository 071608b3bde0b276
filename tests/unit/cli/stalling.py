"""A way to an AWS on this machine that stops at one operation, so that a signal can come just there."""

import threading

from tests.unit.cli.relay import Relay, named, read_request, reset


class Stall(Relay):
    """Passes requests on; the first `operation` waits until the end, then breaks.

    `after`: the AWS has carried it out by then.
    """

    def __init__(self, port, operation, *, after=False):
        self.operation, self.after = operation, after
        self.met, self.go = threading.Event(), threading.Event()
        super().__init__(port)

    def __exit__(self, *error):
        self.go.set()
        super().__exit__(*error)

    def answer(self, client):
        request = read_request(client)
        if named(request) == self.operation and not self.met.is_set():
            if self.after:
                self.pass_on(request)
            self.met.set()
            self.go.wait(60)
            reset(client)
            return
        client.sendall(self.pass_on(request))
