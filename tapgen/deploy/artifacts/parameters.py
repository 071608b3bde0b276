"""The parameters of a template: a value for each, and which are secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.artifacts.document import scalar_text
from tapgen.errors import UsageError, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.template.document import Document


def parameter_values(document: Document, given: Mapping[str, str]) -> dict[str, str]:
    """A value for every parameter, always sent: UsePreviousValue fails for a parameter that is new.

    Raises:
        UsageError: parameters without default have no value, or a value has no parameter.
    """
    declared: Mapping[str, Any] = document.get("Parameters", {})
    for name in given:
        if name not in declared:
            raise UsageError(f'the template has no parameter "{name}"', suggestion(name, declared))
    missing = [name for name, parameter in declared.items() if name not in given and "Default" not in parameter]
    if missing:
        names = ", ".join(f'"{name}"' for name in missing)
        what = f"the parameter {names} has" if len(missing) == 1 else f"the parameters {names} have"
        raise UsageError(f"{what} no value", f"Pass {' '.join(f'--parameter {name}=VALUE' for name in missing)}.")
    return {
        name: given[name] if name in given else scalar_text(parameter["Default"])
        for name, parameter in declared.items()
    }


def hidden_parameters(document: Document) -> frozenset[str]:
    """The names of the NoEcho parameters."""
    declared: Mapping[str, Any] = document.get("Parameters", {})
    return frozenset(
        name for name, parameter in declared.items() if scalar_text(parameter.get("NoEcho")).lower() == "true"
    )
