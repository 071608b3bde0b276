"""The environment variables that lead an AWS tool to the embedded AWS and keep it from every other."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tapgen.local.address import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

    from tapgen.local.address import Address


def isolate(environment: Mapping[str, str], emulator: Address) -> dict[str, str]:
    """The environment for an AWS tool that must reach the emulator and nothing else: no profile, no key, no proxy."""
    kept = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    key, secret = emulator.credentials
    bypass = ",".join(filter(None, (kept.get("NO_PROXY") or kept.get("no_proxy"), HOST)))
    return kept | {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": emulator.region,
        "AWS_DEFAULT_REGION": emulator.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": bypass,
        "no_proxy": bypass,
    }


@contextmanager
def isolated(emulator: Address, environ: MutableMapping[str, str] = os.environ) -> Iterator[None]:
    """Inside of the block this process itself reaches the emulator alone: botocore reads the variables by itself."""
    before = dict(environ)
    _replace(environ, isolate(before, emulator))
    try:
        yield
    finally:
        _replace(environ, before)


def _replace(environ: MutableMapping[str, str], values: Mapping[str, str]) -> None:
    for name in environ.keys() - values.keys():
        del environ[name]
    environ.update(values)
