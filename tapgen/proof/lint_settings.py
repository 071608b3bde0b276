"""What a .cfnlintrc and a template's metadata tell cfn-lint not to say: it is found all the same, and shown as such."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tapgen.proof.findings import Finding
    from tapgen.template.document import Document

NAMES = (".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml")
"""The files that cfn-lint reads, the first of them that is there (its README, "Config File")."""
_KEY = "cfn-lint"
_LONGEST = 100_000  # bytes; nobody writes a longer one


class SwitchedOff(Struct, frozen=True):
    """Beginnings of rules' names, each with the resource that it is switched off for ('' for all) and who says so."""

    rules: tuple[tuple[str, str, str], ...] = ()

    def marked(self, finding: Finding) -> Finding:
        """The finding; suppressed where somebody has switched its rule off."""
        for start, logical_id, source in self.rules:
            if finding.rule.startswith(start) and logical_id in ("", finding.logical_id):
                return replace(finding, suppressed_reason=f"{source} switches {start} off for cfn-lint")
        return finding


def switched_off(document: Document, root: Path) -> SwitchedOff:
    """What the folder's file and the document's metadata switch off."""
    return SwitchedOff((*_of_file(root), *_of_document(document)))


def without_settings(document: Document) -> Document:
    """The document without what its metadata tell cfn-lint."""
    resources = document.get("Resources")
    bare = _bare(document)
    if isinstance(resources, dict):
        bare["Resources"] = {name: _bare(one) if isinstance(one, dict) else one for name, one in resources.items()}
    return bare


def _bare(value: dict[str, Any]) -> dict[str, Any]:
    metadata = value.get("Metadata")
    if not isinstance(metadata, dict) or _KEY not in metadata:
        return dict(value)
    left = {key: one for key, one in metadata.items() if key != _KEY}
    return {key: left if key == "Metadata" else one for key, one in value.items() if key != "Metadata" or left}


def _of_file(root: Path) -> Iterator[tuple[str, str, str]]:
    file = next((root / name for name in NAMES if (root / name).is_file()), None)
    if file is None:
        return
    from tapgen.errors import TapgenError
    from tapgen.template.yamlio import parse_yaml

    try:
        with file.open(encoding="utf-8") as opened:
            read = parse_yaml(opened.read(_LONGEST), file.name)
    except (OSError, UnicodeDecodeError, TapgenError):
        return  # what nobody can read switches nothing off
    yield from ((start, "", file.name) for start in _ignored(read))


def _of_document(document: Document) -> Iterator[tuple[str, str, str]]:
    yield from ((start, "", "Metadata") for start in _ignored(_config(document)))
    resources = document.get("Resources")
    for name, resource in resources.items() if isinstance(resources, dict) else ():
        yield from ((start, name, f"Metadata of {name}") for start in _ignored(_config(resource)))


def _config(value: Any) -> Any:
    for key in ("Metadata", _KEY, "config"):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _ignored(settings: Any) -> list[str]:
    found = settings.get("ignore_checks") if isinstance(settings, dict) else None
    return [one for one in found if isinstance(one, str) and one] if isinstance(found, list) else []
