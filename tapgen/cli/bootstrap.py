"""tapgen bootstrap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options
from tapgen.cli.options import as_json, environment, load_environment

if TYPE_CHECKING:
    from pathlib import Path

    from tapgen.deploy.artifacts.bootstrap import Readers
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

    Only packaged functions and templates over 51,200 bytes need the bucket. --env of a StackSet makes one in each of
    its regions, and lets its accounts read.

    --github makes the roles that `tapgen pipeline github` names: one that deploys, trusted for the repository, the
    branch and the environment alone, with the policies of `tapgen permissions`; of a protected environment one that
    plans; and the environment's cloudformation_role. A repository made since 15 July 2026 is named with its ids,
    OWNER@1/REPO@2: `gh api repos/OWNER/REPO/actions/oidc/customization/sub` prints them.

    \b
    Examples:
      tapgen bootstrap --region eu-west-1
      tapgen bootstrap --env prod
      tapgen bootstrap --github acme/shop --env prod
    """
    if github is None and _given(ctx, "branch"):
        raise click.UsageError("--branch goes with --github")
    if github is None and _given(ctx, "environment"):
        aws_options.finish(ctx, _buckets(ctx.obj, environment, profile, region, yes=yes, as_json=as_json))
    aws_options.needs_terminal(yes)
    if github is None:
        outcome = _bucket(profile, region, yes=yes, as_json=as_json)
    else:
        outcome = _github(ctx.obj, environment, github, branch, profile, region, yes=yes, as_json=as_json)
    aws_options.finish(ctx, (outcome,))


def _given(ctx: click.Context, *names: str) -> bool:
    return any(ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE for name in names)


def _bucket(
    profile: str | None, region: str | None, *, yes: bool, as_json: bool, readers: Readers | None = None
) -> Outcome:
    """The bucket of one region, which is named where there are others; who may read it already goes on reading."""
    from tapgen.deploy.artifacts.bootstrap import NOBODY, bootstrap_request, readers_of
    from tapgen.deploy.aws.session import connect
    from tapgen.deploy.run import deploy
    from tapgen.naming import BOOTSTRAP_STACK
    from tapgen.template.document import parse

    client = connect(profile, region)
    there = client.stack(BOOTSTRAP_STACK)
    empty = there is None or there.status == "REVIEW_IN_PROGRESS"
    known = NOBODY if empty else readers_of(parse(client.template(BOOTSTRAP_STACK), BOOTSTRAP_STACK))

    def confirm(plan: Plan) -> bool:
        what = "Create" if plan.creates else "Change"
        return yes or aws_options.ask(f"{what} the artifact bucket in {plan.account} {plan.region}?")

    with aws_options.views(as_json=as_json) as view:
        label = client.region if readers else ""
        return deploy(bootstrap_request(readers=known | (readers or NOBODY)), client, view(label), confirm=confirm)


def _buckets(
    where: Path | None, name: str, profile: str | None, region: str | None, *, yes: bool, as_json: bool
) -> tuple[Outcome, ...]:
    """The buckets of a StackSet's regions, which its accounts may read, one after the other. Ctrl-C ends all.

    Raises:
        UsageError: the environment is no StackSet, or its accounts are too many to be named one by one.
    """
    from tapgen.deploy.artifacts.bootstrap import MAX_READERS, Readers
    from tapgen.errors import ExitCode, UsageError

    chosen = load_environment(where, name)
    if not chosen.is_stack_set:
        raise UsageError(f"--env goes with --github, or with a StackSet; {chosen.reference} is one stack")
    organization = chosen.stack_set.organization if chosen.stack_set else None
    if organization is None and (chosen.organizational_units or len(chosen.accounts) > MAX_READERS):
        raise UsageError(
            f"the accounts of {chosen.reference} are not known here, or more than {MAX_READERS}",
            'Say whose they are: stack_set.organization = "o-...".',
        )
    aws_options.needs_terminal(yes)
    readers = Readers(organizations=frozenset({organization})) if organization else Readers(frozenset(chosen.accounts))
    regions = (region,) if region else chosen.target_regions
    outcomes: list[Outcome] = []
    for one in regions:
        outcomes.append(_bucket(profile, one, yes=yes, as_json=as_json, readers=readers))
        if outcomes[-1].code == ExitCode.INTERRUPTED:
            break
    return tuple(outcomes)


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
