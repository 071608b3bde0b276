"""EDGE: a function's source as a zip that is the same wherever and whenever it is made.

Names are sorted, dates and modes fixed, caches left out. The object key is a hash over names and bytes, not over
the zip: another zlib packs differently, and what is unchanged must not be uploaded again.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen import naming
from tapgen.deploy.artifacts import requirements
from tapgen.deploy.artifacts.installations import Installer, once, temporary
from tapgen.deploy.artifacts.line_ends import content, is_text
from tapgen.deploy.request import Package
from tapgen.errors import TapgenError
from tapgen.printable import one_line
from tapgen.sources import REQUIREMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import ExitStack

    from tapgen.deploy.artifacts.requirement_lines import Requirements
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document

Files = Mapping[str, Path]
Later = Callable[[], Files]

MAX_UNZIPPED = 262_144_000
"""Bytes of a package and its layers, unzipped: Lambda quotas, AWS Lambda developer guide."""
DEFAULT_ARCHITECTURE = "arm64"
AT_ONCE = 4  # installations: most of one is waiting for the network
_DATE = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold
_MODE = 0o100755 << 16  # Lambda must read every file, and run those that are programs
_UNIX = 3  # the zip's "made by": modes are Unix modes
_BLOCK = 1 << 20


def packages(
    environment: Environment,
    document: Document,
    stack: ExitStack,
    installer: Installer,
    known: Mapping[str, Package] = MappingProxyType({}),
) -> tuple[Package, ...]:
    """The packages of the functions whose code is a parameter, some at a time; what is installed lives with `stack`.

    Functions that share a source are packed once. `known` has packages by their parameter that need not be made.

    Raises:
        TapgenError: a source cannot be read, is too large, or a requirement has no wheel for the runtime.
    """
    declared = document.get("Parameters", {})
    installer = once(installer, stack)
    functions = {naming.code_key(name): files for name, files in function_files(environment, stack, installer).items()}
    layers = {naming.layer_key(name): files for name, files in layer_files(environment, stack, installer).items()}
    wanted = {parameter: files for parameter, files in (functions | layers).items() if parameter in declared}
    alike = {
        naming.code_key(name): (one.source, one.runtime, one.architecture, one.include, one.exclude, one.requirements)
        for name, one in environment.functions.items()
    }
    kinds = {parameter: alike.get(parameter, parameter) for parameter in wanted}
    first = {kind: parameter for parameter, kind in reversed(kinds.items())}

    def made(parameter: str) -> Package:
        return known.get(parameter) or package(parameter, wanted[parameter]())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(first, pool.map(made, first.values()), strict=True))
    zips = tuple(replace(found[kind], parameter=parameter) for parameter, kind in kinds.items())
    if not any(function.image and function.image.dockerfile for function in environment.functions.values()):
        return zips
    from tapgen.deploy.artifacts.images import images

    return (*zips, *images(environment, document))


def function_files(environment: Environment, stack: ExitStack, installer: Installer) -> dict[str, Later]:
    """Function -> what gathers its files, installing what it requires; images have none."""
    return {
        name: partial(_files, environment.root, function, stack, installer)
        for name, function in environment.functions.items()
        if function.source
    }


def layer_files(environment: Environment, stack: ExitStack, installer: Installer) -> dict[str, Later]:
    """Lambda layer of the stack -> what gathers its files."""
    return {name: partial(_layer_files, environment, name, stack, installer) for name in environment.lambda_layers}


def _layer_files(environment: Environment, name: str, stack: ExitStack, installer: Installer) -> Files:
    """A layer's files where Lambda looks for them: /opt/python is on the path of Python.

    Lambda developer guide, "Packaging your layer content".
    """
    layer = environment.lambda_layers[name]
    runtimes = [runtime for runtime in environment.layer_runtimes(name) if runtime.startswith("python")]
    architectures = environment.layer_architectures(name) or (DEFAULT_ARCHITECTURE,)
    source = layer.read_source(environment.root)
    own = {file: source.path(file) for file in source.files if file != REQUIREMENTS}
    if not layer.has_folders(source):
        own = {f"python/{file}": path for file, path in own.items()}
    wanted = requirements.of(environment.root, layer, runtimes[0], architectures[0]) if runtimes else None
    if wanted is None:
        return own
    if len(architectures) > 1:
        raise TapgenError(
            f"lambda_layers.{name}: its requirements are for one architecture, and functions of two name it",
            "Say its architecture, or make two layers.",
        )
    installed = _install(wanted, runtimes[0], architectures[0], stack, installer)
    return {**{f"python/{file}": path for file, path in installed.items()}, **own}


def package(parameter: str, files: Files) -> Package:
    """The package of some files; its zip is made when it is asked for.

    Raises:
        TapgenError: a file cannot be read, or all together are too large.
    """
    _refuse_names(files)
    _refuse_huge(files)
    digest = digest_of(files)

    def body() -> bytes:
        made = archive(files)
        if digest_of(files) != digest:
            raise TapgenError("a source file changed while it was packed", "Run the command again.")
        return made

    return Package(parameter, f"functions/{digest}.zip", body)


def archive(files: Files) -> bytes:
    """The zip of some files, in memory: no disk to fill.

    Raises:
        TapgenError: a file cannot be read, or its name is no UTF-8.
    """
    _refuse_names(files)
    return zipped((name, _blocks(files[name])) for name in sorted(files))


def zipped(entries: Iterable[tuple[str, Iterable[bytes]]]) -> bytes:
    """The zip of names and contents, each in the blocks that it is read in: only what is packed is held whole."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = _MODE
            entry.create_system = _UNIX
            entry.compress_type = zipfile.ZIP_DEFLATED
            with made.open(entry, "w") as packed:
                for block in content:
                    packed.write(block)
    return target.getvalue()


def digest_of(files: Files) -> str:
    """SHA-256 over each name and each file's bytes, with their lengths between: a rename is a change."""
    total = hashlib.sha256()
    for name in sorted(files):
        path = files[name]
        whole = [*_blocks(path)] if is_text(path.name) else None
        size = _size(path) if whole is None else sum(map(len, whole))
        total.update(f"{len(name.encode())}:{name}:{size}:".encode())
        for block in _blocks(path) if whole is None else whole:
            total.update(block)
    return total.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    """What is packed of a file: text as a whole, since its line ends are made alike, anything else piece by piece."""
    try:
        if is_text(path.name):
            yield content(path.name, path.read_bytes())
            return
        with path.open("rb") as opened:
            while block := opened.read(_BLOCK):
                yield block
    except OSError as error:
        raise _unreadable(path, error) from None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> TapgenError:
    return TapgenError(f"{path}: {error.strerror}", "Make the file readable, or take it out of the source.")


def _refuse_names(files: Files) -> None:
    for name in files:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise TapgenError(f"{one_line(name)}: a file name that is no UTF-8", "Rename the file.") from None


def _refuse_huge(files: Files) -> None:
    total = 0
    for path in files.values():
        try:
            total += path.stat().st_size
        except OSError as error:
            raise TapgenError(f"{path}: {error.strerror}", "Make the file readable.") from None
        if total > MAX_UNZIPPED:
            raise TapgenError(
                f"the source with its requirements is over {MAX_UNZIPPED:,} bytes, more than Lambda takes",
                "Leave data and tests out of the source's folder.",
            )


def _files(root: Path, function: Function, stack: ExitStack, installer: Installer) -> Files:
    runtime, architecture = function.runtime, function.architecture
    source = function.read_source(root)
    if not function.is_python:
        return {name: source.path(name) for name in source.files}
    own = {name: source.path(name) for name in source.files if name != REQUIREMENTS}
    wanted = requirements.of(root, function, runtime, architecture)
    return {**_install(wanted, runtime, architecture, stack, installer), **own} if wanted else own


def _install(wanted: Requirements, runtime: str, architecture: str, stack: ExitStack, installer: Installer) -> Files:
    target = temporary(stack)
    installer(wanted, target, runtime, architecture)
    return installed_files(target)


# What differs from one installation to the next: scripts hold the path of the installing Python, and the records of
# an installation their hashes (Python packaging user guide, "Recording installed projects").
_RECORDS = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")


def installed_files(folder: Path) -> dict[str, Path]:
    """What of an installation goes into a package, by its name there: the same whoever installed it, and when."""
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        here = Path(place)
        if here == folder:
            folders[:] = [name for name in folders if name != "bin"]
        for name in names:
            if here == folder and name == ".lock":  # uv's
                continue
            if name.endswith(".pyc") or (here.suffix == ".dist-info" and name in _RECORDS):
                continue
            path = here / name
            found[path.relative_to(folder).as_posix()] = path
    return found
