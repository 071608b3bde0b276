import json

import jsonschema
import pytest

SETTINGS = """
application = "shop"
[environments.dev]
[environments.staging]
region = "eu-central-1"
[environments.prod]
protected = true
account = "123456789012"
regions = ["us-east-1", "us-west-2"]
"""


@pytest.fixture
def folder(project):
    return project(SETTINGS)


def test_envs_as_a_table(tapgen, folder):
    ended = tapgen("envs", cwd=folder)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "ENVIRONMENT  STACK         ACCOUNT       REGIONS               PROTECTED\n"
        "dev          shop-dev      any           any                   no\n"
        "staging      shop-staging  any           eu-central-1          no\n"
        "prod         shop-prod     123456789012  us-east-1, us-west-2  yes\n"
    )


def test_envs_as_json(tapgen, folder):
    rows = json.loads(tapgen("envs", "--json", cwd=folder).out)
    assert rows[0] == {"name": "dev", "stack": "shop-dev", "account": None, "regions": [], "protected": False}
    assert rows[2] == {
        "name": "prod",
        "stack": "shop-prod",
        "account": "123456789012",
        "regions": ["us-east-1", "us-west-2"],
        "protected": True,
    }


def test_settings_are_the_merged_ones(tapgen, folder, monkeypatch):
    dev = json.loads(tapgen("settings", cwd=folder).out)
    prod = json.loads(tapgen("settings", "--env", "prod", cwd=folder).out)
    assert (dev["protected"], prod["protected"]) == (False, True)
    assert (dev["network"], dev["logs"]["retention_days"]) == (None, 30)
    assert dev["application"] == prod["application"] == "shop"
    assert "root" not in dev
    monkeypatch.setenv("TAPGEN_ENV", "prod")
    assert json.loads(tapgen("settings", cwd=folder).out) == prod


def test_settings_of_an_environment_that_is_not_there(tapgen, folder):
    ended = tapgen("settings", "--env", "live", cwd=folder)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == 'Error: there is no environment "live"\nHint: known: dev, prod, staging\n'


def test_the_schema_needs_no_project(tapgen, tmp_path):
    ended = tapgen("settings", "--schema", cwd=tmp_path)
    assert ended.code == 0
    schema = json.loads(ended.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["required"] == ["application"]
