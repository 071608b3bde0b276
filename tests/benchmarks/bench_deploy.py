"""Deployments to the embedded AWS: whole processes of tapgen and of the AWS CLI, side by side, with the same template."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from zipfile import ZipFile

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
        _sync(Path(folder) / "shop", environ)
    once = [harness.TAPGEN, "local", "--env", "dev", "--request", "GET /item", "--items", "Item"]
    took = harness.seconds(once, runs=RUNS)
    harness.row("`local`: start, deploy, request, item read back", f"{took * 1000:.0f} ms", "", "", "")
    with tempfile.TemporaryDirectory() as folder:
        _shared_requirements(Path(folder))
        _watched(Path(folder) / "12")


def _shared_requirements(folder: Path) -> None:
    """One row: 12 functions with one set of requirements, beside one; the first run fills the cache of packages."""
    with ZipFile(folder / "greeting-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("greeting.py", "WORD = 'hello'\n")
        wheel.writestr("greeting-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1\n")
        wheel.writestr("greeting-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("greeting-1.dist-info/RECORD", "")
    own = {"PIP_FIND_LINKS": str(folder), "PIP_NO_INDEX": "1", "TAPGEN_CACHE_DIR": str(folder / "cache")}
    times = {}
    for number in (1, 12):
        project = folder / str(number)
        (project / "src").mkdir(parents=True)
        (project / "src" / "requirements.txt").write_text("greeting==1\n")
        handler = "import greeting\n\n\ndef handler(event, context):\n    return {'statusCode': 200}\n"
        (project / "src" / "index.py").write_text(handler)
        functions = (f'[functions.F{one}]\nsource = "src"\nroutes = ["GET /f{one}"]\n' for one in range(number))
        (project / "tapgen.toml").write_text('application = "twelve"\n' + "".join(functions))
        command = [harness.TAPGEN, "--project", str(project), "local", "--env", "dev", "--request", "GET /f0"]
        times[number] = harness.seconds(command, runs=RUNS, env={**os.environ, **own})
    several, one = times[12], times[1]
    label = "`local`: 12 functions with one set of requirements beside 1, warm cache"
    harness.row(label, f"{several * 1000:.0f} ms", f"{one * 1000:.0f} ms", f"{several / one:.2f} ×", "≤ 2 ×")


def _watched(project: Path) -> None:
    """One row: a saved change of 12 functions' common source, until the functions run it."""
    source, times = project / "src" / "index.py", []
    command = [harness.TAPGEN, "--project", str(project), "local", "--env", "dev", "--watch"]
    log = project / "log.txt"
    environ = {**os.environ, "PYTHONUNBUFFERED": "1", "PIP_FIND_LINKS": str(project.parent), "PIP_NO_INDEX": "1"}
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out, env=environ) as process:
        _wait(log, "Ctrl-C stops it", 1)
        for run in range(1, RUNS + 1):
            began = time.perf_counter()
            source.write_text(source.read_text() + "# changed\n")
            _wait(log, ": new code, ", run)
            times.append(time.perf_counter() - began)
        process.send_signal(signal.SIGINT)
    harness.row(
        "`local --watch`: a saved change, until 12 functions run it",
        f"{median(times) * 1000:.0f} ms",
        "",
        "",
        "≤ 1500 ms",
    )


def _wait(log: Path, text: str, times: int) -> None:
    while log.read_text().count(text) < times:
        time.sleep(0.01)


SETTINGS = """
application = "shop"
[functions.Item]
source = "src"
"""


def _sync(project: Path, environ: Mapping[str, str]) -> None:
    """One changed function of two modules, by `sync` and by a script of ten lines."""
    source = project / "src"
    source.mkdir(parents=True)
    (project / "tapgen.toml").write_text(SETTINGS)
    (source / "index.py").write_text("import more\n\ndef handler(event, context):\n    return {'x': more.X}\n")
    versions = iter(range(1000))

    def change() -> None:
        (source / "more.py").write_text(f"X = {next(versions)}\n")

    change()
    tapgen = [harness.TAPGEN, "--project", str(project)]
    harness.run([*tapgen, "bootstrap", "--yes"], env=environ)
    harness.run([*tapgen, "deploy", "--yes"], env=environ)
    bare = [sys.executable, str(Path(__file__).with_name("bare_sync.py")), str(source), "shop-dev-Item"]
    label = "`sync` of one changed function, beside a script with UpdateFunctionCode"
    _pairs(label, [*tapgen, "sync"], bare, 1.3, environ, change)


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
