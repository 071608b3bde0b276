"""Write what the review's pages take from the code: the table of rules, the example of a comment, the picture.

`--check` writes nothing and fails when they are not current.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tapgen import render
from tapgen.review.assess import assess
from tapgen.review.model import Refusal
from tapgen.review.picture import svg
from tapgen.review.picture.drawing import draw
from tapgen.review.report import markdown
from tapgen.review.rules.rulebook import RULES
from tapgen.settings.load import load

ROOT = Path(__file__).resolve().parents[1]

# The example: a new route, more memory, one more permission, and a key of another type.
CHANGES = (
    ('routes = ["GET /item"]', 'routes = ["GET /item", "DELETE /item"]\nmemory = 512'),
    ('actions = ["dynamodb:PutItem"]', 'actions = ["dynamodb:PutItem", "dynamodb:DeleteItem"]'),
    ('partition_key = { name = "itemId", type = "S" }', 'partition_key = { name = "itemId", type = "N" }'),
)


def rule_table() -> str:
    """The rules as a Markdown table."""
    refused = {Refusal.NONE: "", Refusal.UNLESS_ALLOWED: "unless allowed", Refusal.ALWAYS: "always"}
    rows = [
        f"| {name} | {rule.title} | {rule.severity.name.lower()} | {refused[rule.refusal]} |"
        for name, rule in RULES.items()
    ]
    return "\n".join(["| rule | what it says | severity | refused by a deployment |", "|---|---|---|---|", *rows])


def example() -> str:
    """The Markdown of a change of the shipped application."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    changed = settings
    for old, new in CHANGES:
        if changed.count(old) != 1:
            raise SystemExit(f"pyproject.toml has {old!r} {changed.count(old)} times: mend CHANGES in {__file__}")
        changed = changed.replace(old, new)
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder)
        (other / "pyproject.toml").write_text(changed, encoding="utf-8")
        (other / "handler").symlink_to(ROOT / "handler")
        reviews = [
            (
                f"{name}: main → this branch",
                assess(
                    render.render(load(ROOT).environment(name)).document,
                    render.render(load(other).environment(name)).document,
                ),
            )
            for name in ("dev", "prod")
        ]
    return markdown.render(reviews)


def picture() -> str:
    """The application as SVG."""
    rendered = render.render(load(ROOT).environment("dev"))
    layers = {logical_id: origin.layer for logical_id, origin in rendered.origins.items()}
    return svg.svg(draw(rendered.document, title="The shipped application", layers=layers))


def filled(text: str, name: str, content: str) -> str:
    """The text with what stands between the two marks of a name replaced."""
    before, opening, rest = text.partition(f"<!-- begin: {name} -->\n")
    _, closing, after = rest.partition(f"<!-- end: {name} -->")
    if not opening or not closing:
        raise SystemExit(f"docs/review.md has no section {name}")
    return f"{before}{opening}\n{content}\n\n{closing}{after}"


def pages() -> Iterator[tuple[Path, str]]:
    """Each page and what it must hold."""
    review = ROOT / "docs" / "review.md"
    yield review, filled(review.read_text(encoding="utf-8"), "rules", rule_table())
    yield ROOT / "docs" / "example-diff.md", example()
    yield ROOT / "docs" / "application.svg", picture()


def main() -> None:
    """Write the pages, or with --check compare them."""
    stale = [(path, text) for path, text in pages() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        if stale:
            raise SystemExit(f"stale: {', '.join(path.name for path, _ in stale)}; run make docs")
        return
    for path, text in stale:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
