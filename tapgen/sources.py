"""EDGE: what is in a function's source folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from tapgen import reading
from tapgen.errors import TapgenError

MAX_INLINE_CHARACTERS = 4096
"""Longest source that goes into the template. CloudFormation took no more in `ZipFile` until 2022, and a reviewer
reads no more; what is longer becomes a package."""

REQUIREMENTS = "requirements.txt"
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})
_CACHES = frozenset({"__pycache__"})
_SKIPPED_SUFFIXES = (".pyc", ".pyo")


class Selection(Struct, frozen=True):
    """Which files a package takes beside and of its source.

    `exclude` are patterns of names, or of paths below the source where they have a "/". `include` are patterns of
    paths relative to the source or, where nothing is there, to `base`. `as_it_is` keeps what Python has no use for.
    """

    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    base: Path | None = None
    as_it_is: bool = False

    def leaves_out(self, path: PurePosixPath) -> bool:
        """Whether a path below the source is excluded; what lies below an excluded folder is never asked for."""
        return any(fnmatchcase(str(path) if "/" in one else path.name, one.strip("/")) for one in self.exclude)


EVERYTHING = Selection()


class Source(Struct, frozen=True):
    """The files of a function: `files` are relative, with "/", sorted; caches and hidden files are not among them.

    `included` are those that lie elsewhere, by their names in the package, which are among `files` too.
    """

    folder: Path
    files: tuple[str, ...]
    included: Mapping[str, Path] = {}

    def modules_elsewhere(self) -> dict[str, Path]:
        """The top-level modules and packages among what is included, each with the folder that holds it."""
        found = {}
        for name, path in self.included.items():
            parts = PurePosixPath(name).parts
            if name.endswith(".py"):
                found[parts[0].removesuffix(".py")] = path.parents[len(parts) - 1]
        return found

    def path(self, file: str) -> Path:
        """Where a file of the package lies."""
        return self.included.get(file) or self.folder / file

    @property
    def has_requirements(self) -> bool:
        """There is a requirements.txt at the top."""
        return REQUIREMENTS in self.files

    @property
    def inline(self) -> str | None:
        """The one module's text, when the source is complete in itself and short enough for the template."""
        if len(self.files) != 1 or not self.files[0].endswith(".py") or "/" in self.files[0]:
            return None
        path = self.path(self.files[0])
        if path.stat().st_size > 4 * MAX_INLINE_CHARACTERS:
            return None
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            return None
        return text if len(text) <= MAX_INLINE_CHARACTERS and "\0" not in text else None

    def module_file(self, entry_point: str) -> str | None:
        """The file that holds an entry point such as "orders/api.handler", None when there is none."""
        module = entry_point.rpartition(".")[0].replace(".", "/")
        return next((file for file in (f"{module}.py", f"{module}/__init__.py") if file in self.files), None)


def read_source(folder: Path, selection: Selection = EVERYTHING) -> Source:
    """The source in a folder.

    Raises:
        TapgenError: it is not a readable folder, a link in it leads to another folder or out of it, or a pattern of
            what is included matches nothing.
    """
    own = dict(_walk(folder, selection))
    included = {} if not selection.include else dict(_included(folder, selection))
    both = {**included, **own}
    return Source(folder, tuple(sorted(both)), {name: path for name, path in included.items() if name not in own})


def _included(folder: Path, selection: Selection) -> Iterator[tuple[str, Path]]:
    """Each file that a pattern matches, by its name in the package.

    That is its path from where the pattern's wildcards begin; what is named without one stands under its own name.
    """
    for pattern in selection.include:
        found = [_matches(base, pattern) for base in (folder, selection.base) if base]
        root, matches = next(((root, matches) for root, matches in found if matches), (folder, []))
        if not matches:
            raise TapgenError(f'include: "{pattern}" matches nothing', "Patterns are relative to the source's folder.")
        for match in matches:
            if selection.base:
                _inside(selection.base, match)
            name = match.relative_to(root).as_posix()
            if match.is_dir():
                below = msgspec.structs.replace(selection, include=())
                yield from ((f"{name}/{file}", path) for file, path in _walk(match, below))
            elif not match.name.endswith(_SKIPPED_SUFFIXES):
                yield name, match


def _matches(base: Path, pattern: str) -> tuple[Path, list[Path]]:
    """Where the wildcards of a pattern such as "../common/*.py" begin, and what it matches, sorted."""
    steps = PurePosixPath(pattern).parts
    fixed = next((place for place, step in enumerate(steps) if any(sign in step for sign in "*?[")), len(steps) - 1)
    root = base.joinpath(*steps[:fixed]).resolve()
    if not steps or steps[-1] == ".." or not root.is_dir():
        return root, []
    try:
        return root, sorted(root.glob("/".join(steps[fixed:])))
    except (ValueError, NotImplementedError) as error:
        raise TapgenError(f'include: "{pattern}" is no pattern: {error}', 'Such as "../common/*.py".') from None


def _walk(folder: Path, selection: Selection) -> Iterator[tuple[str, Path]]:
    """(name in the package, path) of each file of a folder."""
    try:
        reason = "" if folder.is_dir() else "a file, not a folder" if folder.is_file() else "there is no such folder"
    except OSError as error:  # a name that is too long
        reason = str(error.strerror)
    if reason:
        raise TapgenError(f"{folder}: {reason}", "Name the folder of the function's source.")
    root = folder.resolve()
    skipped = _CACHES if selection.as_it_is else _SKIPPED_FOLDERS
    for path, folders, names in os.walk(folder, onerror=_refuse):
        here = Path(path)
        below = PurePosixPath(here.relative_to(folder).as_posix())
        folders[:] = [
            name
            for name in folders
            if name not in skipped and not name.startswith(".") and not selection.leaves_out(below / name)
        ]
        for link in (here / name for name in folders if (here / name).is_symlink()):
            raise TapgenError(f"{link}: a link to a folder is not followed", "Copy what the function needs.")
        for name in names:
            if name.startswith(".") or name.endswith(_SKIPPED_SUFFIXES) or selection.leaves_out(below / name):
                continue
            file = here / name
            if not file.is_file():  # nor is a link in a circle, which cannot be resolved
                raise TapgenError(f"{file}: not a file that can be read", "Remove it, or mend where it links to.")
            if file.is_symlink() and not file.resolve().is_relative_to(root):
                raise TapgenError(f"{file}: a link that leads out of {folder}", "Copy what the function needs.")
            yield file.relative_to(folder).as_posix(), file


def _inside(root: Path, path: Path) -> None:
    try:
        reading.within(root, path)
    except OSError as error:
        raise TapgenError(f"{path}: {error.strerror}", "Copy what the function needs.") from None


def _refuse(error: OSError) -> None:
    raise TapgenError(f"{error.filename}: {error.strerror}", "Make the folder readable.") from None
