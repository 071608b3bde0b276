"""Environment markers, held against the runtime and not against this machine (PEP 508)."""

from __future__ import annotations

import re

_MACHINE = {"arm64": "aarch64", "x86_64": "x86_64"}
_MARKED = r"(?P<what>[^;]+?)\s*;\s*(?P<marker>.+?)(?P<options>\s+--\S.*)?"


def for_runtime(lines: tuple[str, ...], runtime: str, architecture: str) -> tuple[str, ...]:
    """The lines that apply to a runtime, without their markers: pip holds those against the Python that runs it."""
    from packaging.markers import InvalidMarker

    kept = []
    for line in lines:
        found = re.fullmatch(_MARKED, line)
        if found is None or line.startswith("-"):
            kept.append(line)
            continue
        try:
            if applies(found["marker"], runtime, architecture):
                kept.append(found["what"] + (found["options"] or ""))
        except InvalidMarker:
            kept.append(line)  # pip says what is wrong with it
    return tuple(kept)


def applies(marker: str | None, runtime: str, architecture: str) -> bool:
    """Whether a marker holds in the runtime; PEP 508 names its variables."""
    if not marker:
        return True
    from packaging.markers import Marker

    version = runtime.removeprefix("python")
    environment = {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "implementation_name": "cpython",
        "implementation_version": f"{version}.0",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": _MACHINE[architecture],
        "platform_release": "",
        "platform_version": "",
        "extra": "",
    }
    return Marker(marker).evaluate(environment)
