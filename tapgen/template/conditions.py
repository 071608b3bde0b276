"""Conditions, decided as far as the template and the known parameter values decide them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tapgen.template.intrinsics import Scope, canonical, function


def decide(conditions: Mapping[str, Any], scope: Scope) -> dict[str, bool]:
    """The conditions whose outcome is certain; the others depend on the region, the account or an unknown value."""
    judge = _Judge(conditions, scope)
    decided = {name: judge.condition(name) for name in conditions}
    return {name: outcome for name, outcome in decided.items() if outcome is not None}


class _Judge:
    """Three-valued evaluation; a condition that refers to itself stays undecided, as CloudFormation refuses it."""

    def __init__(self, conditions: Mapping[str, Any], scope: Scope) -> None:
        self.conditions = conditions
        self.scope = scope
        self.outcomes: dict[str, bool | None] = {}

    def condition(self, name: str) -> bool | None:
        if name not in self.outcomes:
            self.outcomes[name] = None
            self.outcomes[name] = self.expression(self.conditions.get(name))
        return self.outcomes[name]

    def expression(self, value: Any) -> bool | None:
        if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("Condition"), str):
            return self.condition(value["Condition"])
        call = function(value)
        if call is None:
            return None
        name, argument = call
        if not isinstance(argument, list):
            return None
        if name == "Fn::Equals" and len(argument) == 2:
            return self.equal(argument[0], argument[1])
        return _combined(name, [self.expression(item) for item in argument])

    def equal(self, left: Any, right: Any) -> bool | None:
        one, other = canonical(left, self.scope), canonical(right, self.scope)
        if one == other:
            return True
        return False if isinstance(one, str) and isinstance(other, str) else None


def _combined(name: str, outcomes: list[bool | None]) -> bool | None:
    if name == "Fn::Not" and len(outcomes) == 1:
        return None if outcomes[0] is None else not outcomes[0]
    if name == "Fn::And":
        return False if False in outcomes else (None if None in outcomes else True)
    if name == "Fn::Or":
        return True if True in outcomes else (None if None in outcomes else False)
    return None
