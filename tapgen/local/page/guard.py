"""Who may ask the page's listener: the page itself, opened by the address that `tapgen local` prints."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Of every answer: nothing from elsewhere, nothing inline, in no other page's frame, and its address goes nowhere."""

SANDBOXED = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "frame-ancestors 'self'"
)
"""Of the picture, which is one file with its own script: an origin of its own, from which nothing is reached."""


def allowed(method: str, path: str, headers: Mapping[str, str], token: str, port: int) -> str | None:
    """What is asked for below the token; None where the request is not the page's own.

    `headers` are by lower-case name. The token is the secret: only who was told the address has it. The other
    conditions hold even where it has leaked.
    """
    own = {f"127.0.0.1:{port}", f"localhost:{port}"}
    host = headers.get("host", "").lower()
    if host not in own or headers.get("origin", f"http://{host}").lower() != f"http://{host}":
        return None
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return None
    if method == "POST" and headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return None  # what a form of another page can send
    first, slash, rest = path.partition("?")[0].lstrip("/").partition("/")
    if not slash or not hmac.compare_digest(first.encode(), token.encode()):
        return None
    return rest
