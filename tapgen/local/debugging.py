"""A function that waits for a debugger: debugpy in its process, its modules from the source that one edits."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict

from tapgen import naming
from tapgen.errors import TapgenError, UsageError, suggestion
from tapgen.installing import with_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tapgen.settings.model import Environment

PORT = 5678  # debugpy's own, which editors suggest
VARIABLE = "TAPGEN_DEBUGGED"
FOREVER = 7 * 86_400
"""Seconds in the place of every time-out: somebody may sit at a breakpoint over the weekend."""

PRELUDE = """
if _os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "").startswith({function!r}) and (
    {whole!r} in ("", _os.environ["AWS_LAMBDA_FUNCTION_NAME"])
):
    import importlib.machinery as _machinery
    import time as _waiting

    class _Edited:
        # Modules are taken from the source that one edits, where breakpoints are; the rest from the package.
        @staticmethod
        def find_spec(name, path=None, target=None):
            return _machinery.PathFinder.find_spec(name, [{source!r}]) if path is None else None

    _sys.dont_write_bytecode = True
    _os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    _sys.path.append({debugger!r})
    import debugpy as _debugpy

    for _attempt in range(50):  # the last debugger of this port may still be letting go of it
        try:
            _debugpy.listen(("127.0.0.1", {port}))
        except Exception as _error:
            _why = _error
            _waiting.sleep(0.1)
        else:
            _debugpy.wait_for_client()
            break
    else:
        print(f"[WARNING] not debugged: port {port}: {{_why}}", file=_sys.stderr)
    _sys.path.remove({debugger!r})
    _sys.meta_path.insert(0, _Edited)
"""


class Debugged(Struct, frozen=True):
    """The function's physical name, the port on 127.0.0.1 that a debugger attaches to, and its source's folder.

    Where CloudFormation gives the name, it is what that begins with, and ends with a hyphen.
    """

    function: str
    port: int
    source: str

    def is_it(self, name: str) -> bool:
        """Whether that is the function's physical name."""
        return name == self.function or (self.function.endswith("-") and name.startswith(self.function))

    def variables(self) -> dict[str, str]:
        """What the embedded AWS is told."""
        return {VARIABLE: json.dumps(asdict(self))}


def parse(text: str, environment: Environment, find: Callable[[str], object] = importlib.util.find_spec) -> Debugged:
    """What `--debug NAME` or `--debug NAME:PORT` asks for.

    Raises:
        UsageError: there is no such function, or none that debugpy can debug.
        TapgenError: debugpy is not installed.
    """
    name, colon, port = text.partition(":")
    if name not in environment.functions:
        raise UsageError(f'there is no function "{name}"', suggestion(name, environment.functions))
    function = environment.functions[name]
    if colon and not (re.fullmatch(r"\d{1,5}", port) and 0 < int(port) < 65536):
        raise UsageError(f'--debug {text}: "{port}" is no port', "Such as Item:5679.")
    if not function.source or not (function.runtime or "").startswith("python"):
        raise UsageError(f"{name} is no Python function with a source", "debugpy debugs Python alone.")
    if find("debugpy") is None:
        raise TapgenError("debugpy is not installed", f"Install it: {with_extra('debug')}.")
    source = (environment.root / function.source).resolve()
    generated = f"{environment.stack_name}-{environment.logical_id(naming.function(name))}-"
    return Debugged(naming.function_name(environment, name) or generated, int(port or PORT), str(source))


def told(environ: Mapping[str, str]) -> Debugged | None:
    """What `variables` said; None where nothing is debugged."""
    text = environ.get(VARIABLE, "")
    return Debugged(**json.loads(text)) if text else None


def prelude(debugged: Debugged, folder: Path) -> str:
    """What the function's process does first. `folder` is one that it may find debugpy in, and nothing else."""
    found = importlib.util.find_spec("debugpy")
    if found is None or found.origin is None:
        return ""
    debugger = folder / "debugger"
    debugger.mkdir(exist_ok=True)
    link = debugger / "debugpy"
    if not link.is_symlink():
        link.symlink_to(Path(found.origin).parent)
    whole = "" if debugged.function.endswith("-") else debugged.function
    return PRELUDE.format(**asdict(debugged), whole=whole, debugger=str(debugger))


def wait_for_it(worker: Any, debugged: Debugged) -> None:  # a class without types
    """Take the time-out off the function's workers."""
    invoke = worker.invoke

    def patient(self: Any, *arguments: Any, **named: Any) -> Any:
        if debugged.is_it(str(self.config.get("FunctionName", ""))):
            self.config = {**self.config, "Timeout": FOREVER}
        return invoke(self, *arguments, **named)

    worker.invoke = patient
