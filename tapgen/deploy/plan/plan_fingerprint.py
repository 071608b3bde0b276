"""What a plan was made from, written into its change set's description: so that it can be executed later, or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.artifacts.fingerprint import digest, fingerprint
from tapgen.deploy.artifacts.parameters import hidden_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.template.document import Document

_TEXT = re.compile(r"tapgen plan: base=(\w+) template=(\w+) parameters=(\w+)")
NOTHING = "none"


class PlanFingerprint(Struct, frozen=True):
    """Fingerprints: of the deployed template (`none` without a stack), of the new one, of parameters and tags."""

    base: str
    template: str
    parameters: str

    def __str__(self) -> str:
        return f"tapgen plan: base={self.base} template={self.template} parameters={self.parameters}"


def plan_fingerprint(
    old: Document | None, new: Document, parameters: Mapping[str, str], tags: Mapping[str, str]
) -> PlanFingerprint:
    """The fingerprint of a plan; NoEcho values are left out, so that nobody can guess them from it."""
    hidden = hidden_parameters(new)
    open_values = {name: value for name, value in parameters.items() if name not in hidden}
    return PlanFingerprint(
        fingerprint(old) if old is not None else NOTHING, fingerprint(new), digest([open_values, dict(tags)])
    )


def read_fingerprint(description: str) -> PlanFingerprint | None:
    """The fingerprint in a description, None where there is none."""
    found = _TEXT.search(description)
    return PlanFingerprint(*found.groups()) if found else None


def moved(planned: PlanFingerprint, now: PlanFingerprint) -> tuple[str, ...]:
    """What is not as it was when the plan was made, in words."""
    pairs = (
        ("the deployed stack", planned.base, now.base),
        ("the template", planned.template, now.template),
        ("the parameters or stack tags", planned.parameters, now.parameters),
    )
    return tuple(what for what, before, after in pairs if before != after)
