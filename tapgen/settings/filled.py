"""`${…}` in the properties of resources: where it names what the stack has, it stands for that."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from tapgen import naming
from tapgen.template.kinds import KINDS

if TYPE_CHECKING:
    from tapgen.settings.model import Environment
    from tapgen.settings.resources import Resource

PSEUDO = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)
"""CloudFormation user guide, "Pseudo parameters reference"."""
_OTHERS = (
    ("functions", "Function"),
    ("lambda_layers", "Layer"),
    ("sites", "Site"),
    ("identity_pools", "IdentityPool"),
)
_NAMED = re.compile(r"\$\{([^}]*)\}")
_MACHINE = "AWS::StepFunctions::StateMachine"  # its definitions have `${…}` of their own: DefinitionSubstitutions


def properties(environment: Environment, resource: Resource) -> dict[str, Any]:
    """A resource's properties, in which `${…}` is filled in where it names what the stack has."""
    if "${" not in str(resource.properties):
        return resource.properties
    known = _known(environment)
    of_machine = resource.type == _MACHINE
    return {
        key: value if of_machine and key.startswith("Definition") else _filled(value, known)
        for key, value in resource.properties.items()
    }


def _known(environment: Environment) -> frozenset[str]:
    """What `${…}` may name: parameters, resources, and what the settings' parts and functions become."""
    titles = (
        naming.logical(name, suffix)
        for word, suffix in (*_OTHERS, *((kind.word, kind.part.suffix) for kind in KINDS))
        for name in getattr(environment, word, {})
    )
    return PSEUDO | environment.parameters.keys() | environment.resources.keys() | frozenset(titles)


def _filled(value: Any, known: Collection[str]) -> Any:
    match value:
        case str():
            return _text(value, known)
        case list() | tuple():
            return [_filled(item, known) for item in value]
        case {"Fn::Sub": _}:
            return value
        case dict():
            return {key: _filled(item, known) for key, item in value.items()}
    return value


def _text(text: str, known: Collection[str]) -> Any:
    """Text that names something; what it names that is not there stays as it is written."""
    names = _NAMED.findall(text)
    if not any(_name(one) in known for one in names):
        return text
    if text == f"${{{names[0]}}}":
        name, dot, attribute = names[0].partition(".")
        return {"Fn::GetAtt": [name, attribute]} if dot else {"Ref": name}

    def kept(found: re.Match[str]) -> str:
        inner = found[1]
        return found[0] if inner.startswith("!") or _name(inner) in known else f"${{!{inner}}}"

    return {"Fn::Sub": _NAMED.sub(kept, text)}


def _name(inner: str) -> str:
    return inner.partition(".")[0]
