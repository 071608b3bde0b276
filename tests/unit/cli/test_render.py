import json

import pytest

from tapgen.template import document as documents
from tests.conftest import HANDLER, ONE_FUNCTION, ROOT

THREE = "[environments.dev]\n[environments.staging]\n[environments.prod]\nprotected = true\n"


@pytest.fixture
def folder(project):
    return project(more=THREE)


def test_dev_is_written_unless_said_otherwise(tapgen, folder):
    path = folder / "templates_out" / "dev.yaml"
    ended = tapgen("render", cwd=folder)
    assert (ended.code, ended.out, ended.err) == (0, "", f"{path}: written\n")
    assert documents.read(path)["Resources"]["ItemTable"]
    ended = tapgen("render", cwd=folder)
    assert (ended.code, ended.out, ended.err) == (0, "", f"{path}: unchanged\n")
    assert [file.name for file in path.parent.iterdir()] == ["dev.yaml"]


def test_several_environments_and_a_repeated_one(tapgen, folder):
    ended = tapgen("render", "--env", "prod", "--env", "dev", "--env", "prod", cwd=folder)
    assert [line.rpartition("/")[2] for line in ended.err.splitlines()] == ["prod.yaml: written", "dev.yaml: written"]


def test_the_environment_variable_names_environments(tapgen, folder, monkeypatch):
    monkeypatch.setenv("TAPGEN_ENV", "staging prod")
    ended = tapgen("render", cwd=folder)
    assert sorted(file.name for file in (folder / "templates_out").iterdir()) == ["prod.yaml", "staging.yaml"]
    tapgen("render", "--env", "dev", cwd=folder)
    assert (folder / "templates_out" / "dev.yaml").is_file()
    assert ended.code == 0


def test_the_project_may_be_named(tapgen, folder, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert tapgen("--project", str(folder), "render", cwd=elsewhere).code == 0
    assert (folder / "templates_out" / "dev.yaml").is_file()
    monkeypatch.setenv("TAPGEN_PROJECT", str(folder / "tapgen.toml"))
    assert tapgen("render", "--env", "prod", cwd=elsewhere).code == 0
    assert (folder / "templates_out" / "prod.yaml").is_file()
    assert list(elsewhere.iterdir()) == []


def test_another_folder_and_another_format(tapgen, folder):
    ended = tapgen("render", "--format", "json", "--output", "other", cwd=folder)
    assert ended.err == "other/dev.json: written\n"
    assert json.loads((folder / "other" / "dev.json").read_text())["Resources"]["ItemTable"]


def test_the_settings_may_choose_json(tapgen, project):
    folder = project(more="[environments.dev]\nformat = 'json'\n[environments.prod]\n")
    tapgen("render", "--all", cwd=folder)
    assert sorted(file.name for file in (folder / "templates_out").iterdir()) == ["dev.json", "prod.yaml"]


def test_stdout_has_the_template_and_nothing_else(tapgen, folder):
    as_json = tapgen("render", "--stdout", "--format", "json", cwd=folder)
    as_yaml = tapgen("render", "--stdout", cwd=folder)
    assert (as_json.err, as_yaml.err) == ("", "")
    assert documents.parse(as_yaml.out, "x.yaml") == json.loads(as_json.out)
    assert not (folder / "templates_out").exists()
    tapgen("render", cwd=folder)
    assert (folder / "templates_out" / "dev.yaml").read_text() == as_yaml.out


def test_several_environments_on_stdout_are_a_stream(tapgen, folder):
    import yaml

    out = tapgen("render", "--all", "--stdout", cwd=folder).out
    documents_in_it = list(yaml.compose_all(out))
    assert len(documents_in_it) == 3
    out = tapgen("render", "--all", "--stdout", "--format", "json", cwd=folder).out
    decoder, position, count = json.JSONDecoder(), 0, 0
    while position < len(out):
        _, position = decoder.raw_decode(out, position)
        position, count = position + 1, count + 1
    assert count == 3


def test_check_of_what_is_current(tapgen, folder):
    tapgen("render", "--all", cwd=folder)
    ended = tapgen("render", "--all", "--check", cwd=folder)
    assert (ended.code, ended.out, ended.err) == (0, "", "3 up to date\n")


def test_check_of_what_is_stale_shows_the_difference_and_writes_nothing(tapgen, folder):
    tapgen("render", "--all", cwd=folder)
    stale = folder / "templates_out" / "prod.yaml"
    text = stale.read_text().replace("MemorySize: 256", "MemorySize: 128")
    stale.write_text(text)
    ended = tapgen("render", "--all", "--check", cwd=folder)
    assert ended.code == 3
    assert ended.out.startswith("--- templates_out/prod.yaml (committed)\n+++ templates_out/prod.yaml (rendered)\n@@")
    assert "\n-      MemorySize: 128\n+      MemorySize: 256\n" in ended.out
    assert ended.err == (
        f"Error: {stale} is stale\nHint: Run tapgen render --all, delete what is left over, and commit.\n"
    )
    assert stale.read_text() == text


def test_check_of_what_was_never_rendered(tapgen, folder):
    ended = tapgen("render", "--check", cwd=folder)
    assert ended.code == 3
    assert "\n+Resources:\n" in ended.out
    assert not (folder / "templates_out").exists()


def test_a_template_of_a_removed_environment_is_reported(tapgen, folder, project):
    tapgen("render", "--all", cwd=folder)
    project(more="[environments.dev]\n[environments.prod]\n")
    orphan = folder / "templates_out" / "staging.yaml"
    ended = tapgen("render", "--all", cwd=folder)
    assert ended.code == 0
    assert ended.err.splitlines()[-1] == f"Warning: {orphan}: no environment renders to it; delete it"
    ended = tapgen("render", "--all", "--check", cwd=folder)
    assert ended.code == 3
    assert ended.err.startswith(f"Error: {orphan}: no environment renders to it\n")
    assert tapgen("render", "--check", cwd=folder).code == 0
    assert orphan.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--check", "--stdout"], "Error: --check compares files; it does not go with --stdout\n"),
        (["--output", "x", "--stdout"], "Error: --output names a folder; it does not go with --stdout\n"),
        (["--output", "tapgen.toml"], "Error: Invalid value for '--output': Directory 'tapgen.toml' is a file.\n"),
        (["--format", "xml"], "Error: Invalid value for '--format': 'xml' is not one of 'yaml', 'json'.\n"),
        (["--env", "live"], 'Error: there is no environment "live"\nHint: known: dev, prod, staging\n'),
        (["--env", "prd"], 'Error: there is no environment "prd"\nHint: did you mean "prod"?\n'),
    ],
)
def test_a_wrong_command_line(tapgen, folder, arguments, said):
    ended = tapgen("render", *arguments, cwd=folder)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.endswith(said)
    assert not (folder / "templates_out").exists()


def test_one_environment_that_fails_writes_none(tapgen, project):
    folder = project(
        "layers = ['own']\n" + ONE_FUNCTION,
        more="[environments.dev]\n[environments.prod]\n",
        **{"own.py": "def build(template, environment, stack):\n    if environment.name == 'prod':\n        1 / 0\n"},
    )
    ended = tapgen("render", "--all", cwd=folder)
    assert ended.code == 1
    assert ended.err == (f"Error: layer own: ZeroDivisionError: division by zero\nHint: Mend {folder / 'own.py'}:3.\n")
    assert not (folder / "templates_out").exists()


def test_an_output_folder_that_cannot_be(tapgen, folder):
    (folder / "templates_out").write_text("a file")
    ended = tapgen("render", cwd=folder)
    path = folder / "templates_out" / "dev.yaml"
    assert ended.code == 1
    assert ended.err == (
        f"Error: {path}: cannot be written: File exists\n"
        "Hint: Choose another folder with --output, or make room in it.\n"
    )
    assert (folder / "templates_out").read_text() == "a file"


def test_a_source_with_a_syntax_error(tapgen, project):
    folder = project(**{"src/index.py": HANDLER + "def broken(:\n"})
    ended = tapgen("render", cwd=folder)
    assert ended.code == 2
    assert ended.err == (
        f"Error: {folder / 'tapgen.toml'}: 1 problem\n"
        "  tapgen.toml:8:1  functions.Item.source: src/index.py:3: invalid syntax\n"
        "Hint: Mend the file, or let the setting name another one.\n"
    )


def test_automatic_actions_are_read_from_the_source(tapgen, project):
    source = (
        "import os\nimport boto3\ntable = boto3.resource('dynamodb').Table(os.environ['TABLE_NAME'])\n"
        "def handler(event, context):\n    table.get_item(Key={'itemId': '1'})\n"
    )
    folder = project(ONE_FUNCTION.replace('["dynamodb:PutItem"]', '"auto"'), **{"src/index.py": source})
    rendered = json.loads(tapgen("render", "--stdout", "--format", "json", cwd=folder).out)
    [policy] = rendered["Resources"]["ItemFunctionRole"]["Properties"]["Policies"]
    used = {s["Sid"]: s["Action"] for s in policy["PolicyDocument"]["Statement"]}
    assert used["UseItem"] == ["dynamodb:GetItem"]


def test_the_committed_templates_are_current(tapgen):
    assert tapgen("render", "--all", "--check", cwd=ROOT).code == 0


def test_a_checkout_with_other_line_ends_is_current_whatever_has_them(tapgen, folder):
    assert tapgen("render", "--all", cwd=folder).code == 0
    for path in [*(folder / "templates_out").iterdir(), *(folder / "src").glob("*.py"), folder / "tapgen.toml"]:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    ended = tapgen("render", "--all", "--check", cwd=folder)
    assert (ended.code, ended.out) == (0, "")
    assert "written" not in tapgen("render", "--all", cwd=folder).err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('[topics.Alarm]\n[alarms]\nalarm_email = "a@example.com"\n', '"AlarmTopic": one of topics, one of monitoring'),
        ('[topics.A]\n[resources.ATopic]\ntype = "AWS::SQS::Queue"\n', '"ATopic": one of topics, one of resources'),
        ("[topics.A]\n[parameters.ATopic]\n", '"ATopic": one of parameters, one of topics'),
    ],
)
def test_two_names_that_come_to_one_logical_id_are_refused(project, tapgen, settings, said):
    ended = tapgen("render", cwd=project(f'application = "shop"\n{settings}\n[environments.dev]\n'))
    assert ended.code == 1
    assert ended.err == (
        f"Error: two things would have the logical id {said}\n"
        "Hint: Give the one that is yours another name in the settings.\n"
    )
