"""EDGE: where the code of a template's functions is: beside it, inside of it, or among the assets of CDK."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tapgen import reading
from tapgen.starter.adopt.drafts import LAYER, Code, without_hash
from tapgen.starter.adopt.state_machines import STATE_MACHINE, definition_of
from tapgen.template.document import Document

WITH_CODE = frozenset({"AWS::Lambda::Function", LAYER})
"""Types that have code."""


def code_of(document: Document, beside: Path | None, local: Mapping[str, Path], to: Path) -> dict[str, Code]:
    """The code of each function by its logical id, as far as it is known.

    `beside` is the template's folder, None for a stack; `local` are folders by logical id; `to` is the project's.
    """
    found = {}
    for logical_id, resource in document["Resources"].items():
        known = definition_of(resource.get("Properties") or {}) if resource.get("Type") == STATE_MACHINE else None
        if known is not None:
            file = f"{_snake(logical_id)}.asl.json"
            found[logical_id] = Code(file, files={file: json.dumps(known[0], indent=2) + "\n"})
        if resource.get("Type") not in WITH_CODE:
            continue
        code = _one(logical_id, resource, beside, local.get(logical_id) or local.get(without_hash(logical_id)), to)
        if code is not None:
            found[logical_id] = code
    return found


def _one(
    logical_id: str, resource: Mapping[str, Any], beside: Path | None, local: Path | None, to: Path
) -> Code | None:
    properties = resource.get("Properties") or {}
    if local is not None:
        return Code(_relative(local, to), folder=local)
    written = properties.get("Code")
    if isinstance(written, str) and beside is not None and _is_folder(beside, written):
        return Code(_relative(beside / written, to), folder=beside / written)
    inline = _parts(written).get("ZipFile")
    source = f"src/{_snake(logical_id)}"
    if isinstance(inline, str) and str(properties.get("Runtime", "")).startswith("python"):
        return Code(source, files={f"{source}/index.py": inline})
    asset = _asset(resource.get("Metadata") or {}, beside)
    return Code(source, folder=asset, copied_from=asset) if asset else None


def _parts(code: Any) -> Mapping[str, Any]:
    """What a function's Code says; `aws cloudformation package` takes a folder as a text too."""
    return code if isinstance(code, dict) else {}


def _asset(metadata: Mapping[str, Any], beside: Path | None) -> Path | None:
    """The folder of CDK's asset, where `cdk synth` has left it beside the template."""
    path = metadata.get("aws:asset:path")
    if beside is None or not isinstance(path, str) or metadata.get("aws:asset:property") != "Code":
        return None
    return beside / path if _is_folder(beside, path) else None


def _is_folder(beside: Path, name: str) -> bool:
    """Whether a template names a folder of its repository."""
    return reading.is_within(beside, name) and (beside / name).is_dir()


def without_code(document: Document, code: Mapping[str, Code]) -> Iterator[str]:
    """What to do about the functions whose code is not known, a sentence each."""
    for logical_id, resource in document["Resources"].items():
        properties = resource.get("Properties") or {}
        if resource.get("Type") == "AWS::Lambda::Function" and logical_id not in code:
            if properties.get("PackageType") == "Image" or "ImageUri" in _parts(properties.get("Code")):
                continue
            if "ZipFile" not in _parts(properties.get("Code")):
                yield f"{logical_id}: where its code is, is not known; say it by --source {logical_id}=FOLDER"


def write_code(to: Path, code: Mapping[str, Code]) -> Iterator[str]:
    """Write inline code and copy CDK's assets; what was written, relative to the project; nothing is overwritten."""
    for one in code.values():
        for path, text in one.files.items():
            target = to / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                target.write_bytes(text.encode())
                yield path
        if one.copied_from is not None and not (to / one.source).exists():
            shutil.copytree(one.copied_from, to / one.source, symlinks=True)
            yield f"{one.source}/"


def _relative(folder: Path, to: Path) -> str:
    return Path(os.path.relpath(folder.resolve(), to.resolve())).as_posix()


def _snake(logical_id: str) -> str:
    plain = re.sub(r"(?<=[a-z0-9])[0-9A-F]{8}$", "", logical_id).removesuffix("Function") or logical_id
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain).lower()
