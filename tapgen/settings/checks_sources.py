"""Whether a function's source has what the settings say of it."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tapgen import reading
from tapgen.errors import TapgenError
from tapgen.settings.packaging import beside
from tapgen.syntax import NewerSyntaxError, parse, version_of

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.invocations import Image
    from tapgen.settings.packaging import LambdaLayer
    from tapgen.sources import Source

Problem = tuple[tuple[str | int, ...], str]

MAX_PARSED_BYTES = 1024 * 1024
"""A larger module is not parsed to find its entry point: that would take seconds of every command."""


def check_places(root: Path, packaged: Function | LambdaLayer) -> Iterator[Problem]:
    """Each name that leads out of the repository, whether or not something is there, with the path below it."""
    named: list[tuple[tuple[str | int, ...], str]] = [(("source",), packaged.source)]
    if isinstance(packaged.requirements, str):
        named.append((("requirements",), str(beside(root, packaged.source, packaged.requirements))))
    image = getattr(packaged, "image", None)
    named += [(("image", key), getattr(image, key, None) or "") for key in ("dockerfile", "context")]
    for where, name in named:
        try:
            reading.within(root, name)
        except OSError as error:
            yield where, f"{name}: {error.strerror}"


def check_source(root: Path, function: Function) -> Iterator[Problem]:
    """Each problem of a function's files, with the path below it; `root` is the folder of the settings file."""
    source = _read(root, function)
    if isinstance(source, tuple):
        yield source
        return
    yield from _requirements(root, function)
    if not function.is_python or "." not in function.entry_point:
        return
    file = source.module_file(function.entry_point)
    if file is None:
        yield ("entry_point",), f'"{function.entry_point}": {function.source} has no such module'
    elif source.path(file).stat().st_size <= MAX_PARSED_BYTES:
        yield from _entry_point(function, file, source.path(file))


def check_image_source(root: Path, image: Image) -> Iterator[Problem]:
    """Each problem of the files that an image is built from, with the path below it."""
    if image.dockerfile is not None and not reading.is_file(root / image.dockerfile):
        yield ("image", "dockerfile"), f'there is no file "{image.dockerfile}"'
    if image.context is not None and not (root / image.context).is_dir():
        yield ("image", "context"), f'there is no folder "{image.context}"'


def check_layer_source(root: Path, layer: LambdaLayer) -> Iterator[Problem]:
    """Each problem of a Lambda layer's files, with the path below it."""
    source = _read(root, layer)
    if isinstance(source, tuple):
        yield source
    else:
        yield from _requirements(root, layer)


def _read(root: Path, packaged: Function | LambdaLayer) -> Source | Problem:
    try:
        return packaged.read_source(root)
    except TapgenError as error:
        where = "include" if error.message.startswith("include:") else "source"
        return (where,), error.message.removeprefix("include: ")


def _requirements(root: Path, packaged: Function | LambdaLayer) -> Iterator[Problem]:
    missing = missing_requirements(root, packaged)
    if missing:
        yield ("requirements",), f'there is no file "{missing}"'


def missing_requirements(root: Path, packaged: Function | LambdaLayer) -> str:
    """The file of requirements that the settings name and that is not there; "" where there is none such."""
    wanted = packaged.requirements
    return wanted if isinstance(wanted, str) and not reading.is_file(beside(root, packaged.source, wanted)) else ""


def _entry_point(function: Function, file: str, path: Path) -> Iterator[Problem]:
    shown = f"{function.source}/{file}"
    try:
        content = path.read_bytes()
        before, null, _ = content.partition(b"\0")
        if null:  # which error it is, and whether it has a line, differs between versions of Python
            line = before.count(b"\n") + 1
            yield ("source",), f"{shown}:{line}: not Python source: it has a null byte"
            return
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        tree = parse(content.decode(encoding), version_of(function.runtime), filename=str(path))
    except NewerSyntaxError:
        return  # right for the runtime, for all that one can tell here
    except SyntaxError as error:
        yield ("source",), f"{shown}:{error.lineno or 1}: {error.msg}"
    except OSError as error:
        yield ("source",), f"{shown}: {error.strerror}"
    except (ValueError, RecursionError, MemoryError) as error:
        yield ("source",), f"{shown}: not Python source: {error}"
    else:
        name = function.entry_point.rpartition(".")[2]
        defined = set(_defined(tree.body))
        if name not in defined and "*" not in defined:  # from implementation import *
            yield ("entry_point",), f'"{function.entry_point}": {shown} defines no "{name}"'


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    """The names that a module's statements bind, also under `if` and `try`."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
            case ast.Assign() | ast.AnnAssign():
                nodes = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
                yield from (node.id for node in nodes if isinstance(node.ctx, ast.Store))
            case ast.If() | ast.Try() | ast.With():
                for field in ("body", "orelse", "finalbody"):
                    yield from _defined(getattr(statement, field, []))
                for handler in getattr(statement, "handlers", []):
                    yield from _defined(handler.body)
