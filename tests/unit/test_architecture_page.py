"""docs/architecture.md draws the house that stands here."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tapgen"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROOMS = PAGE.split("## Rooms", 1)[1].split("\n## ", 1)[0]
TO_ADD = PAGE.split("## I want to add", 1)[1]
OPEN = ("deploy", "proof", "review")  # rooms whose own rooms are drawn


def entries(folder: Path) -> set[str]:
    below = f"{folder.relative_to(PACKAGE).as_posix()}/" if folder != PACKAGE else ""
    return {
        f"{below}{one.name}{'/' if one.is_dir() else ''}"
        for one in folder.iterdir()
        if not one.name.startswith("__") and (one.is_dir() or (folder == PACKAGE and one.suffix == ".py"))
    }


def test_every_room_and_every_file_beside_them_is_drawn():
    drawn = set(re.findall(r"`([a-z_/]+(?:/|\.py))`", "".join(re.findall(r"^\| (.*?) \|", ROOMS, re.MULTILINE))))
    there = entries(PACKAGE).union(*(entries(PACKAGE / room) for room in OPEN))
    assert drawn == there


@pytest.mark.parametrize("text", [ROOMS, TO_ADD], ids=["rooms", "to add"])
def test_every_file_that_is_named_is_there(text):
    named = set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.py)`", text))
    assert len(named) > 5
    assert [name for name in named if not any((base / name).is_file() for base in (PACKAGE, ROOT))] == []


def test_the_modules_of_the_template_that_are_drawn_are_there():
    row = next(line for line in ROOMS.splitlines() if line.startswith("| `template/`"))
    modules = {file.stem for file in (PACKAGE / "template").glob("*.py")} - {"__init__"}
    drawn = set(re.findall(r"`([a-z_]+)`", row))
    assert len(drawn) > 25
    assert drawn - modules == set()


def test_the_tests_and_pages_that_are_named_are_there():
    tests = set(re.findall(r"`(tests/[\w/.]+)`", PAGE))
    assert "tests/unit/template/test_one_answer.py" in tests
    assert [name for name in tests if not (ROOT / name).exists()] == []
    links = re.findall(r"\]\((?!https?:)([^)#]+)", PAGE)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
