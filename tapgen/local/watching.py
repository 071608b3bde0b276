"""EDGE: what an environment is made from, and whether it has changed on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment
    from tapgen.settings.packaging import LambdaLayer

Snapshot = dict[str, tuple[int, int]]
"""Path -> time of modification in nanoseconds and size in bytes; (0, 0) where it is not there."""


def snapshot(settings: Path, environment: Environment | None) -> Snapshot:
    """The settings file, and the functions' sources and the layers of the environment, as they are now.

    A source that cannot be read counts as empty: it shows as a change, and the deployment says what is wrong.
    """
    paths = [settings]
    if environment:
        for layer in environment.layers:
            paths += _modules(environment.root / layer.replace(".", "/"))
        for function in environment.functions.values():
            paths += _files(function, environment.root)
        for one in environment.lambda_layers.values():
            paths += _files(one, environment.root)
    return {str(path): _state(path) for path in paths}


def state_of(packaged: Function | LambdaLayer, root: Path) -> Snapshot:
    """What a function's or a layer's package is made from, as it is now."""
    return {str(path): _state(path) for path in _files(packaged, root)}


def changed(before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]) -> tuple[str, ...]:
    """The paths that are new, gone or different, sorted."""
    return tuple(sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)))


def _modules(layer: Path) -> Iterable[Path]:
    """A layer's own file and those beside it, which it may import; of a package every module."""
    beside = layer.rglob("*.py") if layer.is_dir() else layer.parent.glob("*.py")
    return [layer.with_name(f"{layer.name}.py"), *beside]


def _files(packaged: Function | LambdaLayer, root: Path) -> Iterable[Path]:
    if not packaged.source:  # a container image
        return []
    try:
        source = packaged.read_source(root)
    except TapgenError:
        return [root / packaged.source]
    return [*(source.path(name) for name in source.files), *_required(packaged, root)]


def _required(packaged: Function | LambdaLayer, root: Path) -> Iterable[Path]:
    """The file that its requirements stand in, where that may be none of its source's."""
    from tapgen.deploy.artifacts.requirements import PYPROJECT
    from tapgen.settings.packaging import beside

    wanted = packaged.requirements
    return [beside(root, packaged.source, wanted if isinstance(wanted, str) else PYPROJECT)] if wanted else []


def _state(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
