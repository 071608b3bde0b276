"""`--env dev/alice` and TAPGEN_USER on the command line, without AWS."""

import json
import subprocess

import pytest

SETTINGS = """
application = "shop"
[tables.Item]
partition_key.name = "id"
[functions.Item]
source = "src"
routes = ["GET /item"]
[environments.dev]
personal = true
[environments.prod]
"""


@pytest.fixture
def folder(project):
    return project(SETTINGS)


def test_render_all_knows_nothing_of_them(tapgen, folder, monkeypatch):
    monkeypatch.setenv("TAPGEN_USER", "bob")
    assert tapgen("render", "--all", cwd=folder).code == 0
    assert sorted(path.name for path in (folder / "templates_out").iterdir()) == ["dev.yaml", "prod.yaml"]
    assert tapgen("render", "--env", "dev/alice", cwd=folder).err.endswith("dev-alice.yaml: written\n")
    ended = tapgen("render", "--all", "--check", cwd=folder)
    assert (ended.code, ended.err) == (0, "2 up to date\n")
    (folder / "templates_out/prod-alice.yaml").write_text("Resources: {}\n")
    assert "prod-alice.yaml: no environment renders to it" in tapgen("render", "--all", "--check", cwd=folder).err


def test_tapgen_user_means_a_users_own_stack_where_there_is_one(tapgen, folder, monkeypatch):
    monkeypatch.setenv("TAPGEN_USER", "bob")
    assert json.loads(tapgen("settings", cwd=folder).out)["tables"]
    request = tapgen("deploy", "--env", "prod", cwd=folder)
    assert "there is no terminal" in request.err
    monkeypatch.setenv("TAPGEN_USER", "Bob Smith")
    ended = tapgen("outputs", "--env", "dev", cwd=folder)
    assert (ended.code, ended.err.splitlines()[0]) == (
        2,
        'Error: TAPGEN_USER: dev/Bob Smith: "Bob Smith" is no name of a user',
    )
    assert "User" not in tapgen("render", "--env", "dev", "--stdout", cwd=folder).out


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("check", "--no-lint", "--env", "dev/alice"), "dev/alice: "),
        (("graph", "--env", "dev/alice"), "flowchart"),
        (("openapi", "--env", "dev/alice"), "dev-alice"),
        (("permissions", "--env", "dev/alice"), "stack/shop-dev-alice/"),
        (("diff", "--env", "dev", "--with-env", "dev/alice"), "dev: dev/alice → dev"),
        (("render", "--env", "dev/alice", "--stdout", "--format", "json"), '"dev/alice"'),
    ],
)
def test_a_command_that_takes_env_understands_them(tapgen, folder, words, shown):
    ended = tapgen(*words, cwd=folder)
    assert (ended.code, shown in ended.out) == (0, True), ended


def test_what_is_committed_is_nobodys_own(tapgen, folder):
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *author, "commit", "--allow-empty", "-qm", "Begin"], cwd=folder, check=True)
    ended = tapgen("diff", "--env", "dev/alice", cwd=folder)
    assert ended.code == 2
    assert ended.err.splitlines() == [
        "Error: no template of dev/alice at HEAD: that of dev is committed",
        "Hint: Compare --env dev, or pass --deployed for the stack of dev/alice.",
    ]


def test_envs_names_them(tapgen, folder):
    assert "dev, dev/<user>  shop-dev" in tapgen("envs", cwd=folder).out
    assert tapgen("envs", "--region", "x", cwd=folder).code == 2


def test_where_none_expires_that_is_said(tapgen, folder):
    ended = tapgen("destroy", "--expired", "--yes", cwd=folder)
    assert (ended.code, ended.err.splitlines()[0]) == (2, "Error: no environment expires")
    ended = tapgen("destroy", "--expired", "--yes", "--retain", "X", cwd=folder)
    assert ended.code == 2
