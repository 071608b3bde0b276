"""Every source of the case table gives exactly its actions and its number of unresolved places."""

from __future__ import annotations

import pytest

from tapgen.proof import calls
from tapgen.proof.needs import actions
from tests.unit.proof.call_cases import CASES
from tests.unit.proof.handler_sources import HANDLERS


def write(folder, source):
    """Write one source as index.py, or several by name."""
    for name, text in ({"index.py": source} if isinstance(source, str) else source).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def analyse(folder, source, entry_point="index.handler"):
    """The analysis of the source."""
    write(folder, source)
    return calls.analyse(folder, entry_point)


def needs(analysis):
    """The actions that the analysed calls need for certain."""
    found = [actions.needed(call) for call in analysis.calls]
    unmapped = [one for one in found if isinstance(one, actions.Unmapped)]
    assert not unmapped
    return {need.action for one in found for need in one if not need.optional}


@pytest.mark.parametrize(
    ("source", "expected", "unresolved"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_case(tmp_path, source, expected, unresolved):
    files = source if isinstance(source, dict) else {"index.py": source}
    entry = "app.index.handler" if "app/index.py" in files else "index.handler"
    analysis = analyse(tmp_path, source, entry)
    assert needs(analysis) == set(expected.split())
    assert len(analysis.unresolved) == unresolved, analysis.unresolved
    assert analysis.problems == ()
    lines = {name: text.count("\n") + 1 for name, text in files.items()}
    for found in (*analysis.calls, *analysis.unresolved):
        assert 1 <= found.line <= lines[found.file]


@pytest.mark.parametrize(
    ("source", "entry", "expected", "unresolved"), [row[1:] for row in HANDLERS], ids=[row[0] for row in HANDLERS]
)
def test_handler_as_people_write_it(tmp_path, source, entry, expected, unresolved):
    analysis = analyse(tmp_path, source, entry)
    assert needs(analysis) == set(expected.split())
    assert len(analysis.unresolved) == unresolved, analysis.unresolved
    assert analysis.problems == ()
