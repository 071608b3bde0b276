"""Values of parameters from files, as people and other tools write them."""

import json

import pytest

from tapgen.cli.parameters import from_files
from tapgen.errors import UsageError
from tests.table import rows

VALUES = {"Size": "3", "Name": "a b", "Zones": "x,y", "On": "true"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("values.env", "# comment\n\nSize = 3\nName='a b'\nZones=x,y\nOn=true\n"),
        ("values.toml", 'Size = 3\nName = "a b"\nZones = ["x", "y"]\nOn = true\n'),
        ("values.json", '{"Size": 3, "Name": "a b", "Zones": ["x", "y"], "On": true}'),
        ("values.json", '{"Parameters": {"Size": "3", "Name": "a b", "Zones": "x,y", "On": "true"}}'),
        (
            "values.json",
            json.dumps([{"ParameterKey": name, "ParameterValue": value} for name, value in VALUES.items()]),
        ),
    ],
)
def test_a_file_of_parameters(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert from_files((tmp_path / name,)) == VALUES


def test_later_files_win_over_earlier_ones(tmp_path):
    one, two = tmp_path / "one.env", tmp_path / "two.env"
    one.write_text("A=1\nB=1\n")
    two.write_text("B=2=3\n")
    assert from_files((one, two)) == {"A": "1", "B": "2=3"}


@rows(
    ("name", "text", "said"),
    [
        ("a.env", "A=1\nB\n", "a.env:2: not NAME=VALUE"),
        ("a.json", "{", "a.json: not JSON: "),
        ("a.toml", "A = \n", "a.toml: not TOML: "),
        ("a.json", "[1]", "a.json: it holds no parameters"),
        ("a.json", '{"A": {"B": 1}}', "a.json: A is neither text nor a number nor a list of them"),
        ("a.json", '{"A": null}', "a.json: A is neither text"),
        ("a.env", b"\xff", "a.env: not UTF-8 (byte 0)"),
        ("a.env", None, "a.env: No such file or directory"),
    ],
)
def test_a_file_that_is_none(tmp_path, name, text, said):
    if text is not None:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError) as caught:
        from_files((tmp_path / name,))
    assert caught.value.message.removeprefix(f"{tmp_path}/").startswith(said)
    assert caught.value.hint.startswith("A file of parameters has lines NAME=VALUE")
