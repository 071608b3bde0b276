"""The exit codes of the whole tool and the one kind of error that a user may meet."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitCode(IntEnum):
    """What a command's exit status says. The documentation's table is generated from these docstrings."""

    OK = 0
    """It worked; nothing left to do."""
    FAILED = 1
    """It did not work: the message says what, where and what to do. For `check`: findings at or above `--fail-on`."""
    USAGE = 2
    """The command line or the settings are wrong; nothing was done."""
    CHANGES = 3
    """`render --check`: a template is stale. `diff --exit-code`: there are changes. `drift`: something has drifted."""
    REFUSED = 4
    """The check found an error; or the change destroys data, moves an address or must fail. Nothing was executed."""
    DECLINED = 5
    """The prompt was answered with no; nothing was executed."""
    ROLLED_BACK = 6
    """The operation failed and CloudFormation restored the state from before."""
    STUCK = 7
    """The operation failed and the stack needs a hand: see `tapgen recover` and `tapgen destroy --retain`."""
    CONTINUES = 8
    """The operation goes on without us (time-out, expired credentials, lost network, --detach): see `tapgen watch`."""
    BUSY = 9
    """Another operation is running on the stack; nothing was done."""
    WRONG_TARGET = 10
    """The account, the region or the stack is not the one that was named; nothing was done."""
    INTERRUPTED = 130
    """Ctrl-C."""


class TapgenError(Exception):
    """Something a user can cause or mend.

    `message` says what happened and where, `hint` what to do about it; the command-line funnel prints
    both and exits with `exit_code`.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "", exit_code: ExitCode | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if exit_code is not None:
            self.exit_code = exit_code


class UsageError(TapgenError):
    """The command line names something that is not there or does not fit together."""

    exit_code = ExitCode.USAGE


class SettingsError(TapgenError):
    """The settings file is missing, unreadable or wrong; `problems` has one line for each problem found.

    `places` says where in the file each stands, such as "tapgen.toml:12:3"; '' where that is not known.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, hint: str = "", problems: Iterable[str] = (), places: Iterable[str] = ()) -> None:
        self.problems = tuple(problems)
        self.places = tuple(places) or ("",) * len(self.problems)
        lines = "".join(
            f"\n  {place}{'  ' if place else ''}{problem}"
            for place, problem in zip(self.places, self.problems, strict=True)
        )
        super().__init__(message + lines, hint)


class DocumentError(TapgenError):
    """A template cannot be built, read or written."""


class StaleError(TapgenError):
    """A committed template is not what the settings render to."""

    exit_code = ExitCode.CHANGES


LISTED = 40
"""So many known names are listed at most: all runtimes, but not every resource of a large template."""


def suggestion(unknown: str, known: Iterable[str]) -> str:
    """'did you mean "x"?' for the closest known name, else the list of them, the nearest first where they are many."""
    from difflib import SequenceMatcher, get_close_matches

    names = sorted(known)
    kind = unknown[max((at for at, letter in enumerate(unknown) if letter.isupper()), default=0) :]
    alike = [name for name in names if name.endswith(kind) and name != kind]  # OrdersLambdaRole: rather another role
    close = (
        get_close_matches(unknown, alike, n=1, cutoff=0.5)
        or get_close_matches(unknown, names, n=1)
        or [name for name in names if name.lower() == unknown.lower()]
    )
    if close:
        return f'did you mean "{close[0]}"?'
    if len(names) <= LISTED:
        return f"known: {', '.join(names) or 'none'}"
    nearest = sorted(names, key=lambda name: -SequenceMatcher(None, name.lower(), unknown.lower()).ratio())
    return f"known, the nearest first: {', '.join(nearest[:LISTED])} and {len(names) - LISTED} more"
