"""Stack policies: a protected environment's stateful resources are neither replaced nor deleted by an update."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tapgen.deploy.artifacts.document import resources
from tapgen.deploy.artifacts.fingerprint import normal
from tapgen.template.types import row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tapgen.template.document import Document


def stack_policy(documents: Iterable[Document], allowed: frozenset[str] = frozenset()) -> str:
    """The policy as JSON text for the stateful resources of some documents, but those whose loss is allowed.

    Source: CloudFormation user guide, "Prevent updates to stack resources".
    """
    kept = sorted(
        {
            logical_id
            for document in documents
            for logical_id, resource in resources(document)
            if row(str(resource.get("Type"))).holds and logical_id not in allowed
        }
    )
    statements: list[dict[str, Any]] = [{"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}]
    if kept:
        statements.append(
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["Update:Replace", "Update:Delete"],
                "Resource": [f"LogicalResourceId/{logical_id}" for logical_id in kept],
            }
        )
    return json.dumps({"Statement": statements})


def same(policy: str, other: str) -> bool:
    """Whether two policies say the same, however they are written."""
    try:
        return bool(normal(json.loads(policy or "null")) == normal(json.loads(other or "null")))
    except ValueError:
        return False
