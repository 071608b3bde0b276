"""What each package of an environment carries, by size."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from tapgen.deploy.artifacts.installations import Installer, once
from tapgen.deploy.artifacts.packages import AT_ONCE, MAX_UNZIPPED, Files, archive, function_files, layer_files

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

NEAR = 0.8
"""Share of Lambda's limit from which a package is said to be near it."""


class Contents(Struct, frozen=True):
    """One package: sizes in bytes, `parts` are its top-level files and folders with theirs, the largest first."""

    kind: Literal["function", "layer"]
    name: str
    unzipped: int
    zipped: int
    files: int
    parts: tuple[tuple[str, int], ...]
    layers: int = 0
    """Bytes of the stack's own layers that count with it, unzipped."""

    @property
    def share(self) -> float:
        """Of what Lambda takes of a function and its layers."""
        return (self.unzipped + self.layers) / MAX_UNZIPPED


def contents(environment: Environment, installer: Installer) -> tuple[Contents, ...]:
    """Every function's package, and every layer's of the stack.

    Raises:
        TapgenError: a source cannot be read, or a requirement has no wheel for the runtime.
    """
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        shared = once(installer, stack)
        layers = layer_files(environment, stack, shared)
        functions = function_files(environment, stack, shared)
        of_layers = dict(zip(layers, pool.map(lambda later: later(), layers.values()), strict=True))
        of_functions = dict(zip(functions, pool.map(lambda later: later(), functions.values()), strict=True))
        made = {name: _contents("layer", name, files) for name, files in of_layers.items()}
        return (
            *(
                _contents("function", name, files, sum(made[one].unzipped for one in _named(environment, name, made)))
                for name, files in of_functions.items()
            ),
            *made.values(),
        )


def _named(environment: Environment, function: str, layers: dict[str, Contents]) -> list[str]:
    return [one for one in environment.functions[function].layers if isinstance(one, str) and one in layers]


def _contents(kind: Literal["function", "layer"], name: str, files: Files, layers: int = 0) -> Contents:
    sizes = {path: file.stat().st_size for path, file in files.items()}
    parts: Counter[str] = Counter()
    for path, taken in sizes.items():
        parts[path.split("/")[0]] += taken
    largest = tuple(sorted(parts.items(), key=lambda part: (-part[1], part[0])))
    return Contents(kind, name, sum(sizes.values()), len(archive(files)), len(files), largest, layers)


def lines(found: Contents, most: int = 8) -> list[str]:
    """The package for people: its sizes, how near it is to the limit, its largest parts."""
    reached = "more than" if found.share > 1 else "near" if found.share >= NEAR else ""
    near = f", {reached} Lambda's {MAX_UNZIPPED // 1024**2} MiB" if reached else ""
    with_layers = f", with its layers {size(found.unzipped + found.layers)}" if found.layers else ""
    files = f"{found.files} file{'' if found.files == 1 else 's'}"
    head = f"{found.name} ({found.kind}): {files}, {size(found.unzipped)}{with_layers}, zipped "
    said = [f"{head}{size(found.zipped)}: {found.share:.0%} of what Lambda takes{near}"]
    width = max((len(size(taken)) for _, taken in found.parts[:most]), default=0)
    said += [f"  {size(taken):>{width}}  {part}" for part, taken in found.parts[:most]]
    rest = found.parts[most:]
    return [*said, *([f"  {size(sum(taken for _, taken in rest))} in {len(rest)} more"] if rest else [])]


def size(count: int) -> str:
    """Bytes as people say them: 812 B, 4.1 kB, 12.0 MB."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
