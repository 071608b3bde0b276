"""What the settings say of a document beside its parts: overridden resources, conditions, mappings and rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from tapgen.errors import DocumentError, suggestion
from tapgen.template.intrinsics import canonical, function, references

if TYPE_CHECKING:
    from tapgen.settings.model import Environment
    from tapgen.settings.overrides import Override
    from tapgen.template.document import Document

NO_VALUE = {"Ref": "AWS::NoValue"}
"""CloudFormation's own word for a property that is not there."""

_ATTRIBUTES = {
    "DependsOn": "depends_on",
    "DeletionPolicy": "deletion_policy",
    "UpdateReplacePolicy": "update_replace_policy",
    "Condition": "condition",
}


def sections(environment: Environment) -> dict[str, Any]:
    """The sections that the settings have as CloudFormation has them."""
    return {"Mappings": environment.mappings, "Conditions": environment.conditions, "Rules": environment.rules}


def overridden(document: Document, overrides: dict[str, Override], kept: Collection[str]) -> Document:
    """The document with its resources as the settings override them.

    What is left out takes tapgen's outputs with it; those of `kept` are the settings' own.

    Raises:
        DocumentError: there is no such resource.
    """
    made = dict(document["Resources"])
    for logical_id, override in overrides.items():
        if logical_id not in made:
            message = f'overrides.{logical_id}: there is no resource "{logical_id}"'
            raise DocumentError(message, suggestion(logical_id, made))
        if override.absent:
            del made[logical_id]
        else:
            made[logical_id] = _one(made[logical_id], override)
    absent = {logical_id for logical_id, override in overrides.items() if override.absent}
    outputs = {
        name: output
        for name, output in document.get("Outputs", {}).items()
        if name in kept or not absent.intersection(one.target for one in references(canonical(output)))
    }
    return {**document, "Resources": made, **({"Outputs": outputs} if "Outputs" in document else {})}


def is_plain_mapping(value: Any) -> bool:
    """A mapping that is no intrinsic function, nor empty."""
    return isinstance(value, dict) and bool(value) and function(value) is None


def _merged(before: Mapping[str, Any], otherwise: Mapping[str, Any]) -> dict[str, Any]:
    """The properties with others in their place: mappings are merged, AWS::NoValue takes away."""
    made = dict(before)
    for name, value in otherwise.items():
        old = made.get(name)
        both = is_plain_mapping(value) and is_plain_mapping(old)
        made[name] = _merged(made[name], value) if both else value
    return {name: value for name, value in made.items() if value != NO_VALUE}


def _one(resource: dict[str, Any], override: Override) -> dict[str, Any]:
    properties = _merged(resource.get("Properties", {}), override.properties)
    attributes = {
        theirs: list(value) if isinstance(value := getattr(override, ours), tuple) else value
        for theirs, ours in _ATTRIBUTES.items()
        if getattr(override, ours) is not None
    }
    metadata = {**resource.get("Metadata", {}), **override.metadata}
    found = {**resource, **attributes, "Metadata": metadata, "Properties": properties}
    return {key: value for key, value in found.items() if value}
