"""The plan: everything that is known before a change set is executed, as it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tapgen.review.action import ResourceAction
from tapgen.review.masking import masked_impact

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.review.model import Impact


class PlannedChange(Struct, frozen=True):
    """One resource of the plan: what happens to it, and the properties that make it happen.

    `word` is the action's, or CloudFormation's own where that is one of the future; `said` is what `tapgen diff` says.
    """

    action: ResourceAction
    logical_id: str
    type: str
    because: tuple[str, ...] = ()
    word: str = ""
    said: str = ""

    @property
    def does(self) -> str:
        """What happens, in a word or two."""
        return self.word or self.action.word

    @property
    def told(self) -> str:
        """What happens, as a person is told: `updated in place`."""
        return self.said or self.word or self.action.told


class Plan(Struct, frozen=True):
    """Everything that is known before a change set is executed.

    `referring` are the rows of resources that only refer to what changes, and stay as they are.
    `targets` says where a StackSet's stacks are made and changed; () for a stack.
    `security` is what is opened or closed. `allowed` are the losses that --allow-loss lets pass, `losses` the lesser
    ones that nothing refuses.
    """

    stack_name: str
    account: str
    region: str
    change_set: str
    creates: bool
    targets: tuple[str, ...] = ()
    changes: tuple[PlannedChange, ...] = ()
    referring: tuple[PlannedChange, ...] = ()
    stack_changes: tuple[str, ...] = ()
    security: tuple[Impact, ...] = ()
    notes: tuple[str, ...] = ()
    allowed: tuple[Impact, ...] = ()
    losses: tuple[Impact, ...] = ()
    overwritten: tuple[str, ...] = ()
    """What has drifted in resources that it changes, and where that is not known."""

    def masked(self, mask: Callable[[str], str]) -> Plan:
        """The plan without secrets."""
        return replace(
            self,
            changes=tuple(replace(one, because=tuple(map(mask, one.because))) for one in self.changes),
            referring=tuple(replace(one, because=tuple(map(mask, one.because))) for one in self.referring),
            stack_changes=tuple(map(mask, self.stack_changes)),
            security=tuple(masked_impact(one, mask) for one in self.security),
            notes=tuple(map(mask, self.notes)),
            allowed=tuple(masked_impact(one, mask) for one in self.allowed),
            losses=tuple(masked_impact(one, mask) for one in self.losses),
            overwritten=tuple(map(mask, self.overwritten)),
        )
