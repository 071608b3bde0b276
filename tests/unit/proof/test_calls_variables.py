"""Every environment variable that the code reads, and whether it gets on without."""

from __future__ import annotations

import pytest

from tapgen.proof import calls
from tests.table import rows

REQUIRED = {
    "item": "os.environ['X']",
    "imported": "from os import environ\nenviron['X']",
    "alias": "settings = os.environ\nsettings['X']",
    "method": "os.environ.__getitem__('X')",
    "popped": "os.environ.pop('X')",
    "constant": "NAME = 'X'\nos.environ[NAME]",
    "in a default": "def f(table=os.environ['X']): pass",
    "in a class body": "class Settings:\n    table = os.environ['X']",
    "in a text": "f'{os.environ[\"X\"]}/items'",
    "compared": "if os.environ['X'] == 'prod':\n    pass",
    "tested": "if os.environ['X']:\n    pass",
    "other error caught": "try:\n    os.environ['X']\nexcept ValueError:\n    pass",
    "read where it is handled": "try:\n    pass\nexcept KeyError:\n    os.environ['X']",
    "demanded": "x = os.environ.get('X')\nif not x:\n    raise RuntimeError('X is not set')",
    "demanded to be something": "if os.getenv('X') is None:\n    raise RuntimeError('X is not set')",
    "demanded to be there": "if 'X' not in os.environ:\n    raise RuntimeError('X is not set')",
    "asserted": "assert os.environ.get('X')",
    "other variable guarded": "if 'Y' in os.environ:\n    os.environ['X']",
}

GUARDED = {
    "get": "os.environ.get('X')",
    "getenv": "os.getenv('X')",
    "default": "os.environ.get('X', 'y')",
    "popped with a default": "os.environ.pop('X', None)",
    "in": "if 'X' in os.environ:\n    os.environ['X']",
    "conditional": "os.environ['X'] if 'X' in os.environ else ''",
    "not in": "if 'X' not in os.environ:\n    print('none')\nelse:\n    os.environ['X']",
    "key error": "try:\n    os.environ['X']\nexcept KeyError:\n    pass",
    "any error": "try:\n    os.environ['X']\nexcept:\n    pass",
    "one of the errors": "try:\n    os.environ['X']\nexcept (ValueError, LookupError):\n    pass",
    "suppressed": "import contextlib\nwith contextlib.suppress(KeyError):\n    os.environ['X']",
    "set before": "os.environ['X'] = 'y'\nos.environ['X']",
    "default set before": "os.environ.setdefault('X', 'y')\nos.environ['X']",
    "updated before": "os.environ.update({'X': 'y'})\nos.environ['X']",
    "asked for elsewhere": "topic = os.environ.get('X')\nif topic:\n    print(os.environ['X'])",
    "asked for None": "if os.getenv('X') is not None:\n    print(os.environ['X'])",
    "from a file": "from dotenv import load_dotenv\nload_dotenv()\nos.environ['X']",
    "one of two demanded": "if not os.getenv('X') and not os.getenv('Y'):\n    raise RuntimeError",
}


def reads(folder, body):
    (folder / "index.py").write_text(f"import os\n{body}\ndef handler(event, context): pass\n")
    return [one for one in calls.analyse(folder, "index.handler").variables if one.name == "X"]


@rows("body", REQUIRED.values(), ids=REQUIRED)
def test_variable_that_has_to_be_set(tmp_path, body):
    assert any(not one.guarded for one in reads(tmp_path, body))


@rows("body", GUARDED.values(), ids=GUARDED)
def test_variable_that_need_not_be_set(tmp_path, body):
    found = reads(tmp_path, body)
    assert found
    assert all(one.guarded for one in found)


def test_file_and_line(tmp_path):
    (tmp_path / "settings.py").write_text("import os\n\nLEVEL = os.environ['X']\n")
    (tmp_path / "index.py").write_text("import settings\ndef handler(event, context): pass\n")
    assert calls.analyse(tmp_path, "index.handler").variables == (
        calls.VariableRead("settings.py", 3, "X", guarded=False),
    )


def test_what_does_not_run_reads_nothing(tmp_path):
    body = "def unused():\n    return os.environ['X']\nif __name__ == '__main__':\n    print(os.environ['X'])"
    assert reads(tmp_path, body) == []


@pytest.mark.parametrize(
    ("use", "tested"),
    [
        ("if TOPIC: sns.publish(TopicArn=TOPIC, Message='m')", True),
        ("TOPIC is not None and sns.publish(TopicArn=TOPIC, Message='m')", True),
        ("sns.publish(TopicArn=TOPIC, Message='m')", False),
    ],
)
def test_variable_that_a_request_is_made_for_only_where_it_is_set(tmp_path, use, tested):
    (tmp_path / "index.py").write_text(
        "import boto3, os\nsns = boto3.client('sns')\nTOPIC = os.environ.get('X')\n"
        f"def handler(event, context):\n    {use}\n"
    )
    assert ("X" in calls.analyse(tmp_path, "index.handler").tested) is tested
