"""A document as a review reads it: canonical values, decided conditions, the resources that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from msgspec import Struct

from tapgen.errors import DocumentError
from tapgen.template.conditions import decide
from tapgen.template.document import Document
from tapgen.template.intrinsics import Reference, Scope, canonical, references, scalar
from tapgen.template.secrets import Masked

_ATTRIBUTES: Final = ("Properties", "DependsOn", "Type", "Condition")
_OTHER_SECTIONS: Final = frozenset(
    ("AWSTemplateFormatVersion", "Parameters", "Mappings", "Conditions", "Resources", "Outputs")
)
"""Those that are read, and the version."""
_VERSION: Final = "2010-09-09"
"""The only one that there is: CloudFormation refuses a template with another, and takes one without."""


class Resource(Struct, frozen=True):
    """A resource that exists, or may exist."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    attributes: Mapping[str, Any]
    """DependsOn (a sorted list), DeletionPolicy, Metadata … as they are written."""
    condition: str = ""
    """The condition that it depends on, where that cannot be decided; else ''."""
    references: tuple[Reference, ...] = ()
    """What its properties refer to; a path begins with the property's name."""

    def policy(self, attribute: str) -> str:
        """DeletionPolicy or UpdateReplacePolicy with CloudFormation's default filled in.

        The default is Delete, but Snapshot for AWS::RDS::DBCluster and for an AWS::RDS::DBInstance outside a cluster
        (template reference, "DeletionPolicy attribute"); UpdateReplacePolicy has no such exception.
        """
        written = self.attributes.get(attribute)
        if isinstance(written, str):
            return written
        if attribute == "DeletionPolicy" and written is None:
            lone = self.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in self.properties
            if lone or self.type == "AWS::RDS::DBCluster":
                return "Snapshot"
        return "Delete"


class Template(Struct, frozen=True, dict=True):
    """A canonical document."""

    resources: Mapping[str, Resource] = {}
    sections: Mapping[str, Mapping[str, Any]] = {}
    """Section name -> entry name -> value, for everything but resources."""
    outputs: Mapping[str, Mapping[str, Any]] = {}
    """The outputs that exist, resolved."""
    absent: frozenset[str] = frozenset()
    """The logical ids that a condition leaves out."""
    transforms: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    conditions: Mapping[str, bool] = {}
    """Those that are decided."""

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            found.setdefault(resource.type, []).append(resource)
        return {kind: tuple(some) for kind, some in found.items()}

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of some types, type by type."""
        return (resource for kind in types for resource in self._by_type.get(kind, ()))

    def target(self, value: Any) -> Resource | None:
        """The resource that a value refers to, where it is a plain Ref or GetAtt."""
        found = [reference for reference in references(value) if reference.target in self.resources]
        return self.resources[found[0].target] if len(found) == 1 else None


def understand(
    document: Document | None,
    parameters: Mapping[str, Any] | None = None,
    hidden: frozenset[str] = frozenset(),
    *,
    defaults_decide: bool = True,
    pseudo: Mapping[str, str] | None = None,
) -> Template:
    """The template in a document; `parameters` are the stack's values, the defaults stand for all but the hidden ones.

    Without `defaults_decide` a condition that only a parameter's default decides stays open. `pseudo` are the values of
    pseudo parameters where they are known.

    Raises:
        DocumentError: it is nested deeper than Python can follow.
    """
    if document is None:
        return Template()
    try:
        scope = known_values(document, parameters or {}, hidden, defaults_decide=defaults_decide, pseudo=pseudo)
        return _understand(document, scope)
    except RecursionError:
        raise DocumentError("the template is nested too deeply", "CloudFormation takes no such template.") from None


def _understand(document: Document, scope: Scope) -> Template:
    unknown: list[str] = []
    resources: dict[str, Resource] = {}
    for logical_id, written in _mapping(document, "Resources").items():
        if str(logical_id).startswith("Fn::") or not isinstance(written, dict) or "Type" not in written:
            unknown.append(f"{logical_id}: expanded by a transform, its resources are not known here")
            continue
        resource = _resource(str(logical_id), written, scope)
        if resource is not None:
            resources[resource.logical_id] = resource
    transforms = _transforms(document)
    unknown += [f"Transform {name}: what it makes of this template is not known here" for name in transforms]
    unknown += [
        f"{resource.logical_id}: {name} includes text that is not known here"
        for resource in resources.values()
        for name in ("Fn::Transform",)
        if _contains(resource.properties, name)
    ]
    outputs = _outputs(document, scope)
    absent = frozenset(map(str, _mapping(document, "Resources"))) - resources.keys()
    sections = {**_sections(document), "Outputs": outputs}
    return Template(resources, sections, outputs, absent, transforms, tuple(unknown), scope.conditions)


def known_values(
    document: Document,
    given: Mapping[str, Any],
    hidden: frozenset[str] = frozenset(),
    *,
    defaults_decide: bool = True,
    pseudo: Mapping[str, str] | None = None,
) -> Scope:
    """What a document's functions can be evaluated with: parameters' values, mappings, conditions as far as decided.

    `pseudo` are the values of pseudo parameters where they are known, such as that of AWS::Region.
    """
    parameters: dict[str, Any] = dict(pseudo or {})
    for name, declared in _mapping(document, "Parameters").items():
        if not isinstance(declared, dict) or name in hidden:
            continue
        value = given.get(name, declared.get("Default"))
        if value is not None:
            parameters[str(name)] = _parameter(value, declared)
    mappings = _mapping(document, "Mappings")
    certain = (
        parameters
        if defaults_decide
        else {name: value for name, value in parameters.items() if name in {*given, *(pseudo or {})}}
    )
    known = Scope(certain, mappings)
    return Scope(parameters, mappings, decide(_mapping(document, "Conditions"), known))


def _parameter(value: Any, declared: Mapping[str, Any]) -> Any:
    """The value that Ref gives: a list for the list types, a dynamic reference for the SSM types."""
    kind = str(declared.get("Type", "String"))
    text = ",".join(scalar(item) for item in value) if isinstance(value, list) else scalar(value)
    if kind.startswith("AWS::SSM::Parameter::Value"):
        return "{{resolve:ssm:" + text + "}}"
    secret = scalar(declared.get("NoEcho", False)).lower() == "true"
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [Masked(item.strip()) if secret else item.strip() for item in text.split(",")]
    return Masked(text) if secret else text


def _resource(logical_id: str, written: Mapping[str, Any], scope: Scope) -> Resource | None:
    condition = written.get("Condition")
    decided = scope.conditions.get(condition) if isinstance(condition, str) else None
    if decided is False:
        return None
    properties = canonical(written.get("Properties") or {}, scope)
    if not isinstance(properties, dict):  # what a function at this place gives: CloudFormation would refuse it
        properties = {"": properties}
    attributes = {
        str(key): canonical(value, scope)
        for key, value in written.items()
        if key not in _ATTRIBUTES and value is not None
    }
    depends = written.get("DependsOn")
    if depends:
        attributes["DependsOn"] = sorted(
            {scalar(name) for name in (depends if isinstance(depends, list | tuple) else [depends])}
        )
    return Resource(
        logical_id=logical_id,
        type=scalar(written["Type"]),
        properties=properties,
        attributes=attributes,
        condition=condition if isinstance(condition, str) and decided is None else "",
        references=tuple(references(properties)),
    )


def _sections(document: Document) -> dict[str, dict[str, Any]]:
    """The sections as they are written; a NoEcho parameter's default is masked."""
    sections: dict[str, dict[str, Any]] = {}
    for name in document:
        of_another_version = name == "AWSTemplateFormatVersion" and str(document[name]) != _VERSION
        if name not in _OTHER_SECTIONS or of_another_version:
            value = canonical(document[name])
            sections[str(name)] = value if isinstance(value, dict) else {"": value}
    for name in ("Parameters", "Mappings", "Conditions"):
        sections[name] = {str(key): canonical(value) for key, value in _mapping(document, name).items()}
    for declared in sections["Parameters"].values():
        if isinstance(declared, dict) and declared.get("NoEcho") == "true" and isinstance(declared.get("Default"), str):
            declared["Default"] = Masked(declared["Default"])
    return sections


def _outputs(document: Document, scope: Scope) -> dict[str, Mapping[str, Any]]:
    outputs: dict[str, Mapping[str, Any]] = {}
    for name, written in _mapping(document, "Outputs").items():
        if isinstance(written, dict) and scope.conditions.get(str(written.get("Condition"))) is not False:
            outputs[str(name)] = {key: canonical(value, scope) for key, value in written.items()}
    return outputs


def _transforms(document: Document) -> tuple[str, ...]:
    """The names of the macros that work on the whole template: its Transform section, or Fn::Transform at the top."""
    declared = [document.get("Transform"), document.get("Fn::Transform")]
    names = [name for value in declared if value for name in (value if isinstance(value, list) else [value])]
    return tuple(scalar(name.get("Name", name)) if isinstance(name, dict) else scalar(name) for name in names)


def _mapping(document: Document, section: str) -> dict[Any, Any]:
    value = document.get(section)
    return value if isinstance(value, dict) else {}


def _contains(value: Any, name: str) -> bool:
    if isinstance(value, dict):
        return name in value or any(_contains(item, name) for item in value.values())
    return isinstance(value, list) and any(_contains(item, name) for item in value)
