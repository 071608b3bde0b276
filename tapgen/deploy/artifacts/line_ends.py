"""Line ends as a checkout on any machine has them: git writes CRLF on Windows unless it is told otherwise."""

from __future__ import annotations

from pathlib import PurePath

_TEXT = frozenset(
    {".py", ".pyi", ".pyx", ".toml", ".json", ".yaml", ".yml", ".xml", ".ini", ".cfg", ".md", ".rst", ".sql", ".sh"}
    | {".js", ".mjs", ".cjs", ".ts", ".css", ".html", ".htm", ".svg", ".j2", ".jinja", ".jinja2", ".graphql"}
)
"""Suffixes of files in which the two kinds of line ends mean the same. Others, such as CSV and mail, are left alone."""


def is_text(file: str) -> bool:
    """Whether the kinds of line ends mean the same in a file of that name."""
    return PurePath(file).suffix.lower() in _TEXT


def content(file: str, data: bytes) -> bytes:
    """What is packed of a file: with LF, so that a checkout's line ends change no package."""
    return data.replace(b"\r\n", b"\n") if is_text(file) and b"\0" not in data else data
