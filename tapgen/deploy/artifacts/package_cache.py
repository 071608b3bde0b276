"""EDGE: what was installed once, kept on disk for the next command; the least used goes first."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import msgspec
from msgspec import Struct

from tapgen.errors import UsageError

FOLDER_VARIABLE = "TAPGEN_CACHE_DIR"
LIMIT_VARIABLE = "TAPGEN_CACHE_MB"
LIMIT = 2000
"""Megabytes that are kept where the variable does not say otherwise."""
FRESH = 24 * 60 * 60.0
"""Seconds for which requirements without hashes are taken for what an index would give now."""
_ENTRY = "entry.json"
_FILES = "files"


class Entry(Struct, frozen=True):
    """One installation. `made` and `used` are seconds since 1970, `size` is bytes."""

    requirements: str
    target: str
    size: int
    files: int
    fixed: bool
    """Every version has its hash, so that it never grows old."""
    made: float
    used: float = 0.0
    folder: str = ""


class Cache(Struct, frozen=True):
    """Installations in a folder that several processes may use at once; `limit` is bytes."""

    folder: Path
    limit: int
    now: Callable[[], float] = time.time

    def take(self, key: str, target: Path) -> bool:
        """Put what is kept under a key into a folder; False where it is not there, damaged or too old."""
        place = self.folder / key
        entry = _entry(place)
        if entry is None or not (entry.fixed or self.now() - entry.made < FRESH):
            return False
        try:
            if _measure(place / _FILES) != (entry.files, entry.size):
                return False
            shutil.copytree(place / _FILES, target, copy_function=link, dirs_exist_ok=True)
            os.utime(place / _ENTRY, (self.now(), self.now()))
        except OSError:  # another process clears it: half of it must not stay
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True, exist_ok=True)
            return False
        return True

    def put(self, key: str, requirements: str, target: str, installed: Path, *, fixed: bool) -> None:
        """Keep what was installed; a disk that does not take it costs the next command its time, and no more."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            made = Path(mkdtemp(prefix="new-", dir=self.folder))
            try:
                shutil.copytree(installed, made / _FILES)
                files, size = _measure(made / _FILES)
                entry = Entry(requirements, target, size, files, fixed, self.now())
                (made / _ENTRY).write_bytes(msgspec.json.encode(entry))
                os.utime(made / _ENTRY, (entry.made, entry.made))
                self._replace(made, self.folder / key)
            finally:
                shutil.rmtree(made, ignore_errors=True)
            self._shrink()

    def entries(self) -> list[Entry]:
        """What is kept, the last used first."""
        return sorted(self._all(), key=lambda entry: -entry.used)

    def clear(self) -> int:
        """Forget all of it; how many bytes that frees."""
        freed = sum(entry.size for entry in self._all())
        for place in self._places():
            shutil.rmtree(place, ignore_errors=True)
        return freed

    def _places(self) -> list[Path]:
        try:
            return [place for place in self.folder.iterdir() if place.is_dir()]
        except OSError:
            return []

    def _all(self) -> Iterator[Entry]:
        return (entry for place in self._places() if (entry := _entry(place)) and not place.name.startswith("new-"))

    def _replace(self, made: Path, place: Path) -> None:
        if place.exists():
            shutil.rmtree(place, ignore_errors=True)
        made.rename(place)

    def _shrink(self) -> None:
        kept = 0
        for number, entry in enumerate(self.entries()):
            kept += entry.size
            if number and kept > self.limit:
                shutil.rmtree(entry.folder, ignore_errors=True)


def of_user(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Cache:
    """The cache of the person who runs this, where their system keeps such things.

    Raises:
        UsageError: the variable with its limit is no number.
    """
    limit = environ.get(LIMIT_VARIABLE, str(LIMIT))
    if not limit.isdecimal():
        raise UsageError(f'{LIMIT_VARIABLE}: "{limit}" is no number', "Write megabytes, such as 500.")
    if named := environ.get(FOLDER_VARIABLE):
        return Cache(Path(named), int(limit) * 1_000_000)
    home = Path(environ.get("HOME") or Path.home())
    usual = home / "Library" / "Caches" if platform == "darwin" else home / ".cache"
    base = environ.get("XDG_CACHE_HOME") or environ.get("LOCALAPPDATA") or usual
    return Cache(Path(base) / "tapgen" / "packages", int(limit) * 1_000_000)


def link(source: str, target: str) -> None:
    """A second name for a file or, on another disk, a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _entry(place: Path) -> Entry | None:
    try:
        read = json.loads((place / _ENTRY).read_bytes())
        used = (place / _ENTRY).stat().st_mtime
        return msgspec.convert({**read, "used": used, "folder": str(place)}, Entry)
    except (OSError, ValueError):
        return None


def _measure(folder: Path) -> tuple[int, int]:
    """How many files a folder has, and their bytes."""
    sizes = [(Path(place) / name).lstat().st_size for place, _, names in os.walk(folder) for name in names]
    return len(sizes), sum(sizes)
