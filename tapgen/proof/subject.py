"""What is checked: a document, understood once, and where the code of its functions is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from tapgen.proof.unseen import ANYTHING, types_made_elsewhere
from tapgen.template.alternatives import NO_VALUE, REFERENCE, alternatives
from tapgen.template.apis import routes
from tapgen.template.arns import Arns
from tapgen.template.endpoints import Endpoint, endpoints, leading_out, route_tables
from tapgen.template.exposure import Exposure, exposures
from tapgen.template.intrinsics import branches
from tapgen.template.model import Resource, Template, understand
from tapgen.template.network import SecurityGroup, security_groups
from tapgen.template.policies import Held, identity_policies, resource_policies, trust_policies
from tapgen.template.secrets import placeholder
from tapgen.template.triggers import Trigger, triggers
from tapgen.template.written import written_path

if TYPE_CHECKING:
    from tapgen.template.document import Document, DocumentPath
    from tapgen.template.routes import Route


class Source(Struct, frozen=True):
    """Where a function's code is; `elsewhere` has the folders of modules that its package gets from other places.

    `entry_point` is set where it differs from the document's Handler: code in the template is always `index`.
    `requirements` is the text of what is installed beside it and into its `layers`, as many as the settings name;
    "" for nothing, None where nobody knows. `missing` is the file of requirements that is named and not there.
    `unread`: requirements of no package index are installed, whose code is not there to be read.
    """

    folder: Path
    entry_point: str | None = None
    elsewhere: tuple[tuple[str, Path], ...] = ()
    requirements: str | None = None
    layers: int = 0
    missing: str = ""
    unread: bool = False


class Subject(Struct, frozen=True, dict=True):
    """A document, whether its environment is protected, and where the code of each function is, by logical id.

    `root` is the folder that file names in findings are relative to. `existing_paths` are the endpoints, by service
    name, of a network that is not in the document, "*" for a way to all of them; None where nobody says.
    """

    document: Document
    protected: bool = False
    sources: Mapping[str, Source] = {}
    root: Path = field(default_factory=Path)
    existing_paths: frozenset[str] | None = None

    @cached_property
    def template(self) -> Template:
        """What the document says, with its parameters' defaults."""
        return understand(self.document)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes of its APIs."""
        return tuple(routes(self.template).values())

    @cached_property
    def arns(self) -> Arns:
        """The ARNs of its resources."""
        return Arns(self.template)

    @cached_property
    def identity_policies(self) -> tuple[Held, ...]:
        """What the template's roles, users and groups may do."""
        return tuple(identity_policies(self.template, self.arns))

    @cached_property
    def policies_by_owner(self) -> Mapping[str, tuple[Held, ...]]:
        """Those by whose they are."""
        found: dict[str, tuple[Held, ...]] = {}
        for held in self.identity_policies:
            for owner in held.owners:
                found[owner] = (*found.get(owner, ()), held)
        return found

    @cached_property
    def resource_policies(self) -> tuple[Held, ...]:
        """Whom its resources let in, and what its endpoints let through."""
        return tuple(resource_policies(self.template, self.arns))

    @cached_property
    def trust_policies(self) -> tuple[Held, ...]:
        """Who may assume its roles."""
        return tuple(trust_policies(self.template))

    @cached_property
    def exposures(self) -> tuple[Exposure, ...]:
        """What the template opens to everybody."""
        return exposures(self.template)

    @cached_property
    def triggers(self) -> tuple[Trigger, ...]:
        """What starts its functions."""
        return triggers(self.template, self.arns)

    @cached_property
    def groups(self) -> Mapping[str, SecurityGroup]:
        """Its security groups."""
        return security_groups(self.template)

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Its VPC endpoints to AWS services."""
        return tuple(endpoints(self.template, self.arns))

    @cached_property
    def route_tables(self) -> Mapping[str, str | None]:
        """Subnet -> its route table."""
        return route_tables(self.template, self.arns)

    @cached_property
    def leading_out(self) -> frozenset[str]:
        """The route tables by which a function reaches the internet."""
        return leading_out(self.template, self.arns)

    @cached_property
    def made_elsewhere(self) -> frozenset[str]:
        """Types of which a deployment may make more than the template shows."""
        return types_made_elsewhere(self.document, self.template)

    def may_have(self, types: Collection[str]) -> bool:
        """Whether a macro or a nested stack may make one of some types; never of none."""
        return bool(types) and (ANYTHING in self.made_elsewhere or not self.made_elsewhere.isdisjoint(types))

    @property
    def resources(self) -> Mapping[str, Resource]:
        """The resources that are there, or may be; what makes others (Fn::ForEach) is left to cfn-lint."""
        return self.template.resources

    def type_of(self, logical_id: str) -> str:
        """The resource's type; '' where there is no such resource."""
        return self.arns.type_of(logical_id)

    def properties(self, logical_id: str) -> Mapping[str, Any]:
        """The resource's canonical properties; empty where there are none."""
        resource = self.resources.get(logical_id)
        return resource.properties if resource else {}

    def of_type(self, *types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(logical id, properties) of the resources of these types."""
        yield from ((resource.logical_id, resource.properties) for resource in self.template.of_type(*types))

    def written(self, path: DocumentPath) -> DocumentPath:
        """Where a place of the template stands in the document as it is written."""
        return written_path(self.document, self.template.conditions, path)

    @cached_property
    def given_away(self) -> frozenset[str]:
        """What other stacks get of this one, by logical ids: in exported outputs and parameters of nested stacks."""
        exported = [output.get("Value") for output in self.template.outputs.values() if "Export" in output]
        stacks = self.of_type("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
        passed = [one for _, stack in stacks for one in mapping(stack.get("Parameters")).values()]
        return frozenset(filter(None, map(self.arns.owner, (*exported, *passed))))

    def says(self, path: DocumentPath, text: str) -> bool:
        """Whether a place itself says a text, and no parameter's default or mapping: a deployment may give another."""
        written = str(self._at(path))
        return all(piece in written for piece in REFERENCE.split(text)[::2])

    def meant(self, path: DocumentPath, text: str) -> bool:
        """Whether a text is deployed at a place as the template stands; a default such as `YOUR_BUCKET` is not."""
        return self.says(path, text) or not placeholder(text)

    def _at(self, path: DocumentPath) -> Any:
        value: Any = self.document
        for step in self.written(path):
            value = value[step]
        return value


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """The value as a list: itself, the one thing that it is, or nothing (IAM and CloudFormation take both forms)."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def inside(value: Any, path: DocumentPath, without: Collection[str] = ()) -> Iterator[tuple[Any, DocumentPath]]:
    """Every value in a value, itself first, with its path; not what stands under the names in `without`."""
    stack: list[tuple[Any, DocumentPath]] = [(value, path)]
    while stack:
        current, at = stack.pop()
        yield current, at
        if isinstance(current, dict):
            stack.extend((one, (*at, key)) for key, one in current.items() if key not in without)
        elif isinstance(current, list):
            stack.extend((one, (*at, index)) for index, one in enumerate(current))


def possible(properties: Mapping[str, Any], *path: str) -> tuple[str, ...]:
    """Every text that a property may be, through open conditions on the way; () where it is not set."""
    found: list[Any] = [properties]
    for step in path:
        inside = [one.get(step) for one in found if isinstance(one, Mapping)]
        found = [one for value in inside if value is not None for one in branches(value)]
    texts = (text for value in found for text in alternatives(value) if text != NO_VALUE)
    return tuple(dict.fromkeys(texts))


def may_be(value: str, texts: tuple[str, ...]) -> bool:
    """Whether one of the texts is a value, or nobody knows what it is."""
    return any(text == value or "${" in text for text in texts)


def truthy(value: Any) -> bool:
    """Whether a property says yes; canonical values have it as text, parameters as it is written."""
    return value is True or (isinstance(value, str) and value.lower() == "true")
