"""EDGE: a file in pip's requirements format as lines that mean the same wherever they are read.

Source: pip documentation, "Requirements File Format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from tapgen import reading
from tapgen.errors import TapgenError

_COMMENT = re.compile(r"(^|\s+)#.*$")
_OPTION = re.compile(
    r"(?P<name>-r|--requirement|-c|--constraint|-e|--editable|-f|--find-links)(?:\s*=\s*|\s+|(?<=^-[rcef]))(?P<value>.+)$"
)
_NAMED = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?)\s*@\s*(?P<url>.+)$")
_VERSION_CONTROL = re.compile(r"(git|hg|svn|bzr)\+")
_TAIL = re.compile(r"(?P<what>\S+?)(?P<extras>\[[^\]]*\])?(?P<tail>\s+(;|--).*)?$")


class Requirements(Struct, frozen=True):
    """What is to be installed: lines and constraints as pip and uv read them, and the file that people know them by."""

    file: Path
    lines: tuple[str, ...]
    constraints: tuple[str, ...] = ()

    @property
    def of_this_machine(self) -> bool:
        """Whether a line names a file or folder, whose content may change."""
        return any("file:" in line or " /" in f" {line}" for line in self.lines)

    @property
    def hashed(self) -> bool:
        """Whether every version is fixed by its hash: pip then takes nothing without one."""
        return any("--hash" in line for line in self.lines)


def read(file: Path, root: Path) -> Requirements:
    """The file with the files that it names; a relative path is one of `root`, or else of the file that has it.

    Raises:
        TapgenError: a file cannot be read, or names one that names it.
    """
    lines: list[str] = []
    constraints: list[str] = []
    for line, is_constraint in _lines(file, root, ()):
        (constraints if is_constraint else lines).append(line)
    return Requirements(file, tuple(lines), tuple(constraints))


def is_source(line: str) -> bool:
    """Whether a line names what has to be built: a folder, an archive of sources, a repository."""
    named = _NAMED.match(line)
    found = _TAIL.match(named["url"] if named else line)
    what = found["what"] if found else line
    if _VERSION_CONTROL.match(what):
        return True
    is_place = what.startswith("/") or re.match(r"(file|https?):", what)
    return bool(is_place) and not urlsplit(what).path.endswith(".whl")


def split(line: str) -> tuple[str, str, str]:
    """What a line of sources names, its extras such as "[crypto]", and what follows: a marker, options."""
    named = _NAMED.match(line)
    found = _TAIL.match(named["url"] if named else line)
    if not found:
        return line, "", ""
    extras = found["extras"] or (named[2] if named else None) or ""
    return found["what"], extras, (found["tail"] or "").strip()


def absolute(line: str, file: Path, root: Path) -> str:
    """The line with an absolute path where it names a file or folder."""
    named = _NAMED.match(line)
    what = named["url"] if named else line
    if what.startswith("-") or _VERSION_CONTROL.match(what):
        return line
    found = _TAIL.match(what)
    if not found:
        return line
    place, rest = found["what"], (found["extras"] or "") + (found["tail"] or "")
    if place.startswith("file:"):
        url = urlsplit(place)
        path = unquote(url.path) if url.netloc in {"", "localhost"} else place
    elif "://" in place or not (place.startswith(".") or "/" in place or place.endswith(".whl")):
        return line
    else:
        path = place
    where = _absolute(path, file, root)
    return f"{named['name']} @ {where.as_uri()}{rest}" if named else f"{where}{rest}"


def _lines(file: Path, root: Path, outer: tuple[Path, ...]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is a constraint."""
    if file in outer:
        raise TapgenError(f"{outer[-1]}: it names {file}, which names it")
    for line in _logical(_read(file, outer)):
        option = _OPTION.match(line)
        if option is None:
            yield absolute(line, file, root), False
        elif option["name"] in {"-r", "--requirement"}:
            yield from _lines(file.parent / option["value"].strip(), root, (*outer, file))
        elif option["name"] in {"-c", "--constraint"}:
            named = file.parent / option["value"].strip()
            yield from ((text, True) for text, _ in _lines(named, root, (*outer, file)))
        elif option["name"] in {"-f", "--find-links"}:
            place = option["value"].strip()
            is_url = "://" in place or place.startswith("file:")
            yield f"--find-links {place if is_url else _absolute(place, file, root)}", False
        else:
            yield absolute(option["value"].strip(), file, root), False  # a pointer to this machine is no package


def _read(file: Path, outer: tuple[Path, ...]) -> str:
    try:
        return reading.text(file)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        named = f"{outer[-1]} names it." if outer else "It holds the requirements of a function."
        raise TapgenError(f"{file}: {why}", named) from None


def _logical(text: str) -> Iterator[str]:
    """The lines without comments; one that ends with a backslash goes on in the next."""
    for line in re.sub(r"\\\n\s*", " ", text.replace("\r\n", "\n")).splitlines():
        if kept := _COMMENT.sub("", line).strip():
            yield re.sub(r"\s+", " ", kept)


def _absolute(path: str, file: Path, root: Path) -> Path:
    own = (root / path).resolve()
    return own if own.exists() else (file.parent / path).resolve()
