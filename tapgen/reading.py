"""EDGE: files that others may have written: only what is a file, no more than there is use for, of one repository.

What is wrong is an OSError whose `strerror` says it, as of a file that is not there.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MAX_BYTES = 16 * 1024 * 1024
"""Of settings, definitions, requirements, contracts: many times what the largest real ones have."""

_BLOCK = 1024 * 1024
_PIPES = ("/dev/fd/", "/proc/self/fd/")


def content(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file.

    A named pipe or a device is none: it may never end, or never begin. A shell's `<(command)` is read like a file.

    Raises:
        OSError: it cannot be read, is no file, or has more bytes than the limit.
    """
    _refuse_null(path)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as opened:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(mode) and str(path).startswith(_PIPES):
            os.set_blocking(descriptor, True)
        elif not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "Not a file", str(path))
        found = bytearray()  # a file of /proc says that it has no bytes, and may have any number
        while len(found) <= limit and (block := opened.read(min(_BLOCK, limit + 1 - len(found)))):
            found += block
    if len(found) > limit:
        raise OSError(errno.EFBIG, f"It has more than {limit:,} bytes", str(path))
    return bytes(found)


def text(path: Path, encoding: str = "utf-8-sig", limit: int = MAX_BYTES) -> str:
    """The text of a file, its line ends as "\\n".

    Raises:
        OSError: as `content`.
        UnicodeDecodeError: it is no text in this encoding.
    """
    return content(path, limit).decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def within(root: Path, name: str | Path) -> Path:
    """What a project in the folder `root` names: of its repository alone, by whatever links.

    Raises:
        OSError: it lies elsewhere. Without a repository above `root` nothing does.
    """
    path = root / name
    whole = _repository(root.resolve())
    _refuse_null(path)
    if whole is not None and not path.resolve().is_relative_to(whole):
        raise OSError(errno.EACCES, f"It lies outside of the repository {whole}", str(path))
    return path


def is_within(root: Path, name: str | Path) -> bool:
    """Whether a path is of the repository, as `within` says it."""
    try:
        within(root, name)
    except OSError:
        return False
    return True


def is_file(path: Path) -> bool:
    """Whether there is such a file; no name is too long to ask, or no name at all."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def refused(root: Path, name: str | Path) -> str:
    """Why a file that a project names is not taken; "" where it is."""
    try:
        return "" if is_file(within(root, name)) else f'there is no file "{name}"'
    except OSError as error:
        return f"{name}: {error.strerror}"


def _refuse_null(path: Path) -> None:
    if "\0" in str(path):  # which is a ValueError of `open`
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))


def _repository(here: Path) -> Path | None:
    """The outermost folder with a `.git`: a submodule may name what the repository around it has."""
    return next((one for one in reversed((here, *here.parents)) if (one / ".git").exists()), None)
