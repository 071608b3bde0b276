"""`outputs`: what a stack gives to others."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from tapgen.deploy.stack.target import existing
from tapgen.template.secrets import clean

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Output


def outputs(client: Client, name: str) -> tuple[Output, ...]:
    """The stack's outputs; what is named like a secret is masked."""
    return tuple(replace(one, value=clean(one.value, one.key)) for one in existing(client, name).outputs)


def as_environment(found: tuple[Output, ...]) -> list[str]:
    """NAME='value' lines that every POSIX shell reads: an output's name is letters and digits."""
    return [f"{one.key}={shlex.quote(one.value)}" for one in found]
