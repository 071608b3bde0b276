"""What every function has unless it says otherwise."""

import pytest

from tapgen.settings.load import load
from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
[tables.Orders]
partition_key = { name = "id" }
[function_defaults]
source = "src"
timeout = 20
alias = "live"
environment = { LEVEL = "INFO", MODE = "slow" }
tables.Orders = { variable = "TABLE", actions = ["dynamodb:GetItem"] }
[functions.Read]
[functions.Write]
timeout = 5
environment.MODE = "fast"
tables.Orders = { actions = ["dynamodb:PutItem"] }
[functions.Alone]
alias = false
tables = false
environment = false
[functions.Theirs]
existing = "their-function"
[environments.dev]
[environments.prod]
function_defaults.environment.LEVEL = "ERROR"
function_defaults.memory = 1024
functions.Read.memory = 2048
"""


def test_a_function_has_the_defaults_and_changes_what_it_says(document):
    rendered = document(SETTINGS)
    read, write, alone = (properties(rendered, f"{name}Function") for name in ("Read", "Write", "Alone"))
    assert (read["Timeout"], write["Timeout"]) == (20, 5)
    table = {"Ref": "OrdersTable"}
    assert read["Environment"]["Variables"] == {"LEVEL": "INFO", "MODE": "slow", "TABLE": table}
    assert write["Environment"]["Variables"] == {"LEVEL": "INFO", "MODE": "fast", "TABLE": table}
    assert "Environment" not in alone
    assert granted(rendered, "WriteFunctionRole")["UseOrders"][0] == ["dynamodb:PutItem"]
    assert "UseOrders" not in granted(rendered, "AloneFunctionRole")
    assert {"ReadFunctionAlias", "WriteFunctionAlias"} <= rendered["Resources"].keys()
    assert "AloneFunctionAlias" not in rendered["Resources"]


def test_an_environment_has_defaults_of_its_own(document):
    rendered = document(SETTINGS, env="prod")
    read, write = (properties(rendered, f"{name}Function") for name in ("Read", "Write"))
    assert (read["MemorySize"], write["MemorySize"]) == (2048, 1024)
    assert write["Environment"]["Variables"]["LEVEL"] == "ERROR"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("timeout = 20", 'timeout = "20"', 'function_defaults.timeout: "20" is not a whole number'),
        ("timeout = 20", "timeuot = 20", 'function_defaults.timeuot: there is no such setting; did you mean "timeout"?'),
        ("tables.Orders = { variable", "tables.Order = { variable", 'function_defaults.tables.Order: there is no such table; did you mean "Orders"?'),
        ("timeout = 20", 'routes = ["GET /x"]', "function_defaults.routes: it belongs to one function; write it there"),
        ("timeout = 5", 'timeout = "5"', 'functions.Write.timeout: "5" is not a whole number'),
        ('LEVEL = "ERROR"', "LEVEL = 5", "environments.prod.function_defaults.environment.LEVEL: 5 is neither text nor a table"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_once_where_it_stands(project, old, new, problem):
    assert refused(project, SETTINGS.replace(old, new)) == [problem]


def test_without_functions_they_are_for_nobody(project):
    settings = 'application = "shop"\n[function_defaults]\ntimeout = 5\n'
    assert load(project(settings)).environment("dev").functions == {}
