"""The JSON Schema for editors says what tapgen itself says of settings."""

import tomllib

import jsonschema
import pytest

from tapgen.errors import SettingsError
from tapgen.settings.load import load
from tapgen.settings.schema import json_schema
from tests.conftest import ROOT

SHIPPED = [ROOT / "pyproject.toml", ROOT / "tests" / "projects" / "orders" / "pyproject.toml"]


@pytest.fixture(scope="module")
def validator():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.parent.name)
def test_it_takes_the_projects_that_are_here(validator, file):
    settings = tomllib.loads(file.read_text())["tool"]["tapgen"]
    assert list(validator.iter_errors(settings)) == []


@pytest.mark.parametrize(
    "overlay",
    [
        "functions.Item.memory = 512",
        "tables.Item.ttl = 'expires'",
        "tables.Item.partition_key.type = 'N'",
        "api.cors.origins = ['https://a.example']",
        "network.subnets = 'nat'",
        "functions.Item.tables.Item.variable = 'OTHER'",
        "functions.Item = false",
        "functions.Item.url = false",
        "network = false",
    ],
)
def test_an_environment_overlays_a_part_of_anything(validator, project, overlay):
    folder = project(more=f"url = {{}}\n[network]\n[environments.prod]\n{overlay}\n")
    assert list(load(folder).environments) == ["prod"]
    settings = tomllib.loads((folder / "tapgen.toml").read_text())
    assert [error.message for error in validator.iter_errors(settings)] == []


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ("", []),
        ('application = "Shop"', ["application"]),
        ('application = "shop"\ncolour = 1', []),
        ('application = "shop"\nname = "x"', []),
        ('application = "shop"\nnetwork.availability_zones = 9', ["network", "availability_zones"]),
        ('application = "shop"\nnetwork.subnets = "publik"', ["network", "subnets"]),
        ('application = "shop"\nenvironments.Prod = {}', ["environments"]),
        ('application = "shop"\nenvironments.prod.network.availability_zones = 1', ["environments", "prod", "network", "availability_zones"]),
        ('application = "shop"\nenvironments.prod.functions.A.memory = 1', ["environments", "prod", "functions", "A", "memory"]),
        ('application = "shop"\ntables.T.indexes.byX = {}', ["tables", "T", "indexes", "byX"]),
        ('application = "shop"\ntables."a-b" = { partition_key.name = "a" }', ["tables"]),
        ('application = "shop"\nlogs.retention_days = 31', ["logs", "retention_days"]),
        ('application = "shop"\nregions = ["x"]', ["regions", 0]),
    ],
)  # fmt: skip
def test_it_refuses_what_tapgen_refuses(validator, tmp_path, settings, path):
    (tmp_path / "tapgen.toml").write_text(settings)
    with pytest.raises(SettingsError):
        load(tmp_path)
    assert path in [list(error.absolute_path) for error in validator.iter_errors(tomllib.loads(settings))]


def test_an_environment_cannot_hold_environments(validator):
    settings = {"application": "shop", "environments": {"dev": {"environments": {}}}}
    assert [list(error.absolute_path) for error in validator.iter_errors(settings)] == [["environments", "dev"]]


def test_every_setting_has_a_description():
    schema = json_schema()
    found = []
    for name, part in {"": schema, **schema["$defs"]}.items():
        for key, value in part.get("properties", {}).items():
            if "description" not in value:
                found.append(f"{name}.{key}")
    assert found == []
