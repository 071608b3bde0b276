"""Python source is judged by the function's runtime, not by the Python that tapgen runs on."""

from __future__ import annotations

import ast
import sys

import pytest

from tapgen.syntax import NewerSyntaxError, parse, version_of
from tests.table import rows

OWN = sys.version_info[:2]

NEWER = {
    "type alias": ("type Id = int", (3, 12)),
    "generic type alias": ("type Pair[T] = tuple[T, T]", (3, 12)),
    "type alias in a block": ("if True:\n    type Id = int", (3, 12)),
    "generic function": ("def first[T](items: list[T]) -> T:\n    return items[0]", (3, 12)),
    "bounded generic function": ("async def f[T: (int, str), *A](a: dict[str, T]): pass", (3, 12)),
    "generic class": ("class Stack[T]:\n    pass", (3, 12)),
    "same quotes in an f-string": ('x = f"{event["path"]}"', (3, 12)),
    "same quotes twice": ("x = f'{a['b']}-{c['d']}' + f'{{}}{e['f']}'", (3, 12)),
    "same quotes in a call": ('print(f"{", ".join(names)}", f"{x}", "y")', (3, 12)),
    "a brace and the same quotes": ("x = f'{{ {a['b']}'", (3, 12)),
    "the same quotes before an escaped one": ('x = f"{a["b"]}\\""', (3, 12)),
    "exceptions without parentheses": ("try:\n    pass\nexcept ValueError, KeyError:\n    pass", (3, 14)),
    "template": ('x = t"hello {name}"', (3, 14)),
}


@rows(("source", "since"), NEWER.values(), ids=NEWER)
def test_newer_syntax_is_right_for_a_newer_runtime(source, since):
    for python in (max(since, OWN), None):
        tree = parse(f"{source}\n\ndef handler(event, context):\n    return 1\n", python)
        handler = tree.body[-1]
        assert isinstance(handler, ast.FunctionDef)
        assert handler.lineno == source.count("\n") + 3


@rows(("source", "since"), NEWER.values(), ids=NEWER)
def test_newer_syntax_is_wrong_for_an_older_runtime(source, since):
    with pytest.raises(SyntaxError) as raised:
        parse(source, (since[0], since[1] - 1))
    assert not isinstance(raised.value, NewerSyntaxError)


@rows("source", ["def f(:\n  pass", "x = (1", "print 'x'", "type = = 1", 'f"{x', "class A[T:\n  x"])
@rows("python", [None, (3, 9), OWN, (3, 15)])
def test_what_no_version_reads(source, python):
    with pytest.raises(SyntaxError) as raised:
        parse(source, python)
    assert python in (None, (3, 15)) or not isinstance(raised.value, NewerSyntaxError)


def test_what_cannot_be_put_into_older_words_is_not_called_wrong():
    if OWN >= (3, 12):
        pytest.skip("this Python reads it")
    with pytest.raises(NewerSyntaxError):
        parse('x = f"{"\\n".join(names)}"', (3, 13))


@pytest.mark.parametrize("source", ["try:\n    pass\nexcept* ValueError:\n    pass", "match x:\n    case 1: pass"])
def test_syntax_that_the_runtime_does_not_know_yet(source):
    assert parse(source, (3, 11))
    with pytest.raises(SyntaxError):
        parse(source, (3, 9))


@pytest.mark.parametrize(
    "source",
    [
        "type = 1\ntype[0]",
        "s = 'type X = int'",
        "x = 'def f[T](): pass'",
        'f"{x!r:>{width}}"',
        "f'{{a}}'",
        'rf"\\d{x}"',
    ],
)
def test_old_syntax_stays_as_it_is(source):
    assert ast.dump(parse(source, (3, 14))) == ast.dump(ast.parse(source))


@pytest.mark.parametrize(
    ("runtime", "expected"),
    [("python3.13", (3, 13)), ("python2.7", None), ("nodejs22.x", None), ("python3.x", None), (None, None), ({}, None)],
)
def test_version_of_a_runtime(runtime, expected):
    assert version_of(runtime) == expected
