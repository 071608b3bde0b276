"""tapgen init: what it writes is green at once, and nothing that is there is overwritten."""

import json

import pytest

from tapgen.errors import UsageError
from tapgen.settings.load import load
from tapgen.starter.files import EXAMPLES, project_files
from tapgen.starter.write import Answers, answers


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_renders_checks_without_a_warning_and_is_said(tapgen, tmp_path, example):
    ended = tapgen("init", "shop", "--example", example, cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("  + .gitattributes\n")
    assert f"shop: {EXAMPLES[example]}. Next:\n\n  cd shop\n  tapgen render --all\n" in ended.out
    assert tapgen("render", "--all", cwd=tmp_path / "shop").code == 0
    assert tapgen("check", "--all", "--no-lint", "--fail-on", "warning", cwd=tmp_path / "shop").code == 0
    assert [one.protected for one in load(tmp_path / "shop").environments.values()] == [False, True]


def test_the_schema_is_beside_the_settings_that_name_it(tapgen, tmp_path):
    tapgen("init", cwd=tmp_path)
    assert (tmp_path / "tapgen.toml").read_text().splitlines()[0] == "#:schema ./tapgen.schema.json"
    assert json.loads((tmp_path / "tapgen.schema.json").read_text())["title"] == "tapgen"


def test_the_next_commands_can_be_pasted(tapgen, tmp_path):
    assert "\n  cd 'my shop'\n" in tapgen("init", "my shop", cwd=tmp_path).out


def test_what_is_there_is_kept(tapgen, tmp_path):
    (tmp_path / ".gitignore").write_text("mine\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    ended = tapgen("init", "--name", "shop", "--env", "dev", cwd=tmp_path)
    assert ended.code == 0
    assert "  = .gitignore (was there: kept as it is)\n" in ended.out
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert list(load(tmp_path).environments) == ["dev"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--name", "My App"], '"My App" is no name for an application'),
        (["--example", "que"], 'there is no example "que"\nHint: did you mean "queue"?'),
        (["--env", "Prod"], '"Prod" is no name for an environment'),
    ],
)
def test_a_wrong_answer_is_refused_before_anything_is_written(tapgen, tmp_path, arguments, said):
    ended = tapgen("init", *arguments, cwd=tmp_path)
    assert ended.code == 2
    assert ended.err.startswith(f"Error: {said}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("file", "text"), [("tapgen.toml", ""), ("pyproject.toml", '[tool.tapgen]\napplication = "shop"\n')]
)
def test_a_project_is_not_begun_twice(tapgen, tmp_path, file, text):
    (tmp_path / file).write_text(text)
    ended = tapgen("init", cwd=tmp_path)
    assert ended.code == 2
    assert "already\nHint: Begin in" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == [file]


def test_a_folder_that_takes_no_file_is_named(tapgen, tmp_path):
    (tmp_path / "file").write_text("")
    ended = tapgen("init", "file/shop", cwd=tmp_path)
    assert ended.code == 1
    assert ended.err.startswith("Error: file/shop")


def test_on_a_terminal_it_asks_three_questions(tmp_path):
    asked = []

    def ask(question, default):
        asked.append((question.partition(":")[0], default))
        assert all(len(line) < 80 for line in question.splitlines()), "it is read on a terminal"
        return {"Begin with": "queue"}.get(question.partition(":")[0], default)

    chosen = answers(tmp_path / "Order Service 2", None, None, (), ask)
    assert chosen == Answers("order-service", "queue", ("dev", "prod"))
    assert [question for question, _ in asked] == [
        "Name of the application",
        "Begin with",
        "Environments, those after the first protected",
    ]


def test_a_wrong_answer_is_said_before_the_next_question(tmp_path):
    asked = []

    def ask(question, default):
        asked.append(question.partition(":")[0])
        return {"Begin with": "nope"}.get(asked[-1], default)

    with pytest.raises(UsageError, match='there is no example "nope"'):
        answers(tmp_path / "shop", None, None, (), ask)
    assert asked == ["Name of the application", "Begin with"]


def test_a_folder_without_a_usable_name_begins_an_app(tmp_path):
    assert answers(tmp_path / "42", None, None, (), None).application == "app"


def test_every_example_brings_its_own_handler_and_test():
    for example in EXAMPLES:
        paths = set(project_files("shop", example, ["dev"]))
        assert {".gitignore", ".gitattributes", ".pre-commit-config.yaml", "tapgen.toml"} <= paths
        assert any(path.startswith("src/") for path in paths)
        assert any(path.startswith("tests/test_") for path in paths)
        assert not any("dot-" in path or path.endswith(".txt") for path in paths)
