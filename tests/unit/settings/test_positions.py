"""The position of every value of a TOML text, against tomllib's reading of the same text."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from tapgen.settings.positions import nearest, positions
from tests.table import rows

TEXT = '''\
# a comment with [brackets] = "and equals"
application = "shop"   # another

[functions.Item]
source = """
[not.a.header]
key = 1
"""
routes = [
    "GET /item", # the first
    { route = "POST /item", scopes = ["a", 'b'] },
]
environment."A.B" = 'x'
tables.Item = { variable = "T", actions = "auto" }

[[check.suppress]]
rule = "a"

[[check.suppress]]
rule = "b"

  [environments.prod]
  functions.Item.memory = 1
'''


@rows(
    ("path", "line", "column"),
    [
        (("application",), 2, 1),
        (("functions",), 4, 1),
        (("functions", "Item"), 4, 1),
        (("functions", "Item", "source"), 5, 1),
        (("functions", "Item", "routes"), 9, 1),
        (("functions", "Item", "routes", 0), 10, 5),
        (("functions", "Item", "routes", 1), 11, 5),
        (("functions", "Item", "routes", 1, "scopes"), 11, 29),
        (("functions", "Item", "routes", 1, "scopes", 1), 11, 44),
        (("functions", "Item", "environment", "A.B"), 13, 1),
        (("functions", "Item", "tables", "Item", "actions"), 14, 33),
        (("check", "suppress", 0, "rule"), 17, 1),
        (("check", "suppress", 1), 19, 1),
        (("check", "suppress", 1, "rule"), 20, 1),
        (("environments", "prod"), 22, 3),
        (("environments", "prod", "functions", "Item", "memory"), 23, 3),
    ],
)
def test_each_key_and_item_is_found(path, line, column):
    assert positions(TEXT)[path] == (line, column)


def test_a_text_in_a_string_is_no_header():
    assert ("not",) not in positions(TEXT)


def test_the_nearest_part_of_a_path_stands_for_what_is_not_written():
    assert nearest(positions(TEXT), ("functions", "Item", "timeout")) == (4, 1)
    assert nearest(positions(TEXT), ("nothing",)) is None


def paths(value, path=()):
    """The paths of everything in a parsed text."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=4)
VALUES = st.recursive(
    st.one_of(st.integers(-9, 9), st.booleans(), st.text(st.sampled_from("a\"'\\#=[]{},\n "), max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


def written(value):
    """A value as inline TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, list):
        return "[" + " , ".join(map(written, value)) + " ]"
    return "{ " + ", ".join(f"{written(key)} = {written(item)}" for key, item in value.items()) + " }"


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.dictionaries(KEYS, VALUES, max_size=4))
def test_nothing_that_tomllib_reads_is_left_out(top, inside):
    text = "".join(f"{written(key)} = {written(item)}\n" for key, item in top.items())
    text += "[the.'table']\n" if "the" not in top else "['other']\n" if "other" not in top else ""
    text += "".join(f"  {written(key)}={written(item)} # end\n" for key, item in inside.items() if key not in top)
    found = positions(text)
    lines = text.split("\n")
    for path in paths(tomllib.loads(text)):
        line, column = found[path]
        assert 0 < column <= len(lines[line - 1])
