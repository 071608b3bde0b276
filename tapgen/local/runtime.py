"""What a Python function finds when it runs: Lambda's libraries and variables, and nothing of this installation."""

from __future__ import annotations

import hashlib
import hmac
import os
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tapgen.local.debugging import prelude, wait_for_it
from tapgen.local.workers import lasting, still_failed, unpacking_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.local.debugging import Debugged

LIBRARIES = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "snapshot-restore-py", "urllib3")
"""Distributions in Lambda's Python runtimes (developer guide, "Runtime-included SDK versions", and the image)."""

KEPT = frozenset(
    {"PATH", "TMPDIR", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    | {"AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"}
)
"""Variables of the emulator's that a function has too, with values of its own."""

READY = 0.02
"""Seconds after which a function is ready that was made or changed: AWS needs some, this machine none."""

PATH = "/usr/local/bin:/usr/bin:/bin"
LAUNCHER = """#!/bin/sh
exec {python} -I -S "$@"
"""

PRELUDE = """
import logging as _logging
import os as _os
import sys as _sys
import time as _time

for _name in {unset!r}:
    _os.environ.pop(_name, None)
_os.environ.update(PATH={path!r}, LANG="en_US.UTF-8", TZ=":UTC", AWS_EXECUTION_ENV="AWS_Lambda_{runtime}")
_time.tzset()
_sys.path.append({libraries!r})

# Lambda's runtime gives the root logger a handler, and the level of the function's logging configuration.
_handler = _logging.StreamHandler(_sys.stderr)
if _os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
    import json as _json
    import traceback as _traceback

    class _JsonFormatter(_logging.Formatter):
        _own = {{*_logging.makeLogRecord({{}}).__dict__, "message", "taskName"}}

        def format(self, record):
            said = {{
                "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
                "level": record.levelname,
                "message": record.msg if isinstance(record.msg, dict) and not record.args else record.getMessage(),
                "logger": record.name,
            }}
            if record.exc_info and record.exc_info[0]:
                said["stackTrace"] = _traceback.format_tb(record.exc_info[2])
                said["errorType"] = record.exc_info[0].__name__
                said["errorMessage"] = str(record.exc_info[1])
                said["location"] = f"{{record.pathname}}:{{record.funcName}}:{{record.lineno}}"
            said.update((name, value) for name, value in record.__dict__.items() if name not in self._own)
            return _json.dumps(said, ensure_ascii=False, default=str)

    _formatter = _JsonFormatter()
else:
    _formatter = _logging.Formatter("[%(levelname)s]\\t%(asctime)s.%(msecs)03dZ\\t\\t%(message)s", "%Y-%m-%dT%H:%M:%S")
_formatter.converter = _time.gmtime
_handler.setFormatter(_formatter)
_logging.root.addHandler(_handler)
_logging.getLogger("botocore.configprovider").addFilter(  # an endpoint of its own is this machine's alone
    lambda record: not record.getMessage().startswith("Found endpoint for ")
)
if _os.environ.get("AWS_LAMBDA_LOG_LEVEL"):
    _logging.root.setLevel(_os.environ["AWS_LAMBDA_LOG_LEVEL"])
"""


def isolate_functions(
    lambda_runtime: Any, lambda_svc: Any, sts: Any, secret: str, debugged: Debugged | None = None
) -> None:  # modules without types
    """Change how ministack, which is pinned to one version and has no other hook, starts a function's process."""
    credentials = lambda_runtime.execution_credentials
    lambda_runtime.execution_credentials = lambda_svc.execution_credentials = unguessable(credentials, sts, secret)
    lambda_svc._execute_function_warm = with_reason(lambda_svc._execute_function_warm)  # noqa: SLF001 - as below
    detect = lambda_runtime._detect_runtime_binary  # noqa: SLF001 - the same
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = READY  # noqa: SLF001 - as below
    lambda_runtime.zipfile = unpacking_once(Path.cwd())
    lambda_runtime.Worker.invoke = still_failed(lambda_runtime.Worker.invoke)
    launcher, libraries = _launcher(Path.cwd()), _libraries(Path.cwd())
    first = prelude(debugged, Path.cwd()) if debugged else ""
    if debugged:
        wait_for_it(lambda_runtime.Worker, debugged)

    def started(runtime: str) -> tuple[str, str]:
        binary, script = detect(runtime)
        if not runtime.startswith("python"):
            return binary, script
        unset = sorted(set(os.environ) - KEPT)
        told = PRELUDE.format(unset=unset, path=PATH, runtime=runtime, libraries=str(libraries))
        return str(launcher), told + first + lasting(script)

    lambda_runtime._detect_runtime_binary = started  # noqa: SLF001 - as above


def with_reason(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An execution whose log says why it failed: ministack's has nothing of a module that cannot be imported."""

    def executed(*arguments: Any) -> dict[str, Any]:
        result = execute(*arguments)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorMessage"):
            why = str(body["errorMessage"]).replace("Worker init failed", "Runtime.ImportModuleError", 1)
            log = result.get("log") or ""
            if why.rpartition("\n")[2] not in log:
                result["log"] = f"{log}\n[ERROR] {why}".lstrip()
        return result

    return executed


def unguessable(
    credentials: Callable[[dict[str, Any]], dict[str, str]], sts: Any, secret: str
) -> Callable[[dict[str, Any]], dict[str, str]]:
    """The credentials of a function's role with secrets of this run: ministack derives them from names alone.

    What it is given goes into the function's variables, as do those that Lambda has of its logging configuration.
    """

    def of(config: dict[str, Any]) -> dict[str, str]:
        made = credentials(config)
        key = made["AWS_ACCESS_KEY_ID"]
        own = {name: _derived(secret, name, key) for name in ("SecretAccessKey", "SessionToken")}
        sts.register_session(key, sts._sessions[key] | own)  # noqa: SLF001 - as in `isolate_functions`
        made |= {"AWS_SECRET_ACCESS_KEY": own["SecretAccessKey"], "AWS_SESSION_TOKEN": own["SessionToken"]}
        return made | logging_variables(config.get("LoggingConfig") or {})

    return of


def logging_variables(configuration: dict[str, Any]) -> dict[str, str]:
    """What Lambda tells its runtime: without a level, INFO in JSON (developer guide, "Log-level filtering")."""
    if configuration.get("LogFormat") != "JSON":
        return {"AWS_LAMBDA_LOG_FORMAT": "Text"}
    level = str(configuration.get("ApplicationLogLevel") or "INFO")
    known = {"TRACE": "DEBUG", "WARN": "WARNING", "FATAL": "CRITICAL"}  # Lambda's names for Python's levels
    return {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": known.get(level, level)}


def _derived(secret: str, *parts: str) -> str:
    return hmac.new(secret.encode(), "/".join(parts).encode(), hashlib.sha256).hexdigest()


def _launcher(folder: Path) -> Path:
    """A program that starts Python without this installation's packages: ministack gives it the script alone."""
    import shlex

    launcher = folder / "python"
    launcher.write_text(LAUNCHER.format(python=shlex.quote(sys.executable)), encoding="utf-8")
    launcher.chmod(0o700)
    return launcher


def _libraries(folder: Path) -> Path:
    """A folder with links to what Lambda has of itself."""
    libraries = folder / "runtime"
    libraries.mkdir()
    for name in LIBRARIES:
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        for top in sorted(_tops(found)):
            (libraries / top).symlink_to(Path(str(found.locate_file(top))))
    return libraries


def _tops(installed: Distribution) -> set[str]:
    """What an installation has beside others': its record is read as text, since botocore's has thousands of lines."""
    record = installed.read_text("RECORD")
    lines = record.splitlines() if record else map(str, installed.files or ())
    return {line.partition(",")[0].partition("/")[0] for line in lines} - {"..", "__pycache__", ""}
