"""EDGE: a project's own layer, a module with `build(template, environment, stack)` found in its folder or installed."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tapgen.bare_errors import translated
from tapgen.errors import SettingsError


def load_layer(module: str, root: Path) -> Callable[..., None]:
    """The `build` of a layer named under `layers` in the settings; while it loads, it may import from `root`.

    Raises:
        SettingsError: there is no such module, or it has no `build`.
        DocumentError: it fails while it is imported.
    """
    file = root / f"{module.replace('.', '/')}.py"
    before, bytecode = set(sys.modules), sys.dont_write_bytecode
    sys.path.insert(0, str(root))
    # Python takes cached bytecode for current when a source of the same length was written in the same second, which
    # happens while one edits; and a project's folder is not ours to write caches into.
    sys.dont_write_bytecode = True
    try:
        with translated(f"layer {module}"):
            loaded = _from_file(module, file) if file.is_file() else _installed(module)
    finally:
        sys.path.remove(str(root))
        sys.dont_write_bytecode = bytecode
        _forget(root, before)
    build = getattr(loaded, "build", None)
    if not callable(build):
        raise SettingsError(
            f"layers: {module} has no function build", "Write `def build(template, environment, stack)` in it."
        )
    return build  # type: ignore[no-any-return] # a project's own code: only its name is known


def _from_file(module: str, file: Path) -> Any:
    """Executed anew for each project: two projects of one process may each have a layer of the same name."""
    spec = importlib.util.spec_from_file_location(module, file)
    assert spec is not None  # noqa: S101 - a .py file always has one
    assert spec.loader is not None  # noqa: S101
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module] = loaded  # dataclasses looks its classes' module up there
    spec.loader.exec_module(loaded)
    return loaded


def _forget(root: Path, before: set[str]) -> None:
    """Drop what was imported from the project: the next project of this process may have modules of the same names."""
    for name in set(sys.modules) - before:
        found = getattr(sys.modules[name], "__file__", None) or next(
            iter(getattr(sys.modules[name], "__path__", ())), ""
        )
        if found and Path(found).is_relative_to(root):
            del sys.modules[name]


def _installed(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # of something that the layer imports
        raise SettingsError(
            f"layers: there is no module {module}",
            f"Write {module.replace('.', '/')}.py beside the settings file, or install the package that has it.",
        ) from None
