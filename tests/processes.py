"""Command lines of tapgen side by side, each in a process of its own: forked from one that has everything imported."""

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


class SideBySide:
    """A process that runs command lines at the same time, as often as it is asked. Inside `with`."""

    def __enter__(self):
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tests.processes"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_):
        self.server.stdin.close()
        self.server.wait(30)
        self.server.stdout.close()

    def __call__(self, commands, variables):
        """How each of these command lines ends in an environment with these variables."""
        asked = [[list(map(str, words)) for words in commands], {**os.environ, **variables}]
        self.server.stdin.write(json.dumps(asked) + "\n")
        self.server.stdin.flush()
        return [Ended(*one) for one in json.loads(self.server.stdout.readline())]


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


def _all(commands):
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder) / str(number) for number in range(len(commands))]
        for one in folders:
            one.mkdir()
        pids = [_fork(words, one) for words, one in zip(commands, folders, strict=True)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        return [
            (code, (one / "out").read_text(), (one / "err").read_text())
            for code, one in zip(codes, folders, strict=True)
        ]


def _main():
    for name in ("deploy", "destroy"):
        import_module(f"tapgen.cli.{name}")
    import_module("tapgen.deploy.regions")
    from tapgen.deploy.aws.session import _models

    for service in ("cloudformation", "s3", "sts"):
        _models(None).load_service_model(service, "service-2")
    for line in sys.stdin:
        commands, variables = json.loads(line)
        os.environ.clear()
        os.environ.update(variables)
        sys.stdout.write(json.dumps(_all(commands)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
