"""A template as one plain document: built from the settings, written as JSON or YAML, read back with line numbers.

A document is a `dict` of CloudFormation's own long form (`{"Ref": "X"}`, `{"Fn::GetAtt": ["X", "Arn"]}`), whoever
wrote it. The YAML side of it is in `yamlio`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tapgen.errors import DocumentError

if TYPE_CHECKING:
    from tapgen.compose import Origin, Template
    from tapgen.settings.model import Environment

Document = dict[str, Any]
Format = Literal["json", "yaml"]
DocumentPath = tuple[str | int, ...]

MAX_RESOURCES = 500  # CloudFormation quotas, AWS CloudFormation user guide
MAX_OUTPUTS = 200
MAX_BYTES = 1024 * 1024
MAX_INLINE_BYTES = 51_200  # a larger template goes through a bucket (TemplateURL)

SECTIONS = (
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Rules",
    "Conditions",
    "Transform",
    "Globals",
    "Resources",
    "Outputs",
    "Hooks",
)


@contextmanager
def _deferred(name: str) -> Iterator[None]:
    """Inside, `import name` gets a stand-in that imports the module when something of it is first used.

    troposphere imports cfn-flip, and with it PyYAML, for one method that is not called here: a quarter of the time
    that rendering JSON takes.
    """
    if name in sys.modules:
        yield
        return
    stand_in = ModuleType(name)
    stand_in.__getattr__ = lambda attribute: getattr(import_module(name), attribute)  # type: ignore[method-assign] # PEP 562
    sys.modules[name] = stand_in
    try:
        yield
    finally:
        del sys.modules[name]


RESOURCE_KEYS = (
    "Type",
    "Condition",
    "DependsOn",
    "CreationPolicy",
    "UpdatePolicy",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Metadata",
    "Properties",
)
"""A resource as it is read: what it is and what it depends on before its properties."""


class Rendered(NamedTuple):
    """An environment's document, and which layer and line made each resource."""

    document: Document
    origins: Mapping[str, Origin]


def render(environment: Environment) -> Rendered:
    """The environment's document.

    Raises:
        DocumentError: troposphere refuses a property, or the template exceeds a quota of CloudFormation.
    """
    with _deferred("cfn_flip"):
        from tapgen.compose import compose

    template = compose(environment)
    document = _to_dict(template)
    ordered = {section: document[section] for section in SECTIONS if document.get(section)}
    if "Resources" not in ordered:
        raise DocumentError(f"{environment.stack_name}: the template has no resources", "Add a table or a function.")
    ordered["Resources"] = {
        logical_id: {key: resource[key] for key in RESOURCE_KEYS if key in resource}
        for logical_id, resource in ordered["Resources"].items()
    }
    if environment.layers:
        ordered = {section: _plain(value, (section,)) for section, value in ordered.items()}
    _refuse_oversize(ordered, environment.stack_name)
    return Rendered(ordered, template.origins)


_SOMEWHERE = "the layer that adds it"


def _to_dict(template: Template) -> Document:
    """The template's dict; when troposphere refuses, each resource and output alone tells which one it is."""
    try:
        return dict(template.to_dict())
    except (TypeError, ValueError, AttributeError, RecursionError):
        from tapgen.bare_errors import translated

        for logical_id, resource in template.resources.items():
            origin = template.origins.get(logical_id)
            layer, place = (origin.layer, f"{origin.file}:{origin.line}") if origin else ("unknown", _SOMEWHERE)
            with translated(f"layer {layer}, {logical_id} ({resource.resource_type})", place):
                resource.to_dict()
        for title, output in template.outputs.items():
            with translated(f"output {title}", _SOMEWHERE):
                output.to_dict()
        with translated("the template", _SOMEWHERE):
            return dict(template.to_dict())


def _plain(value: Any, path: DocumentPath) -> Any:
    """The value as JSON has it: a project's own layer may put a tuple or an enumeration's member anywhere."""
    match value:
        case dict():
            return {str.__str__(key): _plain(item, (*path, key)) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, (*path, index)) for index, item in enumerate(value)]
        case str():
            return str.__str__(value)
        case bool() | int() | float() | None:
            return value
    where = ".".join(str(step) for step in path)
    raise DocumentError(f"{where}: a {type(value).__name__} cannot stand in a template", "Give it a value of JSON.")


def _refuse_oversize(document: Document, name: str) -> None:
    for section, most in (("Resources", MAX_RESOURCES), ("Outputs", MAX_OUTPUTS)):
        count = len(document.get(section, {}))
        if count > most:
            from tapgen.bare_errors import FEWER

            raise DocumentError(
                f"{name}: {count} {section.lower()}, CloudFormation takes {most} in one template", FEWER
            )
    size = len(dump(document, "json", indent=0).encode())
    if size > MAX_BYTES:
        raise DocumentError(
            f"{name}: {size:,} bytes, CloudFormation takes {MAX_BYTES:,} in one template",
            "Split the application into two, or move inline code into a package.",
        )


def dump(document: Document, format: Format, indent: int = 2) -> str:  # noqa: A002 - the word users type
    """The document as text that ends in a new line; the same document gives the same bytes everywhere."""
    if format == "json":
        import msgspec

        encoded = msgspec.json.encode(document)
        return msgspec.json.format(encoded, indent=indent).decode() + "\n" if indent else encoded.decode()
    from tapgen.yamldump import dump_yaml

    return dump_yaml(document)


def parse(text: str, name: str) -> Document:
    """The document in a JSON or YAML text; short forms (`!Ref`) become long ones. `name` is for messages.

    Raises:
        DocumentError: it is neither, or not a template; the message has the file and the line.
    """
    text = text.removeprefix("\ufeff")
    document = _parse_json(text, name) if text.lstrip()[:1] == "{" else None
    if document is None:
        from tapgen.yamlio import parse_yaml

        document = parse_yaml(text, name)
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


_TEMPLATE_HINT = "A template has a Resources section that maps logical ids to resources with a Type."


def _parse_json(text: str, name: str) -> Any:
    """The JSON value, or None where the text is YAML that begins with a brace."""
    import json

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) != len(pairs):
            from tapgen.yamlio import parse_yaml

            parse_yaml(text, name)  # JSON is YAML, whose reader refuses the same and knows the line
            raise DocumentError(f"{name}: a key stands twice in one mapping", "Remove one of them.")
        return mapping

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        if name.endswith((".json", ".template")):
            raise DocumentError(f"{name}:{error.lineno}: not JSON: {error.msg} (column {error.colno})") from None
        return None
    except RecursionError:
        raise DocumentError(f"{name}: nested too deeply to be a template") from None


def read(path: Path) -> Document:
    """The document in a file.

    Raises:
        DocumentError: it cannot be read, is larger than CloudFormation takes, or is no template.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DocumentError(f"{path}: {size:,} bytes; a template has at most {MAX_BYTES:,}", "Split the template.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror}", "Name a template file, JSON or YAML.") from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: not a text file in UTF-8 (byte {error.start})") from None
    return parse(text, str(path))


def locate(text: str) -> dict[DocumentPath, int]:
    """The line (from 1) of each key and list item in a JSON or YAML template, by its path in the document."""
    from tapgen.yamlio import locate_yaml

    return locate_yaml(text)
