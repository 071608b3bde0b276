"""The embedded AWS's side of issuers that are somebody else's: their keys are in a file of this run."""

from __future__ import annotations

import base64
import json
from contextvars import ContextVar
from pathlib import Path
from typing import Any

FILE = "issuers.json"
"""In the emulator's folder: issuer -> { keys, fetches }: whether another key is asked of the issuer itself."""

_keys: ContextVar[dict[str, Any] | None] = ContextVar("_keys", default=None)


def trust_keys(http: Any, folder: Path) -> None:  # a module without types
    """Let ministack, which is pinned to one version and has no other hook, find an issuer's keys in the file."""
    validate, resolve, fetch = http._validate_jwt_authorizer, http._resolve_jwks_url, http._fetch_jwks  # noqa: SLF001 - as above
    extract = http._extract_token_from_identity_source  # noqa: SLF001 - as above

    async def validated(route: Any, authorizer: dict[str, Any], headers: Any, query: Any) -> Any:
        token = extract(authorizer.get("identitySource", []), headers, query)
        chosen = _keys.set(_chosen(_known(folder), authorizer, token))
        try:
            return await validate(route, authorizer, headers, query)
        finally:
            _keys.reset(chosen)

    async def resolved(authorizer: dict[str, Any]) -> Any:
        return FILE if _keys.get() else await resolve(authorizer)

    async def fetched(url: str) -> Any:
        return _keys.get() or await fetch(url)

    http._validate_jwt_authorizer, http._resolve_jwks_url, http._fetch_jwks = validated, resolved, fetched  # noqa: SLF001 - as above


def _known(folder: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return known


def _chosen(known: dict[str, Any], authorizer: dict[str, Any], token: str | None) -> dict[str, Any] | None:
    """The keys for a token; None where the issuer itself is asked."""
    settings = authorizer.get("jwtConfiguration") or {}
    found = known.get(settings.get("issuer") or settings.get("Issuer") or "")
    if not found:
        return None
    has_key = _key_id(token or "") in {key["kid"] for key in found["keys"]}
    return {"keys": found["keys"]} if has_key or not found["fetches"] else None


def _key_id(token: str) -> str | None:
    header = token.partition(".")[0]
    try:
        read = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except ValueError:
        return None
    return read.get("kid") if isinstance(read, dict) else None
