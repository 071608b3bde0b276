"""SHA-256 of a text, without OpenSSL.

`hashlib` loads OpenSSL, which costs a rendering 3 ms and 4 MB; Python's own implementation, which `random` takes for
the same reason, costs nothing.
"""

from __future__ import annotations

from importlib import import_module

_MODULES = ("_sha2", "_sha256", "hashlib")
"""Where `sha256` is: since Python 3.12, in Python 3.11, and wherever a Python was built without it."""


def digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    for name in _MODULES:
        try:
            return str(import_module(name).sha256(text.encode()).hexdigest())
        except ImportError:
            continue
    raise ImportError(" and ".join(_MODULES))
