"""A function of included files, a Lambda layer of the stack's own and a published version, deployed and changed."""

import uuid

import pytest

from tapgen.cli import run
from tests.integration.conftest import REAL, Application, variables

SETTINGS = """
[tables.Item]
partition_key = { name = "id" }

[functions.Item]
source = "src"
entry_point = "my-module.handler"
include = ["../common"]
layers = ["Greeting"]
alias = "stable"
routes = ["GET /item"]
tables.Item = { variable = "TABLE_NAME" }
environment.WORD = { parameter = "Word" }

[lambda_layers.Greeting]
source = "greeting"

[parameters.Word]
default = "world"

[outputs.Items]
value = "${Table}"
export = true

[logical_ids]
ItemTable = "Table"

[environments.dev]
"""
HANDLER = """
import os
from common.store import put
from greeting import greet
def handler(event, context):
    text = greet(os.environ["WORD"])
    put(text)
    return {"statusCode": 200, "body": text + "VERSION"}
"""
STORE = """
import boto3, os
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
def put(text):
    table.put_item(Item={"id": text})
"""

pytestmark = pytest.mark.skipif(bool(REAL), reason="the embedded AWS shows it")


@pytest.fixture
def application(cloud, tmp_path):
    name = f"tap{uuid.uuid4().hex[:8]}"
    for file, text in {
        "tapgen.toml": f'application = "{name}"\n{SETTINGS}',
        "src/my-module.py": HANDLER,
        "common/store.py": STORE,
        "common/tests/test_store.py": "this is not Python",
        "greeting/greeting.py": "def greet(word):\n    return 'hello ' + word\n",
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    return Application(cloud, tmp_path, name, "dev")


def test_it_answers_by_its_alias_and_a_changed_package_is_a_new_version(application):
    application.tapgen("check", "--no-lint", "--fail-on", "warning")
    with variables(application.cloud.environ):
        assert run(["bootstrap", "--yes", "--region", application.cloud.region]) == 0
    application.deploy()
    assert application.request("GET", "/item").body == b"hello worldVERSION"
    lambda_ = application.cloud.client("lambda")
    function = application.outputs()["LambdaFunctionNameOutput"]
    first = lambda_.get_alias(FunctionName=function, Name="stable")["FunctionVersion"]
    (application.folder / "src" / "my-module.py").write_text(HANDLER.replace("VERSION", "!"))
    application.deploy("--parameter", "Word=there")
    assert application.request("GET", "/item").body == b"hello there!"
    second = lambda_.get_alias(FunctionName=function, Name="stable")["FunctionVersion"]
    assert int(second) > int(first)
    table = application.outputs()["Items"]
    items = application.cloud.client("dynamodb").scan(TableName=table)["Items"]
    assert {item["id"]["S"] for item in items} == {"hello world", "hello there"}
    exports = application.cloud.client("cloudformation").list_exports()["Exports"]
    assert {one["Name"]: one["Value"] for one in exports}[f"{application.stack_name}-Items"] == table
