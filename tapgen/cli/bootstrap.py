"""tapgen bootstrap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options
from tapgen.cli.options import as_json, environment, load_environment

if TYPE_CHECKING:
    from pathlib import Path

    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.plan.plan import Plan


@click.command()
@aws_options.aws
@click.option(
    "--github", metavar="OWNER/REPO", help="Let this repository's pipeline deploy --env: identity provider and roles."
)
@environment
@click.option("--branch", default="main", show_default=True, help="With --github: the branch that deploys.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    profile: str | None,
    region: str | None,
    github: str | None,
    environment: str,
    branch: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Create the artifact bucket of an account and region, or the roles of a pipeline.

    Only packaged functions and templates over 51,200 bytes need the bucket.

    --github makes the roles that `tapgen pipeline github` names: one that deploys, trusted for the repository, the
    branch and the environment alone, with the policies of `tapgen permissions`; of a protected environment one that
    plans; and the environment's cloudformation_role. A repository made since 15 July 2026 is named with its ids,
    OWNER@1/REPO@2: `gh api repos/OWNER/REPO/actions/oidc/customization/sub` prints them.

    \b
    Examples:
      tapgen bootstrap --region eu-west-1
      tapgen bootstrap --github acme/shop --env prod
    """
    if github is None and _given(ctx, "environment", "branch"):
        raise click.UsageError("--env and --branch go with --github")
    aws_options.needs_terminal(yes)
    if github is None:
        outcome = _bucket(profile, region, yes=yes, as_json=as_json)
    else:
        outcome = _github(ctx.obj, environment, github, branch, profile, region, yes=yes, as_json=as_json)
    aws_options.finish(ctx, (outcome,))


def _given(ctx: click.Context, *names: str) -> bool:
    return any(ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE for name in names)


def _bucket(profile: str | None, region: str | None, *, yes: bool, as_json: bool) -> Outcome:
    from tapgen.deploy.artifacts.bootstrap import bootstrap_request
    from tapgen.deploy.aws.session import connect
    from tapgen.deploy.run import deploy

    def confirm(plan: Plan) -> bool:
        return yes or aws_options.ask(f"Create the artifact bucket in {plan.account} {plan.region}?")

    with aws_options.views(as_json=as_json) as view:
        return deploy(bootstrap_request(), connect(profile, region), view(""), confirm=confirm)


def _github(
    where: Path | None,
    name: str,
    repository: str,
    branch: str,
    profile: str | None,
    region: str | None,
    *,
    yes: bool,
    as_json: bool,
) -> Outcome:
    from tapgen import render
    from tapgen.deploy.aws.session import connect
    from tapgen.deploy.bootstrap_github import bootstrap_github
    from tapgen.errors import UsageError
    from tapgen.proof.subject import Subject

    chosen = load_environment(where, name)
    if chosen.is_stack_set:
        raise UsageError(
            f"{chosen.reference} is a StackSet, whose roles are in many accounts",
            "Make its administrator's role by hand; `tapgen permissions` says what the stacks' roles need.",
        )
    if chosen.user:
        raise UsageError(f"{chosen.reference} is {chosen.user}'s own: no pipeline deploys it", f"--env {chosen.table}")
    # Not by the deploying role: it is to be made here.
    client = connect(profile, region or next(iter(chosen.target_regions), None))
    with aws_options.views(as_json=as_json) as view:
        return bootstrap_github(
            chosen,
            Subject(render.render(chosen).document, chosen.protected),
            client,
            view(""),
            repository=repository,
            branch=branch,
            agree=lambda question: yes or aws_options.ask(question),
        )
