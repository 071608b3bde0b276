"""Whether a profile asks for an MFA code: botocore would wait for one at a terminal that is not there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Profiles = Mapping[str, Mapping[str, Any]]


def asks_for_mfa(profiles: Profiles, profile: str | None, environ: Mapping[str, str]) -> bool:
    """Whether the credentials of the profile come from a role that wants a code, itself or by its source profile.

    Keys in the environment win over a profile that only AWS_PROFILE names (botocore, `create_credential_resolver`).
    """
    if profile is None and environ.get("AWS_ACCESS_KEY_ID"):
        return False
    name = profile or environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        found = profiles.get(name, {})
        if "role_arn" in found and "mfa_serial" in found:
            return True
        name = str(found.get("source_profile", "")) if "role_arn" in found else ""
    return False


def has_terminal(device: Path = Path("/dev/tty")) -> bool:
    """Whether a code can be typed: at the standard input, or at the terminal of the process."""
    if sys.stdin is not None and sys.stdin.isatty():
        return True
    try:
        with device.open():
            return True
    except OSError:
        return False
