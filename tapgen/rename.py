"""Other logical ids for resources of a document: those that another tool gave them, so that nothing is replaced."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from tapgen.errors import DocumentError, suggestion

if TYPE_CHECKING:
    from tapgen.template.document import Document

_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]+)((?:\.[A-Za-z0-9.:]+)?)\}")


def renamed(document: Document, names: Mapping[str, str]) -> Document:
    """The document with other logical ids, wherever it names them: Ref, GetAtt, Sub and DependsOn.

    Raises:
        DocumentError: there is no such resource, or two would have the same name.
    """
    _refuse_clashes(document, names)
    found = {key: _value(value, names) for key, value in document.items() if key != "Resources"}
    resources = {
        names.get(logical_id, logical_id): _resource(resource, names)
        for logical_id, resource in document["Resources"].items()
    }
    return {key: resources if key == "Resources" else found[key] for key in document}


def _refuse_clashes(document: Document, names: Mapping[str, str]) -> None:
    resources = document["Resources"]
    for old, new in names.items():
        where = f"logical_ids.{old}"
        if old not in resources:
            raise DocumentError(f'{where}: there is no resource "{old}"', suggestion(old, resources))
        others = [other for other, its in names.items() if its == new and other != old]
        if others:
            raise DocumentError(f'{where}: "{new}" is the name of {others[0]} too', "Give each its own.")
        if (new in resources and new not in names) or new in document.get("Parameters", {}):
            what = "resource" if new in resources else "parameter"
            raise DocumentError(f'{where}: there is a {what} "{new}" already', "Rename that one too, or take another.")


def _resource(resource: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    found = {key: _value(value, names) for key, value in resource.items()}
    match resource.get("DependsOn"):
        case str(one):
            found["DependsOn"] = names.get(one, one)
        case list(several):
            found["DependsOn"] = [names.get(one, one) for one in several]
    return found


def _value(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            return {"Ref": names.get(name, name)}
        case {"Fn::GetAtt": str() | [str(), *_] as given} if len(value) == 1:
            return {"Fn::GetAtt": _attribute(given, names)}
        case {"Fn::Sub": str() | [str(), dict()] as given} if len(value) == 1:
            return {"Fn::Sub": _substitution(given, names)}
        case dict():
            return {key: _value(item, names) for key, item in value.items()}
        case list():
            return [_value(item, names) for item in value]
    return value


def _attribute(given: Any, names: Mapping[str, str]) -> Any:
    """["Table", "Arn"] or "Table.Arn"."""
    if isinstance(given, str):
        logical_id, dot, attribute = given.partition(".")
        return names.get(logical_id, logical_id) + dot + attribute
    return [names.get(given[0], given[0]), *(_value(one, names) for one in given[1:])]


def _substitution(given: Any, names: Mapping[str, str]) -> Any:
    """The text of Fn::Sub, or the text and the values that it brings itself."""
    if isinstance(given, str):
        return _text(given, names, ())
    text, own = given
    return [_text(text, names, own), _value(own, names)]


def _text(text: str, names: Mapping[str, str], own: Collection[str]) -> str:
    """The text of Fn::Sub; `own` are the names that it brings itself."""

    def other(match: re.Match[str]) -> str:
        name = match[1]
        return match[0] if name in own else f"${{{names.get(name, name)}{match[2]}}}"

    return _IN_TEXT.sub(other, text)
