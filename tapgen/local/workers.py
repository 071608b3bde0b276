"""How ministack's processes of Python functions are made to cost what Lambda's do, and to live as long.

Lambda keeps a process whose handler has raised an error, and imports nothing into it (Lambda developer guide,
"Understanding the Lambda execution environment lifecycle"). ministack ends it, imports botocore into each, and unpacks
the package for each, so that each compiles every module anew.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

UNPACKED = "unpacked"
"""The folder of what is unpacked, in the emulator's own."""

_COUNTS = "    _ms_install_invoke_depth()\n"
_RAISED = '{"status": "error", "error": str(e), "trace"'
_LATER = """
class _Counted:
    # ministack's count of how deep functions call each other hangs on botocore: it waits until the function has that.
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "botocore.handlers":
            return None
        import importlib.machinery

        _sys.meta_path.remove(_Counted)
        found = importlib.machinery.PathFinder.find_spec(name, path)
        if found:
            run = found.loader.exec_module

            def counted(module):
                run(module)
                _sys.modules["botocore"].handlers = module
                _ms_install_invoke_depth()

            found.loader.exec_module = counted
        return found


_sys.meta_path.insert(0, _Counted)
"""


def lasting(script: str) -> str:
    """The program of a Python function's process: nothing imported for ministack, no end after an error.

    It follows a prelude that has `sys` as `_sys`.

    Raises:
        ValueError: ministack's program is another one.
    """
    for known in (_COUNTS, _RAISED):
        if known not in script:
            raise ValueError(f"ministack's program has no {known.strip()}")
    return _LATER + script.replace(_COUNTS, "").replace(_RAISED, _RAISED.replace("error", "ok", 1))


def still_failed(invoke: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An invocation by such a process: to the caller, an error is one."""

    def invoked(*arguments: Any, **named: Any) -> dict[str, Any]:
        response = invoke(*arguments, **named)
        return response | {"status": "error"} if "trace" in response else response

    return invoked


def unpacking_once(folder: Path) -> SimpleNamespace:
    """What ministack takes of `zipfile`: for a Python function, it links to what is unpacked already."""
    lock = Lock()

    class Once(zipfile.ZipFile):
        def extractall(self, path: Any = None, *more: Any) -> None:
            target = Path(path)
            if not (target.parent / "_worker.py").exists():  # Node.js looks for modules where a link leads
                super().extractall(path, *more)
                return
            unpacked = folder / UNPACKED / _digest(Path(str(self.filename)))
            with lock:
                if not unpacked.exists():
                    _forget_unused(folder)
                    super().extractall(half := unpacked.with_suffix(".half"), *more)
                    half.rename(unpacked)
                target.rmdir()
                target.symlink_to(unpacked)

    return SimpleNamespace(ZipFile=Once, BadZipFile=zipfile.BadZipFile, LargeFileError=zipfile.LargeZipFile)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _forget_unused(folder: Path) -> None:
    """Remove what no process is linked to: somebody may change a function all day."""
    used = {link.readlink().name for link in folder.glob("ministack-lambda-*/*") if link.is_symlink()}
    for unpacked in (folder / UNPACKED).glob("*"):
        if unpacked.name not in used:
            shutil.rmtree(unpacked, ignore_errors=True)
