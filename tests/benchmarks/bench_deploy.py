"""Deployments to the embedded AWS: whole processes of tapgen and of the AWS CLI, side by side, with the same template."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import harness

from tapgen.local import emulator
from tapgen.local.isolation import isolate

RUNS = 9
AWS = str(Path(sys.executable).parent / "aws")
STACK = "tap-dev"


def main() -> None:
    """Print the rows."""
    harness.header("Deployment to the embedded AWS")
    with tempfile.TemporaryDirectory() as folder, emulator.running() as running:
        environ = isolate(os.environ, running)
        rendered = Path(folder)
        harness.run([harness.TAPGEN, "render", "--env", "dev", "--format", "json", "--output", folder], env=environ)
        [template] = rendered.glob("dev.*")
        ours = [harness.TAPGEN, "deploy", "--env", "dev", "--yes"]
        theirs = [AWS, "cloudformation", "deploy", "--stack-name", STACK, "--template-file", str(template)]
        theirs += ["--capabilities", "CAPABILITY_NAMED_IAM"]
        _pairs("`deploy`, first time, beside `aws cloudformation deploy`", ours, theirs, 1.5, environ, running.reset)
        harness.run(ours, env=environ)
        _pairs("`deploy` without changes, beside the same", ours, theirs, 1.2, environ, lambda: None)
        running.reset()
    once = [harness.TAPGEN, "local", "--env", "dev", "--request", "GET /item", "--items", "Item"]
    took = harness.seconds(once, runs=RUNS)
    harness.row("`local`: start, deploy, request, item read back", f"{took * 1000:.0f} ms", "", "", "")


def _pairs(
    label: str,
    ours: Sequence[str],
    theirs: Sequence[str],
    target: float,
    environ: Mapping[str, str],
    before: Callable[[], None],
) -> None:
    """One row: both commands in turn, each after `before`; the first pair warms the caches."""
    pairs = []
    for _ in range(RUNS + 1):
        before()
        mine = harness.run(ours, env=environ).seconds
        before()
        pairs.append((mine, harness.run(theirs, env=environ).seconds))
    a, b = (median(values) for values in zip(*pairs[1:], strict=True))
    ratio = median(x / y for x, y in pairs[1:])
    harness.row(label, f"{a * 1000:.0f} ms", f"{b * 1000:.0f} ms", f"{ratio:.2f} ×", f"≤ {target} ×")


if __name__ == "__main__":
    main()
