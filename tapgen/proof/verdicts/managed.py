"""The policies that AWS manages, by name with path; the table is made by scripts/managed_policies.py."""

from __future__ import annotations

from typing import Any

from tapgen.template.tables import row


def managed_policy(name: str) -> dict[str, Any] | None:
    """The document of `service-role/AWSLambdaBasicExecutionRole` and the like; None for an unknown name."""
    document: dict[str, Any] | None = row("managed_policies", name)
    return document
