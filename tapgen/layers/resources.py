"""Resources: whatever the settings have as CloudFormation has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.layers.parts import deletion
from tapgen.resource_class import Intrinsic, as_it_is, checked
from tapgen.settings.filled import properties
from tapgen.template.types import row

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.settings.model import Environment
    from tapgen.settings.resources import Resource


def build(template: Template, environment: Environment) -> None:
    """Add the resources; the settings' checks have seen to it that each can be read."""
    for name, settings in environment.resources.items():
        given = properties(environment, settings)
        resource = (as_it_is if settings.unchecked else checked)(name, settings.type, given)
        if resource is None:
            continue
        for attribute, value in _attributes(environment, settings).items():
            setattr(resource, attribute, value)
        if settings.type.startswith("Custom::"):
            resource.resource["Type"] = settings.type
        template.add_resource(resource)


def _attributes(environment: Environment, settings: Resource) -> dict[str, Any]:
    keeps = deletion(protected=environment.protected) if row(settings.type).holds else {}
    policy = settings.deletion_policy or keeps.get("DeletionPolicy")
    same = {"RetainExceptOnCreate": "Retain"}.get(settings.deletion_policy or "", settings.deletion_policy)
    replaced = settings.update_replace_policy or same or keeps.get("UpdateReplacePolicy")
    after = settings.depends_on
    return {
        **({"DependsOn": after if isinstance(after, str) else list(after)} if after else {}),
        **({"DeletionPolicy": policy} if policy else {}),
        **({"UpdateReplacePolicy": replaced} if replaced else {}),
        **({"CreationPolicy": settings.creation_policy} if settings.creation_policy else {}),
        # A group's validator reads troposphere's own classes alone, and leaves what is opaque.
        **({"UpdatePolicy": Intrinsic(settings.update_policy)} if settings.update_policy else {}),
        **({"Condition": settings.condition} if settings.condition else {}),
        **({"Metadata": settings.metadata} if settings.metadata else {}),
    }
