"""EDGE: a command of the user's, run where every AWS tool finds the embedded AWS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from types import MappingProxyType
from typing import TYPE_CHECKING

from tapgen.errors import UsageError
from tapgen.local.isolation import isolate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

    from tapgen.local.emulator import Emulator
    from tapgen.local.session import Deployed


GRACE = 10.0  # seconds that a command has to end by itself after a Ctrl-C
ENDING = (signal.SIGTERM, signal.SIGHUP)  # ignored ones, as under nohup, stay so


def refuse_unknown(command: str, environ: Mapping[str, str]) -> None:
    """Raise where `run` would not find the command, so that nothing is started for it.

    Raises:
        UsageError: there is no such command.
    """
    if which(command, path=_path(environ)) is None:
        raise UsageError(f"{command}: there is no such command", "Name a command after --.")


def run(
    program: Sequence[str],
    emulator: Emulator,
    deployed: Deployed,
    environ: Mapping[str, str] = os.environ,
    grace: float = GRACE,
    more: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Run it to its end, with `more` variables, and give its exit code.

    As shells do, that is 128 and the signal's number where a signal ended it.

    Raises:
        UsageError: there is no such command.
    """
    variables = {**isolate(environ, emulator), "TAPGEN_ENV": deployed.environment.reference, **more}
    if deployed.address:
        variables["TAPGEN_API_URL"] = deployed.address
    addresses = {**deployed.others, **deployed.further}
    variables |= {f"TAPGEN_API_URL_{name.upper()}": address for name, address in addresses.items()}
    variables |= {f"TAPGEN_FUNCTION_URL_{name.upper()}": address for name, address in deployed.urls.items()}
    variables["PATH"] = _path(variables)
    try:
        process = subprocess.Popen(program, env=variables)
    except OSError as error:
        raise UsageError(f"{program[0]}: {error.strerror}", "Name a command after --.") from None
    code = _wait(process, grace)
    return 128 - code if code < 0 else code


def _path(environ: Mapping[str, str]) -> str:
    """PATH, on which `tapgen` and its neighbours are found even where their environment is not activated."""
    return os.pathsep.join((str(Path(sys.executable).parent), environ.get("PATH", os.defpath)))


def _wait(process: subprocess.Popen[bytes], grace: float) -> int:
    """Wait for it; a Ctrl-C reaches it from the terminal too, so it may end by itself."""
    try:
        with _passed_on(process):
            return process.wait()
    except KeyboardInterrupt:
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
        raise
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


@contextmanager
def _passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Inside, a signal that is to end this process reaches the command too, and then does what Ctrl-C does."""

    def pass_on(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
        process.send_signal(number)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, pass_on) for number in ENDING if signal.getsignal(number) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
