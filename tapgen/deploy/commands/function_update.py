"""Functions brought to what the template says, one by one and without CloudFormation."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.artifacts.packages import zipped
from tapgen.deploy.aws.polling import Poller, poll_until
from tapgen.deploy.plan.function_changes import configuration_changes
from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Function
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.plan.function_changes import Wanted
    from tapgen.deploy.request import Package

TAG = "tapgen:synced"
"""Functions that do not run what CloudFormation has deployed: `deploy` puts them right."""
MAX_ZIPPED = 52_428_800
"""Bytes of a zip that UpdateFunctionCode takes itself: Lambda developer guide, "Lambda quotas"."""
UPDATE_TIMEOUT = 300.0
"""Seconds that Lambda may take for one update."""


class Zips(Struct, frozen=True):
    """The packages by the parameter that names them."""

    bodies: Mapping[str, Callable[[], bytes]]

    def of(self, want: Wanted) -> bytes | None:
        """The zip of a function; None where its code is neither inline nor packaged here."""
        if want.inline is not None:
            return zipped([("index.py", [want.inline.encode()])])
        return self.named(want.parameter)

    def named(self, parameter: str) -> bytes | None:
        """The zip that a parameter names; None where it is not packaged here."""
        body = self.bodies.get(parameter)
        return body() if body else None


def packages(found: tuple[Package, ...]) -> Zips:
    """The packages of a deployment."""
    return Zips({package.parameter: package.body for package in found if package.build is None})


def bring(
    client: Client,
    physical: str,
    want: Wanted,
    zips: Zips,
    clock: Clock,
    *,
    code: bool = True,
    mark: str = "",
    begins: Callable[[], None] = lambda: None,
) -> tuple[str, ...]:
    """Make a function what is wanted; what was changed, in words.

    `code`: its code may be another one. `mark` is a tag that it gets before anything is changed; `begins` is told then.

    Raises:
        TapgenError: Lambda refuses it, takes too long, or the package is too large.
    """
    actual = _settled(client, physical, clock)
    package = zips.of(want) if code else None
    changed = []
    if package is not None and sha256_of(package) == actual.code_sha256:
        package = None
    configuration = configuration_changes(want, actual)
    if package is not None:
        refuse_huge(physical, package)
    if package is not None or configuration:
        if mark:
            client.tag_function(actual.arn, mark)
        begins()
    if package is not None:
        client.update_code(physical, package)
        _settled(client, physical, clock)
        changed.append("code")
    if configuration:
        client.update_configuration(physical, configuration)
        _settled(client, physical, clock)
        changed.append("configuration")
    return tuple(changed)


def refuse_huge(name: str, package: bytes) -> None:
    """Refuse what Lambda does not take itself.

    Raises:
        TapgenError: the package is too large.
    """
    if len(package) > MAX_ZIPPED:
        raise TapgenError(
            f"{name}: the package has {len(package):,} bytes, Lambda takes {MAX_ZIPPED:,} directly",
            "It needs a deployment.",
        )


def _settled(client: Client, physical: str, clock: Clock) -> Function:
    """The function when no update of it is under way.

    Raises:
        TapgenError: the update failed or takes too long.
    """
    poller = Poller.of(client, clock)

    def ask() -> Function:
        return poller.call(lambda: client.function(physical))

    found = poll_until(poller, ask, lambda one: not one.updating, timeout=UPDATE_TIMEOUT)
    if found.updating:
        raise TapgenError(f"{physical} is still being updated after {UPDATE_TIMEOUT / 60:.0f} minutes")
    if found.failure:
        raise TapgenError(f"{physical}: Lambda could not update it: {found.failure}")
    return found


def sha256_of(package: bytes) -> str:
    """The SHA-256 of a package as Lambda tells it."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()
