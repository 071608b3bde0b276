"""What fails when a function starts: imports, names of local modules, the entry point's parameters, syntax."""

from __future__ import annotations

import pytest

from tapgen.proof import calls
from tapgen.proof.interpret.source import Sources
from tests.table import rows
from tests.unit.proof.test_calls import write

SCANS = "import boto3\ndef handler(event, context): boto3.client('dynamodb').scan(TableName='x')"
END = "\ndef handler(event, context): pass\n"


def analyse(folder, files, python=None):
    write(folder, files)
    return calls.analyse(folder, "index.handler", (), python)


FOREIGN = {
    "import": "import requests",
    "dotted": "import google.cloud.storage",
    "renamed": "import numpy as np",
    "from": "from requests.auth import HTTPBasicAuth",
    "star": "from requests import *",
    "other error caught": "try:\n    import requests\nexcept ValueError:\n    pass",
    "cleaned up": "try:\n    import requests\nfinally:\n    pass",
    "in a class body": "class A:\n    import requests",
    "no local top": "import no_such_package.module",
}

NOT_AT_START = {
    "in a function": "def f():\n    import requests",
    "under a condition": "import sys\nif sys.version_info < (3, 11):\n    import tomli",
    "for types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests",
    "caught": "try:\n    import requests\nexcept ImportError:\n    requests = None",
    "caught as missing": "try:\n    import requests\nexcept (ModuleNotFoundError, OSError):\n    requests = None",
    "caught as anything": "try:\n    import requests\nexcept Exception:\n    pass",
    "in its place": "try:\n    import json\nexcept ImportError:\n    import simplejson as json",
    "suppressed": "import contextlib\nwith contextlib.suppress(ImportError):\n    import requests",
    "main": "if __name__ == '__main__':\n    import requests",
    "by name": "import importlib\nimportlib.import_module('requests') if 0 else None",
}


@rows("source", FOREIGN.values(), ids=FOREIGN)
def test_module_that_is_imported_each_time(tmp_path, source):
    [found] = analyse(tmp_path, source + END).imports
    assert found.file == "index.py"
    assert found.module.partition(".")[0] in source
    assert source.splitlines()[found.line - 1].split()[0] in {"import", "from"}


@rows("source", NOT_AT_START.values(), ids=NOT_AT_START)
def test_module_that_need_not_be_there(tmp_path, source):
    standard = {"sys", "typing", "contextlib", "importlib", "json"}
    assert {one.module for one in analyse(tmp_path, source + END).imports} <= standard


@pytest.mark.parametrize(
    "change",
    ["sys.path.insert(0, '/opt/lib')", "sys.path.append('vendor')", "sys.path += ['vendor']", "sys.path[0:0] = ['x']"],
)
def test_modules_that_may_be_in_other_folders(tmp_path, change):
    assert analyse(tmp_path, f"import sys\n{change}\nimport requests{END}").imports == ()


def test_modules_that_are_imported_only_if_others_are(tmp_path):
    found = analyse(
        tmp_path,
        {
            "index.py": "import store\ntry:\n    import fast\nexcept ImportError:\n    import slow\n" + END,
            "store.py": "import redis\ndef later():\n    import reports\n",
            "fast.py": "import numba\n",
            "slow.py": "import numpy\n",
            "reports.py": "import pandas\n",
        },
    )
    assert [(one.file, one.module) for one in found.imports] == [("store.py", "redis")]


@pytest.mark.parametrize(
    "files",
    [
        {"requests/__init__.py": "", "requests-2.0.dist-info/RECORD": "requests/__init__.py,,\n"},
        {"requests.py": "", "requests-2.0.dist-info/RECORD": "requests.py,,\n"},
        {"requests.py": ""},
        {"requests/__init__.py": ""},
        {"requests.cpython-313-x86_64-linux-gnu.so": ""},
        {"requests/adapters.py": ""},
    ],
    ids=["installed", "installed module", "module", "package", "compiled", "folder"],
)
def test_module_that_the_folder_has(tmp_path, files):
    assert analyse(tmp_path, {"index.py": "import requests" + END, **files}).imports == ()


ABSENT = {
    "name": ({"helper.py": "other = 1"}, "from helper import thing", ("helper", "thing")),
    "name of a package": ({"app/__init__.py": "", "app/a.py": ""}, "from app import b", ("app", "b")),
    "module of a package": ({"app/__init__.py": "", "app/a.py": ""}, "import app.b", ("app", "b")),
    "name in a package": ({"app/__init__.py": "", "app/a.py": ""}, "from app.b import c", ("app", "b")),
    "module of a bare folder": ({"app/a.py": ""}, "from app import b", ("app", "b")),
    "name behind a star": (
        {"helper.py": "from more import *", "more.py": "x = 1"},
        "from helper import y",
        ("helper", "y"),
    ),
    "relative": ({"app/__init__.py": "from .a import x", "app/a.py": "y = 1"}, "import app", ("app.a", "x")),
}

PRESENT = {
    "bound": ({"helper.py": "thing = 1"}, "from helper import thing"),
    "bound under a condition": ({"helper.py": "import os\nif os.name:\n    thing = 1"}, "from helper import thing"),
    "imported": ({"helper.py": "from json import loads as thing"}, "from helper import thing"),
    "class": ({"helper.py": "class thing: pass"}, "from helper import thing"),
    "module of a package": ({"app/__init__.py": "", "app/a.py": ""}, "from app import a"),
    "star": ({"helper.py": "from more import *", "more.py": "thing = 1"}, "from helper import thing"),
    "foreign star": ({"helper.py": "from numpy import *"}, "from helper import thing"),
    "made when asked for": ({"helper.py": "def __getattr__(name): return name"}, "from helper import thing"),
    "written into its names": ({"helper.py": "for n in open('x'): globals()[n] = 1"}, "from helper import thing"),
    "set from outside": (
        {"helper.py": "", "more.py": "import helper\nhelper.thing = 1"},
        "import more\nfrom helper import thing",
    ),
    "made for its module": (
        {"helper.py": "import sys\nsetattr(sys.modules[__name__], 'thing', 1)"},
        "from helper import thing",
    ),
    "compiled": (
        {"app/__init__.py": "", "app/fast.cpython-313-x86_64-linux-gnu.so": ""},
        "from app import fast\nimport app.fast",
    ),
    "of every module": ({"helper.py": ""}, "from helper import __name__, __doc__"),
    "unreadable": ({"helper.py": "def (:"}, "from helper import thing"),
    "caught": ({"helper.py": ""}, "try:\n    from helper import thing\nexcept ImportError:\n    thing = None"),
}


@rows(("files", "source", "expected"), ABSENT.values(), ids=ABSENT)
def test_name_that_a_local_module_does_not_have(tmp_path, files, source, expected):
    [found] = analyse(tmp_path, {"index.py": source + END, **files}).absent
    assert (found.module, found.name) == expected


@rows(("files", "source"), PRESENT.values(), ids=PRESENT)
def test_name_that_a_local_module_has_or_may_have(tmp_path, files, source):
    assert analyse(tmp_path, {"index.py": source + END, **files}).absent == ()


WRONG = {
    "one": "def handler(event): pass",
    "none": "def handler(): pass",
    "three": "def handler(event, context, more): pass",
    "keyword": "def handler(event, context, *, more): pass",
    "lambda": "handler = lambda event: event",
    "coroutine": "async def handler(event, context): pass",
    "method": "class A:\n    def run(self, event): pass\nhandler = A().run",
    "static method": "class A:\n    @staticmethod\n    def run(event): pass\nhandler = A.run",
    "object": "class A:\n    def __call__(self, event): pass\nhandler = A()",
    "under a known decorator": "from aws_lambda_powertools import Logger\n@Logger().inject_lambda_context\ndef handler(event): pass",
}

RIGHT = {
    "two": "def handler(event, context): pass",
    "other names": "def handler(a, b): pass",
    "default": "def handler(event, context=None): pass",
    "more with default": "def handler(event, context, table=None, *, key=1): pass",
    "any": "def handler(*args, **options): pass",
    "positional only": "def handler(event, context, /): pass",
    "method": "class A:\n    def run(self, event, context): pass\nhandler = A().run",
    "object": "class A:\n    def __call__(self, event, context): pass\nhandler = A()",
    "under an unknown decorator": "import lib\n@lib.event_only\ndef handler(event): pass",
    "under an own decorator": "def adapt(f):\n    def run(event, context): return f(event)\n    return run\n@adapt\ndef handler(event): pass",
    "adapter": "from mangum import Mangum\nfrom fastapi import FastAPI\nhandler = Mangum(FastAPI())",
    "of another module": "from lib import handler",
}


@rows("source", WRONG.values(), ids=WRONG)
def test_entry_point_that_lambda_cannot_call(tmp_path, source):
    [found] = analyse(tmp_path, source).entry
    assert "entry point handler" in found.message
    assert any(word in source.splitlines()[found.line - 1] for word in ("def ", "lambda"))


@rows("source", RIGHT.values(), ids=RIGHT)
def test_entry_point_that_lambda_can_call(tmp_path, source):
    assert analyse(tmp_path, source).entry == ()


def test_syntax_is_judged_by_the_runtime(tmp_path):
    newer = "import boto3\ntype Id = int\n\ndef handler(event, context):\n    boto3.client('sqs').list_queues()\n"
    older = "try:\n    pass\nexcept* ValueError:\n    pass" + END

    read = analyse(tmp_path, newer, (3, 13))
    assert read.problems == ()
    assert [(one.operation, one.line) for one in read.calls] == [("ListQueues", 5)]
    [problem] = analyse(tmp_path, newer, (3, 11)).problems
    assert (problem.kind, problem.line) == ("syntax", 2)
    assert problem.message.startswith("is not valid Python 3.11: ")
    assert analyse(tmp_path, older, (3, 11)).problems == ()
    assert [one.kind for one in analyse(tmp_path, older, (3, 10)).problems] == ["syntax"]


def test_a_folder_of_many_modules_is_looked_through_once(tmp_path):
    (tmp_path / "fast.cpython-313-x86_64-linux-gnu.so").touch()
    sources = Sources(tmp_path)
    assert sources.compiled("fast")
    assert not sources.compiled("fas")
    (tmp_path / "later.so").touch()
    assert not sources.compiled("later")
    assert not sources.compiled("nowhere.fast")


def test_the_package_of_the_entry_point_is_its_own_even_where_pip_installed_it(tmp_path):
    record = tmp_path / "shop-1.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("shop/__init__.py,,\nshop/app.py,,\n")
    write(tmp_path, {"shop/__init__.py": "", "shop/app.py": SCANS})
    found = calls.analyse(tmp_path, "shop/app.handler")
    assert [one.operation for one in found.calls] == ["Scan"]
    assert found.problems == ()
