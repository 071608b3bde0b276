"""A client that meets one fault at one call: before the call is made, or after it was, when the answer is lost."""

from collections.abc import Callable

from tapgen.deploy.aws.errors import (
    AwsError,
    CredentialsError,
    DeniedError,
    LostAnswerError,
    MalformedAnswerError,
    ThrottledError,
)
from tests.table import each

BEFORE = {
    "throttling": lambda name: ThrottledError("Throttling", "Rate exceeded", name),
    "no network": lambda name: LostAnswerError("ConnectionClosedError", "Connection reset by peer", name),
    "error of AWS": lambda name: LostAnswerError("InternalFailure", "We encountered an internal error", name),
    "malformed": lambda name: MalformedAnswerError(name, "it has no StackId"),
    "expired": lambda name: CredentialsError("ExpiredToken", "The security token is expired", name),
    "denied": lambda name: DeniedError("AccessDenied", "not authorized", name),
    "ctrl-c": lambda _: KeyboardInterrupt(),
}
AFTER = {
    "lost": lambda name: LostAnswerError("ConnectionClosedError", "Connection reset by peer", name),
    "error of AWS": BEFORE["error of AWS"],
    "malformed": BEFORE["malformed"],
    "throttled at the next attempt": BEFORE["throttling"],
    "no more at the next attempt": lambda name: AwsError("ValidationError", "cannot be called from its status", name),
    "ctrl-c": BEFORE["ctrl-c"],
}
FAULTS = {"before": BEFORE, "after": AFTER}


def at_every_call(calls: int, check: Callable[[int, str, str], None], first: int = 1) -> None:
    """Check every fault at every one of so many calls: by the call's number, when, and which fault."""
    each(
        ((index, when, fault) for index in range(first, calls + 1) for when in FAULTS for fault in FAULTS[when]), check
    )


class Faulty:
    """The cloud, but for the answer of its call number `index` (from 1)."""

    def __init__(self, cloud, index, when, fault):
        self._cloud, self._index = cloud, index
        self._fault, self._after = {**BEFORE, **AFTER}[fault], when == "after"
        self.met = ""

    def __getattr__(self, name):
        found = getattr(self._cloud, name)
        return self._wrapped(name, found) if callable(found) else found

    def _wrapped(self, name, call):
        def wrapper(*arguments, **more):
            if len(self._cloud.calls) + 1 != self._index or self.met:
                return call(*arguments, **more)
            self.met = name
            if self._after:
                call(*arguments, **more)
            else:
                self._cloud.calls.append((name, self._cloud.time.now))
            raise self._fault(name)

        return wrapper
