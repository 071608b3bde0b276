"""Which exports a new template takes away or changes: CloudFormation fails while another stack imports one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tapgen.deploy.facts import normal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.values import Stack
    from tapgen.document import Document


def endangered(
    stack: Stack, old: Document, new: Document, values: Mapping[str, str], replaced: frozenset[str]
) -> tuple[str, ...]:
    """The names of exports that go, are renamed, or get another value.

    `values` are what Ref gives in the new template (parameters and pseudo parameters); `replaced` are the
    logical ids of resources that are replaced or removed: an export that reads one changes too.
    """
    before: Mapping[str, Any] = old.get("Outputs", {})
    after: Mapping[str, Any] = new.get("Outputs", {})
    kept = {_name(output, values): output for output in after.values()}
    gone = []
    for output in stack.outputs:
        if not output.export:
            continue
        successor = kept.get(output.export)
        if successor is None and _same_name(before.get(output.key), after.get(output.key)):
            successor = after[output.key]
        if successor is None or _moved(before.get(output.key), successor) or mentioned(successor["Value"]) & replaced:
            gone.append(output.export)
    return tuple(sorted(gone))


def _same_name(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    if before is None or after is None:
        return False
    return bool(normal(before.get("Export")) == normal(after.get("Export")))


def _moved(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    return before is not None and bool(normal(before.get("Value")) != normal(after.get("Value")))


def _name(output: Mapping[str, Any], values: Mapping[str, str]) -> str | None:
    return resolve(output.get("Export", {}).get("Name"), values)


def resolve(value: Any, values: Mapping[str, str]) -> str | None:
    """The text of a literal, Ref, Sub or Join over known values; None where it is not known beforehand."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        return None
    function: str = next(iter(value))
    argument: Any = value[function]
    if function == "Ref":
        return values.get(argument)
    if function == "Fn::Sub":
        return _sub(argument, values)
    if function == "Fn::Join" and isinstance(argument[1], list):
        parts = [resolve(item, values) for item in argument[1]]
        return None if None in parts else str(argument[0]).join(part for part in parts if part is not None)
    return None


def _sub(argument: Any, values: Mapping[str, str]) -> str | None:
    text, own = (argument[0], argument[1]) if isinstance(argument, list) else (argument, {})
    known = {**values, **{name: resolve(item, values) for name, item in own.items()}}
    names = [name for name in _VARIABLE.findall(text) if not name.startswith("!")]
    if any(known.get(name) is None for name in names):
        return None
    return _VARIABLE.sub(lambda found: str(known.get(found[1], "${" + found[1].removeprefix("!") + "}")), text)


_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def mentioned(value: Any) -> frozenset[str]:
    """The logical ids that a value reads by Ref, GetAtt or Sub."""
    if isinstance(value, list):
        return frozenset().union(*map(mentioned, value))
    if not isinstance(value, dict):
        return frozenset()
    found = frozenset().union(*map(mentioned, value.values()))
    for function, argument in value.items():
        if function == "Ref" and isinstance(argument, str):
            found |= {argument}
        elif function == "Fn::GetAtt":
            found |= {argument.split(".")[0] if isinstance(argument, str) else argument[0]}
        elif function == "Fn::Sub":
            text = argument[0] if isinstance(argument, list) else argument
            found |= {name.split(".")[0] for name in _VARIABLE.findall(text)}
    return found
