"""Bad sources are values with file and line, never exceptions."""

from __future__ import annotations

import pytest

from tapgen.proof import calls
from tests.table import rows
from tests.unit.proof.call_cases import T

HANDLER = T + "def handler(e,c): t.scan()\n"


def problems(folder, entry_point="index.handler"):
    return [(one.kind, one.file, one.line) for one in calls.analyse(folder, entry_point).problems]


BAD = [
    ("syntax", b"import boto3\ndef handler(:\n  pass\n", ("syntax", "index.py", 2)),
    ("python2", b"x = 1\nprint 'hello'\n", ("syntax", "index.py", 2)),
    ("tabs_and_spaces", b"def f():\n\tx=1\n        y=2\n", ("syntax", "index.py", 3)),
    ("not_utf8", b"x = 1\n# caf\xe9\ny = 2\n", ("encoding", "index.py", 2)),
    ("unknown_encoding", b"# -*- coding: klingon -*-\nx = 1\n", ("encoding", "index.py", 1)),
    ("binary", b"\x7fELF\x00\x01\x02", ("binary", "index.py", 1)),
    ("too_large", b"x = 1\n" * 1_700_000, ("size", "index.py", 1)),
    ("too_deep", b"x = " + b"(" * 3000 + b")" * 3000, ("syntax", "index.py", 1)),
]


@rows(("content", "expected"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_entry_module(tmp_path, content, expected):
    (tmp_path / "index.py").write_bytes(content)
    assert problems(tmp_path) == [expected]


@rows(("content", "expected"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_helper_hides_nothing_else(tmp_path, content, expected):
    (tmp_path / "helper.py").write_bytes(content)
    (tmp_path / "index.py").write_text("import helper\n" + HANDLER)
    analysis = calls.analyse(tmp_path, "index.handler")
    assert [one.operation for one in analysis.calls] == ["Scan"]
    assert [(one.kind, one.file, one.line) for one in analysis.problems] == [(expected[0], "helper.py", expected[2])]


def test_declared_encoding_is_read(tmp_path):
    (tmp_path / "index.py").write_bytes(b"# -*- coding: latin-1 -*-\nname = 'caf\xe9'\n" + HANDLER.encode())
    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    ("entry_point", "expected"),
    [
        ("index.handle", ("missing", "index.py", 1)),
        ("main.handler", ("missing", "main.py", 1)),
        ("app/main.handler", ("missing", "app/main.py", 1)),
        ("index", ("missing", "", 1)),
        ("", ("missing", "", 1)),
        ("index.TABLE", ("missing", "index.py", 1)),
    ],
)
def test_missing_entry_point(tmp_path, entry_point, expected):
    (tmp_path / "index.py").write_text("TABLE = 'x'\n" + HANDLER)
    assert problems(tmp_path, entry_point) == [expected]


def test_missing_entry_point_names_what_is_there(tmp_path):
    (tmp_path / "index.py").write_text(HANDLER)
    assert "the module has: handler" in calls.analyse(tmp_path, "index.main").problems[0].message


def test_missing_folder(tmp_path):
    assert problems(tmp_path / "nowhere") == [("missing", "", 1)]


def test_circular_import(tmp_path):
    (tmp_path / "index.py").write_text("import a\n" + HANDLER)
    (tmp_path / "a.py").write_text("import b\nx = 1\n")
    (tmp_path / "b.py").write_text("from a import x\n")
    analysis = calls.analyse(tmp_path, "index.handler")
    assert [(one.kind, one.file, one.line, one.message) for one in analysis.problems] == [
        ("cycle", "b.py", 1, "circular import: a -> b -> a; a has not defined 'x' yet when it is imported here")
    ]
    assert [one.operation for one in analysis.calls] == ["Scan"]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("x = 1\nimport b\n", "from a import x\n"),
        ("x = 1\nimport b\nx = 2\n", "from a import x\n"),
        ("import b\nx = 1\n", "import a\n\ndef f():\n    return a.x\n"),
        ("from b import y\nx = 1\n", "y = 1\nimport a as other\n"),
    ],
    ids=["bound before", "bound again", "used later", "plain import"],
)
def test_circular_import_that_works(tmp_path, a, b):
    (tmp_path / "index.py").write_text("import a\n" + HANDLER)
    (tmp_path / "a.py").write_text(a)
    (tmp_path / "b.py").write_text(b)
    assert problems(tmp_path) == []


def test_package_whose_module_imports_the_package(tmp_path):
    (tmp_path / "index.py").write_text("from shapes import Order\n" + HANDLER)
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "__init__.py").write_text("from shapes.order import Order\nfrom shapes.item import Item\n")
    (tmp_path / "shapes" / "order.py").write_text("import shapes\nclass Order: pass\n")
    (tmp_path / "shapes" / "item.py").write_text("from shapes import order, Order\nclass Item: pass\n")
    assert problems(tmp_path) == []


def test_import_inside_a_function_or_for_types_closes_no_circle(tmp_path):
    (tmp_path / "index.py").write_text("import a\n" + HANDLER)
    (tmp_path / "a.py").write_text("import b\n")
    (tmp_path / "b.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\ndef f():\n    import index\n"
    )
    assert problems(tmp_path) == []


def test_symlink_loop(tmp_path):
    (tmp_path / "index.py").write_text("import a\n" + HANDLER)
    (tmp_path / "a.py").symlink_to(tmp_path / "b.py")
    (tmp_path / "b.py").symlink_to(tmp_path / "a.py")
    assert problems(tmp_path) == [("link", "a.py", 1)]


def test_symlink_out_of_the_folder(tmp_path):
    (tmp_path / "outside.py").write_text(HANDLER)
    inside = tmp_path / "source"
    inside.mkdir()
    (inside / "index.py").symlink_to(tmp_path / "outside.py")
    assert problems(inside) == [("link", "index.py", 1)]


def test_symlink_within_the_folder_is_followed(tmp_path):
    (tmp_path / "real.py").write_text(HANDLER)
    (tmp_path / "index.py").symlink_to(tmp_path / "real.py")
    assert [one.operation for one in calls.analyse(tmp_path, "index.handler").calls] == ["Scan"]


def test_package_folder_loop(tmp_path):
    (tmp_path / "index.py").write_text("import pkg.pkg.pkg\n" + HANDLER)
    (tmp_path / "pkg").symlink_to(tmp_path)
    assert [one.operation for one in calls.analyse(tmp_path, "index.handler").calls] == ["Scan"]


def test_long_chains_are_no_recursion(tmp_path):
    chain = "if e == 0: pass\n" + "".join(f"  elif e == {n}: t.get_item(Key={{}})\n" for n in range(1, 900))
    total = " + ".join(["1"] * 2500)
    (tmp_path / "index.py").write_text(T + f"x = {total}\ndef handler(e,c):\n  {chain}")
    analysis = calls.analyse(tmp_path, "index.handler")
    assert {one.operation for one in analysis.calls} == {"GetItem"}
    assert analysis.unresolved == ()


def test_too_deep_expression_is_unresolved(tmp_path):
    deep = "f(" * 90 + "1" + ")" * 90
    nested = deep
    for _ in range(2):
        nested = nested.replace("1", deep, 1)
    lambdas = "lambda: " * 900 + "1"
    (tmp_path / "index.py").write_text(T + f"f = str\ndef handler(e,c):\n  x = {lambdas}\n  y = {deep}\n")
    analysis = calls.analyse(tmp_path, "index.handler")
    assert analysis.calls == ()
    assert [one.kind for one in analysis.problems] in ([], ["depth"])


def entangled(calls_scan):
    """Forty functions that call each other with everything, and perhaps one among them that makes a request."""
    names = [f"f{n}" for n in range(40)]
    bodies = {name: f"[g(*a, *k.values(), {name}, **k) for g in ALL] + [Node({name}, a), *a]" for name in names}
    bodies |= {"scan": "t.scan()"} if calls_scan else {}
    functions = "".join(f"def {name}(*a, **k):\n  return {body}\n" for name, body in bodies.items())
    return (
        f"{T}class Node:\n  def __init__(self, *a): self.a = a\n{functions}ALL = [{', '.join(bodies)}]\n"
        "def handler(e,c):\n  f0(t.scan, *ALL)\n"
    )


@pytest.mark.parametrize("calls_scan", [False, True])
def test_entangled_source_is_analysed_coarsely_not_endlessly(tmp_path, calls_scan):
    (tmp_path / "index.py").write_text(entangled(calls_scan))
    analysis = calls.analyse(tmp_path, "index.handler")
    assert [one.operation for one in analysis.calls] == (["Scan"] if calls_scan else [])
    assert not any("entangled" in one.reason for one in analysis.unresolved)
