"""EDGE: where the code of a function is whose container image `sam build` makes, by its Dockerfile."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tapgen import reading
from tapgen.proof.subject import mapping

_TASK: Final = re.compile(r"\.?/?|/?\$\{?LAMBDA_TASK_ROOT\}?/?|/var/task/?")
"""Where an image keeps a function's code: Lambda developer guide, "Deploy Python Lambda functions with container
images"."""

_HANDLER: Final = re.compile(r"[A-Za-z_][\w/]*(?:\.[A-Za-z_]\w*)+")


def code_of(resource: Mapping[str, Any], beside: Path) -> tuple[Path, str] | None:
    """The folder and the entry point (`app.handler`) of a function's image; None where its Dockerfile does not say."""
    metadata, properties = (mapping(resource.get(name)) for name in ("Metadata", "Properties"))
    context = metadata.get("DockerContext")
    if properties.get("PackageType") != "Image" or not isinstance(context, str):
        return None
    folder = beside / context
    try:
        reading.within(beside.resolve(), folder.resolve())
        text = reading.text(folder / str(metadata.get("Dockerfile") or "Dockerfile"))
    except (OSError, ValueError):  # it is not there, lies elsewhere, or is no text
        return None
    lines = list(_instructions(text))
    configured = mapping(properties.get("ImageConfig")).get("Command")
    command = (
        configured
        if isinstance(configured, list)
        else next((words for name, words in lines[::-1] if name == "CMD"), [])
    )
    entry = str(command[0]) if command else ""
    if not _HANDLER.fullmatch(entry) or any("/opt/extensions" in word for _, words in lines for word in words):
        return None
    module = entry.rpartition(".")[0].replace(".", "/")
    roots = [folder, *(folder / copied for copied in _copied(lines))]
    found = next((one for one in roots if reading.is_file(one / f"{module}.py")), None)
    return (found, entry) if found else None


def _instructions(text: str) -> Iterator[tuple[str, list[str]]]:
    """The instructions of a Dockerfile with their words, of which some stand in a list of JSON."""
    for line in text.replace("\\\n", " ").splitlines():
        name, _, rest = line.strip().partition(" ")
        try:
            listed = json.loads(rest) if rest.strip().startswith("[") else shlex.split(rest)
        except (ValueError, RecursionError):
            continue
        if name and not name.startswith("#") and isinstance(listed, list):
            yield name.upper(), [str(word) for word in listed]


def _copied(lines: list[tuple[str, list[str]]]) -> Iterator[str]:
    """The folders of the context whose content the image has where the function's code is."""
    for name, words in lines:
        given = [word for word in words if not word.startswith("--")]
        if name in {"COPY", "ADD"} and len(given) == len(words) and len(given) > 1 and _TASK.fullmatch(given[-1]):
            yield from given[:-1]
