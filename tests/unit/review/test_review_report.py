"""The reports: exact text, Markdown that nothing in a template can break, JSON that keeps to its schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from review_cases import CASES, TABLE, table
from security_cases import SECURITY_CASES

from tapgen.review.action import ResourceAction
from tapgen.review.assess import assess
from tapgen.review.model import (
    Effect,
    Impact,
    Note,
    Refusal,
    ResourceChange,
    Review,
    Risk,
    SectionChange,
)
from tapgen.review.report import json_report, markdown, markdown_text, phrases, terminal
from tests.table import rows

SCHEMA = Path(__file__).parents[3] / "docs" / "diff.schema.json"


ALL = [*CASES, *SECURITY_CASES]


def change(old: dict[str, Any], new: dict[str, Any]) -> Review:
    return assess({"Resources": old}, {"Resources": new})


WORST = change(
    {
        "T": {"Type": TABLE, "Properties": table("S")},
        "F": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"MemorySize": 128, "Environment": {"Variables": {"T": {"Ref": "T"}, "API_KEY": "old"}}},
        },
        "Old": {"Type": "AWS::SNS::Topic"},
    },
    {
        "T": {"Type": TABLE, "Properties": table("N")},
        "F": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"MemorySize": 256, "Environment": {"Variables": {"T": {"Ref": "T"}, "API_KEY": "new"}}},
        },
        "New": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5, "Tags": [{"Key": "a", "Value": "b"}]}},
    },
)


def test_the_text_says_what_is_worst_first() -> None:
    assert (
        terminal.plain(WORST, "dev: old → new")
        == """\
dev: old → new
1 replaced, 1 deleted, 1 updated, 1 created · 1 refused

Refused
  ✗ L003 T is replaced (AttributeDefinitions[id].AttributeType, the type of the attribute id changes): the new one is empty, the old one is deleted (items)
         Set DeletionPolicy and UpdateReplacePolicy to Retain in a deployment of its own first, or --allow-loss T if it may go.

Resources
  ± T  AWS::DynamoDB::Table  replaced
      AttributeDefinitions[id].AttributeType: S → N   replaces: the type of the attribute id changes
  - Old  AWS::SNS::Topic  deleted
  ~ F  AWS::Lambda::Function  updated in place
      MemorySize: 128 → 256
      Environment.Variables.API_KEY: "****" → "****"
      Environment.Variables.T: !Ref T   T is replaced
  + New  AWS::SQS::Queue  created
      + DelaySeconds: 5
"""
    )


def test_no_differences_are_said_to_be_none() -> None:
    assert terminal.plain(change({}, {})) == "no differences\n"
    assert "**no differences**" in markdown.render([("dev", change({}, {}))])


def test_a_new_stack_is_not_listed_value_by_value() -> None:
    review = assess(None, {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}}})

    assert terminal.plain(review) == "1 created\n\nResources\n  + Q  AWS::SQS::Queue  created\n"


def test_long_values_are_shown_by_the_lines_that_differ() -> None:
    code = "\n".join(f"line {number}" for number in range(60))
    review = change(
        {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": code}}}},
        {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": code.replace("line 30", "other")}}}},
    )

    assert terminal.plain(review).splitlines()[-4:] == [
        "         line 29",
        "        -line 30",
        "        +other",
        "         line 31",
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a" * 100, False), ("a" * 101, True), ("a\nb", True), (["a\nb"], False), (5, False)],
)
def test_a_value_on_lines_of_its_own(value: object, *, expected: bool) -> None:
    assert phrases.long(value) is expected


def test_a_very_long_value_is_folded_with_a_count() -> None:
    lines = phrases.line_diff("", "\n".join(f"line {number}" for number in range(100)))

    assert len(lines) == 41
    assert lines[-1] == "  … 60 more lines"


def test_notes_sections_and_what_was_not_understood_are_told() -> None:
    review = Review(
        sections=(
            SectionChange("Outputs", "Url", ("Value",), "a", "b"),
            SectionChange("Stack tags", "Owner", (), "a", "b"),
        ),
        notes=(Note("time", "N", "N takes long"), Note("cost", "N", "N costs")),
        unknown=("X: something",),
        security=(
            Impact(
                "S001",
                "R",
                "AWS::IAM::Role",
                "R may do less",
                Risk.INFO,
                direction="narrowed",
                details=("s3:GetObject on *",),
            ),
        ),
    )

    assert (
        terminal.plain(review)
        == """\
1 in Outputs, 1 in Stack tags · 1 narrowed · 1 not understood

Security
  ▼ S001 R may do less
         - s3:GetObject on *

Outputs
  Url.Value: a → b

Stack tags
  Owner: a → b

Notes
  takes time: N takes long
  always-on cost: N costs

Not understood
  X: something
"""
    )


def test_a_terminal_gets_the_same_words_folded_to_its_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    terminal.print_rich(list(terminal.lines(WORST, "title")))

    out = capsys.readouterr().out
    assert all(len(line) <= 60 for line in out.splitlines())
    assert " ".join(terminal.plain(WORST, "title").split()) == " ".join(out.split())


@pytest.mark.parametrize(
    ("change_", "expected"),
    [
        (
            ResourceChange("X", "T", ResourceAction.REPLACE, effect=Effect.DELETE_THEN_CREATE),
            "deleted, then created again",
        ),
        (ResourceChange("X", "T", ResourceAction.REPLACE, old_type="O"), "would become T"),
        (ResourceChange("X", "T", ResourceAction.UPDATE, effect=Effect.INTERRUPT), "updated with an interruption"),
        (ResourceChange("X", "T", ResourceAction.UPDATE, effect=Effect.NONE), "only its attributes change"),
        (ResourceChange("X", "T", ResourceAction.MAY_DELETE), "may be deleted"),
    ],
)
def test_what_happens_to_a_resource_in_words(change_: ResourceChange, expected: str) -> None:
    assert phrases.verb(change_) == expected


def test_an_api_deployment_alone_is_said_to_be_routine() -> None:
    deployment = {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": "a"}}
    review = change({"D1": deployment}, {"D2": deployment})

    assert terminal.plain(review) == (
        "a new deployment of the API\n\nResources\n"
        "  · D2  AWS::ApiGateway::Deployment  created\n      takes the place of D1\n"
    )
    assert "takes the place of D1" in markdown.render([("dev", review)])


# ----------------------------------------------------------------------------------------------------------- Markdown

ATTACKS = (
    "`code`",
    "```\n# heading\n```",
    "</details><script>alert(1)</script>",
    "<!-- tapgen diff -->",
    "[link](https://example.com)",
    "![image](x)",
    "@everyone",
    "#1",
    "GH-1",
    "https://example.com",
    "www.example.com",
    "0123456789abcdef0123456789abcdef01234567",
    "ann@example.com",
    ":tada:",
    "| a | b |",
    "**bold**",
    "&lt;b&gt;",
    "\n\n# heading\n",
    "\u202eright to left",
    "\x1b[31mred",
    "~~~\n",
    "$x$",
)


def outside_of_code(comment: str) -> str:
    """What is left of a comment without its code spans and blocks, as GitHub reads them."""
    without_blocks = re.sub(r"^ *(`{3,})[^\n]*\n.*?^ *\1$", "", comment, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)", "", without_blocks)


@rows("attack", ATTACKS)
def test_nothing_in_a_template_gets_out_of_a_comment(attack: str) -> None:
    kind = "AWS::SNS::Topic"
    old = {
        "A": {"Type": kind, "Properties": {"DisplayName": "x", attack: attack}},
        attack: {"Type": attack, "Properties": {}},
    }
    new = {
        "A": {"Type": kind, "Properties": {"DisplayName": attack}, "Metadata": {"a": attack * 60}},
        "B" + attack: {"Type": kind},
    }
    review = assess(
        {"Resources": old, "Outputs": {attack: {"Value": attack, "Export": {"Name": attack}}}}, {"Resources": new}
    )

    left = outside_of_code(markdown.render([(attack, review)]))

    own = left.replace(markdown.MARKER, "").replace("<sub>", "").replace("</sub>", "").replace("<code>", "")
    own = own.replace("</code>", "").replace("<details>", "").replace("</details>", "")
    own = own.replace("<summary>", "").replace("</summary>", "")
    own = re.sub(r"^#{2,4} ", "", own, flags=re.MULTILINE).replace("**", "")
    assert not re.search(r"[<>@#`\[\]|&$~\x1b\u202e]|https?:|www\.|GH-|:tada:|[0-9a-f]{40}", own)
    assert left.count("<details>") == left.count("</details>") == left.count("<summary>")


def test_markdown_is_bounded_and_balanced() -> None:
    for one in ALL:
        comment = markdown.render([(one.name, assess(one.old, one.new))])

        assert comment.startswith(markdown.MARKER), one.name
        assert len(comment.encode()) <= markdown.LIMIT, one.name
        assert comment.count("<details>") == comment.count("</details>"), one.name


def big(count: int) -> Review:
    old = {
        f"Topic{number}": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a" * 150}}
        for number in range(count)
    }
    new = {name: {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b" * 150}} for name in old}
    return change(old, new)


def test_a_large_review_is_folded_with_a_count() -> None:
    comment = markdown.render([("dev", big(450))])

    assert len(comment.encode()) <= markdown.LIMIT
    shown = comment.count("`Topic")
    cut = int((re.search(r"The details of (\d+) are folded away", comment) or [0, "0"])[1])
    dropped = int((re.search(r"… and (\d+) more\.", comment) or [0, "0"])[1])
    assert shown + dropped == 450
    assert cut + dropped > 0


@rows("limit", range(900, 6_000, 100))
def test_no_limit_is_exceeded_by_what_says_how_much_is_left_out(limit: int) -> None:
    exports = {f"O{number}": {"Value": "a", "Export": {"Name": f"export-{number}"}} for number in range(9)}
    topics = {f"T{number}": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}} for number in range(9)}
    tables = {f"D{number}": {"Type": "AWS::DynamoDB::Table"} for number in range(9)}
    old = {"Resources": {**topics, **tables}, "Outputs": exports}
    new = {"Resources": {name: {**one, "Properties": {"DisplayName": "b" * 70}} for name, one in topics.items()}}
    review = assess(old, new)

    comment = markdown.render([("dev", review), ("prod", review)], limit=limit)

    assert len(comment.encode()) <= limit
    assert "more" in comment or "not shown" in comment or "folded away" in comment


def test_many_environments_share_the_room() -> None:
    review = big(100)

    comment = markdown.render([(f"env{number}", review) for number in range(8)])

    assert len(comment.encode()) <= markdown.LIMIT
    assert all(f"### env{number}" in comment for number in range(8))


def test_more_environments_than_there_is_room_for_are_counted() -> None:
    comment = markdown.render([(f"environment {number}", big(2)) for number in range(40)], limit=1_500)

    assert len(comment.encode()) <= 1_500
    assert re.search(r"… and \d+ more, not shown", comment)


def test_a_resource_with_very_many_values_is_cut() -> None:
    review = change(
        {"T": {"Type": "AWS::SNS::Topic", "Properties": {f"P{number}": "a" for number in range(90)}}},
        {"T": {"Type": "AWS::SNS::Topic", "Properties": {f"P{number}": "b" for number in range(90)}}},
    )

    assert "… and 50 more values" in markdown.render([("dev", review)])


def test_a_finding_with_very_many_details_is_cut() -> None:
    impact = Impact(
        "S001", "R", "T", "R may do more", Risk.HIGH, direction="broadened", details=tuple(map(str, range(60)))
    )

    assert "… and 20 more" in markdown.render([("dev", Review(security=(impact,)))])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "`plain`"),
        ("a`b", "`` a`b ``"),
        ("``", "``` `` ```"),
        ("", '`""`'),
        ("two\nlines", "`two⏎lines`"),
        ("x" * 205, f"`{'x' * 200}… 5 more characters`"),
    ],
)
def test_a_code_span_cannot_be_ended_from_inside(value: str, expected: str) -> None:
    assert markdown_text.code(value) == expected


def test_a_sentence_keeps_its_harmless_words() -> None:
    sentence = 'ItemTable is replaced (KeySchema[0]), "new" one; 5 → 6: done.'

    assert markdown_text.words(sentence) == 'ItemTable is replaced (`KeySchema[0]`), "new" one; 5 → 6: done.'


def test_what_matters_is_never_cut() -> None:
    """Refused, losses, opens, closes and notes come first, and every first line before any details."""
    many = {
        f"T{index}": {"Type": TABLE, "Properties": {**table("S"), "Tags": [{"Key": "a" * 90, "Value": "b" * 90}]}}
        for index in range(300)
    }
    roles = {
        f"R{index}": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/X"]}}
        for index in range(99)
    }

    comment = markdown.render([("much", change({**many, **roles}, {}))])

    assert len(comment.encode()) <= markdown.LIMIT
    assert all(f"`T{index}` is deleted" in comment or f" T{index} is deleted" in comment for index in range(300))
    assert comment.index("Refused by") < comment.index("Closes") < comment.index("<details>")


def test_a_comment_has_the_picture_of_what_changes_where_it_fits() -> None:
    flowchart = "flowchart LR\n  A --> B\n"

    assert f"```mermaid\n{flowchart}```" in markdown.render([("", WORST)], pictures=[flowchart])
    assert "mermaid" not in markdown.render([("", WORST)], pictures=["flowchart LR\n"])
    assert "mermaid" not in markdown.render([("", WORST)], pictures=[flowchart * 1_000])
    assert "mermaid" not in markdown.render([("", change({}, {}))], pictures=[flowchart])


def test_tags_fold_into_one_line_and_preflights_into_a_count() -> None:
    def made(owner: str, origin: str, **more: str) -> dict[str, Any]:
        tags = [{"Key": key, "Value": value} for key, value in {"Owner": owner, **more}.items()]
        responses = {"ResponseParameters": {"a": origin}}
        return {
            "T": {"Type": "AWS::SNS::Topic", "Properties": {"Tags": tags}},
            "O": {"Type": "AWS::ApiGateway::Method", "Properties": {"HttpMethod": "OPTIONS", "X": responses}},
        }

    review = change(made("ann", "x", Team="one"), made("bob", "y", Stage="prod"))

    assert "      Tags: Owner: ann → bob, + Stage, - Team\n" in terminal.plain(review)
    assert "  - Tags: `Owner: ann → bob, + Stage, - Team`\n" in markdown.render([("", review)])
    assert "  - values of an answer to preflights: 1\n" in markdown.render([("", review)])


# --------------------------------------------------------------------------------------------------------------- JSON


def test_json_keeps_to_the_published_schema() -> None:
    reviews = [({"environment": "dev", "from": one.name, "to": "b"}, assess(one.old, one.new)) for one in ALL]
    report = json_report.document(reviews)

    jsonschema.validate(json.loads(json.dumps(report)), json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_schema_is_strict_and_of_this_version() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    assert schema["properties"]["version"]["const"] == json_report.VERSION
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1, "reviews": [{"summary": "x"}]}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1, "reviews": [], "extra": 1}, schema)


def test_json_leaves_out_what_a_side_does_not_have_and_masks_secrets() -> None:
    review = change(
        {"X": {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": "a", "DBName": "x"}}},
        {"X": {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": "b"}}},
    )

    [report] = json_report.document([({"environment": "", "from": "a", "to": "b"}, review)])["reviews"]

    [masked, gone] = report["resources"][0]["properties"]
    assert (masked["old"], masked["new"]) == ("****", "****")
    assert gone["old"] == "x"
    assert "new" not in gone


# -------------------------------------------------------------------------------------------------------------- model


def test_refusals_can_be_allowed_by_name_unless_they_must_fail() -> None:
    review = change(
        {"T": {"Type": TABLE, "Properties": table("S", TableName="t")}, "U": {"Type": TABLE, "Properties": table()}},
        {"T": {"Type": TABLE, "Properties": table("N", TableName="t")}},
    )

    assert [(one.rule, one.logical_id) for one in review.refusals] == [("L201", "T"), ("L001", "U"), ("L003", "T")]
    assert [one.rule for one in review.refused(frozenset({"T", "U"}))] == ["L201"]
    assert [one.rule for one in review.refused(frozenset({"T"}))] == ["L201", "L001"]
    assert all(one.message and one.refusal is not Refusal.NONE for one in review.refusals)


def test_no_line_of_a_report_is_a_command_to_a_ci_runner_or_a_line_of_its_own() -> None:
    review = change({}, {"Topic": {"Type": "::error::no\n::warning::x", "Properties": {}}})

    report = terminal.plain(review, "::error::title\n::error::more")

    assert not any(line.lstrip().startswith("::") for line in report.splitlines())
    assert "##[" not in terminal.plain(review, "##[error]title")
