"""What others name or write reaches a terminal or a CI log as text and as nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from tapgen.printable import one_line, printable
from tests.table import rows


@rows(
    ("text", "shown"),
    [
        ("Größe → Maß ±", "Größe → Maß ±"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("a\rb\x00c\x7f\x9b", r"a\rb\x00c\x7f\x9b"),
        ("user\u202egnp.exe", r"user\u202egnp.exe"),
        ("a\ud800b", r"a\ud800b"),
        ("a\tb", "a    b"),
        ("one\n::error::two", "one\n\\::error::two"),
        ("  ::set-output name=x::y", "  \\::set-output name=x::y"),
        ("AWS::SNS::Topic", "AWS::SNS::Topic"),
        ("x ##[command] ##vso[task]", r"x #\#[command] #\#vso[task]"),
    ],
)
def test_lines(text, shown):
    assert printable(text) == shown


def test_one_line_has_no_second_one():
    assert one_line("failed\n::error::x\r\n") == r"failed ::error::x\r "


@given(st.text(st.characters(codec=None)))
def test_nothing_but_text_comes_out(text):
    for line in printable(text).split("\n"):
        assert line.isprintable()
        assert not line.lstrip().startswith("::")
    assert one_line(text).isprintable()
