"""EDGE: where the code of functions and of their own layers lies, for a template that tapgen did not make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tapgen import reading
from tapgen.proof import template_images
from tapgen.proof.subject import Source, mapping
from tapgen.template.document import Document

_CODE: Final = {
    "AWS::Lambda::Function": "Code",
    "AWS::Lambda::LayerVersion": "Content",
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}
"""AWS CLI reference, "cloudformation package": properties that may name local code."""

_BROUGHT: Final = frozenset({"boto3", "botocore", "s3transfer", "awscli", "aws_lambda_powertools"})
"""Packages whose requests are known without their code."""


def sources_of(written: Document, document: Document, made: Mapping[str, Path], file: Path) -> dict[str, Source]:
    """The sources of the functions whose modules are there, with those of the layers that the template makes itself.

    `written` is what stands in the file, `document` what a transform makes of it, `made` the folders that it has found.
    """
    folders = {**_packaged(written, file.parent), **made}
    inside = {name: path for name, path in folders.items() if _in_repository(path, file)}
    found = dict(_of_images(written, file))
    for name, folder in inside.items():
        if _has_entry_point(document, name, folder):
            layers = [inside[one] for one in _layers(written, name) if one in inside]
            local = [one if one and _in_repository(one, file) else None for one in _own_requirements(folder)]
            roots = [root for one in layers for root in _roots(one)]
            roots += [root for one in local if one is not None for root in (one, one / "src") if root.is_dir()]
            modules = {module: root for root in reversed(roots) for module in _modules(root)}
            read = sum(1 for one in layers if _roots(one))
            found[name] = Source(folder, elsewhere=tuple(sorted(modules.items())), layers=read, unread=not all(local))
    return found


def _of_images(written: Document, file: Path) -> Iterator[tuple[str, Source]]:
    for name, resource in written["Resources"].items():
        code = template_images.code_of(resource, file.parent) if isinstance(resource, dict) else None
        if code is not None:
            yield name, Source(code[0], entry_point=code[1])


def _packaged(written: Document, beside: Path) -> dict[str, Path]:
    """Where `aws cloudformation package` takes code from: a folder beside the template, or a file."""
    found = {}
    for name, resource in written["Resources"].items():
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        value = properties.get(_CODE.get(str(resource.get("Type")), "")) if isinstance(properties, dict) else None
        if isinstance(value, str) and "://" not in value:
            path = beside / value
            found[name] = path.parent if path.suffix == ".py" and reading.is_file(path) else path
    return found


def _in_repository(folder: Path, file: Path) -> bool:
    return reading.is_within(file.parent.absolute(), folder.absolute())


def _has_entry_point(document: Document, function: str, folder: Path) -> bool:
    """Whether a folder has a function's module; what a build puts there may be missing."""
    handler = mapping(mapping(document["Resources"].get(function)).get("Properties")).get("Handler")
    module = handler.rpartition(".")[0].replace(".", "/") if isinstance(handler, str) else ""
    return bool(module) and any(reading.is_file(folder / one) for one in (f"{module}.py", f"{module}/__init__.py"))


def _layers(written: Document, function: str) -> Iterator[str]:
    """The layers of the template that a function has, the last one first: it lies over the others."""
    globals_ = mapping(mapping(written.get("Globals")).get("Function"))
    properties = mapping(mapping(written["Resources"].get(function)).get("Properties"))
    given = [one.get("Layers") for one in (globals_, properties)]
    for value in reversed([one for layers in given if isinstance(layers, list) for one in layers]):
        if isinstance(value, dict) and isinstance(value.get("Ref"), str):
            yield value["Ref"]


def _own_requirements(folder: Path) -> Iterator[Path | None]:
    """The folders of requirements that no package index has: `-e ../common`; None where one is not on this machine."""
    try:
        lines = reading.text(folder / "requirements.txt").splitlines()
    except (OSError, UnicodeDecodeError):  # there is none, or none that pip reads
        return
    for line in lines:
        written = re.sub(r"^(-e|--editable)[ =]\s*", "", line.strip()).partition("#")[0].strip()
        path = folder / written.removeprefix("file:")
        if re.match(r"\.{1,2}(/|$)|file:", written):
            yield path if path.is_dir() else None
        elif re.search(r"(^|@\s*)(git|hg|svn|bzr)\+", written):
            yield None


def _roots(layer: Path) -> list[Path]:
    """The folders of a layer from which Python imports; without them `sam build` makes one of the layer itself.

    Lambda developer guide, "Packaging your layer content": `python/` and `python/lib/python3.x/site-packages/`.
    """
    python = layer / "python"
    if not python.is_dir():
        return [layer] if layer.is_dir() else []
    return [python, *sorted(python.glob("lib/python3*/site-packages"))]


def _modules(root: Path) -> Iterator[str]:
    """The top-level modules and packages of a folder; what is installed there, and known or not analysed, left out."""
    installed = set(_BROUGHT)
    for record in root.glob("*.dist-info/RECORD"):
        try:
            lines = reading.content(record).decode(errors="replace").splitlines()
        except OSError:
            continue
        installed |= {line.partition(",")[0].partition("/")[0].removesuffix(".py") for line in lines}
    for path in sorted(root.iterdir()):
        name = path.stem if path.suffix == ".py" else path.name
        if name.isidentifier() and name not in installed and (path.suffix == ".py" or path.is_dir()):
            yield name
