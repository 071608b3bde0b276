"""The settings' one document: composed, in CloudFormation's order, within its quotas."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tapgen.errors import DocumentError
from tapgen.template.document import MAX_BYTES, MAX_OUTPUTS, MAX_RESOURCES, Document, DocumentPath, dump

if TYPE_CHECKING:
    from tapgen.compose import Origin, Template
    from tapgen.settings.model import Environment

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
    stand_in = ModuleType(name)
    stand_in.__getattr__ = lambda attribute: getattr(import_module(name), attribute)  # type: ignore[method-assign] # PEP 562
    with _in_place(stand_in):
        yield


def _without_sam() -> AbstractContextManager[None]:
    """Inside, troposphere does not import its classes of SAM.

    It would for the type of one attribute that is not used here, and with them those of S3, Step Functions, EventBridge
    and HTTP APIs: a twentieth of the time that rendering JSON takes.
    """
    stand_in = ModuleType("troposphere.serverless")
    stand_in.Globals = object  # type: ignore[attr-defined]
    return _in_place(stand_in)


@contextmanager
def _in_place(stand_in: ModuleType) -> Iterator[None]:
    """Inside, the module of that name is the stand-in, unless it has been imported already."""
    name = stand_in.__name__
    if name in sys.modules:
        yield
        return
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


class Rendered(Struct, frozen=True):
    """An environment's document, and which layer and line made each resource."""

    document: Document
    origins: Mapping[str, Origin]


def render(environment: Environment) -> Rendered:
    """The environment's document.

    Raises:
        DocumentError: troposphere refuses a property, or the template exceeds a quota of CloudFormation.
    """
    with _deferred("cfn_flip"), _without_sam():
        from tapgen.compose import compose

    template = compose(environment)
    document = _to_dict(template) | _sections(environment)
    ordered = {section: document[section] for section in SECTIONS if document.get(section)}
    if "Resources" not in ordered:
        raise DocumentError(f"{environment.stack_name}: the template has no resources", "Add a table or a function.")
    ordered["Resources"] = {
        logical_id: {key: resource[key] for key in RESOURCE_KEYS if key in resource}
        for logical_id, resource in ordered["Resources"].items()
    }
    if environment.layers:
        ordered = {section: _plain(value, (section,)) for section, value in ordered.items()}
    origins: Mapping[str, Origin] = template.origins
    if environment.overrides:
        from tapgen.overrides import overridden

        ordered = overridden(ordered, environment.overrides, kept=environment.outputs)
    if environment.logical_ids:
        from tapgen.rename import renamed

        ordered = renamed(ordered, environment.logical_ids)
        origins = {environment.logical_id(title): origin for title, origin in origins.items()}
    _refuse_oversize(ordered, environment.stack_name)
    return Rendered(ordered, origins)


def _sections(environment: Environment) -> Document:
    if not (environment.mappings or environment.conditions or environment.rules):
        return {}
    from tapgen.overrides import sections

    return sections(environment)


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


SWITCHES = (
    ("FunctionDurationAlarm", "alarms.duration_percent = 0"),
    ("FunctionThrottlesAlarm", "alarms.throttles = 0"),
    ("TableThrottlesAlarm", "alarms.table_errors = 0"),
    ("TableSystemErrorsAlarm", "alarms.table_errors = 0"),
    ("AgeAlarm", "alarms.message_age = 0"),
    ("DeadLetterQueueMessagesAlarm", "alarms.dead_letters = 0"),
    ("FailuresAlarm", "alarms.failures = 0"),
    ("TimeoutsAlarm", "alarms.failures = 0"),
    ("Method", "api.body = true"),
    ("Resource", "api.body = true"),
)
"""How logical ids end that a setting takes away, as few of them as there are."""

SPLIT = "Split the application in two files."


def _to_switch_off(document: Document) -> str:
    """What settings take how many resources away, the most first."""
    spared: Counter[str] = Counter()
    for title, resource in document["Resources"].items():
        if resource["Type"].startswith(("AWS::CloudWatch::", "AWS::ApiGateway::")):
            setting = next((setting for ending, setting in SWITCHES if title.endswith(ending)), "")
            spared[setting] += bool(setting)
    found = ", ".join(f"{setting} ({count})" for setting, count in spared.most_common() if count)
    return f"Take resources away by {found}, or split the application in two files." if found else SPLIT


def _refuse_oversize(document: Document, name: str) -> None:
    for section, most in (("Resources", MAX_RESOURCES), ("Outputs", MAX_OUTPUTS)):
        count = len(document.get(section, {}))
        if count > most:
            from tapgen.bare_errors import FEWER

            hint = _to_switch_off(document) if section == "Resources" else FEWER
            raise DocumentError(f"{name}: {count} {section.lower()}, CloudFormation takes {most} in one template", hint)
    size = len(dump(document, "json", indent=0).encode())
    if size > MAX_BYTES:
        raise DocumentError(
            f"{name}: {size:,} bytes, CloudFormation takes {MAX_BYTES:,} in one template",
            "Split the application into two, or move inline code into a package.",
        )
