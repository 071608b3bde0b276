"""EDGE: what is in a function's source folder."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from tapgen.errors import TapgenError

MAX_INLINE_CHARACTERS = 4096
"""Longest source that goes into the template. CloudFormation took no more in `ZipFile` until 2022, and a reviewer
reads no more; what is longer becomes a package."""

REQUIREMENTS = "requirements.txt"
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})
_SKIPPED_SUFFIXES = (".pyc", ".pyo")


class Source(Struct, frozen=True):
    """The files of a function: `files` are relative, with "/", sorted; caches and hidden files are not among them."""

    folder: Path
    files: tuple[str, ...]

    @property
    def has_requirements(self) -> bool:
        """There is a requirements.txt at the top."""
        return REQUIREMENTS in self.files

    @property
    def inline(self) -> str | None:
        """The one module's text, when the source is complete in itself and short enough for the template."""
        if len(self.files) != 1 or not self.files[0].endswith(".py") or "/" in self.files[0]:
            return None
        path = self.folder / self.files[0]
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


def read_source(folder: Path) -> Source:
    """The source in a folder.

    Raises:
        TapgenError: it is not a readable folder, or a link in it leads to another folder or out of it.
    """
    try:
        reason = "" if folder.is_dir() else "a file, not a folder" if folder.is_file() else "there is no such folder"
    except OSError as error:  # a name that is too long
        reason = str(error.strerror)
    if reason:
        raise TapgenError(f"{folder}: {reason}", "Name the folder of the function's source.")
    root = folder.resolve()
    files = []
    for path, folders, names in os.walk(folder, onerror=_refuse):
        here = Path(path)
        folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith(".")]
        for link in (here / name for name in folders if (here / name).is_symlink()):
            raise TapgenError(f"{link}: a link to a folder is not followed", "Copy what the function needs.")
        for name in names:
            if name.startswith(".") or name.endswith(_SKIPPED_SUFFIXES):
                continue
            file = here / name
            if file.is_symlink() and not file.resolve().is_relative_to(root):
                raise TapgenError(f"{file}: a link that leads out of {folder}", "Copy what the function needs.")
            if not file.is_file():
                raise TapgenError(f"{file}: not a file that can be read", "Remove it, or mend where it links to.")
            files.append(file.relative_to(folder).as_posix())
    return Source(folder, tuple(sorted(files)))


def _refuse(error: OSError) -> None:
    raise TapgenError(f"{error.filename}: {error.strerror}", "Make the folder readable.") from None
