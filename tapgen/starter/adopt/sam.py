"""A SAM template as CloudFormation expands it: by SAM's own translator, which is in an extra."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from tapgen import reading
from tapgen.errors import DocumentError, TapgenError, UsageError
from tapgen.installing import with_extra
from tapgen.template.document import Document

PREFIX: Final = "AWS::Serverless::"
TRANSFORM: Final = "AWS::Serverless-2016-10-31"
_CODE: Final = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}
_BODIES: Final = {
    "AWS::Serverless::Api": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::HttpApi": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "Definition"),
}
_PLACE: Final = {"Bucket": "the-code-is-in-the-project", "Key": "packaged-by-tapgen"}
_IMAGE: Final = "image-is-built:latest"
BUILT: Final = ".aws-sam/build"
"""Where `sam build` leaves what it has built, by logical id."""
_COMPILED: Final = ("java", "dotnet", "go", "provided")
DEFAULT_REGION: Final = "us-east-1"


class Expanded(NamedTuple):
    """The template without SAM, and the folders of its code by the logical ids of functions and layers.

    `gone` are those that the template names and that are not there; `unread` says of resources what of them is not
    known, where the rest was to be expanded all the same.
    """

    document: Document
    folders: Mapping[str, Path]
    gone: Mapping[str, Path]
    unread: Mapping[str, str] = {}


def is_sam(document: Document) -> bool:
    """The template has resources that only SAM knows."""
    return any(
        str(one.get("Type", "")).startswith(PREFIX) for one in document["Resources"].values() if isinstance(one, dict)
    )


def folders_of(document: Document, folder: Path) -> dict[str, Path]:
    """The folders of a template's code, by the logical ids of functions and layers."""
    folders: dict[str, Path] = {}
    _detached(document, folder, folders, {})
    return folders


def expand(document: Document, folder: Path, region: str, parameters: Mapping[str, str]) -> Expanded:
    """The template as CloudFormation's transform makes it, in that region; code stays where it is.

    Raises:
        TapgenError: the translator is not installed.
        UsageError: SAM refuses the template, or only AWS can expand it.
        DocumentError: a definition in a file of its own cannot be read.
    """
    folders: dict[str, Path] = {}
    gone: dict[str, Path] = {}
    detached = _detached(document, folder, folders, gone)
    for logical_id, resource in detached["Resources"].items():
        if _in_repository(resource):
            raise UsageError(f"{logical_id} is an application of AWS's repository, which AWS alone expands")
    return Expanded(_translated(detached, region, parameters), folders, gone)


def expand_what_can_be(document: Document, folder: Path, region: str) -> Expanded:
    """The same, without an end where a definition's file is not there, or SAM refuses a resource: the rest is expanded.

    Nothing of AWS's is asked: an application of its repository becomes a nested stack whose template is not known.

    Raises:
        TapgenError: the translator is not installed, or expands nothing of the template.
    """
    folders: dict[str, Path] = {}
    gone: dict[str, Path] = {}
    unread: dict[str, str] = {}
    detached = _detached(document, folder, folders, gone, unread)
    for logical_id, resource in detached["Resources"].items():
        if _in_repository(resource):
            detached["Resources"][logical_id] = {**resource, "Type": _NESTED, "Properties": {"TemplateURL": _ELSEWHERE}}
    while True:
        try:
            made = _translated(detached, region, {})
        except RefusedError as error:
            refused = {name: cause for name, cause in error.causes.items() if name in detached["Resources"]}
            if not refused:
                raise
            unread.update((name, f"SAM refuses it: {cause}") for name, cause in refused.items())
            for name in refused:
                del detached["Resources"][name]
        else:
            return Expanded(made, folders, gone, unread)


_NESTED: Final = "AWS::CloudFormation::Stack"
_ELSEWHERE: Final = "https://aws.amazon.com/serverless/serverlessrepo/"
_UNKNOWN_BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "Definition": {"StartAt": "Unread", "States": {"Unread": {"Type": "Pass", "End": True}}},
    "DefinitionBody": {"openapi": "3.0.1", "info": {"title": "unread", "version": "1"}, "paths": {}},
}
"""What stands for a definition that cannot be read."""


class RefusedError(UsageError):
    """SAM refuses a template; `causes` are what it says of which resource."""

    def __init__(self, message: str, hint: str, causes: Mapping[str, str]) -> None:
        super().__init__(message, hint)
        self.causes = causes


def _in_repository(resource: Any) -> bool:
    """Whether a resource is an application by its ID: the translator would ask AWS for its template."""
    if not isinstance(resource, dict) or resource.get("Type") != "AWS::Serverless::Application":
        return False
    properties = resource.get("Properties")
    return not (isinstance(properties, dict) and isinstance(properties.get("Location"), str))


def _detached(
    document: Document,
    folder: Path,
    folders: dict[str, Path],
    gone: dict[str, Path],
    unread: dict[str, str] | None = None,
) -> Document:
    """A copy of the document without local code; `folders` takes where it is, `gone` where it is not.

    `unread` takes what is wrong with definitions that cannot be read; without it that is an error.
    """
    document = json.loads(json.dumps(document, default=str))
    globals_ = _mapping(_mapping(document.get("Globals")).get("Function"))
    for logical_id, resource in document["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.setdefault("Properties", {}), dict):
            continue  # the translator says what is wrong with it
        where = _detach(logical_id, resource, globals_, folder)
        _defined(logical_id, resource, folder, unread)
        if where is not None and where.source is not None:
            folders[logical_id] = where.source
        elif where is not None and not where.written.exists():
            gone[logical_id] = where.written
    globals_.pop("CodeUri", None)
    if not globals_:
        _mapping(document.get("Globals")).pop("Function", None)
    return document


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class _Where(NamedTuple):
    """The path that the template names, and the folder that can be packaged, None without one."""

    written: Path
    source: Path | None


def _detach(logical_id: str, resource: Mapping[str, Any], globals_: Mapping[str, Any], folder: Path) -> _Where | None:
    """Let the translator think that the code is packaged; where it is, None where that is not beside the template."""
    where = None
    properties, kind = resource["Properties"], str(resource.get("Type"))
    if kind in _CODE and "InlineCode" not in properties and "ImageUri" not in properties:
        key = _CODE[kind]
        is_image = properties.get("PackageType", globals_.get("PackageType")) == "Image"
        written = properties.get(key, globals_.get(key, "."))
        if is_image:
            properties.setdefault("ImageUri", _IMAGE)
        elif isinstance(written, str) and not written.startswith("s3://"):
            runtime = str(properties.get("Runtime", globals_.get("Runtime", "")))
            found = reading.is_within(folder, written)
            source = _source(logical_id, resource, runtime, folder / written) if found else None
            where = _Where(folder / written, source)
            properties[key] = dict(_PLACE)
        elif key not in properties:
            properties[key] = written
    return where


def _defined(logical_id: str, resource: Mapping[str, Any], folder: Path, unread: dict[str, str] | None) -> None:
    """Put a definition that is in a file of its own where it belongs."""
    kind = str(resource.get("Type"))
    if kind not in _BODIES:
        return
    uri, body = _BODIES[kind]
    properties = resource["Properties"]
    file = _included(properties.get(body))
    if file is None and isinstance(properties.get(uri), str):
        file = properties.pop(uri)
    if file is None:
        return
    try:
        properties[body] = _read(folder, file)
    except DocumentError as error:
        if unread is None:
            raise
        properties[body] = json.loads(json.dumps(_UNKNOWN_BODIES[body]))
        unread[logical_id] = f"The definition of {logical_id} is not read: {error.message}"


def _included(definition: Any) -> str | None:
    """The file of a definition that AWS::Include brings, where its name is known."""
    included = definition.get("Fn::Transform") if isinstance(definition, dict) and len(definition) == 1 else None
    parameters = included.get("Parameters") if isinstance(included, dict) else None
    location = parameters.get("Location") if isinstance(parameters, dict) else None
    return location if isinstance(location, str) else None


def _source(logical_id: str, resource: Mapping[str, Any], runtime: str, written: Path) -> Path | None:
    """The folder that can be packaged as it is: what `sam build` has left where a build is needed, else the source.

    tapgen installs Python's requirements itself; it compiles and bundles nothing.
    """
    how = str(_mapping(resource.get("Metadata")).get("BuildMethod", ""))
    package = written / "package.json"
    bundled = runtime.startswith("nodejs") and package.is_file() and '"dependencies"' in reading.text(package)
    bundled = bundled or (runtime.startswith("ruby") and (written / "Gemfile").is_file())
    needs_build = (how and not how.startswith("python")) or runtime.startswith(_COMPILED) or bundled
    if not needs_build or (written / "node_modules").is_dir():
        return written if written.is_dir() else None
    built = next((parent for parent in (written, *written.parents) if (parent / BUILT / logical_id).is_dir()), None)
    return built / BUILT / logical_id if built else None


def not_packaged(resources: Mapping[str, Any], gone: Mapping[str, Path]) -> Iterator[str]:
    """What stays as it is without a package that is known, a sentence each: such a template cannot be deployed.

    `gone` are folders that the template names and that are not there.
    """
    for logical_id, resource in resources.items():
        properties = resource.get("properties") or {}
        code = properties.get("Code") or properties.get("Content") or {}
        packaged = code in ({"S3Bucket": _PLACE["Bucket"], "S3Key": _PLACE["Key"]}, {"ImageUri": _IMAGE})
        if packaged and logical_id in gone:
            yield f"{logical_id}: its code is missing: there is no {gone[logical_id]}, which the template names"
        elif packaged:
            yield (
                f"{logical_id}: its code stays where SAM has packaged it, which the template does not say; adopt it "
                "with the stack (--stack NAME), or run `sam build` first, where it has to be built"
            )


def _read(folder: Path, file: str) -> Any:
    """A definition in a file of its own, JSON or YAML.

    Raises:
        DocumentError: it cannot be read.
    """
    from tapgen.template.yamlio import parse_yaml

    if file.startswith("s3://"):
        raise DocumentError(f"{file} is not on this machine", "The template names this file.")
    path = folder / file
    try:
        return parse_yaml(reading.text(reading.within(folder, file)), str(path))
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror}", "The template names this file.") from None


def _translated(document: Document, region: str, parameters: Mapping[str, str]) -> Document:
    try:
        from samtranslator.model.exceptions import InvalidDocumentException
        from samtranslator.parser.parser import Parser
        from samtranslator.translator.translator import Translator
    except ImportError:
        raise TapgenError("the template is written for SAM", f"Install what expands it: {with_extra('sam')}.") from None
    logging.getLogger("samtranslator").addHandler(logging.NullHandler())  # it tells of metrics that nobody asked for
    session = SimpleNamespace(region_name=region)
    try:
        made = Translator({}, Parser(), boto_session=session).translate(document, dict(parameters))
    except InvalidDocumentException as error:
        told = "".join(f"\n  {cause.message}" for cause in error.causes)
        causes = {str(getattr(cause, "_logical_id", "")): str(cause.message) for cause in error.causes}
        raise RefusedError(f"SAM refuses the template:{told}", "Mend it first.", causes) from None
    except Exception as error:  # what the translator itself stumbles over is not for us to know
        raise UsageError(f"SAM's translator does not take the template: {error!r}") from error
    others = [one for one in _transforms(document) if one != TRANSFORM]
    made.pop("Transform", None)
    made.pop("Globals", None)
    return {**made, **({"Transform": others} if others else {})}


def _transforms(document: Document) -> list[Any]:
    written = document.get("Transform", [])
    return written if isinstance(written, list) else [written]
