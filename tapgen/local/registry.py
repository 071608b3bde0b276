"""EDGE: which environments run locally now, for commands in another terminal."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tapgen.errors import TapgenError
from tapgen.local.address import Address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tapgen.settings.model import Environment


@contextmanager
def announced(environment: Environment, address: Address, environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Inside, `running` finds it; the last one of an environment that was started, where there are several.

    Its keys are in a file that its owner alone can read. Where none can be written it is not found, and all else works.
    """
    file = _file(environment, environ)
    said = json.dumps([address.port, address.account, address.region, *address.credentials])
    with suppress(OSError):
        _write(file, said)
    try:
        yield
    finally:
        _withdraw(file, address.port)


VARIABLE = "TAPGEN_ANNOUNCED"
"""Where the embedded AWS finds what is announced of it."""


def variables(environment: Environment, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the embedded AWS is told, which takes back what is announced where its parent was killed."""
    return {VARIABLE: str(_file(environment, environ))}


def withdraw(environ: Mapping[str, str]) -> None:
    """Take back what was announced of the embedded AWS that has these variables."""
    if VARIABLE in environ:
        _withdraw(Path(environ[VARIABLE]), int(environ["GATEWAY_PORT"]))


def _withdraw(file: Path, port: int) -> None:
    with suppress(OSError, ValueError, LookupError, TypeError):
        if json.loads(file.read_text(encoding="utf-8"))[0] == port:
            file.unlink()
        file.parent.rmdir()  # where it was the last one


def running(environment: Environment, environ: Mapping[str, str] = os.environ) -> Address | None:
    """Where the environment runs; None where it does not."""
    file = _file(environment, environ)
    try:
        if file.stat().st_uid != os.getuid():
            return None
        port, account, region, key, secret = json.loads(file.read_text(encoding="utf-8"))
        address = Address(port, account, region, (key, secret))
        address.check()
    except (OSError, ValueError, TypeError, TapgenError):  # it has ended, and could not say so
        return None
    return address


def _file(environment: Environment, environ: Mapping[str, str]) -> Path:
    base = environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    which = hashlib.sha256(f"{environment.root.resolve()}\0{environment.reference}".encode()).hexdigest()[:20]
    return Path(base) / f"tapgen-{os.getuid()}" / f"{which}.json"


def _write(file: Path, text: str) -> None:
    """Into a folder of ours alone: in a folder of temporary files somebody else may have made one of that name.

    Raises:
        OSError: it cannot be written, or the folder is somebody else's.
    """
    file.parent.mkdir(mode=0o700, exist_ok=True)
    found = file.parent.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or file.parent.is_symlink():
        raise PermissionError
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
