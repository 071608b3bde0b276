import os
from pathlib import Path

import pytest

from tapgen.errors import ExitCode, SettingsError
from tapgen.settings.load import load
from tapgen.settings.merging import merge

MINIMAL = 'application = "shop"\n'


def write(path, text, encoding="utf-8"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


def message(where=None):
    with pytest.raises(SettingsError) as caught:
        load(where)
    assert caught.value.exit_code == ExitCode.USAGE
    assert caught.value.hint
    return caught.value.message


def test_settings_are_found_from_the_current_folder_upward(tmp_path, monkeypatch):
    file = write(tmp_path / "pyproject.toml", "[tool.tapgen]\n" + MINIMAL)
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert load().file == file
    assert load().root == tmp_path


def test_a_pyproject_without_settings_is_passed_by_on_the_way_up(tmp_path, monkeypatch):
    file = write(tmp_path / "pyproject.toml", "[tool.tapgen]\n" + MINIMAL)
    write(tmp_path / "service" / "pyproject.toml", '[project]\nname = "service"\n')
    monkeypatch.chdir(tmp_path / "service")
    assert load().file == file


def test_the_nearest_settings_win(tmp_path, monkeypatch):
    write(tmp_path / "tapgen.toml", MINIMAL)
    near = write(tmp_path / "service" / "tapgen.toml", 'application = "near"\n')
    monkeypatch.chdir(near.parent)
    assert load().environment("dev").application == "near"


def test_tapgen_toml_wins_over_pyproject_in_one_folder(tmp_path):
    write(tmp_path / "pyproject.toml", '[tool.tapgen]\napplication = "other"\n')
    write(tmp_path / "tapgen.toml", MINIMAL)
    assert load(tmp_path).file.name == "tapgen.toml"


def test_project_may_be_a_folder_or_any_file(tmp_path):
    write(tmp_path / "pyproject.toml", "[tool.tapgen]\n" + MINIMAL)
    other = write(tmp_path / "shop.toml", 'application = "other"\n')
    assert load(tmp_path).environment("dev").stack_name == "shop-dev"
    assert load(tmp_path / "pyproject.toml").environment("dev").stack_name == "shop-dev"
    assert load(other).environment("dev").stack_name == "other-dev"


def test_a_relative_project_gives_absolute_paths(tmp_path, monkeypatch):
    write(tmp_path / "service" / "tapgen.toml", MINIMAL)
    monkeypatch.chdir(tmp_path)
    project = load(Path("service"))
    assert project.file == tmp_path / "service" / "tapgen.toml"
    assert project.environment("dev").root == tmp_path / "service"


def test_a_byte_order_mark_is_no_syntax_error(tmp_path):
    write(tmp_path / "tapgen.toml", MINIMAL, encoding="utf-8-sig")
    assert load(tmp_path).environment("dev").application == "shop"


def test_without_environments_there_is_dev(tmp_path):
    write(tmp_path / "tapgen.toml", MINIMAL)
    assert list(load(tmp_path).environments) == ["dev"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('application = "shop"\nname = \n', ":2:8: not TOML: "),
        ('application = "shop\n', ":1:20: not TOML: "),
        ("a = 1\na = 2\n", ":2:6: not TOML: "),
        ("a = [1,\n", ": not TOML: "),
    ],
)
def test_a_syntax_error_names_line_and_column(tmp_path, text, where):
    file = write(tmp_path / "tapgen.toml", text)
    said = message(tmp_path)
    assert said.startswith(f"{file}{where}")
    assert said.endswith(" at the end of the file") == (where == ": not TOML: ")


def test_deeper_than_the_parser_goes(tmp_path):
    file = write(tmp_path / "tapgen.toml", "a = " + "[" * 100_000)
    assert message(tmp_path) == f"{file}: nested too deeply"


def test_bytes_that_are_not_text(tmp_path):
    file = write(tmp_path / "tapgen.toml", b'application = "\xff"\n')
    assert message(tmp_path) == f"{file}: not UTF-8 (byte 15)"


def test_an_environment_takes_values_away_by_false(project):
    folder = project(
        'application = "shop"\n[functions.Item]\nsource = "src"\nalias = "live"\nrole = "arn:aws:iam::123456789012:role/x"\n'
        'tracing = true\nreserved_concurrency = 5\nroutes = ["GET /item"]\n[environments.dev.functions.Item]\n'
        "alias = false\nrole = false\ntracing = false\nreserved_concurrency = false\nroutes = false\n[environments.prod]\n"
    )
    dev = load(folder).environment("dev").functions["Item"]
    assert (dev.alias, dev.role, dev.tracing, dev.reserved_concurrency, dev.routes) == (None, None, False, None, ())
    prod = load(folder).environment("prod").functions["Item"]
    assert (prod.alias, prod.tracing, prod.reserved_concurrency) == ("live", True, 5)


def test_a_value_that_the_project_has_not_is_not_taken_away(project):
    settings = (
        'application = "shop"\n[functions.Item]\nsource = "src"\n[environments.dev.functions.Item]\nalias = false\n'
    )
    with pytest.raises(SettingsError) as raised:
        load(project(settings))
    [problem] = raised.value.problems
    assert problem.startswith("environments.dev.functions.Item.alias: ")


def test_an_empty_tapgen_toml_says_what_is_missing(tmp_path):
    file = write(tmp_path / "tapgen.toml", "")
    assert message(tmp_path) == f"{file}: 1 problem\n  application: it is required and missing"


def test_an_empty_pyproject_has_no_settings(tmp_path):
    write(tmp_path / "pyproject.toml", "")
    assert message(tmp_path) == f"{tmp_path}: no tapgen.toml, and no [tool.tapgen] in a pyproject.toml"
    assert message(tmp_path / "pyproject.toml") == f"{tmp_path / 'pyproject.toml'}: there is no [tool.tapgen]"


def test_upward_a_pyproject_without_settings_is_named(tmp_path, monkeypatch):
    file = write(tmp_path / "pyproject.toml", "[tool.other]\n")
    monkeypatch.chdir(tmp_path)
    assert message() == f"{file}: there is no [tool.tapgen]"


def test_nothing_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert message() == f"no tapgen.toml or pyproject.toml in {tmp_path} or above it"


@pytest.mark.parametrize("text", ["tool = 1\n", "[tool]\ntapgen = 1\n"])
def test_a_tool_section_that_is_no_table(tmp_path, text):
    file = write(tmp_path / "pyproject.toml", text)
    assert str(file.parent) in message(tmp_path)


def test_a_file_that_is_not_there(tmp_path):
    assert message(tmp_path / "no.toml") == f"{tmp_path / 'no.toml'}: No such file or directory"


def test_a_name_longer_than_the_file_system_takes(tmp_path):
    where = tmp_path / ("x" * 5000)
    assert message(where) == f"{where}: File name too long"


def test_a_current_folder_that_is_gone(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert message() == "the current folder is gone"


@pytest.mark.parametrize("text", ["environments = 1\n", "environments.dev = 1\n", "environments = [{}]\n"])
def test_environments_that_are_no_tables(tmp_path, text):
    file = write(tmp_path / "tapgen.toml", MINIMAL + text)
    assert message(tmp_path) == f"{file}: environments is not a table of tables"


def test_no_environment_at_all(tmp_path):
    file = write(tmp_path / "tapgen.toml", MINIMAL + "[environments]\n")
    assert message(tmp_path) == (
        f"{file}: 1 problem\n  tapgen.toml:2:1  environments: there is none; write [tool.tapgen.environments.dev]"
    )


def test_tables_merge_deeply_and_everything_else_is_replaced():
    base = {"a": {"b": {"c": 1, "d": [1, 2]}, "e": 1}, "f": {"g": 1}}
    overlay = {"a": {"b": {"d": [3]}, "e": {"h": 1}}, "f": 2}
    assert merge(base, overlay) == {"a": {"b": {"c": 1, "d": [3]}, "e": {"h": 1}}, "f": 2}
    assert base["a"]["b"]["d"] == [1, 2]


def test_each_environment_overlays_the_project_and_no_other_one(project):
    folder = project(
        more="""
        [network]
        cidr = "10.0.0.0/16"
        [environments.dev]
        [environments.staging]
        network.cidr = "10.1.0.0/16"
        [environments.prod]
        protected = true
        network.availability_zones = 3
        functions.Item.memory = 1024
        tags.Environment = "Production"
        """
    )
    dev, staging, prod = load(folder).environments.values()
    assert [e.network.cidr for e in (dev, staging, prod)] == ["10.0.0.0/16", "10.1.0.0/16", "10.0.0.0/16"]
    assert [e.network.availability_zones for e in (dev, staging, prod)] == [2, 2, 3]
    assert [e.functions["Item"].memory for e in (dev, staging, prod)] == [256, 256, 1024]
    assert prod.functions["Item"].routes == ("GET /item",)
    assert [e.protected for e in (dev, staging, prod)] == [False, False, True]
    assert [e.stack_name for e in (dev, staging, prod)] == ["shop-dev", "shop-staging", "shop-prod"]


def test_an_environments_regions_stand_for_the_projects_region(project):
    folder = project(
        more="""
        [environments.dev]
        [environments.prod]
        regions = ["us-east-1", "us-west-2"]
        [environments.china]
        region = "cn-north-1"
        """,
        settings='region = "eusc-de-east-1"\n' + MINIMAL,
    )
    loaded = load(folder)
    assert loaded.environment("dev").target_regions == ("eusc-de-east-1",)
    assert loaded.environment("prod").target_regions == ("us-east-1", "us-west-2")
    assert loaded.environment("china").target_regions == ("cn-north-1",)


@pytest.mark.parametrize("name", ["pyproject.toml", "tapgen.toml"])
def test_a_settings_file_that_cannot_be_read(tmp_path, name):
    (tmp_path / name).symlink_to(tmp_path / name)
    with pytest.raises(SettingsError):
        load(tmp_path / name)
    assert os.path.lexists(tmp_path / name)


WRONG_IN_MANY_WAYS = """\
application = "shop"

[network]
cidr = "10.0.0.0/29"

[functions.Item]
source = "src"
memry = 5
timeout = 9000
routes = [
  "GET /a",
  "GET a",
]

[environments.dev]
[environments.prod.functions.Item]
memory = 1
"""


def test_every_problem_at_once_each_with_its_line_and_column(tmp_path):
    write(tmp_path / "src" / "index.py", "def handler(event, context): ...\n")
    file = write(tmp_path / "tapgen.toml", WRONG_IN_MANY_WAYS)
    assert message(tmp_path).splitlines() == [
        f"{file}: 5 problems",
        '  tapgen.toml:8:1  functions.Item.memry: there is no such setting; did you mean "memory"?',
        "  tapgen.toml:9:1  functions.Item.timeout: 9000 is more than 900",
        "  tapgen.toml:17:1  environments.prod.functions.Item.memory: 1 is less than 128",
        "  tapgen.toml:4:1  network.cidr: 10.0.0.0/29: a VPC is between /16 and /28",
        '  tapgen.toml:12:3  functions.Item.routes.1: "GET a": the path does not begin with "/"',
    ]


def test_in_a_pyproject_the_place_is_below_the_tools_own_table(tmp_path):
    write(tmp_path / "pyproject.toml", '[project]\napplication = 1\n\n[tool.tapgen]\napplication = "Shop"\n')
    assert "\n  pyproject.toml:5:1  application: " in message(tmp_path)
