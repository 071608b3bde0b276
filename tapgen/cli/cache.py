"""tapgen cache."""

from __future__ import annotations

import click

from tapgen.cli.options import as_json


@click.command()
@click.option("--clear", is_flag=True, help="Forget all of it.")
@as_json
def command(clear: bool, as_json: bool) -> None:
    """List what was installed for packages and is kept.

    The least used goes first when there is more than 2,000 MB. TAPGEN_CACHE_MB is another limit, TAPGEN_CACHE_DIR
    another folder.

    \b
    Examples:
      tapgen cache
      tapgen cache --clear
    """
    import json
    from datetime import UTC, datetime

    import msgspec

    from tapgen.deploy.artifacts.contents import size
    from tapgen.deploy.artifacts.package_cache import of_user

    cache = of_user()
    if clear:
        click.echo(f"{size(cache.clear())} freed")
        return
    found = cache.entries()
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), indent=2))
        return
    for entry in found:
        used = datetime.fromtimestamp(entry.used, UTC).strftime("%Y-%m-%d")
        click.echo(f"{size(entry.size):>8}  used {used}  {entry.requirements} for {entry.target}")
    total = size(sum(entry.size for entry in found))
    click.echo(f"{total} of {size(cache.limit)} in {cache.folder}", err=True)
