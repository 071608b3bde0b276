"""A CloudFormation document -> tables of the settings, and what cannot be said in them.

Every resource becomes one of `[resources]` under its own logical id, so that nothing is replaced. Conditions and
mappings have no place in the settings: an environment is one case of them, decided by the values of its parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from tapgen.errors import UsageError
from tapgen.template.document import Document
from tapgen.template.intrinsics import canonical, function
from tapgen.template.model import known_values

_ATTRIBUTES: Final = {
    "DependsOn": "depends_on",
    "DeletionPolicy": "deletion_policy",
    "UpdateReplacePolicy": "update_replace_policy",
    "Metadata": "metadata",
}
_PARAMETER: Final = {
    "Type": "type",
    "Default": "default",
    "Description": "description",
    "AllowedValues": "allowed_values",
    "AllowedPattern": "pattern",
    "MinLength": "min_length",
    "MaxLength": "max_length",
    "MinValue": "minimum",
    "MaxValue": "maximum",
}
_NOTHING: Final = object()


class Adopted(Struct, frozen=True):
    """The tables of the settings, in their order, and what of the template they do not say, each as a sentence."""

    settings: Mapping[str, Any]
    obstacles: tuple[str, ...]


def convert(document: Document, given: Mapping[str, str], pseudo: Mapping[str, str]) -> Adopted:
    """The settings for a template; `given` are values of its parameters, which decide its conditions.

    `pseudo` are those of pseudo parameters, as far as they are known: AWS::Region.

    Raises:
        UsageError: the template is still to be expanded by SAM or another macro.
    """
    _refuse_what_is_to_be_expanded(document)
    return _Conversion(document, given, pseudo).made()


def _refuse_what_is_to_be_expanded(document: Document) -> None:
    types = [str(one.get("Type", "")) for one in document["Resources"].values() if isinstance(one, dict)]
    if any(one.startswith("AWS::Serverless::") for one in types):
        raise UsageError(
            "the template is written for SAM, and its code is not in it",
            "Adopt the deployed stack, which CloudFormation has expanded: tapgen adopt --stack NAME.",
        )
    if any(name.startswith("Fn::") for name in document["Resources"]):
        raise UsageError(
            "a macro makes the resources of this template", "Adopt the deployed stack: tapgen adopt --stack NAME."
        )


class _Conversion:
    def __init__(self, document: Document, given: Mapping[str, str], pseudo: Mapping[str, str]) -> None:
        self.document = document
        self.scope = known_values(document, given, pseudo=pseudo)
        self.obstacles: dict[str, None] = {}

    def made(self) -> Adopted:
        settings: dict[str, Any] = {}
        if description := self.document.get("Description"):
            settings["description"] = str(description)
        settings["parameters"] = dict(self._parameters())
        settings["resources"] = dict(self._resources())
        settings["outputs"] = dict(self._outputs())
        for section in ("Rules", "Hooks"):
            if self.document.get(section):
                self._tell(f"{section}: the settings have no such section; it is left out")
        return Adopted({key: value for key, value in settings.items() if value}, tuple(self.obstacles))

    def _tell(self, obstacle: str) -> None:
        self.obstacles[obstacle] = None

    def _parameters(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, declared in (self.document.get("Parameters") or {}).items():
            made = {ours: declared[theirs] for theirs, ours in _PARAMETER.items() if theirs in declared}
            if made.get("type") == "String":
                del made["type"]
            for bound in ("min_length", "max_length"):
                if bound in made:
                    made[bound] = int(made[bound])
            for bound in ("minimum", "maximum"):
                if bound in made:
                    made[bound] = float(made[bound]) if "." in str(made[bound]) else int(made[bound])
            if isinstance(made.get("default"), bool):
                made["default"] = str(made["default"]).lower()
            if str(declared.get("NoEcho", "")).lower() == "true":
                made["secret"] = True
                made.pop("default", None)
            yield name, made

    def _resources(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, resource in self.document["Resources"].items():
            if not self._is_there(name, resource):
                continue
            made: dict[str, Any] = {"type": resource["Type"]}
            for theirs, ours in _ATTRIBUTES.items():
                value = self._resolved(resource.get(theirs), f"{name}.{theirs}")
                if value not in (None, _NOTHING, {}, []):
                    made[ours] = value
            for attribute in ("CreationPolicy", "UpdatePolicy"):
                if attribute in resource:
                    self._tell(f"{name}: {attribute} cannot be said in the settings; it is left out")
            properties = self._resolved(resource.get("Properties") or {}, name)
            if properties:
                made["properties"] = properties
            yield name, made

    def _is_there(self, name: str, entry: Mapping[str, Any]) -> bool:
        condition = entry.get("Condition")
        if not isinstance(condition, str):
            return True
        decided = self.scope.conditions.get(condition)
        if decided is None:
            self._tell(f"{name}: whether it is there depends on {condition}, which is not decided here; it is kept")
        return decided is not False

    def _outputs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, output in (self.document.get("Outputs") or {}).items():
            if not self._is_there(f"output {name}", output):
                continue
            made: dict[str, Any] = {"value": self._resolved(output.get("Value"), f"output {name}")}
            if output.get("Description"):
                made["description"] = str(output["Description"])
            export = (output.get("Export") or {}).get("Name")
            if export is not None:
                name_of_export = self._export(export)
                if name_of_export:
                    made["export"] = name_of_export
                else:
                    self._tell(f"output {name}: its export's name is made by a function; it is left out")
            yield name, made

    def _export(self, value: Any) -> str:
        call = function(value)
        if isinstance(value, str):
            return value
        if call and call[0] == "Fn::Sub" and isinstance(call[1], str):
            return call[1]
        pieces = canonical(value)
        parts = pieces.get("Fn::Join", ["", [pieces]])[1] if isinstance(pieces, dict) else []
        texts = [part if isinstance(part, str) else "${" + str(part.get("Ref", "?")) + "}" for part in parts]
        joined = "".join(texts)
        return joined if joined and re.fullmatch(r"([A-Za-z0-9:-]|\$\{[A-Za-z0-9:.]+\})+", joined) else ""

    def _resolved(self, value: Any, where: str) -> Any:
        """The value with its conditions decided and its mappings looked up; scalars as they are written."""
        if isinstance(value, list):
            items = [self._resolved(item, where) for item in value]
            return [item for item in items if item is not _NOTHING]
        if not isinstance(value, dict):
            return value
        call = function(value)
        if call == ("Ref", "AWS::NoValue"):
            return _NOTHING
        if call and call[0] == "Fn::If" and isinstance(call[1], list) and len(call[1]) == 3:
            return self._branch(call[1], where)
        if call and call[0] == "Fn::FindInMap":
            return self._looked_up(value, where)
        pairs = ((str(key), self._resolved(item, where)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not _NOTHING}

    def _branch(self, argument: list[Any], where: str) -> Any:
        decided = self.scope.conditions.get(str(argument[0]))
        if decided is None:
            self._tell(f"{where}: a value depends on {argument[0]}, which is not decided here; taken as true")
        return self._resolved(argument[2 if decided is False else 1], where)

    def _looked_up(self, value: Any, where: str) -> Any:
        keys = canonical(value["Fn::FindInMap"], self.scope)
        found: Any = self.scope.mappings
        for key in keys[:3] if isinstance(keys, list) else [keys]:
            found = found.get(key) if isinstance(found, Mapping) and isinstance(key, str) else None
        if found is None:
            self._tell(f"{where}: a value of a mapping is not decided here, such as by the region; write it yourself")
            return value
        return found
