"""A CloudFormation document -> tables of the settings: parts where there are such, `[resources]` for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from tapgen.starter.adopt.drafts import Code, Proposal
from tapgen.starter.adopt.settle import Judge, Render, settle
from tapgen.template.document import Document
from tapgen.template.intrinsics import canonical, function
from tapgen.template.model import Resource

PART: Final = 2
"""Steps to a part: its kind and its name."""
OURS: Final = "Output"
"""How the names of tapgen's own outputs end; a template with such names keeps them, and tapgen gives none."""
MOST: Final = 90
"""Parts from which their outputs, two at most, could be more than CloudFormation takes."""
_ATTRIBUTES: Final = {
    "Condition": "condition",
    "DependsOn": "depends_on",
    "CreationPolicy": "creation_policy",
    "UpdatePolicy": "update_policy",
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


class Adopted(Struct, frozen=True):
    """The tables of the settings, in their order; what became parts; what stands in the way, each as a sentence."""

    settings: Mapping[str, Any]
    parts: tuple[Proposal, ...] = ()
    obstacles: tuple[str, ...] = ()


def convert(document: Document, code: Mapping[str, Code], render: Render, judge: Judge) -> Adopted:
    """The settings for a template; `code` is where its functions' code is, by their logical ids."""
    return _Conversion(document).made(code, render, judge)


class _Conversion:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.obstacles: dict[str, None] = {}
        self.unchecked: dict[str, str] = {}

    def made(self, code: Mapping[str, Code], render: Render, judge: Judge) -> Adopted:
        around = {
            "description": str(self.document.get("Description") or ""),
            "parameters": dict(self._parameters()),
            "mappings": self.document.get("Mappings"),
            "conditions": self.document.get("Conditions"),
            "rules": self.document.get("Rules"),
        }
        raw = dict(self._resources())
        outputs = dict(self._outputs())
        if self.document.get("Hooks"):
            self.obstacles["Hooks: the settings have no such section; it is left out"] = None

        def assemble(proposals: tuple[Proposal, ...], overrides: Mapping[str, Any]) -> dict[str, Any]:
            return _assembled(around, raw, outputs, proposals, overrides)

        settled = settle(self.document["Resources"], code, assemble, render, judge)
        for logical_id, why in settled.given_up.items():
            self.obstacles[f"{logical_id} stays in [resources]: {why}"] = None
        settings = assemble(settled.proposals, settled.overrides)
        left = settings.get("resources", {})
        self.obstacles |= {said: None for name, said in self.unchecked.items() if name in left}
        return Adopted(settings, settled.proposals, tuple(self.obstacles))

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
            made: dict[str, Any] = {"type": resource["Type"]}
            for theirs, ours in _ATTRIBUTES.items():
                if resource.get(theirs):
                    made[ours] = resource[theirs]
            kept = Resource(name, resource["Type"], resource.get("Properties") or {}, resource).policy("DeletionPolicy")
            if kept != "Delete":
                made.setdefault("deletion_policy", kept)
                made.setdefault("update_replace_policy", "Delete")
            properties = _without_nothing(resource.get("Properties") or {})
            if properties:
                made["properties"] = properties
            if new := _is_new(resource["Type"], properties):
                made["unchecked"] = True
                self.unchecked[name] = f"{name}: {new}; it is taken as it is, unchecked"
            yield name, made

    def _outputs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, output in (self.document.get("Outputs") or {}).items():
            value = output.get("Value")
            made: dict[str, Any] = {"value": value if isinstance(value, dict) else _escaped(value)}
            if output.get("Description"):
                made["description"] = str(output["Description"])
            if output.get("Condition"):
                made["condition"] = output["Condition"]
            export = (output.get("Export") or {}).get("Name")
            if export is not None:
                made["export"] = _export(export) or export
            yield name, made


def _escaped(value: Any) -> str:
    return str(value).replace("${", "${!")


def _is_new(type_: str, properties: Mapping[str, Any]) -> str:
    """What of the type or its properties cannot be checked; nothing where all can."""
    from tapgen.resource_class import read

    resource, problems = read("Any", type_, dict(properties))
    if problems or resource is None:
        return ": ".join((".".join(map(str, problems[0][0])), problems[0][1]))
    try:
        resource.to_dict()
    except (TypeError, ValueError, AttributeError) as error:
        return str(error)
    return ""


def _without_nothing(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None and value != {"Ref": "AWS::NoValue"}}


def _assembled(
    around: Mapping[str, Any],
    raw: Mapping[str, Any],
    outputs: Mapping[str, Any],
    proposals: tuple[Proposal, ...],
    overrides: Mapping[str, Any],
) -> dict[str, Any]:
    """The tables: what is around the parts, the parts, what of them is otherwise, and all other resources."""
    claimed = {old for proposal in proposals for old in (*proposal.claims.values(), *proposal.drops)}
    names = {title: old for proposal in proposals for title, old in proposal.claims.items() if title != old}
    made: dict[str, Any] = {key: value for key, value in around.items() if value}
    if proposals:
        made["alarms"] = {"enabled": False}
    many = sum(len(proposal.path) == PART for proposal in proposals) + len(outputs) > MOST
    if proposals and (many or any(name.endswith(OURS) for name in outputs)):
        made["own_outputs"] = False
    for proposal in proposals:
        if "routes" in proposal.path:
            function_settings = made["functions"][proposal.path[1]]
            function_settings["routes"] = [*function_settings.get("routes", ()), *proposal.settings["listed"]]
            continue
        table = made
        for step in proposal.path:
            table = table.setdefault(step, {})
        table.update(proposal.settings)
    made["overrides"] = overrides
    made["resources"] = {name: resource for name, resource in raw.items() if name not in claimed}
    made["outputs"] = outputs
    made["logical_ids"] = names
    return {key: value for key, value in made.items() if value or value is False}


def _export(value: Any) -> str:
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
