"""EDGE: keys for the issuers of tokens that are somebody else's: the run's own, and those of a file."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

from tapgen import reading
from tapgen.errors import TapgenError
from tapgen.local.trusted_keys import FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tapgen.local.emulator import Emulator
    from tapgen.settings.authorizers import Authorizer
    from tapgen.settings.model import Environment

_KEY = "issuer.pem"  # in the emulator's folder, which only its user can read
_LASTS = 3600  # seconds for which a token is good
SUBJECT = "test-user"


def by_issuer(environment: Environment) -> dict[str, Authorizer]:
    """The authorizers of every API that trust an issuer, by name; an API's own comes before a further one's."""
    apis = (environment.api, *environment.apis.values())
    found: dict[str, Authorizer] = {}
    for api in apis:
        for name, authorizer in api.authorizers.items():
            if authorizer.issuer:
                found.setdefault(name, authorizer)
    return found


def trust(environment: Environment, emulator: Emulator) -> None:
    """Let the embedded AWS trust the run's own key for every such issuer, and the keys of `[local] issuers`.

    Raises:
        TapgenError: a file has no keys, or cannot be read.
    """
    found = by_issuer(environment)
    if not found:
        return
    own = _public(_private(emulator.folder))
    known = {}
    for authorizer in found.values():
        issuer = str(authorizer.issuer)
        file = environment.local.issuers.get(issuer)
        keys = _read(environment.root / file) if file else []
        known[issuer] = {"keys": [own, *keys], "fetches": file is None}
    (emulator.folder / FILE).write_text(json.dumps(known), encoding="utf-8")


def token(environment: Environment, emulator: Emulator, name: str, claims: Mapping[str, Any]) -> str:
    """A token as an authorizer's issuer would give it to a test user, signed by the run's own key (RFC 7519, 7515)."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    authorizer, private = by_issuer(environment)[name], _private(emulator.folder)
    now = int(time.time())
    audience = {"aud": authorizer.audience[0]} if authorizer.audience else {}
    said = {"iss": authorizer.issuer, "sub": SUBJECT, "iat": now, "exp": now + _LASTS, **audience, **claims}
    header = {"alg": "RS256", "typ": "JWT", "kid": _public(private)["kid"]}
    text = b".".join(_encoded(json.dumps(part).encode()) for part in (header, said))
    return b".".join((text, _encoded(private.sign(text, padding.PKCS1v15(), hashes.SHA256())))).decode()


def _read(file: Path) -> list[dict[str, Any]]:
    """The keys of a JSON Web Key Set (RFC 7517)."""
    hint = 'It is a JSON Web Key Set: { "keys": [...] }.'
    try:
        keys = json.loads(reading.text(file))["keys"]
    except OSError as error:
        raise TapgenError(f"local.issuers: {file}: {error.strerror}", hint) from None
    except (ValueError, KeyError, TypeError):
        raise TapgenError(f"local.issuers: {file}: it has no keys", hint) from None
    if not isinstance(keys, list) or not all(isinstance(key, dict) and "kid" in key for key in keys):
        raise TapgenError(f"local.issuers: {file}: a key has no kid", hint)
    return keys


def _private(folder: Path) -> Any:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    file = folder / _KEY
    if file.is_file():
        return serialization.load_pem_private_key(file.read_bytes(), None)
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(made.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    file.chmod(0o600)
    return made


def _public(private: Any) -> dict[str, str]:
    numbers = private.public_key().public_numbers()
    parts = {name: _encoded(_bytes(getattr(numbers, name))).decode() for name in ("n", "e")}
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": f"tapgen-local-{parts['n'][:16]}", **parts}


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
