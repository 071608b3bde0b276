"""Write what README.md and docs/commands.md take from the code: commands, exit codes, the application's picture.

`--check` writes nothing and fails when they are not current.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import click
from click.testing import CliRunner

from tapgen import errors
from tapgen.cli import SECTIONS, cli

ROOT = Path(__file__).resolve().parents[1]


def exit_codes() -> list[tuple[int, str, str]]:
    """Value, name and meaning of each exit code; the meaning is the string below it in the source."""
    tree = ast.parse(Path(errors.__file__).read_text(encoding="utf-8"))
    [body] = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ExitCode"]
    found = []
    for assignment, text in zip(body[1::2], body[2::2], strict=True):
        name = assignment.targets[0].id
        found.append((errors.ExitCode[name].value, name, " ".join(ast.literal_eval(text.value).split())))
    return found


def exit_code_table() -> str:
    """The exit codes as a Markdown table."""
    rows = [f"| {value} | {meaning} |" for value, _, meaning in exit_codes()]
    return "\n".join(["| code | meaning |", "|---|---|", *rows])


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
    with click.Context(cli, info_name="tapgen", max_content_width=100, terminal_width=100) as parent:
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


def main() -> None:
    """Write the pages, or with --check compare them."""
    readme = ROOT / "README.md"
    sections = {"commands": command_table(), "exit-codes": exit_code_table(), "picture": picture()}
    pages = {
        readme: filled(readme.read_text(encoding="utf-8"), sections),
        ROOT / "docs" / "commands.md": command_reference(),
    }
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        if stale:
            raise SystemExit(f"stale: {', '.join(path.name for path in stale)}; run make docs")
        return
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")


if __name__ == "__main__":
    main()
