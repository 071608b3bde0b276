"""Where the properties of a resource hold policy documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from tapgen.template.intrinsics import function
from tapgen.template.model import Resource
from tapgen.template.paths import Path
from tapgen.template.text import text
from tapgen.template.types import row, value_at

# Properties that hold a resource policy in types without a row: their pages in the CloudFormation template reference.
_POLICY_PROPERTIES: Final = frozenset(
    {
        "PolicyDocument",
        "Policy",  # by its text alone: for many types it is a name
        "KeyPolicy",
        "ResourcePolicy",
        "AccessPolicies",
        "AccessPolicy",
        "RepositoryPolicyText",
        "FileSystemPolicy",
        "PolicyText",
        "ResourcePolicyDocument",
        "Content",  # of a policy or a resource policy of Organizations, by its text alone
        "DeliveryDestinationPolicy",
        "DestinationPolicy",
        "InvestigationGroupPolicy",
        "KmsPolicyDocument",
        "ModelPackageGroupPolicy",
        "ModelPolicy",
        "RepositoryPolicy",
        "S3AccessPolicy",
        "S3PolicyDocument",
        "SessionPolicy",
        "StsPolicyDocument",
    }
)
_BY_TEXT: Final = frozenset({"Policy", "Content"})
_STATEMENTS: Final = re.compile(r'\{[\s\S]*"Statement"\s{0,4}:')


def policy_documents(resource: Resource) -> Iterator[tuple[Path, Any]]:
    """Each resource policy in a resource's properties with its path: where its row says, and what is one by its shape.

    A trust policy or an identity's is none of them.
    """
    row_of = row(resource.type)
    if row_of.identity or row_of.owners:
        return
    base: Path = ("Resources", resource.logical_id, "Properties")
    known = (*base, *(step or 0 for step in row_of.policy)) if row_of.policy else ()
    if known:
        value = value_at(resource.properties, row_of.policy)
        if value not in (None, ""):
            yield known, value
    for path, document in _by_shape(dict(resource.properties), base):
        if not known or (path[: len(known)] != known and known[: len(path)] != path):
            yield path, document


def _by_shape(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """What is a policy document by its shape, or by the property that it stands in where its shape is not known."""
    name = path[-1]
    if function(value) or isinstance(value, str):
        known = name in _POLICY_PROPERTIES
        if known and ((function(value) and name not in _BY_TEXT) or _STATEMENTS.match(text(value).lstrip())):
            yield path, value
    elif isinstance(value, dict):
        if _has_effect(value.get("Statement")):
            yield path, value
        else:
            for key, item in value.items():
                yield from _by_shape(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _by_shape(item, (*path, index))


def _has_effect(statements: Any) -> bool:
    """Whether these are a policy's statements: a firewall's rules have a Statement too, without an Effect."""
    listed = statements if isinstance(statements, list) else [statements]
    # An empty list is a policy that says nothing; a function is a statement that is not known.
    return statements is not None and all(
        isinstance(item, dict) and ("Effect" in item or function(item)) for item in listed
    )
