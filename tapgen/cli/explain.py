"""tapgen explain."""

from __future__ import annotations

import re

import click

from tapgen.cli import completion


@click.command()
@click.argument("rule", required=False, shell_complete=completion.rules)
def command(rule: str | None) -> None:
    """Explain a rule of tapgen check.

    Without a rule: list them all.

    \b
    Example:
      tapgen explain permission-missing
    """
    from tapgen.errors import UsageError, suggestion
    from tapgen.proof.rules import rulebook as rules

    if rule is None:
        width = max(len(one.id) for one in rules.ALL)
        for group, members in rules.GROUPS.items():
            click.echo(group)
            for one in members:
                click.echo(f"  {one.id:<{width}}  {one.severity:<7}  {one.title}")
        return
    if re.fullmatch(r"[EWI]\d{4}", rule):
        raise UsageError(f"{rule} is a rule of cfn-lint", f"Its own words: cfn-lint --list-rules | grep {rule}")
    if rule not in rules.BY_ID:
        raise UsageError(f'there is no rule "{rule}"', suggestion(rule, rules.BY_ID))
    found = rules.BY_ID[rule]
    click.echo(f"{found.id} ({found.severity}): {found.title}.\n")
    click.echo(f"Why:     {found.why}")
    click.echo(f"Fix:     {found.fix}")
    click.echo(f"Source:  {found.source}")
