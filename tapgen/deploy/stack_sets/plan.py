"""The plan of a StackSet: what changes in every stack, which stacks are made, and what it was all decided from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.artifacts.fingerprint import digest
from tapgen.deploy.plan.plan_fingerprint import PlanFingerprint, moved, plan_fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.stack_set_model import StackSet, Targets
    from tapgen.deploy.stack_sets.survey import Survey
    from tapgen.deploy.stack_sets.target import SetTarget
    from tapgen.template.document import Document

_ID = re.compile(r"stackset/([a-zA-Z][-a-zA-Z0-9]*)/(\w+)\.(\w+)\.(\w+)\.(\w+)")


class SetFingerprint(Struct, frozen=True):
    """What a plan was made from: template before and after, parameters and tags, and where the stacks are to be."""

    name: str
    of_template: PlanFingerprint
    targets: str

    def __str__(self) -> str:
        plan = self.of_template
        return f"stackset/{self.name}/{plan.base}.{plan.template}.{plan.parameters}.{self.targets}"


def set_fingerprint(
    old: Document | None,
    new: Document,
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    *,
    name: str,
    target: SetTarget,
    seen: Survey,
) -> SetFingerprint:
    """The fingerprint of a StackSet's plan; the accounts that have stacks now belong to it."""
    there = {region: sorted(accounts) for region, accounts in sorted(seen.accounts.items())}
    wanted = (target.targets, target.preferences, target.permissions)
    return SetFingerprint(name, plan_fingerprint(old, new, parameters, tags), digest([repr(wanted), there]))


def read_set_fingerprint(text: str) -> SetFingerprint | None:
    """The fingerprint that a plan's id holds; None where it is something else."""
    found = _ID.fullmatch(text)
    if not found:
        return None
    name, base, template, parameters, targets = found.groups()
    return SetFingerprint(name, PlanFingerprint(base, template, parameters), targets)


def set_moved(planned: SetFingerprint, now: SetFingerprint) -> tuple[str, ...]:
    """What is not as it was when the plan was made, in words."""
    found = moved(planned.of_template, now.of_template)
    return (*found, "the accounts, regions or their order") if planned.targets != now.targets else found


def target_lines(found: StackSet | None, seen: Survey, make: tuple[Targets, ...], updates: bool) -> tuple[str, ...]:
    """What happens to how many stacks, in words."""
    lines = []
    if updates and seen.total:
        lines.append(f"updates {_stacks(seen.total)} in {_accounts(len(seen.everywhere))}")
    elif found and seen.total:
        lines.append(f"leaves {_stacks(seen.total)} as they are")
    lines.extend(_made(one) for one in make)
    return tuple(lines)


def _made(targets: Targets) -> str:
    regions = ", ".join(targets.regions)
    if targets.units:
        accounts = _accounts(len(targets.accounts)) if targets.accounts else "the accounts"
        return f"creates stacks in {accounts} of {', '.join(targets.units)}: {regions}"
    count = len(targets.accounts) * len(targets.regions)
    return f"creates {_stacks(count)} in {_accounts(len(targets.accounts))}: {regions}"


def _stacks(count: int) -> str:
    return f"{count} stack{'' if count == 1 else 's'}"


def _accounts(count: int) -> str:
    return f"{count} account{'' if count == 1 else 's'}"
