"""What a StackSet is deployed to, and how, as the settings say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.aws.stack_set_model import Permissions, Preferences, Targets

if TYPE_CHECKING:
    from tapgen.settings.model import Environment


class SetTarget(Struct, frozen=True):
    """Where the stacks are, in which order they are deployed, whose roles do it."""

    targets: Targets
    preferences: Preferences = Preferences()
    permissions: Permissions = Permissions()


def target_of(environment: Environment) -> SetTarget:
    """The target of an environment with accounts or organizational units."""
    from tapgen.settings.stack_sets import StackSet

    chosen = environment.stack_set or StackSet()
    regions = environment.target_regions
    return SetTarget(
        Targets(environment.accounts, environment.organizational_units, regions),
        Preferences(
            region_order=regions,
            parallel_regions=chosen.parallel_regions,
            failure_tolerance=chosen.failure_tolerance,
            concurrency=chosen.concurrency,
            soft=chosen.concurrency_mode == "soft",
        ),
        Permissions(
            service_managed=environment.service_managed,
            administration_role=chosen.administration_role or "",
            execution_role=chosen.execution_role or "",
            automatic=chosen.automatic,
        ),
    )


def within(preferences: Preferences, regions: tuple[str, ...]) -> Preferences:
    """The preferences of an operation in some regions: an order may name no others."""
    order = (*(one for one in preferences.region_order if one in regions),)
    return Preferences(
        region_order=(*order, *(one for one in regions if one not in order)),
        parallel_regions=preferences.parallel_regions,
        failure_tolerance=preferences.failure_tolerance,
        concurrency=preferences.concurrency,
        soft=preferences.soft,
    )
