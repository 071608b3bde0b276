"""What README.md and docs/commands.md take from the code: commands, exit codes, the application's picture."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from tapgen.cli import SECTIONS, cli

ROOT = Path(__file__).resolve().parents[1]


def exit_code_table() -> str:
    """The exit codes as a Markdown table."""
    codes = runpy.run_path(str(ROOT / "scripts" / "exit_codes.py"))["rows"]()
    return "\n".join(
        ["| code | meaning |", "|---|---|", *(f"| {number} | {meaning} |" for number, _, meaning in codes)]
    )


def command_table() -> str:
    """The commands by section, as a Markdown table."""
    rows = [
        f"| {section} | [`tapgen {name}`](docs/commands.md#tapgen-{name}) | {summary} |"
        for section, commands in SECTIONS.items()
        for name, summary in commands.items()
    ]
    return "\n".join(["| | command | |", "|---|---|---|", *rows])


def command_reference() -> str:
    """docs/commands.md: every command's --help."""
    parts = [
        (
            "# Commands\n\nGenerated from `--help`. Every command takes `--project` (a folder or a settings file) and "
            "`--debug` before its name: `tapgen --project api render`.\n"
        )
    ]
    settings: dict[str, Any] = {**cli.context_settings, "max_content_width": 100, "terminal_width": 100}
    with click.Context(cli, info_name="tapgen", **settings) as parent:
        parts.append(f"```\n{cli.get_help(parent)}\n```\n")
        for name in cli.list_commands(parent):
            command = cli.get_command(parent, name)
            with click.Context(command, info_name=name, parent=parent, terminal_width=100) as context:
                parts.append(f"## tapgen {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def picture() -> str:
    """The application's picture, as GitHub draws it."""
    result = CliRunner().invoke(cli, ["--project", str(ROOT), "graph", "--env", "dev"], catch_exceptions=False)
    return f"```mermaid\n{result.stdout.rstrip()}\n```"


def filled(text: str, sections: dict[str, str]) -> str:
    """The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced."""
    for name, content in sections.items():
        before, opening, rest = text.partition(f"<!-- {name} -->")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        if not opening or not closing:
            raise SystemExit(f"README.md has no section {name}")
        text = f"{before}{opening}\n{content}\n{closing}{after}"
    return text


def pages() -> list[tuple[Path, str]]:
    """The two pages and what they should say."""
    readme = ROOT / "README.md"
    sections = {"commands": command_table(), "exit-codes": exit_code_table(), "picture": picture()}
    return [
        (readme, filled(readme.read_text(encoding="utf-8"), sections)),
        (ROOT / "docs" / "commands.md", command_reference()),
    ]
