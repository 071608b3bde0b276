"""Follow an operation to its end. The stack's status decides; events are best effort.

The operation is known by its ClientRequestToken and the stack by its ARN, never by local time or by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.aws.errors import AwsError, CredentialsError, LostAnswerError, ThrottledError
from tapgen.deploy.aws.polling import Poller, poll_until
from tapgen.deploy.stack.events import event_pages, since_beginning
from tapgen.deploy.stack.progress import Progress
from tapgen.deploy.stack.states import terminal

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Event, Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.stack.reporter import Reporter

STATUS_INTERVAL = 60.0
"""Seconds without the end's event after which the stack's status is asked all the same."""
MAX_FAILED_ROUNDS = 3
"""Failed rounds in a row, each retried by the client, after which the operation is left alone."""


class Followed(Struct, frozen=True):
    """What was seen. `lost` says why the end was not seen, or is ''; then `stack` is None.

    `gone`: the stack is not there any more, so that nothing goes on.
    """

    stack: Stack | None
    progress: Progress
    lost: str = ""
    gone: bool = False


class Reader:
    """Reads the new events of one operation, oldest first. `token` '' takes every event after `after`.

    An endpoint may give events no token at all (`tokenless`). Then those since the stack's last beginning are the
    operation's, once `moved` says that it is this operation's beginning.
    """

    def __init__(self, client: Client, stack: str, token: str, poller: Poller, after: str = "") -> None:
        self._client = client
        self._stack = stack
        self._token = token
        self._poller = poller
        self._after = after
        self._seen: set[str] = set()
        self.tokenless = False
        self.moved = False

    def read(self) -> tuple[Event, ...]:
        """Pages back to a known EventId, or to the operation before this one; an EventId is told once."""
        fresh: dict[str, Event] = {}
        for page in event_pages(self._client, self._stack, self._poller):
            self._skip_before(page)
            known = any(event.id in self._seen for event in page)
            ours = self._ours(page)
            fresh.update((event.id, event) for event in ours if event.id not in self._seen)
            if known or len(ours) < len(page):
                break
        self._seen.update(fresh)
        return tuple(reversed(fresh.values()))

    def _ours(self, page: tuple[Event, ...]) -> tuple[Event, ...]:
        self.tokenless = bool(self._token and page) and not any(event.token for event in page)
        if self.tokenless:
            return since_beginning(page) if self.moved else ()
        return tuple(event for event in page if not self._token or event.token == self._token)

    def _skip_before(self, newest_first: tuple[Event, ...]) -> None:
        """Take `after`, and what stands below it, for known."""
        ids = [event.id for event in newest_first]
        if self._after in ids:
            self._seen.update(ids[ids.index(self._after) :])
            self._after = ""


def follow(
    client: Client,
    stack: str,
    token: str,
    reporter: Reporter,
    *,
    clock: Clock,
    timeout: float,
    total: int = 0,
    before: Stack | None = None,
    after: str = "",
) -> Followed:
    """Poll until the operation ends, `timeout` seconds are over, or AWS cannot be asked any more.

    `before` is the stack as it was before the operation: an answer that still looks like it is a stale read
    until an event says that the operation is over.
    """
    watcher = _Watcher(client, stack, reporter, clock=clock, before=before, total=total)
    reader = Reader(client, stack, token, watcher.poller, after)
    lost = poll_until(
        watcher.poller, lambda: watcher.round(reader), lambda lost: bool(lost or watcher.end), timeout=timeout
    )
    if watcher.end is None and not lost:
        lost = f"it is not over after {timeout / 60:.0f} minutes"
    return Followed(watcher.end, watcher.progress, lost, watcher.gone)


class _Watcher:
    def __init__(
        self, client: Client, stack: str, reporter: Reporter, clock: Clock, before: Stack | None, total: int
    ) -> None:
        self.poller = Poller.of(client, clock)
        self.progress = Progress(total)
        self.end: Stack | None = None
        self.gone = False
        self._client = client
        self._stack = stack
        self._reporter = reporter
        self._clock = clock
        self._before = before
        self._checked = clock.now()
        self._failed = 0

    def round(self, reader: Reader) -> str:
        """One round of asking; why it cannot go on, or ''."""
        told = True
        try:
            self._tell(reader.read())
        except AwsError as error:
            told = False
            lost = self._bear(error)
            if lost:
                return lost
        unknown = reader.tokenless and not reader.moved
        if told and not unknown and not self.progress.ended and self._clock.now() - self._checked < STATUS_INTERVAL:
            self._failed = 0
            return ""
        return self._check(reader, told=told)

    def _check(self, reader: Reader, *, told: bool) -> str:
        self._checked = self._clock.now()
        try:
            stack = self.poller.call(lambda: self._client.stack(self._stack))
        except AwsError as error:
            return self._bear(error)
        if stack is None:
            self.gone = True
            return "CloudFormation does not know the stack any more"
        if told:
            self._failed = 0
        reader.moved = reader.moved or (self._moved(stack) and stack.status != "REVIEW_IN_PROGRESS")
        if terminal(stack.status) and (self.progress.ended or self._moved(stack)):
            if not self.progress.ended and told:
                self._tell(reader.read())  # what happened between the events' page and the status
            self.end = stack
        return ""

    def _moved(self, stack: Stack) -> bool:
        if self._before is None:
            return True
        return (stack.status, stack.updated) != (self._before.status, self._before.updated)

    def _tell(self, events: tuple[Event, ...]) -> None:
        for event in events:
            self.progress = self.progress.add(event, self._clock.now())
            self._reporter.event(event, self.progress)
        if not events:
            self._reporter.pulse(self.progress)

    def _bear(self, error: AwsError) -> str:
        """Bear a failed call, or say why not: only expired credentials, or many failures in a row, end the watch."""
        self._failed += 1
        if isinstance(error, ThrottledError):
            self.poller.slow_down()
        if isinstance(error, CredentialsError):
            return error.message
        if isinstance(error, ThrottledError | LostAnswerError) and self._failed <= MAX_FAILED_ROUNDS:
            return ""
        return error.message if self._failed > MAX_FAILED_ROUNDS else ""
