"""tapgen add."""

from __future__ import annotations

from pathlib import Path

import click

from tapgen.cli import completion


@click.command()
@click.argument("what", shell_complete=completion.kinds)
@click.argument("name")
@click.option(
    "--function", default="", shell_complete=completion.functions, help="The function that it starts, or that uses it."
)
@click.option("--use", is_flag=True, help="The function uses it, though it could be started by it.")
@click.option("--expression", default="rate(1 day)", show_default=True, help="When a schedule starts the function.")
@click.option("--pattern", default="", metavar="JSON", help="Which events start the function.")
@click.option("--type", "resource_type", default="", help="The CloudFormation type of a resource.")
@click.option("--value", default="unset", show_default=True, help="The value of an SSM parameter.")
@click.option("--to", default="", help="The queue, topic, bus, stream or state machine to which a route leads.")
@click.pass_obj
def command(
    project: Path | None,
    what: str,
    name: str,
    function: str,
    use: bool,
    expression: str,
    pattern: str,
    resource_type: str,
    value: str,
    to: str,
) -> None:
    """Add a part, a function, a route or an environment to the settings.

    The lines go where they belong; comments and the order of the file stay. A part that is there already is given to
    one function more. WHAT is a kind of part (table, queue,
    topic, bucket, bus, stream, key, secret, ssm_parameter, user_pool, state_machine), or function, lambda_layer,
    resource, parameter, route, websocket, schedule, event, environment.

    \b
    Examples:
      tapgen add queue Orders --function Worker
      tapgen add queue Orders --function Take --use
      tapgen add table Order --function Worker
      tapgen add route "GET /orders/{id}" --function Orders
      tapgen add route "POST /orders" --to Orders
      tapgen add websocket Chat --function Talk
      tapgen add schedule Nightly --function Report --expression "cron(0 3 * * ? *)"
      tapgen add state_machine Checkout --function Pay
    """
    from tapgen.cli.options import load_project
    from tapgen.starter.add import Addition, add

    file = load_project(project, sources=False).file
    settings, *made = add(file, Addition(what, name, function, use, expression, pattern, resource_type, value, to))
    click.echo(f"  ~ {settings}")
    for path in made:
        click.echo(f"  + {path}")
