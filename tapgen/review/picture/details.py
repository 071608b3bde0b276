"""What a picture's page tells of each part: its settings, what it may do, who may call it, what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tapgen.template.apis import routes
from tapgen.template.arns import Arns
from tapgen.template.document import Document, dump
from tapgen.template.masking import mask_of
from tapgen.template.model import Template, understand
from tapgen.template.policies import Statement, identity_policies

Details = dict[str, dict[str, Any]]


def details(document: Document, findings: Mapping[str, list[str]]) -> Details:
    """Logical id -> titles with a text or lines, without secrets; `findings` are those of a check, by logical id."""
    template = understand(document, defaults_decide=False)
    mask = mask_of(document)
    called = _routes(template)
    allowed = _permissions(template)
    written = document.get("Resources", {})
    told: Details = {}
    for name, resource in template.resources.items():
        properties = mask.value(written.get(name, {}).get("Properties", {}), ("Properties",))
        lines = {
            "Findings": findings.get(name, []),
            "Routes": [mask(line) for line in called.get(name, [])],
            "May": [mask(line) for line in allowed.get(name, [])],
        }
        told[name] = {
            "Type": resource.type,
            **({"Condition": resource.condition} if resource.condition else {}),
            **{title: some for title, some in lines.items() if some},
            **({"Settings": dump(properties, "yaml")} if properties else {}),
        }
    return told


def _routes(template: Template) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for route in routes(template).values():
        asks = " and an API key" if route.api_key else ""
        for name in (route.api_id, *route.functions):
            found.setdefault(name, []).append(f"{route.name}: {route.authorization}{asks}")
    return found


def _permissions(template: Template) -> dict[str, list[str]]:
    """What the role of each resource lets it do."""
    arns = Arns(template)
    found: dict[str, list[str]] = {}
    for held in identity_policies(template, arns):
        lines = [line for statement in held.statements for line in _sentences(statement)]
        for owner in held.owners:
            found.setdefault(owner, []).extend(lines)
    for name, resource in template.resources.items():
        role = arns.owner(resource.properties["Role"]) if "Role" in resource.properties else None
        if role in found:
            found[name] = found[role]
    return found


def _sentences(statement: Statement) -> Iterator[str]:
    actions = ", ".join(statement.actions) or f"everything but {', '.join(statement.not_actions)}"
    where = ", ".join(statement.resources) or f"everything but {', '.join(statement.not_resources)}"
    limits = " and ".join(f"{key} {operator} {', '.join(values)}" for operator, key, values in statement.conditions)
    denied = "" if statement.effect == "Allow" else "not: "
    yield f"{denied}{actions} on {where}{f' if {limits}' if limits else ''}"
