"""EDGE: whether uv can install in pip's place: it is much faster, but reads none of pip's configuration."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

_PLACES = ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX")
_OF_UV = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_CONFIG_FILE", *(f"UV_{name}" for name in _PLACES))
_WORDS = ("index-url", "index_url", "find-links", "find_links", "no-index", "no_index")


def find(
    environ: Mapping[str, str] = os.environ,
    home: Path | None = None,
    prefix: Path | None = None,
    system: Path = Path("/etc/pip.conf"),
) -> str | None:
    """The program; None where it is not installed, or would not look where pip is told to look.

    A package of one's own index must not be taken from another because uv was never told of it.
    """
    beside = str(Path(sys.executable).parent)
    program = shutil.which("uv", path=os.pathsep.join((environ.get("PATH", os.defpath), beside)))
    if program is None:
        return None
    home = home or Path.home()
    told = any(environ.get(name) for name in _OF_UV) or (_config(environ, home) / "uv" / "uv.toml").is_file()
    return program if told or not _pip_is_told(environ, home, prefix or Path(sys.prefix), system) else None


def _pip_is_told(environ: Mapping[str, str], home: Path, prefix: Path, system: Path) -> bool:
    """Whether pip's variables or files say where packages come from (pip documentation, "Configuration")."""
    if any(environ.get(f"PIP_{name}") for name in _PLACES):
        return True
    named = environ.get("PIP_CONFIG_FILE")
    systems = [Path(one) / "pip" for one in environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(os.pathsep)]
    files = [
        *((Path(named),) if named else ()),
        *(folder / "pip.conf" for folder in (*systems, _config(environ, home) / "pip", home / ".pip", prefix)),
        system,
        home / "Library" / "Application Support" / "pip" / "pip.conf",
    ]
    return any(word in _text(file) for file in files for word in _WORDS)


def _config(environ: Mapping[str, str], home: Path) -> Path:
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
