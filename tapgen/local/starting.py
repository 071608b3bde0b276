"""An environment on an embedded AWS of its own, from its start to its end."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.local import emulator, registry
from tapgen.local.isolation import isolated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tapgen.deploy.artifacts.installations import Installer
    from tapgen.deploy.views.view import View
    from tapgen.local.debugging import Debugged
    from tapgen.local.emulator import Emulator
    from tapgen.local.redeploying import Redeployment
    from tapgen.local.session import Deployed
    from tapgen.settings.model import Environment

    Tell = Callable[[str], None]


class Started(Struct, frozen=True):
    """The embedded AWS with what is deployed in it; `deployed` is None where that failed, and `code` says how."""

    emulator: Emulator
    code: int
    deployed: Deployed | None
    redeployment: Redeployment


@contextmanager
def started(
    environment: Environment,
    tell: Tell,
    view: Callable[[str], View],
    *,
    port: int = 0,
    keep: Path | None = None,
    debugged: Debugged | None = None,
) -> Iterator[Started]:
    """The environment, started and deployed, for the length of a `with` block; in it AWS is the embedded one.

    Packages are made while the embedded AWS starts: together that takes as long as the slower of the two.

    Raises:
        UsageError: the port is taken, or the folder to keep it in is another's.
        TapgenError: the embedded AWS does not start, or the environment cannot be rendered or packed.
    """
    from tapgen.deploy.outcome import worst
    from tapgen.local.deployment import deploy_prepared, prepare
    from tapgen.local.kept import kept as kept_in
    from tapgen.local.redeploying import Redeployment
    from tapgen.local.seeds import put_items

    regions = (*environment.target_regions, os.environ.get("AWS_REGION"), emulator.REGION)
    more = registry.variables(environment) | (debugged.variables() if debugged else {})
    region, account = next(filter(None, regions)), environment.account or emulator.ACCOUNT
    with ExitStack() as stack:
        kept = stack.enter_context(kept_in(keep, environment.stack_name, account, region)) if keep else None
        launched = emulator.launch(account, region, port, keep=kept.folder if kept else None, more=more)
        stack.callback(launched.stop)
        stack.enter_context(isolated(launched))
        installer = _once_installed(stack, tell)
        prepared = prepare(environment, stack, installer)
        launched.wait()
        tell(f"Embedded AWS at {launched.endpoint}, account {account}, {region}")
        outcomes, deployed = deploy_prepared(prepared, launched, view)
        if deployed and (kept is None or kept.fresh):
            for table, count in put_items(deployed, launched).items():
                tell(f"Table {table}: {count} items put into it")
        stack.enter_context(registry.announced(environment, launched))
        redeployment = Redeployment(launched, view, installer, prepared, stack)
        yield Started(launched, worst(outcomes), deployed, redeployment)


def _once_installed(stack: ExitStack, tell: Tell) -> Installer:
    """What installs requirements: the same ones once, however often something is deployed."""
    from tapgen.deploy.artifacts.installations import once
    from tapgen.local.requirements import kept, this_machine

    return once(kept(tell), stack, this_machine)
