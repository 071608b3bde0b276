"""What people and programs see."""

import io
import json
import re

import pytest
from msgspec.structs import replace
from rich.console import Console

from tapgen.deploy.aws.model import Event, Output
from tapgen.deploy.outcome import Cause, Outcome
from tapgen.deploy.plan.plan import Plan, PlannedChange
from tapgen.deploy.stack.progress import Progress
from tapgen.deploy.views.json_lines import JsonView
from tapgen.deploy.views.live import Board
from tapgen.deploy.views.masked import MaskedView
from tapgen.deploy.views.plain import PlainView
from tapgen.deploy.views.rollout import Rollout
from tapgen.errors import ExitCode
from tapgen.review.action import ResourceAction
from tapgen.review.model import Impact, Risk
from tapgen.template.masking import mask_of
from tests.unit.deploy.fake import START, Cloud, Time
from tests.unit.deploy.scene import request, run

PLAN = Plan(
    "tap-dev",
    "123456789012",
    "eu-west-1",
    "arn:set",
    creates=False,
    changes=(
        PlannedChange(ResourceAction.UPDATE, "Topic", "AWS::SNS::Topic", ("DisplayName: a -> b",)),
        PlannedChange(ResourceAction.REPLACE, "ItemTable", "AWS::DynamoDB::Table"),
        PlannedChange(ResourceAction.UNKNOWN, "New", "X", word="teleport"),
    ),
    stack_changes=("tag Author: a -> b",),
    security=(
        Impact(
            "S007", "Group", "AWS::EC2::SecurityGroup", "open", Risk.HIGH, "", "broadened", details=("to 0.0.0.0/0",)
        ),
    ),
    notes=("slow",),
    allowed=(Impact("L001", "ItemTable", "AWS::DynamoDB::Table", "ItemTable", Risk.HIGH),),
)
PLAN_TEXT = """\
tap-dev in 123456789012 eu-west-1: the change set updates the stack
  ~  Topic      AWS::SNS::Topic       updated in place
      DisplayName: a -> b
  ±  ItemTable  AWS::DynamoDB::Table  replaced
  ?  New        X                     teleport
Stack-level changes:
  tag Author: a -> b
Security:
  high: open
    + to 0.0.0.0/0
Notes:
  slow
Allowed losses:
  ItemTable
"""
FAILURE = Outcome(
    ExitCode.ROLLED_BACK,
    "tap-dev is ROLLBACK_COMPLETE",
    "tap-dev",
    "eu-west-1",
    hint="Correct it.",
    causes=(
        Cause("ItemTable", "AWS::DynamoDB::Table", "items-1", "CREATE_FAILED", "it exists", "data.py:4 (layer data)"),
        Cause("Topic", "AWS::SNS::Topic", "", "CREATE_FAILED", ""),
    ),
)
FAILURE_TEXT = """\
Error: tap-dev is ROLLBACK_COMPLETE
  Root cause: ItemTable (AWS::DynamoDB::Table, items-1)
    CREATE_FAILED: it exists
    made in data.py:4 (layer data)
  Also: Topic (AWS::SNS::Topic)
    CREATE_FAILED: no reason given
Hint: Correct it.
"""
SUCCESS = Outcome(
    ExitCode.OK,
    "tap-dev is UPDATE_COMPLETE",
    "tap-dev",
    outputs=(Output("Url", "https://x"), Output("TableName", "items")),
    orphans=("Old (old-1): in use",),
)


CURSOR = re.compile("\x1b\\[[0-9;?]*[mhlAK]|\r")  # what rich itself writes


def event(logical_id, status, reason="", time=START):
    return Event(f"{logical_id}-{status}", "arn:stack", logical_id, f"{logical_id}-1", "T", status, reason, "t", time)


def plain(prefix=""):
    out, err = io.StringIO(), io.StringIO()
    return out, err, PlainView(out, err, prefix)


def test_the_plan_goes_to_stdout_and_everything_else_to_stderr():
    out, err, view = plain()
    view.plan(PLAN)
    view.step("working")
    view.warn("careful")
    progress = Progress(2).add(event("A", "CREATE_COMPLETE"), 0.0)
    view.event(event("A", "CREATE_COMPLETE"), progress)
    view.event(event("B", "CREATE_FAILED", "no", None), Progress().add(event("B", "CREATE_FAILED"), 0.0))
    view.pulse(progress)
    assert out.getvalue() == PLAN_TEXT
    assert err.getvalue() == (
        "working\nWarning: careful\n  1/2  00:00:00  CREATE_COMPLETE       A  T\n"
        "  1            CREATE_FAILED         B  T  no\n"
    )


def test_a_plan_without_any_row_says_so():
    out, _, view = plain()
    view.plan(Plan("s", "1", "r", "arn", creates=True))
    assert out.getvalue() == (
        "s in 1 r: the change set creates the stack\n  stack-level changes only, which CloudFormation does not itemise\n"
    )


def test_a_failure_shows_the_root_cause_first():
    out, err, view = plain()
    view.outcome(FAILURE)
    assert (out.getvalue(), err.getvalue()) == ("", FAILURE_TEXT)


def test_a_success_prints_its_outputs():
    out, err, view = plain("eu-west-1")
    view.outcome(SUCCESS)
    assert out.getvalue() == "[eu-west-1] Url        https://x\n[eu-west-1] TableName  items\n"
    assert err.getvalue().splitlines() == [
        "[eu-west-1] tap-dev is UPDATE_COMPLETE.",
        "[eu-west-1] Warning: these could not be deleted and live on outside of the stack:",
        "[eu-west-1]   Old (old-1): in use",
    ]


def test_a_sentence_begins_with_a_capital_unless_it_begins_with_the_stack():
    _, err, view = plain()
    view.outcome(Outcome(ExitCode.DECLINED, "declined, nothing was executed", "tap-dev"))
    assert err.getvalue() == "Declined, nothing was executed.\n"


def test_json_is_one_object_a_line_and_the_result_the_last():
    out = io.StringIO()
    view = JsonView(out, "eu-west-1")
    view.step("working")
    view.warn("careful")
    view.plan(PLAN)
    view.event(event("A", "CREATE_FAILED", "no"), Progress(2).add(event("A", "CREATE_FAILED"), 0.0))
    view.pulse(Progress())
    view.outcome(FAILURE)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["kind"] for line in lines] == ["step", "warning", "plan", "event", "result"]
    assert {line["region"] for line in lines} == {"eu-west-1"}
    assert lines[2]["resources"][0] == {
        "action": "update",
        "logical_id": "Topic",
        "type": "AWS::SNS::Topic",
        "because": ["DisplayName: a -> b"],
    }
    assert (lines[3]["status"], lines[3]["time"], lines[3]["done"]) == ("CREATE_FAILED", "2030-01-01T00:00:00+00:00", 1)
    assert (lines[4]["result"], lines[4]["exit_code"]) == ("ROLLED_BACK", 6)
    assert lines[4]["causes"][0]["made_in"] == "data.py:4 (layer data)"


def test_a_whole_deployment_as_json():
    out = io.StringIO()
    cloud = Cloud()
    run(cloud, request(), view=JsonView(out))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines[-1]["kind"] == "result"
    assert lines[-1]["outputs"] == {"TableName": "items"}
    assert "region" not in lines[0]


HOSTILE = "failed\n::error::pwned\r\x1b[2J\x1b]0;title\x07 \u202egnp"


@pytest.mark.parametrize("kind", ["plain", "live"])
def test_what_others_write_is_text_and_nothing_else(kind, terminal):
    """Names, reasons and messages of others move no cursor and give a CI runner no command."""
    if kind == "live":
        out, err, _, board = terminal()
        inner = board.view("")
    else:
        out, err, inner = plain()
    view = MaskedView(inner, mask_of())
    hostile = replace(event("Topic", "CREATE_FAILED", HOSTILE), physical_id=HOSTILE)
    cause = Cause("Topic", "T", HOSTILE, "CREATE_FAILED", HOSTILE)
    view.step(HOSTILE)
    view.warn(HOSTILE)
    view.plan(replace(PLAN, notes=(HOSTILE,), stack_changes=(HOSTILE,)))
    view.event(hostile, Progress(1).add(hostile, 0.0))
    view.outcome(replace(FAILURE, causes=(cause,), hint=HOSTILE, orphans=(HOSTILE,)))
    view.outcome(replace(SUCCESS, outputs=(Output("Url", HOSTILE),)))
    text = "".join(CURSOR.sub("", stream.getvalue()) for stream in (out, err))
    assert "pwned" in text
    for line in text.split("\n"):
        assert not line.lstrip().startswith("::")
        assert "]0;title\x07" not in line
        assert "\u202e" not in line
        assert "\x1b[2J" not in line
    assert all(character.isprintable() for character in text.replace("\n", "")) or kind == "live"


@pytest.fixture
def terminal(monkeypatch):
    """A maker of boards on a terminal in memory, 60 columns wide."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    def make():
        out, err, time = Terminal(), Terminal(), Time()
        return out, err, time, Board(out, err, time.clock)

    return make


def drawn(board):
    """What stays at the bottom, as text."""
    text = io.StringIO()
    Console(file=text, width=100).print(board.render())
    return text.getvalue()


def test_the_live_view_shows_what_is_under_way_and_how_long(terminal):
    out, err, time, board = terminal()
    view = board.view("")
    progress = Progress(12)
    for number in range(10):
        progress = progress.add(event(f"R{number}", "CREATE_IN_PROGRESS"), float(number))
    progress = progress.add(event("R0", "CREATE_COMPLETE"), 5.0)
    view.event(event("R0", "CREATE_COMPLETE"), progress)
    time.now = 30.0
    lines = drawn(board).splitlines()
    assert lines[0] == "1/12 resources  30 s"
    assert lines[1] == "  CREATE_IN_PROGRESS    R1  29 s"
    assert lines[-1] == "  and 1 more"
    view.outcome(SUCCESS)
    assert "R0" in err.getvalue()
    assert "tap-dev is UPDATE_COMPLETE." in err.getvalue()
    assert "Url        https://x" in out.getvalue()
    assert drawn(board).strip() == ""


def test_regions_share_one_terminal(terminal):
    _, err, _, board = terminal()
    first, second = board.view("eu-west-1"), board.view("us-east-1")
    first.pulse(Progress(3))
    second.pulse(Progress(4))
    assert drawn(board).splitlines() == ["eu-west-1  0/3 resources  0 s", "us-east-1  0/4 resources  0 s"]
    first.outcome(FAILURE)
    assert drawn(board).splitlines() == ["us-east-1  0/4 resources  0 s"]
    assert "[eu-west-1] Error: tap-dev is ROLLBACK_COMPLETE" in err.getvalue()
    board.stop()


def test_nothing_is_lost_when_the_live_view_is_interrupted(terminal):
    _, err, _, board = terminal()
    view = board.view("")
    view.step("working")
    view.warn("careful")
    view.event(event("A", "CREATE_FAILED", "the reason"), Progress(1).add(event("A", "CREATE_FAILED"), 0.0))
    board.stop()
    assert (
        err.getvalue().index("working") < err.getvalue().index("Warning: careful") < err.getvalue().index("the reason")
    )


def test_the_live_view_prints_the_plan_and_respects_no_color(terminal, monkeypatch):
    out, _, _, board = terminal()
    board.view("").plan(PLAN)
    assert "\x1b[" in out.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    out, err, _, board = terminal()
    view = board.view("")
    view.plan(PLAN)
    view.event(event("A", "UPDATE_ROLLBACK_COMPLETE"), Progress())
    board.stop()
    assert out.getvalue() == PLAN_TEXT
    assert "\x1b[3" not in err.getvalue()


def test_the_counts_of_a_stack_set_are_one_object_a_change():
    out = io.StringIO()
    view = JsonView(out)
    first = Rollout("UPDATE", counts={"eu-west-1": {"RUNNING": 2}})
    for rollout in (first, first, Rollout("UPDATE", "FAILED", {"eu-west-1": {"SUCCEEDED": 1, "FAILED": 1}}, failed=1)):
        view.rollout(rollout)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(one["kind"], one["done"], one["total"], one["failed"]) for one in told] == [
        ("rollout", 0, 2, 0),
        ("rollout", 2, 2, 1),
    ]
    assert told[1]["stacks"] == {"eu-west-1": {"SUCCEEDED": 1, "FAILED": 1}}
