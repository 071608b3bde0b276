"""A way to an AWS on this machine on which the first try of every operation fails."""

from tests.unit.cli.relay import Relay, named, read_request, reset

THROTTLED = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    b"<RequestId>1</RequestId></ErrorResponse>"
)


class Breaking(Relay):
    """Passes requests on, one for each connection, but not the first one of any operation, or of `only` these."""

    def __init__(self, port, fault, only=()):
        self.fault, self.only, self.met = fault, only, []
        super().__init__(port)

    def answer(self, client):
        request = read_request(client)
        operation = named(request)
        if operation and operation not in self.met and (operation in self.only or not self.only):
            self.met.append(operation)
            if self.fault == "lost":
                self.pass_on(request)
            self.break_(client)
            return
        client.sendall(self.pass_on(request))

    def break_(self, client):
        if self.fault in {"reset", "lost"}:
            reset(client)
            return
        if self.fault == "error page":
            page = b"<html><body>Bad gateway</body></html>"
            head = f"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n"
            client.sendall(f"{head}Connection: close\r\n\r\n".encode() + page)
            return
        head = f"HTTP/1.1 400 Bad Request\r\nContent-Type: text/xml\r\nContent-Length: {len(THROTTLED)}\r\n"
        client.sendall(f"{head}Connection: close\r\n\r\n".encode() + THROTTLED)
