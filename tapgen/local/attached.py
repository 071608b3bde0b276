"""An environment that runs locally, for one command: the one that runs already, else one started for it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tapgen.errors import TapgenError
from tapgen.local import registry
from tapgen.local.isolation import isolated
from tapgen.local.session import look
from tapgen.local.starting import started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tapgen.deploy.views.view import View
    from tapgen.local.session import Deployed
    from tapgen.local.starting import Tell
    from tapgen.settings.model import Environment


@contextmanager
def attached(environment: Environment, tell: Tell, view: Callable[[str], View]) -> Iterator[Deployed]:
    """What is deployed, for the length of a `with` block; in it AWS is the embedded one.

    Raises:
        TapgenError: none runs, and it cannot be started or deployed.
    """
    from tapgen.deploy.aws.session import connect

    if address := registry.running(environment):
        with isolated(address):
            region = next(iter(environment.target_regions), address.region)
            client = connect(region=region, endpoint=address.endpoint, credentials=address.credentials)
            yield look(environment, client, address)
        return
    with started(environment, tell, view) as start:
        if start.deployed is None:
            raise TapgenError(f"{environment.reference} could not be deployed on the embedded AWS", "See above.")
        yield start.deployed
