"""How an operation on a stack ended: the value that every command turns into words and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.model import Output


class Cause(Struct, frozen=True):
    """A resource that failed by itself: what, why, and where it was made."""

    logical_id: str
    type: str
    physical_id: str
    status: str
    reason: str
    origin: str = ""


class Outcome(Struct, frozen=True):
    """How an operation on a stack ended. `causes` has the root cause first; `error` is what ended it early."""

    code: ExitCode
    message: str
    stack_name: str
    region: str = ""
    hint: str = ""
    stack_arn: str = ""
    status: str = ""
    changed: bool = False
    change_set: str = ""
    outputs: tuple[Output, ...] = ()
    causes: tuple[Cause, ...] = ()
    orphans: tuple[str, ...] = ()
    error: TapgenError | None = None

    @property
    def ok(self) -> bool:
        """Whether it ended as asked."""
        return self.code == ExitCode.OK

    @property
    def failed(self) -> bool:
        """Whether it is an error: neither what was asked for, nor declined, nor still going on."""
        return self.code not in {ExitCode.OK, ExitCode.DECLINED, ExitCode.CONTINUES, ExitCode.INTERRUPTED}


def unfinished(name: str, region: str, environment: str, why: str) -> Outcome:
    """The outcome when the end was not seen: the operation goes on without us."""
    return Outcome(
        ExitCode.CONTINUES,
        f"the operation on {name} goes on: {why}",
        name,
        region,
        f"`tapgen watch --env {environment}` follows it again, `tapgen cancel --env {environment}` cancels an update.",
        changed=True,
    )


def in_doubt(name: str, region: str, environment: str, why: str) -> Outcome:
    """The outcome when nobody could be asked whether the operation has begun."""
    return Outcome(
        ExitCode.CONTINUES,
        f"whether the operation on {name} has begun is not known: {why}",
        name,
        region,
        f"`tapgen status --env {environment}` tells; `tapgen watch --env {environment}` follows it if it has.",
        changed=True,
    )


def masked_error(error: TapgenError, mask: Callable[[str], str]) -> TapgenError:
    """A copy of the error without secrets, with the place it came from."""
    message = mask(error.message)
    shown = type(error).__new__(type(error), message)  # the kinds of errors have initialisers of their own
    vars(shown).update(vars(error), message=message, hint=mask(error.hint))
    return shown.with_traceback(error.__traceback__)


_WORST_FIRST = (
    ExitCode.STUCK,
    ExitCode.ROLLED_BACK,
    ExitCode.FAILED,
    ExitCode.INTERRUPTED,
    ExitCode.CONTINUES,
    ExitCode.WRONG_TARGET,
    ExitCode.REFUSED,
    ExitCode.BUSY,
    ExitCode.USAGE,
    ExitCode.DECLINED,
)


def worst(outcomes: tuple[Outcome, ...]) -> ExitCode:
    """The exit code of several regions: the end that needs a hand most."""
    codes = {outcome.code for outcome in outcomes}
    return next((code for code in _WORST_FIRST if code in codes), ExitCode.OK)
