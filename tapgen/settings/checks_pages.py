"""What is wrong with what pages are served by, and with what they may do in AWS themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.settings.checks_functions import check_statement

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

Problem = tuple[tuple[str | int, ...], str]


def check_pages(environment: Environment) -> Iterator[Problem]:
    """Each problem of sites and identity pools, with the path of the value to change."""
    for name, site in environment.sites.items():
        yield from ((("sites", name, *where), message) for where, message in site.problems(name, environment))
    for name, pool in environment.identity_pools.items():
        path = ("identity_pools", name)
        yield from (((*path, *where), message) for where, message in pool.problems(environment))
        for who in ("users", "guests"):
            for index, statement in enumerate(getattr(pool, who)):
                found = check_statement(environment, statement)
                yield from (((*path, who, index, *where), message) for where, message in found)
