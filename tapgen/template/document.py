"""A template as one plain document: written as JSON or YAML, read back with line numbers.

A document is a `dict` of CloudFormation's own long form (`{"Ref": "X"}`, `{"Fn::GetAtt": ["X", "Arn"]}`), whoever
wrote it. The YAML side of it is in `yamlio`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from tapgen import reading
from tapgen.errors import DocumentError
from tapgen.template.nesting import refuse_depth, too_deep

Document = dict[str, Any]
Format = Literal["json", "yaml"]
DocumentPath = tuple[str | int, ...]

MAX_RESOURCES = 500  # CloudFormation quotas, AWS CloudFormation user guide
MAX_OUTPUTS = 200
MAX_BYTES = 1024 * 1024
MAX_INLINE_BYTES = 51_200  # a larger template goes through a bucket (TemplateURL)


def dump(document: Document, format: Format, indent: int = 2) -> str:  # noqa: A002 - the word users type
    """The document as text that ends in a new line; the same document gives the same bytes everywhere."""
    if format == "json":
        import msgspec

        encoded = msgspec.json.encode(document)
        return msgspec.json.format(encoded, indent=indent).decode() + "\n" if indent else encoded.decode()
    from tapgen.template.yamldump import dump_yaml

    return dump_yaml(document)


def parse(text: str, name: str) -> Document:
    """The document in a JSON or YAML text; short forms (`!Ref`) become long ones. `name` is for messages.

    Raises:
        DocumentError: it is neither, or not a template; the message has the file and the line.
    """
    text = text.removeprefix("\ufeff")
    document = _parse_json(text, name) if text.lstrip()[:1] == "{" else None
    if document is None:
        from tapgen.template.yamlio import parse_yaml

        document = parse_yaml(text, name)
    refuse_depth(document, name)
    _refuse_surrogates(document, text, name)
    if not isinstance(document, dict):
        held = "is empty" if document is None else "holds no mapping"
        raise DocumentError(f"{name}: not a CloudFormation template: it {held}", _TEMPLATE_HINT)
    resources = document.get("Resources")
    if not isinstance(resources, dict):
        raise DocumentError(f"{name}: not a CloudFormation template: it has no Resources", _TEMPLATE_HINT)
    for section in ("Parameters", "Mappings", "Conditions", "Outputs", "Metadata"):
        if not isinstance(document.get(section, {}), dict):
            raise DocumentError(f"{name}: {section} is not a mapping", _TEMPLATE_HINT)
    for logical_id, resource in resources.items():
        if str(logical_id).startswith("Fn::"):  # Fn::ForEach, of the language extensions
            continue
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise DocumentError(f"{name}: {logical_id} is not a resource: it has no Type", _TEMPLATE_HINT)
        if not isinstance(resource.get("Properties", {}), dict):
            raise DocumentError(f"{name}: {logical_id}.Properties is not a mapping", _TEMPLATE_HINT)
    return document


_SURROGATE = r"\\u[dD][89a-fA-F]"
_TEMPLATE_HINT = "A template has a Resources section that maps logical ids to resources with a Type."


def _parse_json(text: str, name: str) -> Any:
    """The JSON value, or None where the text is YAML that begins with a brace."""
    import json

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) != len(pairs):
            from tapgen.template.yamlio import parse_yaml

            parse_yaml(text, name)  # JSON is YAML, whose reader refuses the same and knows the line
            raise DocumentError(f"{name}: a key stands twice in one mapping", "Remove one of them.")
        return mapping

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        if name.endswith((".json", ".template")):
            raise DocumentError(f"{name}:{error.lineno}: not JSON: {error.msg} (column {error.colno})") from None
        return None
    except ValueError:  # Python refuses to read a number of more than 4,300 digits
        raise DocumentError(f"{name}: a number has thousands of digits", "Write it as text, in quotes.") from None
    except RecursionError:
        raise too_deep(name) from None


def _refuse_surrogates(document: Any, text: str, name: str) -> None:
    """Half a surrogate pair is no character: no service takes it, and no terminal or file can show it."""
    escape = re.search(_SURROGATE, text)
    if escape is None:
        return
    import json

    try:
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        where = text.lower().find(half)
        line = text.count("\n", 0, max(where, 0)) + 1
        raise DocumentError(
            f"{name}:{line}: {half} alone is no character", "Write the pair, or leave it out."
        ) from None


def read(path: Path) -> Document:
    """The document in a file.

    Raises:
        DocumentError: it cannot be read, is larger than CloudFormation takes, or is no template.
    """
    return parse(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The text of a template's file.

    Raises:
        DocumentError: it cannot be read, or is larger than CloudFormation takes.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DocumentError(f"{path}: {size:,} bytes; a template has at most {MAX_BYTES:,}", "Split the template.")
        return reading.text(path, "utf-8", MAX_BYTES)
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror}", "Name a template file, JSON or YAML.") from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: not a text file in UTF-8 (byte {error.start})") from None


def locate(text: str) -> dict[DocumentPath, int]:
    """The line (from 1) of each key and list item in a JSON or YAML template, by its path in the document."""
    from tapgen.template.yamlio import locate_yaml

    return locate_yaml(text)
