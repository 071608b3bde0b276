"""Handler source -> the AWS calls it can make, without running or importing any of it."""

from __future__ import annotations

from pathlib import Path

from tapgen.proof.interpret.results import (
    Analysis,
    Binding,
    Call,
    Condition,
    EnvironmentVariable,
    Literal,
    Note,
    Parameter,
    Part,
    Problem,
    Unknown,
    Unresolved,
    VariableRead,
)

__all__ = [
    "Analysis",
    "Binding",
    "Call",
    "Condition",
    "EnvironmentVariable",
    "Literal",
    "Note",
    "Parameter",
    "Part",
    "Problem",
    "Unknown",
    "Unresolved",
    "VariableRead",
    "analyse",
]


Elsewhere = tuple[tuple[str, Path], ...]
"""Top-level modules and packages that a package gets from other folders: each with the folder that holds it."""


def analyse(
    folder: Path, entry_point: str, elsewhere: Elsewhere = (), python: tuple[int, int] | None = None
) -> Analysis:
    """Every AWS call that `entry_point` (`index.handler`) of the source in `folder` can lead to.

    `python` is the version that it runs on; None stands for tapgen's own.

    Nothing in the source makes this raise: what cannot be read is in `problems`, what cannot be
    resolved in `unresolved`.
    """
    from tapgen.proof.interpret.engine import run

    return run(folder, entry_point, dict(elsewhere), python)
