"""What a deployment must know about a document: its text, capabilities, parameters and a fingerprint. All pure."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from tapgen.errors import ExitCode, TapgenError, UsageError, suggestion
from tapgen.template.document import MAX_BYTES, MAX_INLINE_BYTES, MAX_RESOURCES
from tapgen.template.types import row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tapgen.template.document import Document


def body(document: Document) -> str:
    """The text to send: JSON in ASCII, for GetTemplate may give "?" for other characters; indented where it fits.

    Raises:
        TapgenError: over 1 MB or 500 resources, which CloudFormation takes in no way.
    """
    count = len(document.get("Resources", {}))
    compact = json.dumps(document, separators=(",", ":"))
    if count > MAX_RESOURCES or len(compact) > MAX_BYTES:
        raise TapgenError(
            f"the template has {count} resources and {len(compact):,} bytes; "
            f"CloudFormation takes {MAX_RESOURCES} and {MAX_BYTES:,}",
            "Split the application into two, each with its own settings file.",
            ExitCode.USAGE,
        )
    readable = json.dumps(document, indent=1)
    return readable if len(readable) <= MAX_INLINE_BYTES else compact


def fits_inline(text: str) -> bool:
    """Whether CreateChangeSet takes the text itself: the limit counts bytes of UTF-8."""
    return len(text.encode()) <= MAX_INLINE_BYTES


def resources(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Logical id and resource; also those inside of an Fn::ForEach, under the loop's own key."""
    yield from _resources(document.get("Resources", {}))


def _resources(section: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for logical_id, resource in section.items():
        if isinstance(resource, dict):
            yield logical_id, resource
        elif isinstance(resource, list) and resource and isinstance(resource[-1], dict):
            yield from _resources(resource[-1])


def capabilities(document: Document) -> tuple[str, ...]:
    """The least set of capabilities that the template needs. Change sets need no CAPABILITY_AUTO_EXPAND, ever."""
    needed = ""
    for _, resource in resources(document):
        known = row(str(resource.get("Type", "")))
        if not known.iam:
            continue
        if known.name and known.name in resource.get("Properties", {}):
            return ("CAPABILITY_NAMED_IAM",)
        needed = "CAPABILITY_IAM"
    return (needed,) if needed else ()


def parameters(document: Document, given: Mapping[str, str]) -> dict[str, str]:
    """A value for every parameter, always sent: UsePreviousValue fails for a parameter that is new.

    Raises:
        UsageError: parameters without default have no value, or a value has no parameter.
    """
    declared: Mapping[str, Any] = document.get("Parameters", {})
    for name in given:
        if name not in declared:
            raise UsageError(f'the template has no parameter "{name}"', suggestion(name, declared))
    missing = [name for name, parameter in declared.items() if name not in given and "Default" not in parameter]
    if missing:
        names = ", ".join(f'"{name}"' for name in missing)
        what = f"the parameter {names} has" if len(missing) == 1 else f"the parameters {names} have"
        raise UsageError(f"{what} no value", f"Pass {' '.join(f'--parameter {name}=VALUE' for name in missing)}.")
    return {name: given[name] if name in given else _text(parameter["Default"]) for name, parameter in declared.items()}


def hidden_parameters(document: Document) -> frozenset[str]:
    """The names of the NoEcho parameters."""
    declared: Mapping[str, Any] = document.get("Parameters", {})
    return frozenset(name for name, parameter in declared.items() if _text(parameter.get("NoEcho")).lower() == "true")


def fingerprint(document: Document) -> str:
    """32 hex digits that are the same for two documents that CloudFormation takes for the same."""
    return digest(normal(document))


def digest(value: object) -> str:
    """32 hex digits of a JSON value, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def normal(value: Any, key: str = "") -> Any:
    """A copy in which equal spellings are equal: 10 and "10", true and "true", GetAtt's two forms, DependsOn's order.

    A character beyond ASCII is "?", which is what GetTemplate may make of it. The input is not changed.
    """
    if isinstance(value, dict):
        return {name: normal(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = [normal(item) for item in value]
        return sorted(items) if key == "DependsOn" else items
    text = _text(value).encode("ascii", "replace").decode()
    if key == "DependsOn":
        return [text]
    return text.split(".", 1) if key == "Fn::GetAtt" else text


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
