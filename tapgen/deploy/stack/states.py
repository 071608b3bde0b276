"""The one table of stack statuses: what each allows, how an operation that ends in it ended, what to do next.

The names are the StackStatus enumeration of CloudFormation's service model; a test fails when it grows.
Source of the permissions: CloudFormation user guide, "Understanding stack events" and "Troubleshooting".
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tapgen.errors import ExitCode

ChangeSetType = Literal["CREATE", "UPDATE", ""]
Recovery = Literal["continue", "rollback", "clear", ""]


class State(Struct, frozen=True):
    """What a status means.

    `change_set` is the type that may be created now, '' for none. `end` is None while the operation runs, else
    how it ended. `recovery` is what `tapgen recover` does. `cancel`: CancelUpdateStack is taken. `destroy`:
    DeleteStack is taken. `continues`: a deployment without roll-back goes on from it. `advice` is the next step for
    a person; `{env}` in it stands for the option --env.
    """

    change_set: ChangeSetType = ""
    end: ExitCode | None = None
    recovery: Recovery = ""
    cancel: bool = False
    destroy: bool = False
    continues: bool = False
    advice: str = ""

    def advice_for(self, environment: str) -> str:
        """The next step, with commands that can be typed as they stand."""
        return self.advice.format(env=f" --env {environment}")

    @property
    def running(self) -> bool:
        """Whether an operation is under way."""
        return self.end is None


_WATCH = "Follow it with `tapgen watch{env}`."
_GOOD = State(change_set="UPDATE", end=ExitCode.OK, destroy=True)
_BACK = State(change_set="UPDATE", end=ExitCode.ROLLED_BACK, destroy=True, advice="Correct the cause and deploy again.")
_RUNNING = State(advice=_WATCH)

_PAUSED = State(
    end=ExitCode.STUCK,
    recovery="rollback",
    destroy=True,
    continues=True,
    advice="Correct it, and `tapgen deploy{env} --no-rollback` goes on; `tapgen recover{env}` rolls it back.",
)

STATES: dict[str, State] = {
    "CREATE_IN_PROGRESS": State(destroy=True, advice=_WATCH),
    "CREATE_COMPLETE": _GOOD,
    "CREATE_FAILED": _PAUSED,
    "ROLLBACK_IN_PROGRESS": _RUNNING,
    "ROLLBACK_COMPLETE": State(
        end=ExitCode.ROLLED_BACK,
        recovery="clear",
        destroy=True,
        advice="A failed first creation left an empty stack: `tapgen deploy{env}` or `tapgen recover{env}` clears it.",
    ),
    "ROLLBACK_FAILED": State(
        end=ExitCode.STUCK,
        destroy=True,
        advice="Only `tapgen destroy{env}` works now; `--retain` leaves what is stuck.",
    ),
    "DELETE_IN_PROGRESS": _RUNNING,
    "DELETE_COMPLETE": State(change_set="CREATE", end=ExitCode.OK),
    "DELETE_FAILED": State(
        end=ExitCode.STUCK,
        destroy=True,
        advice="`tapgen destroy{env} --retain LOGICAL_ID` leaves what cannot be deleted.",
    ),
    "UPDATE_IN_PROGRESS": State(cancel=True, advice="Follow it with `tapgen watch{env}`, or `tapgen cancel{env}` it."),
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": _RUNNING,
    "UPDATE_COMPLETE": _GOOD,
    "UPDATE_FAILED": _PAUSED,
    "UPDATE_ROLLBACK_IN_PROGRESS": _RUNNING,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": _RUNNING,
    "UPDATE_ROLLBACK_COMPLETE": _BACK,
    "UPDATE_ROLLBACK_FAILED": State(
        end=ExitCode.STUCK,
        recovery="continue",
        destroy=True,
        advice="`tapgen recover{env}` lists what is stuck and continues the rollback.",
    ),
    # Nothing but a change set that nobody has executed: as good as no stack at all.
    "REVIEW_IN_PROGRESS": State(change_set="CREATE", end=ExitCode.FAILED, destroy=True),
    "IMPORT_IN_PROGRESS": _RUNNING,
    "IMPORT_COMPLETE": _GOOD,
    "IMPORT_ROLLBACK_IN_PROGRESS": _RUNNING,
    "IMPORT_ROLLBACK_COMPLETE": _BACK,
    "IMPORT_ROLLBACK_FAILED": State(
        end=ExitCode.STUCK,
        destroy=True,
        advice="Look at `tapgen events{env}`; then `tapgen destroy{env} --retain LOGICAL_ID`.",
    ),
}


def state(status: str) -> State:
    """The table's row; a status that it does not know allows nothing."""
    if status in STATES:
        return STATES[status]
    if status.endswith("_IN_PROGRESS"):
        return _RUNNING
    return State(end=ExitCode.STUCK, advice=f"tapgen does not know {status}: look at the CloudFormation console.")


def terminal(status: str) -> bool:
    """Whether an operation ends in it. REVIEW_IN_PROGRESS after an execution is a stale answer, never an end."""
    return not state(status).running and status != "REVIEW_IN_PROGRESS"
