"""`outputs`: what a stack gives to others."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tapgen.deploy.stack.target import existing
from tapgen.errors import UsageError, suggestion
from tapgen.template.secrets import clean

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Output

_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "$": r"\$", "\n": r"\n"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def outputs(client: Client, name: str) -> tuple[Output, ...]:
    """The stack's outputs; what is named like a secret is masked."""
    return tuple(replace(one, value=clean(one.value, one.key)) for one in existing(client, name).outputs)


def renamed(found: tuple[Output, ...], names: tuple[str, ...]) -> tuple[Output, ...]:
    """The outputs that are asked for, under other names: each of `names` is NAME=OutputKey; all of them where none is.

    Raises:
        UsageError: it is not of that form, or the stack has no such output.
    """
    by_key = {one.key: one for one in found}
    chosen = []
    for written in names:
        name, equals, key = written.partition("=")
        if not equals or not _VARIABLE.fullmatch(name):
            raise UsageError(f'"{written}" does not name an output', "Write --as NAME=OutputKey.")
        if key not in by_key:
            raise UsageError(f'the stack has no output "{key}"', suggestion(key, by_key))
        chosen.append(replace(by_key[key], key=name))
    return tuple(chosen) if names else found


def as_dotenv(found: tuple[Output, ...]) -> list[str]:
    r"""NAME="value" lines as dotenv libraries read them: \, " and $ escaped, a line break as \n."""
    return [f'{one.key}="{one.value.translate(_ESCAPED)}"' for one in found]


def as_environment(found: tuple[Output, ...]) -> list[str]:
    """NAME='value' lines that every POSIX shell reads: an output's name is letters and digits."""
    return [f"{one.key}={shlex.quote(one.value)}" for one in found]
