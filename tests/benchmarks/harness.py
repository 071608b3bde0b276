"""Measures whole processes side by side: A B A B …, so that a machine's slow minute hits both; prints medians and ratios."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
TAPGEN = str(Path(sys.executable).parent / "tapgen")


@dataclass(frozen=True)
class Run:
    """One finished process: wall-clock seconds, and its peak resident memory in MiB."""

    seconds: float
    memory: float


def run(command: Sequence[str], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end, its output thrown away; a command that fails stops the benchmark."""
    environ = {**os.environ, **(env or {})}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    stderr = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}\n{stderr.decode(errors='replace')}")
    return Run(seconds, usage.ru_maxrss / 1024)


def compare(
    label: str,
    ours: Sequence[str],
    theirs: Sequence[str],
    target: float,
    *,
    what: str = "seconds",
    runs: int = 11,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
) -> float:
    """Print one row: the medians of two commands and the median of their ratios, beside the ratio aimed at."""
    pairs = [(run(ours, cwd=cwd, env=env), run(theirs, cwd=cwd, env=env)) for _ in range(runs + 1)]
    measured = [(getattr(a, what), getattr(b, what)) for a, b in pairs[1:]]  # the first pair warms the caches
    unit, factor = ("ms", 1000) if what == "seconds" else ("MiB", 1)
    a, b = (median(values) * factor for values in zip(*measured, strict=True))
    ratio = median(x / y for x, y in measured)
    row(label, f"{a:.0f} {unit}", f"{b:.0f} {unit}", f"{ratio:.2f} ×", f"≤ {target} ×")
    return ratio


def seconds(command: Sequence[str], *, runs: int = 11, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> float:
    """The median wall-clock seconds of a command after one run that warms the caches."""
    return median([run(command, cwd=cwd, env=env).seconds for _ in range(runs + 1)][1:])


def row(label: str, ours: str, theirs: str, result: str, target: str) -> None:
    """Print one row of the table."""
    sys.stdout.write(f"| {label} | {ours} | {theirs} | {result} | {target} |\n")
    sys.stdout.flush()


def header(title: str) -> None:
    """Print a table's title, the machine and the column names."""
    cores = os.cpu_count()
    sys.stdout.write(
        f"\n### {title}\n\n{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {cores} cores, "
        f"{platform.machine()}, {platform.system()}; medians of alternating runs.\n\n"
        "| what | tapgen | beside it | result | aim |\n|---|---|---|---|---|\n"
    )
