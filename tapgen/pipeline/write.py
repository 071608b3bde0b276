"""EDGE: the pipeline's files beside the repository's other files; only those of our own are written over."""

from __future__ import annotations

from pathlib import Path

from tapgen import store
from tapgen.errors import UsageError
from tapgen.pipeline import github, gitlab
from tapgen.pipeline.stages import stages
from tapgen.settings.model import Project

_SERVICES = {"github": (github.files, github.HEAD), "gitlab": (gitlab.files, gitlab.HEAD)}


def _texts(project: Project, service: str, branch: str, install: str) -> dict[Path, str]:
    make, _ = _SERVICES[service]
    return {project.root / path: text for path, text in make(stages(project), branch, install).items()}


def stale(project: Project, service: str, branch: str, install: str) -> list[Path]:
    """The files that are not what they would be written as."""
    texts = _texts(project, service, branch, install)
    return [path for path, text in texts.items() if not store.same(store.read(path), text)]


def write(project: Project, service: str, branch: str, install: str) -> list[tuple[Path, bool]]:
    """Write the files; each with whether it has changed.

    Raises:
        UsageError: a file is there that somebody else has written; nothing was.
    """
    texts = _texts(project, service, branch, install)
    _, head = _SERVICES[service]
    for path in texts:
        there = store.read(path)
        if there is not None and not there.startswith(head):
            raise UsageError(f"{path} was not written by tapgen", "Move it away, or take its jobs into another file.")
    return [(path, store.write(path, text)) for path, text in texts.items()]
