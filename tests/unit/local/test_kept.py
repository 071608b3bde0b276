"""What an environment has stays in a folder from one run to the next."""

import json

import pytest

from tapgen.cli import run as tapgen
from tapgen.errors import ExitCode, TapgenError, UsageError
from tapgen.local.kept import MARK, kept

SETTINGS = """
application = "shop"
[tables.Items]
partition_key = { name = "id" }
[buckets.Uploads]
[functions.Work]
source = "src"
routes = ["POST /items"]
tables.Items = { variable = "ITEMS", actions = ["dynamodb:PutItem"] }
[local]
items.Items = "seed.json"
[environments.dev]
[environments.other]
"""
HANDLER = """
import json
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["ITEMS"])


def handler(event, context):
    table.put_item(Item={"id": event["body"]})
    return {"statusCode": 200, "body": "{}"}
"""


def test_items_and_functions_are_there_again_and_seeds_are_put_once(project, monkeypatch, capfd):
    folder = project(SETTINGS, **{"src/index.py": HANDLER, "seed.json": '[{"id": "seed"}]'})
    monkeypatch.chdir(folder)
    arguments = ["local", "--keep", "kept", "--request", "POST /items", "--items", "Items"]
    ids = []
    for body in ("one", "two"):
        assert tapgen([*arguments, "--data", body]) == ExitCode.OK
        out, err = capfd.readouterr()
        ids.append({item["id"] for item in json.loads(out.partition("\n")[2])})
        assert ("Table Items: 1 items put into it" in err) == (body == "one")
        assert ("No changes: shop-dev is as the template says." in err) == (body == "two")
    assert ids == [{"seed", "one"}, {"seed", "one", "two"}]
    assert (folder / "kept").stat().st_mode & 0o077 == 0
    assert tapgen([*arguments, "--data", "x", "--env", "other"]) == ExitCode.USAGE
    assert "kept is kept for shop-dev in us-east-1" in capfd.readouterr().err


def test_a_folder_is_one_environments_and_one_runs(tmp_path):
    with kept(tmp_path / "a" / "b", "shop-dev", "1", "eu-west-1") as first:
        assert first.fresh
        with (
            pytest.raises(UsageError, match="another tapgen local is using it"),
            kept(tmp_path / "a" / "b", "shop-dev", "1", "eu-west-1"),
        ):
            pass
    with kept(tmp_path / "a" / "b", "shop-dev", "1", "eu-west-1") as again:
        assert not again.fresh
    with (
        pytest.raises(UsageError, match="b is kept for shop-dev in eu-west-1"),
        kept(tmp_path / "a" / "b", "shop-dev", "1", "us-east-1"),
    ):
        pass


@pytest.mark.parametrize("text", ["[1]", "{", '{"stack": "x"}'])
def test_a_mark_that_is_none_is_not_taken_over(tmp_path, text):
    (tmp_path / MARK).write_text(text)
    with pytest.raises(UsageError, match="is kept for"), kept(tmp_path, "shop-dev", "1", "eu-west-1"):
        pass


def test_a_folder_of_something_else_stays_as_it_is(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"), kept(tmp_path, "shop-dev", "1", "eu-west-1"):
        pass
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(TapgenError, match=r"mine\.txt"), kept(tmp_path / "mine.txt", "shop-dev", "1", "eu-west-1"):
        pass
