"""tapgen bootstrap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options
from tapgen.cli.options import as_json

if TYPE_CHECKING:
    from tapgen.deploy.plan.plan import Plan


@click.command()
@aws_options.aws
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def command(ctx: click.Context, profile: str | None, region: str | None, yes: bool, as_json: bool) -> None:
    """Create the artifact bucket of an account and region.

    Only packaged functions and templates over 51,200 bytes need it.

    \b
    Example:
      tapgen bootstrap --region eu-west-1
    """
    aws_options.needs_terminal(yes)
    from tapgen.deploy.artifacts.bootstrap import bootstrap_request
    from tapgen.deploy.aws.session import connect
    from tapgen.deploy.run import deploy

    def confirm(plan: Plan) -> bool:
        return yes or aws_options.ask(f"Create the artifact bucket in {plan.account} {plan.region}?")

    with aws_options.views(as_json=as_json) as view:
        outcome = deploy(bootstrap_request(), connect(profile, region), view(""), confirm=confirm)
    aws_options.finish(ctx, (outcome,))
