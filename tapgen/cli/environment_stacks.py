"""What `tapgen envs --stacks` and `tapgen destroy --expired` share: ask each environment's account and regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.cli import aws_options
from tapgen.errors import TapgenError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.aws.operations import AwsClient
    from tapgen.deploy.commands.environment_stacks import EnvironmentStack
    from tapgen.settings.model import Environment, Project


def of_project(
    project: Project, chosen: Iterable[Environment], profile: str | None, region: str | None
) -> Iterator[tuple[EnvironmentStack, AwsClient]]:
    """Each environment's stacks with the client that reaches them; what cannot be asked for is a row with its problem.

    `region` leaves out the environments that are not there.

    Raises:
        UsageError: there is no such profile, or no region.
    """
    from tapgen.deploy.commands.environment_stacks import EnvironmentStack, environment_stacks
    from tapgen.deploy.stack.target import check_pins

    listed: dict[tuple[str, str], tuple[Stack, ...]] = {}  # by role and region: the environments may share them
    for environment in chosen:
        if region and environment.target_regions and region not in environment.target_regions:
            continue
        for client in aws_options.connect_all(environment, profile, region):
            key = (environment.deploy_role or "", client.region)
            try:
                check_pins(client, environment.account or "", environment.target_regions)
                if key not in listed:
                    listed[key] = client.all_stacks()
            except UsageError:
                raise
            except TapgenError as error:
                yield EnvironmentStack(environment, client.region, problem=error.message), client
                continue
            for row in environment_stacks(environment, project.environments, listed[key], client.region):
                yield row, client
