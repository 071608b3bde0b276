"""What is known of the resource that a call names."""

from __future__ import annotations

from tapgen.proof import calls
from tapgen.proof.calls import EnvironmentVariable, Literal, Unknown
from tests.table import rows
from tests.unit.proof.call_cases import B, D, T


def only_call(folder, source, operation=None):
    (folder / "index.py").write_text(source)
    found = [one for one in calls.analyse(folder, "index.handler").calls if operation in {None, one.operation}]
    assert len(found) == 1, found
    return found[0]


VARIABLE = EnvironmentVariable("T")

BINDINGS = [
    ("resource_environ", B + "def handler(e,c): boto3.resource('dynamodb').Table(os.environ['T']).put_item(Item={})", {"TableName": VARIABLE}),
    ("getenv_default", B + "def handler(e,c): boto3.resource('dynamodb').Table(os.getenv('T','items')).scan()", {"TableName": EnvironmentVariable("T", "items")}),
    ("environ_get", B + "def handler(e,c): boto3.resource('dynamodb').Table(os.environ.get('T')).scan()", {"TableName": VARIABLE}),
    ("from_os_import_environ", "import boto3\nfrom os import environ\nd=boto3.client('dynamodb')\ndef handler(e,c): d.scan(TableName=environ['T'])", {"TableName": VARIABLE}),
    ("constant", D + "NAME='items'\ndef handler(e,c): d.scan(TableName=NAME)", {"TableName": Literal("items")}),
    ("concatenated", D + "def handler(e,c): d.scan(TableName=f\"{'it'}\" + 'ems')", {"TableName": Literal("items")}),
    ("put_together", D + "STAGE='dev'\ndef handler(e,c): d.scan(TableName='-'.join(['shop', STAGE.upper(), 'x'.replace('x', 'items')]))", {"TableName": Literal("shop-DEV-items")}),
    ("formatted", D + "def handler(e,c): d.scan(TableName='{}-{name}-{}'.format('a', 'b', name='items'))", {"TableName": Literal("a-items-b")}),
    ("percent", D + "def handler(e,c): d.scan(TableName='%s-%s' % ('shop', 'items'))", {"TableName": Literal("shop-items")}),
    ("percent_of_one", D + "N='items'\ndef handler(e,c): d.scan(TableName='shop-%s' % N)", {"TableName": Literal("shop-items")}),
    ("format_with_width", D + "def handler(e,c): d.scan(TableName='{:>1000000000}'.format('a'))", {"TableName": Unknown()}),
    ("wrong_percent", D + "def handler(e,c): d.scan(TableName='%s-%s' % 'a')", {"TableName": Unknown()}),
    ("wrong_arguments", D + "def handler(e,c): d.scan(TableName='a'.upper('b', 'c', 'd'))", {"TableName": Unknown()}),
    ("text_of_variable", B + "def handler(e,c): boto3.resource('dynamodb').Table(str(os.environ['T']).strip()).scan()", {"TableName": VARIABLE}),
    ("variable_by_a_name_put_together", B + "T={n: boto3.resource('dynamodb').Table(os.environ[n.upper()]) for n in ('t', 'u')}\ndef handler(e,c): T['t'].scan()", {"TableName": VARIABLE}),
    ("event", D + "def handler(e,c): d.scan(TableName=e['t'])", {"TableName": Unknown()}),
    ("index", T + "def handler(e,c): t.query(IndexName='by-date')", {"TableName": Literal("x"), "IndexName": Literal("by-date")}),
    ("spread_options", T + "def handler(e,c):\n  o={'IndexName':'i'}\n  t.query(**o)", {"TableName": Literal("x"), "IndexName": Literal("i")}),
    ("unknown_options", T + "def handler(e,c): t.query(**e)", {"TableName": Literal("x"), "IndexName": Unknown()}),
    ("meta_client", T + "def handler(e,c): t.meta.client.query(TableName=t.name)", {"TableName": Literal("x")}),
    ("bucket_and_key", B + "s=boto3.client('s3')\ndef handler(e,c): s.get_object(Bucket=os.environ['T'], Key=e['k'])", {"Bucket": VARIABLE, "Key": Unknown()}),
    ("bucket_resource", B + "def handler(e,c): boto3.resource('s3').Bucket(os.environ['T']).Object('k').get()", {"Bucket": VARIABLE, "Key": Literal("k")}),
    ("queue_by_name", B + "s=boto3.client('sqs')\ndef handler(e,c):\n  u=s.get_queue_url(QueueName=os.environ['T'])['QueueUrl']\n  s.send_message(QueueUrl=u,MessageBody='x')", {"QueueUrl": VARIABLE}),
    ("function_name", B + "def handler(e,c): boto3.client('lambda').invoke(FunctionName=os.environ['T'])", {"FunctionName": VARIABLE}),
    ("paginated", D + "def handler(e,c): d.get_paginator('query').paginate(TableName=os.environ['T'], IndexName='i')", {"TableName": VARIABLE, "IndexName": Literal("i")}),
    ("batch_writer", B + "t=boto3.resource('dynamodb').Table(os.environ['T'])\ndef handler(e,c):\n  with t.batch_writer() as w: w.put_item(Item={})", {"TableName": VARIABLE}),
    ("batch_request", D + "def handler(e,c): d.batch_write_item(RequestItems={os.environ['T']: []})", {"TableName": VARIABLE}),
    ("through_object", B + "class R:\n  def __init__(self, name): self.t=boto3.resource('dynamodb').Table(name)\n  def go(self): self.t.scan()\ndef handler(e,c): R(os.environ['T']).go()", {"TableName": VARIABLE}),
    ("event_bus", B + "def handler(e,c): boto3.client('events').put_events(Entries=[{'EventBusName': os.environ['T']}])", {"EventBusName": VARIABLE}),
]  # fmt: skip


@rows(("source", "expected"), [row[1:] for row in BINDINGS], ids=[row[0] for row in BINDINGS])
def test_binding(tmp_path, source, expected):
    operation = "SendMessage" if "send_message" in source else None
    call = only_call(tmp_path, source, operation)
    assert {one.name: one.value for one in call.parameters} == expected
    assert {name: call.binding(name) for name in expected} == expected
    assert call.binding("Nothing") is None


def test_one_call_for_each_table_it_may_be(tmp_path):
    source = D + "def handler(e,c):\n  for n in (os.environ['A'], os.environ['B']): d.scan(TableName=n)"
    (tmp_path / "index.py").write_text(source)
    found = calls.analyse(tmp_path, "index.handler").calls
    assert [one.binding("TableName") for one in found] == [EnvironmentVariable("A"), EnvironmentVariable("B")]


def test_transaction_parts_name_their_tables(tmp_path):
    source = D + (
        "def handler(e,c): d.transact_write_items(TransactItems=["
        "{'Put': {'TableName': os.environ['A']}}, {'Delete': {'TableName': 'b'}}])"
    )
    parts = only_call(tmp_path, source).parts
    assert {(part.kind, part.parameters[0].value) for part in parts} == {
        ("Put", EnvironmentVariable("A")),
        ("Delete", Literal("b")),
    }


def test_statement_names_table_and_index(tmp_path):
    source = D + 'def handler(e,c): d.execute_statement(Statement=\'select * from "items"."by-date" where a=?\')'
    part = only_call(tmp_path, source).parts[0]
    assert part.kind == "SELECT"
    assert [one.value for one in part.parameters] == [Literal("items"), Literal("by-date")]


def test_each_of_several_names(tmp_path):
    source = (
        B
        + "def handler(e,c):\n"
        + "  boto3.client('ssm').get_parameters(Names=['/a', os.environ['B']])\n"
        + "  boto3.client('secretsmanager').batch_get_secret_value(SecretIdList=['x'])\n"
    )
    (tmp_path / "index.py").write_text(source)
    found = calls.analyse(tmp_path, "index.handler").calls
    assert {one.binding("Names") or one.binding("SecretId") for one in found} == {
        EnvironmentVariable("B"),
        Literal("/a"),
        Literal("x"),
    }


def test_powertools_names_what_it_asks_for(tmp_path):
    source = (
        "import os\nfrom aws_lambda_powertools.utilities import parameters, idempotency\n"
        "store = idempotency.DynamoDBPersistenceLayer(os.environ['STATE'])\n"
        "@idempotency.idempotent(persistence_store=store)\n"
        "def handler(event, context):\n"
        "    parameters.get_parameter('/shop/limit')\n"
        "    parameters.get_secret(name=os.environ['SECRET'])\n"
    )
    (tmp_path / "index.py").write_text(source)
    found = {
        (one.operation, one.line, *(each.value for each in one.parameters))
        for one in calls.analyse(tmp_path, "index.handler").calls
    }
    assert ("GetParameter", 6, Literal("/shop/limit")) in found
    assert ("GetSecretValue", 7, EnvironmentVariable("SECRET")) in found
    assert ("PutItem", 4, EnvironmentVariable("STATE")) in found


def test_copy_names_source_and_target(tmp_path):
    source = (
        B
        + "def handler(e,c): boto3.client('s3').copy_object(Bucket='to',Key='k',CopySource={'Bucket':'from','Key':'f'})"
    )
    call = only_call(tmp_path, source)
    assert call.binding("Bucket") == Literal("to")
    assert call.binding("CopySource.Bucket") == Literal("from")


def test_file_and_line(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "store.py").write_text(T + "\n\ndef save():\n    return t.put_item(\n        Item={})\n")
    (tmp_path / "index.py").write_text("from app.store import save\ndef handler(e,c): save()\n")
    analysis = calls.analyse(tmp_path, "index.handler")
    assert [(one.file, one.line) for one in analysis.calls] == [("app/store.py", 6)]
    assert analysis.files == ("app/store.py", "index.py")


def test_unused_function_gets_a_note(tmp_path):
    (tmp_path / "index.py").write_text(T + "def drop(): t.delete()\ndef plain(): pass\ndef handler(e,c): t.scan()\n")
    analysis = calls.analyse(tmp_path, "index.handler")
    assert [one.operation for one in analysis.calls] == ["Scan"]
    assert [(one.message, one.line) for one in analysis.notes] == [
        ("drop is never called; it would call dynamodb DeleteTable", 3)
    ]
