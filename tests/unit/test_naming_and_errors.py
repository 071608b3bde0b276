import pytest

from tapgen import naming
from tapgen.errors import (
    DocumentError,
    ExitCode,
    SettingsError,
    StaleError,
    TapgenError,
    UsageError,
    suggestion,
)


@pytest.mark.parametrize(
    ("parts", "logical_id"),
    [
        (("item", "Table"), "ItemTable"),
        (("ecr.api", "Endpoint"), "EcrApiEndpoint"),
        (("fooBar", "x"), "FooBarX"),
        (("a-b_c d",), "ABCD"),
        (("2fa",), "2fa"),
        (("",), ""),
    ],
)
def test_logical_ids(parts, logical_id):
    assert naming.logical(*parts) == logical_id


def test_names_of_things():
    assert naming.table("orders") == "OrdersTable"
    assert naming.function("orders") == "OrdersFunction"
    assert naming.code_key("orders") == "OrdersFunctionCodeKey"
    assert naming.output("AlarmName", "orders", main=True) == "AlarmNameOutput"
    assert naming.output("AlarmName", "orders", main=False) == "OrdersAlarmNameOutput"
    assert naming.path(("orders", "{orderId}")) != naming.path(("orders", "orderId"))


def test_exit_codes_are_a_contract():
    """Scripts test for these numbers: a changed one breaks them in silence."""
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "CHANGES": 3,
        "REFUSED": 4,
        "DECLINED": 5,
        "ROLLED_BACK": 6,
        "STUCK": 7,
        "CONTINUES": 8,
        "BUSY": 9,
        "WRONG_TARGET": 10,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("kind", "code"),
    [(TapgenError, 1), (DocumentError, 1), (UsageError, 2), (SettingsError, 2), (StaleError, 3)],
)
def test_each_error_has_its_exit_code(kind, code):
    error = kind("what", "do that")
    assert (error.message, error.hint, error.exit_code, str(error)) == ("what", "do that", code, "what")


def test_an_error_may_have_another_exit_code():
    assert TapgenError("what", exit_code=ExitCode.BUSY).exit_code == 9
    assert TapgenError.exit_code == 1


def test_problems_are_lines():
    error = SettingsError("file: 2 problems", "hint", ["a: b", "c: d"])
    assert error.message == "file: 2 problems\n  a: b\n  c: d"
    assert error.problems == ("a: b", "c: d")


@pytest.mark.parametrize(
    ("unknown", "known", "said"),
    [
        ("prd", ["dev", "prod"], 'did you mean "prod"?'),
        ("DEV", ["dev", "prod"], 'did you mean "dev"?'),
        ("x", ["prod", "dev"], "known: dev, prod"),
        ("x", [], "known: none"),
        (
            "OrdersLambdaRole",
            ["OrdersTable", "OrdersFunctionRole", "FunctionRole"],
            'did you mean "OrdersFunctionRole"?',
        ),
        ("OrdersThing", ["OrdersTable", "OrdersFunctionRole"], 'did you mean "OrdersTable"?'),
    ],
)
def test_suggestions(unknown, known, said):
    assert suggestion(unknown, known) == said


def test_of_many_names_the_nearest_are_listed():
    said = suggestion("Orders", [*(f"{index}Thing" for index in range(60)), "Or"])
    assert said.startswith("known, the nearest first: Or, ")
    assert said.endswith(" and 21 more")
