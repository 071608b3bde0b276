"""Follow an operation on a StackSet to its end, at most a call a second, whatever the number of its stacks.

The operation's own status decides. The results are counted in sweeps: a few pages at each look, so that a thousand
accounts in four regions, 40 pages, are counted anew every few looks and nothing but the counts is kept.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.aws.errors import AwsError, CredentialsError, LostAnswerError, ThrottledError
from tapgen.deploy.aws.polling import Poller, poll_until
from tapgen.deploy.stack.follow import MAX_FAILED_ROUNDS
from tapgen.deploy.views.rollout import Rollout, Tally

if TYPE_CHECKING:
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.aws.stack_set_client import StackSetClient
    from tapgen.deploy.aws.stack_set_model import SetOperation
    from tapgen.deploy.views.view import View

PAGES = 5
"""Pages of results, of 100 stacks at most, that one look reads."""


class SetFollowed(Struct, frozen=True):
    """What was seen. `lost` says why the end was not seen, or is ''; then `operation` is None."""

    operation: SetOperation | None
    rollout: Rollout
    lost: str = ""


def follow_operation(
    client: StackSetClient, name: str, operation: str, view: View, *, clock: Clock, timeout: float
) -> SetFollowed:
    """Poll until the operation ends, `timeout` seconds are over, or AWS cannot be asked any more."""
    watcher = _Watcher(client, name, operation, view, clock)
    lost = poll_until(watcher.poller, watcher.look, lambda found: bool(found or watcher.end), timeout=timeout)
    if watcher.end is None and not lost:
        lost = f"it is not over after {timeout / 60:.0f} minutes"
    return SetFollowed(watcher.end, watcher.rollout, lost)


class _Watcher:
    def __init__(self, client: StackSetClient, name: str, operation: str, view: View, clock: Clock) -> None:
        self.poller = Poller.of(client, clock)
        self.rollout = Rollout("")
        self.end: SetOperation | None = None
        self._client = client
        self._name = name
        self._operation = operation
        self._view = view
        self._tally = Tally()
        self._page = ""
        self._failed = 0

    def look(self) -> str:
        """One look; why it cannot go on, or ''."""
        try:
            found = self.poller.call(partial(self._client.set_operation, self._name, self._operation))
            if found is None:
                return "CloudFormation does not know the operation any more"
            self._sweep(found)
        except AwsError as error:
            return self._bear(error)
        self._failed = 0
        self._view.rollout(self.rollout)
        return ""

    def _sweep(self, found: SetOperation) -> None:
        """Read some pages of results; after the end all of them, from the first."""
        if not found.running:
            self._tally, self._page = Tally(), ""
        read = 0
        while read < PAGES or not found.running:
            read += 1
            if self._read_page():
                self._complete(found)
                return

    def _read_page(self) -> bool:
        """Count one page; whether it was the last of the sweep."""
        ask = partial(self._client.set_results, self._name, self._operation, self._page)
        answer = self.poller.call(ask)
        self._tally.add(answer.results)
        self._page = answer.next
        return not self._page

    def _complete(self, found: SetOperation) -> None:
        tally = self._tally
        failed = sum(one.get("FAILED", 0) for one in tally.counts.values())
        self.rollout = Rollout(found.action, found.status, tally.counts, tuple(tally.failures), failed)
        self._tally = Tally()
        if not found.running:
            self.end = found

    def _bear(self, error: AwsError) -> str:
        """Bear a failed call, or say why not: expired credentials, or many failures in a row, end the watch."""
        self._failed += 1
        self._tally, self._page = Tally(), ""
        if isinstance(error, ThrottledError):
            self.poller.slow_down()
        if isinstance(error, CredentialsError) or self._failed > MAX_FAILED_ROUNDS:
            return error.message
        return "" if isinstance(error, ThrottledError | LostAnswerError) else error.message
