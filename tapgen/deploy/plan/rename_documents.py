"""The templates of a rename by import, each from the one before: keep, remove, import, refer again. All pure.

What others name of a resource stands as an output first, then, while the resource is outside of the stack, as a
parameter of that value: so nothing else changes, and the references can be put back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tapgen.deploy.plan.rename_record import KEY, STAND_IN, Moved, Record, written
from tapgen.errors import UsageError
from tapgen.rename import renamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tapgen.template.document import Document

Reference = tuple[str, str]
"""Logical id and attribute, '' for Ref. A `stand_in` gives what is put for one; None leaves it."""

_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.:]+))?\}")
_KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def references(document: Document, names: Iterable[str]) -> tuple[Reference, ...]:
    """What a template names of some resources, each once; DependsOn apart."""
    found: dict[Reference, None] = {}
    wanted = frozenset(names)

    def see(name: str, attribute: str) -> None:
        if name in wanted:
            found.setdefault((name, attribute))

    for section in ("Resources", "Outputs"):
        _put(document.get(section, {}), see)
    return tuple(found)


def dependents(document: Document, names: Iterable[str]) -> dict[str, Any]:
    """Logical id -> DependsOn of those that depend on one of the names."""
    wanted = frozenset(names)
    return {
        logical_id: one["DependsOn"]
        for logical_id, one in document["Resources"].items()
        if logical_id not in wanted and wanted & set(_listed(one.get("DependsOn")))
    }


def kept(document: Document, record: Record) -> Document:
    """The template by which the resources stay when they leave the stack, and tell what others name of them."""
    resources = {name: {**one, **_KEPT} if name in record.names else one for name, one in document["Resources"].items()}
    outputs = {
        f"{STAND_IN}{number}": {"Value": _reference(name, attribute)}
        for number, (name, attribute) in enumerate(record.references)
    }
    return {
        **document,
        "Metadata": {**document.get("Metadata", {}), KEY: written(record)},
        "Resources": resources,
        "Outputs": {**document.get("Outputs", {}), **outputs},
    }


def removed(document: Document, record: Record, values: Mapping[str, str]) -> Document:
    """The template without them; `values` are the outputs that they stand for meanwhile."""
    stand_in = _by_parameter(record)
    resources = {
        name: _without(_put(one, stand_in), record.names)
        for name, one in document["Resources"].items()
        if name not in record.names
    }
    outputs = {name: one for name, one in document.get("Outputs", {}).items() if not name.startswith(STAND_IN)}
    parameters = {
        f"{STAND_IN}{number}": {"Type": "String", "Default": values[f"{STAND_IN}{number}"]}
        for number in range(len(record.references))
    }
    made = {
        **document,
        "Parameters": {**document.get("Parameters", {}), **parameters},
        "Resources": resources,
        "Outputs": _put(outputs, stand_in),
    }
    return {section: value for section, value in made.items() if value or section == "Resources"}


def imported(document: Document, record: Record, names: Mapping[str, str]) -> Document:
    """The template that takes them in again, as `names` says, and changes nothing else."""
    stand_in = _by_parameter(record)
    added = {
        names[one.old]: {**_without(_put(dict(one.definition), stand_in), record.names), **_KEPT}
        for one in record.moved
    }
    return {**document, "Resources": {**document["Resources"], **added}}


def ended(document: Document, record: Record, names: Mapping[str, str]) -> Document:
    """The template of before the rename, but for the logical ids that `names` gives."""
    before = {
        f"{STAND_IN}{number}": (names[name], attribute) for number, (name, attribute) in enumerate(record.references)
    }

    def back(name: str, _attribute: str) -> Any:
        return _reference(*before[name]) if name in before else None

    definitions = {names[one.old]: _named(one, names) for one in record.moved}
    resources = {}
    for name, one in document["Resources"].items():
        made = definitions.get(name) or _put(one, back)
        if name in record.dependents:
            made = {**made, "DependsOn": _other_names(record.dependents[name], names)}
        resources[name] = made
    metadata = {key: value for key, value in document.get("Metadata", {}).items() if key != KEY}
    parameters = {name: one for name, one in document.get("Parameters", {}).items() if name not in before}
    outputs = {name: one for name, one in document.get("Outputs", {}).items() if not name.startswith(STAND_IN)}
    made = {
        **document,
        "Metadata": metadata,
        "Parameters": parameters,
        "Resources": resources,
        "Outputs": _put(outputs, back),
    }
    return {section: value for section, value in made.items() if value or section == "Resources"}


def _named(one: Moved, names: Mapping[str, str]) -> dict[str, Any]:
    """The definition of before, with the new names in it."""
    alone = {"Resources": {old: {"Type": "-"} for old in names} | {one.old: dict(one.definition)}}
    changing = {old: new for old, new in names.items() if old != new}
    made: dict[str, Any] = renamed(alone, changing)["Resources"][names[one.old]]
    return made


def _by_parameter(record: Record) -> Callable[[str, str], Any]:
    numbers = {reference: number for number, reference in enumerate(record.references)}

    def stand_in(name: str, attribute: str) -> Any:
        number = numbers.get((name, attribute))
        return None if number is None else {"Ref": f"{STAND_IN}{number}"}

    return stand_in


def _reference(name: str, attribute: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}


def _put(value: Any, stand_in: Callable[[str, str], Any]) -> Any:
    """The value with something else for references, wherever they stand."""
    if isinstance(value, list):
        return [_put(item, stand_in) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        made = _put_one(value, stand_in)
        if made is not None:
            return made
    return {key: _put(item, stand_in) for key, item in value.items()}


def _put_one(value: dict[str, Any], stand_in: Callable[[str, str], Any]) -> Any:
    """What stands for an intrinsic function; None where nothing does."""
    match value:
        case {"Ref": str(name)}:
            return stand_in(name, "")
        case {"Fn::GetAtt": given}:
            return stand_in(*_attribute(given))
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": _text(text, (), stand_in)}
        case {"Fn::Sub": [str(text), dict(own)]}:
            return {"Fn::Sub": [_text(text, own, stand_in), _put(own, stand_in)]}
    return None


def _attribute(given: Any) -> Reference:
    """Logical id and attribute of either form.

    Raises:
        UsageError: the attribute's name is computed.
    """
    if isinstance(given, str):
        name, _, attribute = given.partition(".")
        return name, attribute
    if not all(isinstance(one, str) for one in given):
        raise UsageError(f"Fn::GetAtt of {given[0]} computes the attribute's name", "Write it out, and deploy first.")
    return given[0], ".".join(given[1:])


def _text(text: str, own: Iterable[str], stand_in: Callable[[str, str], Any]) -> str:
    local = frozenset(own)

    def other(match: re.Match[str]) -> str:
        made = None if match[1] in local else stand_in(match[1], match[2] or "")
        if made is None:
            return match[0]
        name, attribute = (made["Ref"], "") if "Ref" in made else made["Fn::GetAtt"]
        return f"${{{name}.{attribute}}}" if attribute else f"${{{name}}}"

    return _IN_TEXT.sub(other, text)


def _without(resource: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The resource without a DependsOn on one of the names."""
    gone = frozenset(names)
    listed = _listed(resource.get("DependsOn"))
    if not gone & set(listed):
        return resource
    left = [one for one in listed if one not in gone]
    rest = {key: value for key, value in resource.items() if key != "DependsOn"}
    return {**rest, "DependsOn": left} if left else rest


def _listed(depends_on: Any) -> list[str]:
    return [depends_on] if isinstance(depends_on, str) else list(depends_on or ())


def _other_names(depends_on: Any, names: Mapping[str, str]) -> Any:
    if isinstance(depends_on, str):
        return names.get(depends_on, depends_on)
    return [names.get(one, one) for one in depends_on]
