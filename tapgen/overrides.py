"""What the settings say of a document beside its parts: overridden resources, conditions, mappings and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.errors import DocumentError, suggestion

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


def overridden(resources: Document, overrides: dict[str, Override]) -> Document:
    """The resources, those that the settings override otherwise.

    Raises:
        DocumentError: there is no such resource.
    """
    made = dict(resources)
    for logical_id, override in overrides.items():
        if logical_id not in made:
            message = f'overrides.{logical_id}: there is no resource "{logical_id}"'
            raise DocumentError(message, suggestion(logical_id, made))
        if override.absent:
            del made[logical_id]
        else:
            made[logical_id] = _one(made[logical_id], override)
    return made


def _one(resource: dict[str, Any], override: Override) -> dict[str, Any]:
    properties = {**resource.get("Properties", {}), **override.properties}
    properties = {name: value for name, value in properties.items() if value != NO_VALUE}
    attributes = {
        theirs: list(value) if isinstance(value := getattr(override, ours), tuple) else value
        for theirs, ours in _ATTRIBUTES.items()
        if getattr(override, ours) is not None
    }
    metadata = {**resource.get("Metadata", {}), **override.metadata}
    found = {**resource, **attributes, "Metadata": metadata, "Properties": properties}
    return {key: value for key, value in found.items() if value}
