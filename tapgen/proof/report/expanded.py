"""What a finding in an expanded template is about in the template that was written: its resource, and its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.proof.findings import Finding
    from tapgen.template.document import Document, DocumentPath

_PREFIX = "AWS::Serverless::"
_WORDING = frozenset({"partition-literal", "region-literal", "invoke-wide"})
"""Rules about how something is written, which nobody can write otherwise where a transform has written it."""
_SURPLUS = frozenset(
    {
        "permission-unused",
        "action-wildcard",
        "resource-wildcard",
        "action-unknown",
        "action-unlisted",
        "action-resource",
    }
)
"""Rules that ask to change a statement, which nobody can of a policy template or a connector.

SQSPollerPolicy, for one, names sqs:DeleteMessageBatch, which is no action.
"""
_POLICY = re.compile(r"RolePolicy(\d+)$")


def written(finding: Finding, document: Document, expanded: Document) -> Finding | None:
    """The finding as it is to be told of the template `document`, which became `expanded`.

    None where what it is about was written by the transform alone.
    """
    if len(finding.path) < len(("Resources", "Name")) or finding.path[0] != "Resources":
        return finding
    logical_id = str(finding.path[1])
    source = origin(logical_id, document)
    made = source != logical_id or _type(document, source).startswith(_PREFIX)
    if made and finding.rule in _WORDING:
        return None
    if source is None:
        return replace(finding, path=("Resources",))
    path = _path(finding.path, source, document, expanded) if made else finding.path
    if made and finding.rule in _SURPLUS and not _is_statement(document, path):
        return None
    return replace(finding, path=path, logical_id=source)


def origin(logical_id: str, document: Document) -> str | None:
    """The resource that was written, of which a transform has made another: the longest whose name it begins with.

    SAM developer guide, "Generated CloudFormation resources for AWS SAM": `OrdersRole` is of the function Orders.
    """
    resources: Mapping[str, Any] = document["Resources"]
    if logical_id in resources:
        return logical_id
    serverless = [name for name in resources if _type(document, name).startswith(_PREFIX)]
    return max((name for name in serverless if logical_id.startswith(name)), key=len, default=None)


def _type(document: Document, name: str | None) -> str:
    resource = document["Resources"].get(name)
    return str(resource.get("Type", "")) if isinstance(resource, dict) else ""


def _is_statement(document: Document, path: DocumentPath) -> bool:
    """Whether a path leads into a policy that is written out, and not to a policy template or a connector."""
    value: Any = document
    for step in path[:5] if path[2:4] == ("Properties", "Policies") else path[:2]:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return isinstance(value, dict) and "Statement" in value


def _path(path: DocumentPath, source: str, document: Document, expanded: Document) -> DocumentPath:
    """The place below the resource that was written; a statement of a function's role stands in its `Policies`."""
    inside = path[2:]
    if path[1] == source:
        return path
    if inside[:2] == ("Properties", "Policies") and len(inside) > 3:
        policies = expanded["Resources"][path[1]]["Properties"].get("Policies")
        policy = policies[inside[2]] if isinstance(policies, list) and isinstance(inside[2], int) else {}
        number = _POLICY.search(str(policy.get("PolicyName", "")))
        inside = ("Properties", "Policies", int(number[1]) if number else inside[2], *inside[4:])
        if not isinstance(document["Resources"][source].get("Properties", {}).get("Policies"), list):
            inside = ("Properties", "Policies", *inside[3:])
    else:
        inside = ()
    return ("Resources", source, *inside)
