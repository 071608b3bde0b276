"""tapgen deploy."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tapgen.cli import aws_options, completion, stack_set
from tapgen.cli.options import as_json, environment, installer, load_environment, name_value_pairs

if TYPE_CHECKING:
    from tapgen.deploy.plan.plan import Plan
    from tapgen.render import Rendered
    from tapgen.settings.model import Environment


@click.command()
@environment
@aws_options.aws
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--plan-only", is_flag=True, help="Leave the change set and print how to execute it.")
@click.option("--plan", metavar="ARN", default="", help="Execute a reviewed change set, if nothing has moved since.")
@click.option(
    "--allow-loss",
    metavar="LOGICAL_ID",
    multiple=True,
    shell_complete=completion.logical_ids,
    help="A resource that may be lost; repeatable.",
)
@click.option("--no-check", is_flag=True, help="Leave the check out that comes before.")
@click.option("--parameter", metavar="NAME=VALUE", multiple=True, help="A template parameter; repeatable.")
@click.option(
    "--parameter-file",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A file of parameters: lines NAME=VALUE, TOML or JSON; repeatable.",
)
@click.option("--import-existing", is_flag=True, help="Take existing resources of the same name into the stack.")
@click.option("--express", is_flag=True, help="Do not wait until resources are ready; not for protected environments.")
@click.option("--no-rollback", is_flag=True, help="Leave a failed update as it is, to go on from there.")
@click.option("--revert-drift", is_flag=True, help="Compare with what runs, and put back what has drifted.")
@click.option("--wait", is_flag=True, help="Queue behind a running operation.")
@click.option("--detach", is_flag=True, help="Do not wait for the end.")
@aws_options.timeout
@as_json
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    profile: str | None,
    region: str | None,
    yes: bool,
    plan_only: bool,
    plan: str,
    allow_loss: tuple[str, ...],
    no_check: bool,
    parameter: tuple[str, ...],
    parameter_file: tuple[Path, ...],
    import_existing: bool,
    express: bool,
    no_rollback: bool,
    revert_drift: bool,
    wait: bool,
    detach: bool,
    timeout: int,
    as_json: bool,
) -> None:
    """Deploy an environment: change set, guard, events, outputs.

    First it is checked as by `tapgen check --no-lint`: an error refuses it, warnings are counted. --plan executes
    what was checked and reviewed, and is not checked again.

    \b
    Examples:
      tapgen deploy --env dev
      tapgen deploy --env prod --plan-only
      tapgen deploy --env prod --plan ARN --yes
    """
    if plan and (express or revert_drift):
        raise click.UsageError("--express and --revert-drift are decided when the plan is made")
    if plan and plan_only:
        raise click.UsageError("--plan executes what --plan-only has left: give one of them")
    where: Path | None = ctx.obj
    chosen = load_environment(where, environment)
    if not plan_only:
        aws_options.needs_terminal(yes)
    from tapgen import render
    from tapgen.cli.parameters import from_files
    from tapgen.deploy.artifacts.packages import packages
    from tapgen.deploy.regions import deploy_regions
    from tapgen.deploy.request import Options, deployment_of

    options = Options(
        plan_only=plan_only,
        plan=plan,
        allow_loss=frozenset(allow_loss),
        detach=detach,
        wait=wait,
        import_existing=import_existing,
        express=not plan and (express or chosen.express),
        rollback=not no_rollback,
        revert_drift=revert_drift,
        timeout=timeout * 60.0,
    )
    rendered = render.render(chosen)
    if chosen.user:
        _refuse_shared_names(where, chosen, rendered)
    with ExitStack() as stack, aws_options.views(as_json=as_json) as view:
        if plan:
            pass  # it was checked when it was made, or --no-check said then that it was not
        elif no_check:
            view("").warn("--no-check: nothing says that what is deployed works and opens nothing more.")
        else:
            from tapgen.deploy.commands.check_first import check_first

            refused = check_first(chosen, rendered.document, view(""), rendered.origins)
            if refused:
                aws_options.finish(ctx, (refused,))
        request = deployment_of(
            chosen,
            rendered,
            options=options,
            packages=packages(chosen, rendered.document, stack, installer()),
            parameters=from_files(parameter_file) | name_value_pairs(parameter),
        )
        if chosen.is_stack_set:
            outcome = stack_set.deploy(stack_set.Home(chosen, profile, region), request, view(""), yes=yes)
            aws_options.finish(ctx, (outcome,))
        clients = aws_options.connect_all(chosen, profile, region)
        several = len(clients) > 1
        targets = [(client, view(client.region if several else "")) for client in clients]
        together = None if as_json else view("")
        outcomes = deploy_regions(request, targets, confirm=_agree if yes else _ask, together=together)
    aws_options.finish(ctx, outcomes)


def _refuse_shared_names(where: Path | None, chosen: Environment, rendered: Rendered) -> None:
    """Refuse a user's own environment whose names are those of everybody's."""
    from tapgen import render
    from tapgen.cli.options import filled, load_project
    from tapgen.deploy.plan.shared_names import refuse_shared_names

    base = render.render(filled(load_project(where).environment(chosen.table)))
    refuse_shared_names(rendered.document, base.document, chosen.reference, chosen.table)


def _agree(_plans: tuple[Plan, ...]) -> bool:
    return True


def _ask(plans: tuple[Plan, ...]) -> bool:
    where = ", ".join(f"{plan.account} {plan.region}" for plan in plans)
    return aws_options.ask(f"Execute on {plans[0].stack_name} in {where}?")
