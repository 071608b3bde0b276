"""What is checked: a document with everything odd in it made harmless, so that no rule can stumble."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tapgen.template.exposure import Exposure, exposures
from tapgen.template.model import Template, understand

if TYPE_CHECKING:
    from tapgen.template.document import Document


@dataclass(frozen=True)
class Source:
    """Where a function's code is.

    `entry_point` is set where it differs from the document's Handler: code in the template is always `index`.
    """

    folder: Path
    entry_point: str | None = None


@dataclass(frozen=True)
class Subject:
    """A document, whether its environment is protected, and where the code of each function is, by logical id.

    `root` is the folder that file names in findings are relative to. `existing_paths` are the endpoints, by service
    name, of a network that is not in the document, "*" for a way to all of them; None where nobody says.
    """

    document: Document
    protected: bool = False
    sources: Mapping[str, Source] = field(default_factory=dict)
    root: Path = field(default_factory=Path)
    existing_paths: frozenset[str] | None = None

    @cached_property
    def template(self) -> Template:
        """The document, understood."""
        return understand(self.document)

    @cached_property
    def exposures(self) -> tuple[Exposure, ...]:
        """What the template opens to everybody."""
        return exposures(self.template)

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources that have a type; others (Fn::ForEach, broken ones) are left to cfn-lint."""
        found = mapping(self.document.get("Resources"))
        return {
            logical_id: resource
            for logical_id, resource in found.items()
            if isinstance(logical_id, str) and isinstance(resource, dict) and isinstance(resource.get("Type"), str)
        }

    def type_of(self, logical_id: str) -> str | None:
        """The resource's type; None where there is no such resource."""
        return self.resources.get(logical_id, {}).get("Type")

    def properties(self, logical_id: str) -> dict[str, Any]:
        """The resource's properties; empty where there are none."""
        return mapping(self.resources.get(logical_id, {}).get("Properties"))

    def of_type(self, *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """(logical id, properties) of the resources of these types."""
        for logical_id, resource in self.resources.items():
            if resource["Type"] in types:
                yield logical_id, mapping(resource.get("Properties"))


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value as a list: itself, the one thing that it is, or nothing (IAM and CloudFormation take both forms)."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def truthy(value: Any) -> bool:
    """Whether a property says yes; CloudFormation takes booleans as text too."""
    return value is True or (isinstance(value, str) and value.lower() == "true")
