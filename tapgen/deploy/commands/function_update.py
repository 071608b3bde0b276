"""Functions brought to what the template says, one by one and without CloudFormation."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.artifacts.packages import zipped
from tapgen.deploy.aws.error_codes import unknown_operation
from tapgen.deploy.aws.errors import AwsError, DeniedError
from tapgen.deploy.aws.polling import Poller, poll_until
from tapgen.deploy.plan.function_changes import FUNCTION, configuration_changes, wanted
from tapgen.errors import TapgenError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Function, Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.plan.function_changes import Wanted
    from tapgen.deploy.request import Package
    from tapgen.template.document import Document

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
            return zipped([("index.py", want.inline.encode())])
        body = self.bodies.get(want.parameter)
        return body() if body else None


def packages(found: tuple[Package, ...]) -> Zips:
    """The packages of a deployment."""
    return Zips({package.parameter: package.body for package in found})


def bring(
    client: Client, physical: str, want: Wanted, zips: Zips, clock: Clock, *, code: bool = True, mark: str = ""
) -> tuple[str, ...]:
    """Make a function what is wanted; what was changed, in words.

    `code`: its code may be another one. `mark` is a tag that it gets before anything is changed.

    Raises:
        TapgenError: Lambda refuses it, takes too long, or the package is too large.
    """
    actual = _settled(client, physical, clock)
    package = zips.of(want) if code else None
    changed = []
    if package is not None and _sha256(package) == actual.code_sha256:
        package = None
    configuration = configuration_changes(want, actual)
    if mark and (package is not None or configuration):
        client.tag_function(actual.arn, mark)
    if package is not None:
        if len(package) > MAX_ZIPPED:
            raise TapgenError(
                f"{physical}: the package has {len(package):,} bytes, Lambda takes {MAX_ZIPPED:,} directly",
                "It needs a deployment.",
            )
        client.update_code(physical, package)
        _settled(client, physical, clock)
        changed.append("code")
    if configuration:
        client.update_configuration(physical, configuration)
        _settled(client, physical, clock)
        changed.append("configuration")
    return tuple(changed)


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


def _sha256(package: bytes) -> str:
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def functions_of(client: Client, stack: Stack) -> dict[str, str]:
    """Logical id -> name of each function of a stack."""
    return {one.logical_id: one.physical_id for one in client.resources(stack.arn) if one.type == FUNCTION}


def put_right(client: Client, stack: Stack, document: Document, zips: Zips, clock: Clock) -> tuple[str, ...]:
    """Give the functions that `sync` has changed what the template says; their logical ids.

    CloudFormation cannot do it where the template is as it was before: it does not know that the code is another one.
    """
    marked = {arn.rpartition(":")[2]: arn for arn in marked_functions(client)}
    if not marked:
        return ()
    found = {logical_id: name for logical_id, name in functions_of(client, stack).items() if name in marked}
    for logical_id, physical in found.items():
        bring(client, physical, wanted(document, logical_id), zips, clock)
        client.untag_function(marked[physical], TAG)
    return tuple(found)


def marked_functions(client: Client) -> tuple[str, ...]:
    """The ARNs of the functions that `sync` has changed; none where that may not, or cannot, be asked."""
    try:
        return client.tagged_functions(TAG)
    except AwsError as error:
        if isinstance(error, DeniedError) or unknown_operation(error):
            return ()
        raise
