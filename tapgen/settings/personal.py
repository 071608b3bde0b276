"""Personal environments: `dev/alice` is `dev` with a stack, names and tags of Alice's own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from tapgen.errors import UsageError, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.settings.model import Environment

SEPARATOR: Final = "/"
MAX_NAME: Final = 32
"""Characters of an environment's name: `name` of `Environment`."""
MAX_STACK_NAME: Final = 128
"""CloudFormation API reference, CreateStack, StackName."""

_UNITS: Final = {"h": "hours", "d": "days", "w": "weeks"}


def personal(base: Environment, user: str, environments: Mapping[str, Environment]) -> Environment:
    """The environment of one user: what derives from its name is the user's own.

    Raises:
        UsageError: the environment is nobody's own, or the user's name does not do.
    """
    typed = f"{base.name}{SEPARATOR}{user}"
    if not base.personal:
        own = [f"{name}{SEPARATOR}{user}" for name, one in environments.items() if one.personal]
        raise UsageError(
            f"{typed}: {base.name} has no personal environments",
            f"Say personal = true in [environments.{base.name}]."
            if not base.protected and not own
            else f"Personal ones here: {', '.join(own) or 'none'}.",
        )
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", user):
        raise UsageError(
            f'{typed}: "{user}" is no name of a user',
            "Lower-case letters and digits, with single hyphens between them, such as alice or alice-2.",
        )
    made = replace(
        base, name=f"{base.name}-{user}", user=user, stack=f"{base.stack}-{user}" if base.stack is not None else None
    )
    if made.name in environments:
        raise UsageError(f"{typed}: there is an environment {made.name} already", "Choose another user's name.")
    _refuse_long(made)
    return made


def chosen(base: Environment, user: str, environments: Mapping[str, Environment]) -> Environment:
    """The environment, or the user's own of it where it has personal ones and there is a user (TAPGEN_USER)."""
    if not user or not base.personal or base.user:
        return base
    try:
        return personal(base, user, environments)
    except UsageError as error:
        raise UsageError(f"TAPGEN_USER: {error.message}", error.hint) from None


def find(name: str, environments: Mapping[str, Environment]) -> Environment:
    """The environment that `--env` names: `dev`, or `dev/alice`.

    Raises:
        UsageError: there is none.
    """
    title, separator, user = name.partition(SEPARATOR)
    if title not in environments:
        raise UsageError(f'there is no environment "{title}"', suggestion(title, environments))
    return personal(environments[title], user, environments) if separator else environments[title]


def lifetime(expires: str) -> timedelta:
    """How long a personal environment lives after its last deployment, of a text such as "7d"."""
    return timedelta(**{_UNITS[expires[-1]]: int(expires[:-1])})


def _refuse_long(made: Environment) -> None:
    """Refuse a user's name by which another name gets too long.

    Raises:
        UsageError: one does; it is named.
    """
    from tapgen.settings.checks import check

    too_long = [
        f"the {what} {name} is longer than {most} characters"
        for what, name, most in (
            ("environment's name", made.name, MAX_NAME),
            ("stack's name", made.stack_name, MAX_STACK_NAME),
        )
        if len(name) > most
    ]
    too_long += [f"{'.'.join(map(str, path))}: {message}" for path, message in check(made, None)]
    if too_long:
        raise UsageError(f"{made.reference}: {'; '.join(too_long)}", "Choose a shorter user's name.")
