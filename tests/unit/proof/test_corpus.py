"""The templates of tests/corpus: everything that is wrong with one is said, and nothing else."""

from __future__ import annotations

from pathlib import Path

from tests.corpus.measure import cases, said, true
from tests.table import rows


@rows("file", cases(), ids=lambda file: file.stem)
def test_every_word_is_true(file: Path) -> None:
    assert said(file) == true(file)


def test_there_is_something_to_measure() -> None:
    assert {word.kind for file in cases() for word in true(file)} == {"error", "missing", "unused"}
