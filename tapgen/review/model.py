"""What a review says, as frozen values: changes, impacts, notes; nothing here computes."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, IntEnum
from typing import Any, Literal

from msgspec import Struct

from tapgen.review.action import ResourceAction
from tapgen.template.paths import Path


class Effect(IntEnum):
    """What an update does to the resource, least first: CloudFormation user guide, "Update behaviors"."""

    NONE = 0
    """Only the template's own record of the resource changes."""
    UPDATE = 1
    """Updates in place."""
    INTERRUPT = 2
    """Updates in place, with an interruption."""
    MAY_REPLACE = 3
    """May replace; the reason says on what it depends."""
    REPLACE = 4
    """Replaces: the new one is created, then the old one deleted."""
    DELETE_THEN_CREATE = 5
    """Replaces: the old one is deleted first, so there is a gap."""

    @property
    def replaces(self) -> bool:
        """Whether the resource is replaced for certain."""
        return self >= Effect.REPLACE


Direction = Literal["broadened", "narrowed", "same", ""]


class Risk(IntEnum):
    """How loud an impact is."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Refusal(Enum):
    """What a deployment's guard does with an impact."""

    NONE = "none"
    """Nothing: it is told, and the deployment goes on."""
    UNLESS_ALLOWED = "unless-allowed"
    """It refuses, unless the logical id is named with --allow-loss."""
    ALWAYS = "always"
    """It refuses: CloudFormation would fail, whatever one allows."""


class PropertyChange(Struct, frozen=True):
    """One changed value of a resource; `path` begins with the attribute, such as ("Properties", "MemorySize")."""

    path: Path
    old: Any
    new: Any
    effect: Effect = Effect.NONE
    reason: str = ""
    cause: str = ""
    """The logical id whose replacement makes this value change, where the template's text stays the same."""


class ResourceChange(Struct, frozen=True):
    """What happens to one resource."""

    logical_id: str
    type: str
    action: ResourceAction
    properties: tuple[PropertyChange, ...] = ()
    effect: Effect = Effect.NONE
    notes: tuple[str, ...] = ()
    old_type: str = ""
    routine: bool = False
    """An API's deployment that takes the place of the one before: expected, and no loss."""
    depends: tuple[str, ...] = ()
    """The parameters that decide whether it happens, where their defaults say no."""
    renamed: str = ""
    """The logical id of what looks like the same resource under another name, which the change creates."""
    said: str = ""
    """What is said of it where two templates are only compared, and nothing happens."""
    quiet: bool = False
    """Its values say little: an API's answer to a preflight. A short report counts them."""

    @property
    def creates(self) -> bool:
        """Whether the resource is new."""
        return self.action is ResourceAction.CREATE

    @property
    def deletes(self) -> bool:
        """Whether the resource leaves the stack."""
        return self.action is ResourceAction.DELETE


class SectionChange(Struct, frozen=True):
    """A change outside of Resources: a parameter, an output, a condition or a stack tag."""

    section: str
    name: str
    path: Path
    old: Any
    new: Any
    depends: tuple[str, ...] = ()
    """The parameters that decide whether it happens, where their defaults say no."""


class Impact(Struct, frozen=True):
    """One thing that a change does and a reviewer must know; `rule` is a key of `rulebook.RULES`."""

    rule: str
    logical_id: str
    type: str
    message: str
    severity: Risk
    hint: str = ""
    direction: Direction = ""
    refusal: Refusal = Refusal.NONE
    details: tuple[str, ...] = ()
    subject: str = ""
    """What the rule is about where it is not the logical id: the name of an export."""
    everybody: bool = False
    """It opens something to anyone in the world, as `template.exposure` sees it."""

    @property
    def signed(self) -> tuple[str, ...]:
        """The details, each with `+ ` or `- ` before it where it opens or closes something."""
        sign = {"broadened": "+ ", "narrowed": "- "}.get(self.direction, "")
        return tuple(sign + detail for detail in self.details)


class Note(Struct, frozen=True):
    """A slow operation, an always-on cost, or what is not as it was deployed."""

    kind: Literal["time", "cost", "info", "drift"]
    logical_id: str
    message: str


class Review(Struct, frozen=True):
    """Everything that is to be said about one change."""

    changes: tuple[ResourceChange, ...] = ()
    sections: tuple[SectionChange, ...] = ()
    losses: tuple[Impact, ...] = ()
    security: tuple[Impact, ...] = ()
    notes: tuple[Note, ...] = ()
    unknown: tuple[str, ...] = ()
    """What was not understood, each by name."""
    creates_stack: bool = False

    def __bool__(self) -> bool:
        """Whether there is any change."""
        return bool(self.changes or self.sections)

    @property
    def impacts(self) -> tuple[Impact, ...]:
        """Losses and security, worst first."""
        return tuple(sorted((*self.losses, *self.security), key=_loudness))

    @property
    def refusals(self) -> tuple[Impact, ...]:
        """What a deployment is refused for, unless it is allowed by name."""
        return tuple(impact for impact in self.impacts if impact.refusal is not Refusal.NONE)

    def refused(self, allowed: frozenset[str] = frozenset()) -> tuple[Impact, ...]:
        """The refusals that remain when the loss of some logical ids is allowed."""
        return tuple(
            impact for impact in self.refusals if impact.refusal is Refusal.ALWAYS or impact.logical_id not in allowed
        )

    def changed(self, *actions: ResourceAction) -> Iterator[ResourceChange]:
        """The changes with one of some actions."""
        return (change for change in self.changes if change.action in actions)


def _loudness(impact: Impact) -> tuple[int, int, str, str]:
    order = {Refusal.ALWAYS: 0, Refusal.UNLESS_ALLOWED: 1, Refusal.NONE: 2}
    return order[impact.refusal], -impact.severity, impact.rule, impact.logical_id
