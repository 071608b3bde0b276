"""actions = "auto": the code's needs in the rendered template, and nothing else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tapgen import render
from tapgen.errors import TapgenError
from tapgen.proof import check
from tapgen.proof.needs.auto import with_actions
from tapgen.settings.load import load
from tapgen.settings.model import Environment
from tapgen.settings.tables import TableAccess
from tests.unit.proof.documents import PUT, SETTINGS, write_project

AUTO = SETTINGS.replace(', actions = ["dynamodb:PutItem"]', "")
INDEXED = AUTO.replace(
    'partition_key = { name = "itemId" }',
    'partition_key = { name = "itemId" }\nindexes.byDay = { partition_key = { name = "day" } }\n'
    'indexes.byShop = { partition_key = { name = "shop" } }',
)
TWO = AUTO.replace(
    "[tool.tapgen.functions.Item]",
    '[tool.tapgen.tables.Other]\npartition_key = { name = "id" }\nname = "others"\n\n[tool.tapgen.functions.Item]',
).replace(
    'tables.Item = { variable = "TABLE" }',
    'tables.Item = { variable = "TABLE" }\ntables.Other = { variable = "OTHER" }',
)


def environment(root: Path, settings: str = AUTO, call: str = "table.put_item(Item={})") -> Environment:
    write_project(root, settings, call)
    return load(root).environment("dev")


def access(filled: Environment, table: str = "Item") -> TableAccess:
    return filled.functions["Item"].tables[table]


def test_what_the_code_needs_is_granted_and_checks_clean(tmp_path: Path) -> None:
    filled = with_actions(environment(tmp_path, call="table.put_item(Item={}); table.get_item(Key={})"))
    assert access(filled).actions == ("dynamodb:GetItem", "dynamodb:PutItem")
    assert check.check(filled, render.render(filled).document, lint=False) == ()


def test_written_actions_are_left_alone(tmp_path: Path) -> None:
    written = environment(tmp_path, SETTINGS)
    assert with_actions(written) is written


def test_indexes_that_the_code_reads(tmp_path: Path) -> None:
    filled = with_actions(environment(tmp_path, INDEXED, "table.query(IndexName='byDay')"))
    assert access(filled).indexes == {"byDay": ("dynamodb:Query",)}
    assert access(filled).actions == ()
    assert check.check(filled, render.render(filled).document, lint=False) == ()


def test_an_index_that_is_not_known_is_every_index(tmp_path: Path) -> None:
    filled = with_actions(environment(tmp_path, INDEXED, "table.query(IndexName=event['index'])"))
    assert access(filled).indexes == {"byDay": ("dynamodb:Query",), "byShop": ("dynamodb:Query",)}


def test_two_tables_are_told_apart_by_their_variables(tmp_path: Path) -> None:
    other = "table.put_item(Item={}); boto3.resource('dynamodb').Table(os.environ['OTHER']).scan()"
    filled = with_actions(environment(tmp_path, TWO, other))
    assert access(filled).actions == ("dynamodb:PutItem",)
    assert access(filled, "Other").actions == ("dynamodb:Scan",)


def test_a_table_by_its_own_name(tmp_path: Path) -> None:
    filled = with_actions(environment(tmp_path, TWO, "boto3.resource('dynamodb').Table('others').scan()"))
    assert access(filled, "Other").actions == ("dynamodb:Scan",)


def test_the_only_table_takes_what_has_no_name(tmp_path: Path) -> None:
    filled = with_actions(environment(tmp_path, AUTO, "boto3.resource('dynamodb').Table(event['table']).scan()"))
    assert access(filled).actions == ("dynamodb:Scan",)


@pytest.mark.parametrize("name", ["event['table']", "'unknown'"])
def test_a_table_that_cannot_be_told_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(TapgenError) as raised:
        with_actions(environment(tmp_path, TWO, f"boto3.resource('dynamodb').Table({name}).scan()"))
    assert "which table Scan uses at src/index.py:5 cannot be told" in raised.value.message
    assert "write the actions out" in raised.value.hint


def test_a_broken_source_is_refused_with_its_line(tmp_path: Path) -> None:
    written = environment(tmp_path)
    (tmp_path / "src" / "index.py").write_text(PUT + "def (")
    with pytest.raises(TapgenError) as raised:
        with_actions(written)
    assert "src/index.py:6" in raised.value.message


def test_the_check_says_what_a_broken_source_or_an_unknown_table_means(tmp_path: Path) -> None:
    """It goes on where rendering stops: the rest of the application is checked too."""
    written = environment(tmp_path, TWO, "boto3.resource('dynamodb').Table(event['table']).scan()")
    filled = with_actions(written, strict=False)
    found = check.check(filled, render.render(filled).document, lint=False)
    assert "permission-missing" in {finding.rule for finding in found}
    (tmp_path / "src" / "other.py").write_text("def (")
    (tmp_path / "src" / "index.py").write_text("import other\n" + PUT)
    broken = with_actions(load(tmp_path).environment("dev"), strict=False)
    target = check.of_environment(broken, render.render(broken).document)
    [found] = check.check_all([target], with_lint=False)
    assert ("source-problem", "src/other.py") in {(finding.rule, finding.file) for finding in found}


def test_calls_of_other_services_are_the_checks_business(tmp_path: Path) -> None:
    filled = with_actions(environment(tmp_path, AUTO, "boto3.client('dynamodb').list_tables(); table.scan()"))
    assert access(filled).actions == ("dynamodb:Scan",)


def test_code_that_is_included_or_in_a_layer_of_the_stacks_own_is_read_too(project):
    settings = """
    application = "shop"
    [tables.Item]
    partition_key = { name = "id" }
    [functions.Item]
    source = "src"
    entry_point = "my-module.handler"
    include = ["../common", "../one/single.py"]
    layers = ["Flat", "Laid"]
    tables.Item = { variable = "TABLE" }
    [lambda_layers.Flat]
    source = "flat"
    [lambda_layers.Laid]
    source = "laid"
    """
    table = "import boto3, os\ntable = boto3.resource('dynamodb').Table(os.environ['TABLE'])\n"
    called = {
        "common/deep/store.py": "def run():\n    table.put_item(Item={'id': 'a'})\n",
        "one/single.py": "def run():\n    table.get_item(Key={'id': 'a'})\n",
        "flat/package/flat.py": "def run():\n    table.delete_item(Key={'id': 'a'})\n",
        "laid/python/laid.py": "def run():\n    table.scan()\n",
    }
    code = (
        "import common.deep.store, single, package.flat, laid\n"
        "def handler(event, context):\n"
        "    common.deep.store.run(); single.run(); package.flat.run(); laid.run()\n"
    )
    root = project(settings, **{"src/my-module.py": code}, **{name: table + text for name, text in called.items()})
    environment = load(root).environment("dev")
    filled = with_actions(environment).functions["Item"].tables["Item"].actions
    assert set(filled) == {f"dynamodb:{name}" for name in ("PutItem", "GetItem", "DeleteItem", "Scan")}
    spoilt = msgspec.structs.replace(
        environment,
        functions={
            "Item": msgspec.structs.replace(
                environment.functions["Item"], tables={"Item": TableAccess(variable="TABLE", actions=())}
            )
        },
    )
    missing = [
        one
        for one in check.check(spoilt, render.render(spoilt).document, lint=False)
        if one.rule == "permission-missing"
    ]
    assert {(one.file, one.line) for one in missing} == {(name, 4) for name in called}


def test_pictures_are_read_for_the_caller(tmp_path: Path) -> None:
    write_project(
        tmp_path,
        """
[tool.tapgen]
application = "pictures"
[tool.tapgen.buckets.Uploads]
[tool.tapgen.buckets.Other]
[tool.tapgen.functions.Label]
source = "src"
buckets.Uploads = { variable = "UPLOADS", actions = "auto" }
buckets.Other = { variable = "OTHER", actions = "auto" }
triggers.buckets.Uploads = {}
[tool.tapgen.environments.dev]
""",
        'boto3.client("rekognition").detect_labels(Image={"S3Object": {"Bucket": event["bucket"], "Name": "x"}})',
    )
    uses = with_actions(load(tmp_path).environment("dev")).functions["Label"].buckets
    assert uses["Uploads"].actions == ("s3:GetObject",)
    assert uses["Other"].actions == ()
