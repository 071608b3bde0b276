"""A function as a template wants it, beside the one that runs. All pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tapgen.deploy.artifacts.document import scalar_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.model import Function
    from tapgen.deploy.plan.known_values import KnownValues
    from tapgen.template.document import Document

FUNCTION = "AWS::Lambda::Function"
_WITHIN = {"EphemeralStorage": "Size", "TracingConfig": "Mode"}
"""Properties that hold one value, and the name of that."""
SETTINGS = ("Description", "Handler", "MemorySize", "Timeout", "Runtime", *_WITHIN)
"""Properties whose new value can be sent as it stands, besides the code, the layers and the variables."""
_NUMBERS = frozenset(("MemorySize", "Timeout", "EphemeralStorage"))


class Wanted(Struct, frozen=True):
    """A function as the template wants it. A variable or layer of None is known only to AWS.

    `inline` is the code in the template, `parameter` the parameter that names its package.
    """

    inline: str | None
    parameter: str
    settings: Mapping[str, Any]
    variables: Mapping[str, str | None]
    layers: tuple[str | None, ...] = ()


def wanted(document: Document, logical_id: str, known: KnownValues) -> Wanted:
    """What the template says of a function, with its references as the stack has them."""
    properties = document["Resources"][logical_id].get("Properties", {})
    code = properties.get("Code", {})
    key = code.get("S3Key", {})
    variables = properties.get("Environment", {}).get("Variables", {})
    layers = properties.get("Layers", [])
    settings = {name: _plain(name, properties[name]) for name in SETTINGS if name in properties}
    return Wanted(
        inline=code.get("ZipFile") if isinstance(code.get("ZipFile"), str) else None,
        parameter=str(key.get("Ref", "")) if isinstance(key, dict) else "",
        settings={name: value for name, value in settings.items() if value is not None},
        variables={name: known.resolve(one) for name, one in variables.items()},
        layers=tuple(known.resolve(one) for one in layers) if isinstance(layers, list) else (None,),
    )


def _plain(name: str, value: Any) -> Any:
    if name in _WITHIN and isinstance(value, dict):
        value = value.get(_WITHIN[name])
    return value if isinstance(value, str | int | float | bool) else None


def configuration_changes(want: Wanted, actual: Function) -> dict[str, Any]:
    """The arguments of UpdateFunctionConfiguration that make the function what is wanted; {} where it is."""
    changes: dict[str, Any] = {
        name: int(value) if name in _NUMBERS else value
        for name, value in want.settings.items()
        if scalar_text(actual.settings.get(name)) != scalar_text(value)
    }
    changes |= {name: {inner: changes[name]} for name, inner in _WITHIN.items() if name in changes}
    variables = {
        name: actual.variables.get(name, "") if value is None else value for name, value in want.variables.items()
    }
    if variables != dict(actual.variables):
        changes["Environment"] = {"Variables": variables}
    if None not in want.layers and want.layers != actual.layers:
        changes["Layers"] = list(want.layers)
    return changes
