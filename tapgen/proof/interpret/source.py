"""The analysed folder: dotted names to parsed modules, with everything that cannot be read as a problem."""

from __future__ import annotations

import ast
import io
import os
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from tapgen import reading
from tapgen.proof.interpret.python.reassigned import tell_apart
from tapgen.proof.interpret.python.scopes import bound_by
from tapgen.proof.interpret.results import Problem, ProblemKind
from tapgen.syntax import NewerSyntaxError, Version, parse

LARGEST = 2_000_000
"""Bytes of the largest module that is parsed; Python needs about 100 times as much memory for its tree."""

AWS_SDK = frozenset({"boto3", "botocore", "s3transfer"})


@dataclass(frozen=True, slots=True)
class Module:
    """One parsed file. `file` is relative to the folder; `package` tells an `__init__.py` from a module."""

    name: str
    file: str
    tree: ast.Module
    package: bool
    size: int = 0


@dataclass(slots=True)
class Sources:
    """Modules of one folder, read when they are first asked for.

    `elsewhere` has the folders of top-level modules and packages that the function's package gets from other places,
    `python` is the version that the source runs on.
    """

    folder: Path
    elsewhere: Mapping[str, Path] = field(default_factory=dict)
    python: Version | None = None
    own: str = ""
    """The package of the entry point, which is the project's own even where pip installed it."""
    modelled: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Libraries that are known without their source, each with names that its package binds."""
    problems: list[Problem] = field(default_factory=list)
    _modules: dict[str, Module | None] = field(default_factory=dict)
    _vendored: frozenset[str] | None = None
    _copied: dict[str, bool] = field(default_factory=dict)
    _compiled: dict[Path, frozenset[str]] = field(default_factory=dict)

    def files(self) -> tuple[str, ...]:
        """The files read so far."""
        return tuple(sorted({module.file for module in self._modules.values() if module}))

    def local(self, name: str) -> bool:
        """Whether the folder holds a module or package of that dotted name (vendored third-party ones excluded)."""
        top = name.partition(".")[0]
        if not top or top in AWS_SDK or top in self.vendored() or self.copied(top):
            return False
        base = self._base(name)
        return base.with_suffix(".py").is_symlink() or base.with_suffix(".py").is_file() or base.is_dir()

    def load(self, name: str) -> Module | None:
        """The module of that dotted name; None when it is not local, a bare folder, or unreadable (a problem)."""
        if name not in self._modules:
            self._modules[name] = self._read(name) if self.local(name) else None
        return self._modules[name]

    def brought(self, name: str) -> bool:
        """Whether the folder holds something of that top-level name that is no source: installed by pip, compiled."""
        top = name.partition(".")[0]
        return top in self.vendored() or self._base(top).is_dir() or self.compiled(top)

    def compiled(self, name: str) -> bool:
        """Whether there is a compiled module of that dotted name."""
        base = self._base(name)
        if base.parent not in self._compiled:
            paths = base.parent.iterdir() if base.parent.is_dir() else ()
            self._compiled[base.parent] = frozenset(
                path.name.partition(".")[0] for path in paths if path.suffix in {".so", ".pyc", ".pyd"}
            )
        return base.name in self._compiled[base.parent]

    def unread(self) -> frozenset[str]:
        """Local modules that have a file which could not be read."""
        return frozenset(name for name, module in self._modules.items() if module is None and self._has_file(name))

    def _has_file(self, name: str) -> bool:
        base = self._base(name)
        return any(path.is_symlink() or path.is_file() for path in (base / "__init__.py", base.with_suffix(".py")))

    def vendored(self) -> frozenset[str]:
        """Top-level names that pip installed into the folder, known by the `*.dist-info` folders beside them."""
        if self._vendored is None:
            names: set[str] = set()
            for record in self.folder.glob("*.dist-info/RECORD"):
                try:
                    paths = reading.content(record).decode(errors="replace").splitlines()
                except OSError:
                    continue  # a folder, a pipe, a link that leads nowhere
                names.update(path.partition(",")[0].partition("/")[0].removesuffix(".py") for path in paths)
            self._vendored = frozenset(name for name in names if name.isidentifier() and name != self.own)
        return self._vendored

    def copied(self, top: str) -> bool:
        """Whether a package of the folder is a copy of a library that is known: it binds names of that library."""
        if top not in self.modelled or top == self.own:
            return False
        if top not in self._copied:
            try:
                text = reading.content(self._base(top) / "__init__.py", LARGEST).decode()
                bound = bound_by(_parsed(text, self.python).body)
            except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
                bound = frozenset()  # no package, or one whose own reading says what is wrong with it
            self._copied[top] = not bound.isdisjoint(self.modelled[top])
        return self._copied[top]

    def problem(self, kind: ProblemKind, message: str, file: str, line: int = 1) -> None:
        """Note down a problem."""
        self.problems.append(Problem(kind, message, file, line))

    def _base(self, name: str) -> Path:
        top = name.partition(".")[0]
        own = self.folder / top
        if top in self.elsewhere and not own.is_dir() and not own.with_suffix(".py").is_file():
            return self.elsewhere[top].joinpath(*name.split("."))
        return self.folder.joinpath(*name.split("."))

    def _read(self, name: str) -> Module | None:
        base = self._base(name)
        for path, package in ((base / "__init__.py", True), (base.with_suffix(".py"), False)):
            if path.is_symlink() or path.is_file():
                file = Path(os.path.relpath(path, self.folder)).as_posix()
                tree = self._parse(path, file)
                return Module(name, file, tree, package, path.stat().st_size) if tree else None
        return None

    def _parse(self, path: Path, file: str) -> ast.Module | None:
        try:
            real = path.resolve(strict=True)
            known = (self.folder, *self.elsewhere.values())
            if not any(real.is_relative_to(folder.resolve()) for folder in known):
                self.problem("link", "the link leads out of the source folder, so it is not followed", file)
                return None
            size = real.stat().st_size
            if size > LARGEST:
                self.problem("size", f"{size:,} bytes are too many to analyse (limit {LARGEST:,})", file)
                return None
            content = reading.content(real, LARGEST)
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
            kind: ProblemKind = "link" if path.is_symlink() else "unreadable"
            reason = getattr(error, "strerror", None) or "the symbolic link leads in a circle or to nothing"
            self.problem(kind, f"cannot be read: {reason}", file)
            return None
        return self._tree(content, file)

    def _tree(self, content: bytes, file: str) -> ast.Module | None:
        if b"\0" in content:
            self.problem("binary", "is a binary file, not Python source", file)
            return None
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
            return _parsed(content.decode(encoding), self.python)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self.problem("encoding", f"is not {error.encoding.upper()} text (byte {error.start})", file, line)
            return None
        except NewerSyntaxError as error:
            own, runtime = _shown(None), _shown(self.python)
            reason = f"is newer than the Python {own} that tapgen runs on, which cannot read it"
            self.problem("newer", f"{reason}; it may be right for {runtime}", file, error.lineno or 1)
            return None
        except SyntaxError as error:
            self.problem(*_kind(error, content, _shown(self.python)), file, _line(error, content))
            return None
        except (RecursionError, MemoryError, ValueError) as error:
            self.problem("depth", f"is nested too deeply to be parsed ({type(error).__name__})", file)
            return None


@lru_cache(maxsize=128)
def _parsed(text: str, python: Version | None) -> ast.Module:
    """The tree of a module, which the functions of one run share; nothing changes it any more."""
    tree = parse(text, python)
    tell_apart(tree)
    return tree


def _undecodable(content: bytes) -> int | None:
    """The position of the first byte that is not UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _shown(python: Version | None) -> str:
    return "{}.{}".format(*python) if python else "3"


def _kind(error: SyntaxError, content: bytes, python: str) -> tuple[ProblemKind, str]:
    if "codec" in error.msg or "unicode error" in error.msg or "encoding" in error.msg:
        position = _undecodable(content)
        return "encoding", f"is not UTF-8 text (byte {position})" if position is not None else error.msg
    return "syntax", f"is not valid Python {python}: {error.msg}"


def _line(error: SyntaxError, content: bytes) -> int:
    position = _undecodable(content) if error.lineno is None or "codec" in error.msg else None
    return error.lineno or 1 if position is None else content[:position].count(b"\n") + 1


def split_entry_point(entry_point: str) -> tuple[str, str]:
    """`app/index.handler` or `app.index.handler` -> (`app.index`, `handler`), as the Lambda runtime reads it."""
    module, _, function = entry_point.rpartition(".")
    return module.replace("/", ".").replace(os.sep, "."), function
