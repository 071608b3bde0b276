"""Command lines of tapgen side by side, each in a process of its own: forked from one that has everything imported.

    python -m tests.processes '[["deploy", "--env", "dev", "--yes"], ...]'

prints one [exit code, stdout, stderr] for each as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Ended:
    """How one of them ended."""

    code: int
    out: str
    err: str


def side_by_side(commands, variables):
    """Run these command lines at the same time, in this environment of variables."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.processes", json.dumps([list(map(str, words)) for words in commands])],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [Ended(*one) for one in json.loads(done.stdout)]


def _command_line(words, out, err):
    """Become the command line; never returns."""
    from tapgen.cli import main

    os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT), 1)
    os.dup2(os.open(err, os.O_WRONLY | os.O_CREAT), 2)
    sys.argv = ["tapgen", *words]
    main()


def _fork(words, folder):
    pid = os.fork()
    if pid:
        return pid
    try:
        _command_line(words, folder / "out", folder / "err")
    except SystemExit as end:
        os._exit(int(end.code or 0))
    finally:
        os._exit(99)


def _main():
    commands = json.loads(sys.argv[1])
    for words in commands:
        import_module(f"tapgen.cli.{next(one for one in words if (ROOT / 'tapgen/cli' / f'{one}.py').exists())}")
    import_module("tapgen.deploy.regions")
    from tapgen.deploy.aws.session import _models

    for service in ("cloudformation", "s3", "sts"):
        _models(None).load_service_model(service, "service-2")
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder) / str(number) for number in range(len(commands))]
        for one in folders:
            one.mkdir()
        pids = [_fork(words, one) for words, one in zip(commands, folders, strict=True)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        ends = [
            (code, (one / "out").read_text(), (one / "err").read_text())
            for code, one in zip(codes, folders, strict=True)
        ]
    sys.stdout.write(json.dumps(ends))


if __name__ == "__main__":
    _main()
