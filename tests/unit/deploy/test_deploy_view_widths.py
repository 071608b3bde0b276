"""What is shown on a terminal breaks between words; what several regions agree about is shown once; words are diff's."""

import io
import os
import pty

from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from tapgen.deploy.aws.model import Change, ChangeSet, Detail, Event, Output
from tapgen.deploy.aws.polling import Clock
from tapgen.deploy.outcome import Cause, Outcome
from tapgen.deploy.plan.plan import Plan, PlannedChange
from tapgen.deploy.plan.reviewed_changes import in_words_of
from tapgen.deploy.regions import deploy_regions
from tapgen.deploy.stack.progress import Progress
from tapgen.deploy.views.live import Board
from tapgen.deploy.views.rollout import Rollout
from tapgen.deploy.views.wrapping import wrapped
from tapgen.errors import ExitCode
from tapgen.review.action import ResourceAction
from tapgen.review.assess import assess
from tapgen.review.model import Impact, Risk
from tapgen.review.report import phrases
from tests.table import rows
from tests.unit.deploy.fake import START, Cloud
from tests.unit.deploy.scene import Seen, document, request, topic

WIDTHS = (80, 120)
word = some.text("abcdefghijkl/:.-_ÄÖ", min_size=1, max_size=60)
line = some.builds(
    lambda indent, words: " " * indent + " ".join(words), some.integers(0, 8), some.lists(word, min_size=1)
)


@given(line, some.sampled_from(WIDTHS))
def test_a_line_is_broken_between_words_and_none_is_lost(text, width):
    lines = wrapped(text, width)
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
    for one in lines:
        assert len(one) <= width or len(one.split()) == 1
    assert len({len(one) - len(one.lstrip()) for one in lines[1:]}) <= 1


def told(width, tell):
    """What a terminal of some width is sent."""
    out, err = io.StringIO(), io.StringIO()
    board = Board(out, err, Clock())
    for console in (board.out, board.err):
        console.width = width
    tell(board.view(""))
    board.stop()
    return out.getvalue() + err.getvalue()


LONG = "The execution role does not have permissions to call CreateNetworkInterface on EC2 in this account and region"
PLAN = Plan(
    "inventory-of-the-northern-warehouse-production",
    "123456789012",
    "eu-central-1",
    "arn",
    creates=False,
    changes=(
        PlannedChange(
            ResourceAction.REPLACE,
            "InventoryOfTheNorthernWarehouseFunctionLogGroup",
            "AWS::ApiGatewayV2::IntegrationResponse",
            (f"Description: {LONG} → nothing at all",),
        ),
    ),
    security=(Impact("S007", "G", "T", LONG, Risk.HIGH, "", "broadened", details=(LONG,)),),
    notes=(LONG,),
    losses=(Impact("L001", "G", "T", LONG, Risk.HIGH),),
)
FAILURE = Outcome(
    ExitCode.FAILED,
    f"the stack is stuck: {LONG}",
    "tap",
    hint=LONG,
    causes=(Cause("InventoryFunction", "AWS::Lambda::Function", "inventory-of-the-north", "CREATE_FAILED", LONG),),
)
EVENT = Event(
    "1", "arn", "InventoryOfTheNorthernWarehouse", "p", "AWS::Lambda::Function", "CREATE_FAILED", LONG, "", START
)


@rows("width", WIDTHS)
@rows(
    "tell",
    [
        lambda view: view.plan(PLAN),
        lambda view: view.outcome(FAILURE),
        lambda view: view.warn(LONG),
        lambda view: view.step(LONG),
        lambda view: view.event(EVENT, Progress().add(EVENT, 0.0)),
    ],
)
def test_no_view_breaks_inside_a_word(tell, width):
    lines = told(width, tell).splitlines()
    assert lines
    assert max(map(len, lines)) <= width
    known = set(told(10_000, tell).split())
    assert {one for line in lines for one in line.split()} <= known


def test_a_value_is_never_broken_so_that_it_can_be_copied():
    value = "x " * 100
    done = Outcome(ExitCode.OK, "done", "tap", outputs=(Output("Key", value.strip()),))
    assert f"Key  {value.strip()}\n" in told(80, lambda view: view.outcome(done))


def test_the_part_that_stays_is_cut_and_does_not_jump():
    out, err = io.StringIO(), io.StringIO()
    board = Board(out, err, Clock())
    board.err.width = 80
    running = replace(EVENT, status="CREATE_IN_PROGRESS", logical_id="A" * 100, reason="")
    board.show("eu-west-1", Progress(2).add(running, 0.0))
    board.show_rollout(Rollout("CREATE", counts={f"region-{'x' * 90}": {"RUNNING": 3, "SUCCEEDED": 1}}))
    with board.err.capture() as captured:
        board.err.print(board.render())
    board.stop()
    lines = captured.get().splitlines()
    assert len(lines) == 4
    assert max(map(len, lines)) <= 80


def test_the_commands_that_print_lines_break_them_between_words_on_a_terminal(monkeypatch):
    from tapgen.cli import aws_options

    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.setenv("COLUMNS", "40")
        aws_options.print_line("next                    `tapgen deploy --env dev` creates the stack")
        aws_options.print_line("word " * 20, as_it_is=True)
        terminal.flush()
        read = b""
        while read.count(b"\n") < 3:  # a terminal gives what it has
            read += os.read(master, 10_000)
        shown = read.decode().splitlines()
    os.close(master)
    assert shown[:2] == ["next                    `tapgen deploy", "    --env dev` creates the stack"]
    assert len(shown) == 3


# ------------------------------------------------------------------------------------------------ several regions


def regions(*documents, together):
    pairs = [(Cloud(emulated=True, region=name), Seen()) for name in ("eu-west-1", "us-east-1")]
    for (cloud, _), made in zip(pairs, documents, strict=False):
        cloud.put("tap-dev", document=made, tags=dict(request().tags))
    deploy_regions(
        request(document(Topic=topic("new"))), pairs, confirm=lambda _: False, together=together, clock=Clock()
    )
    return [view.plans for _, view in pairs]


def test_the_plan_of_regions_that_agree_is_shown_once():
    together = Seen()
    assert regions(document(), document(), together=together) == [[], []]
    [plan] = together.plans
    assert plan.region == "eu-west-1, us-east-1"
    assert [one.logical_id for one in plan.changes] == ["Topic"]


def test_plans_that_differ_are_shown_each():
    together = Seen()
    own = regions(document(), document(Topic=topic("other")), together=together)
    assert (len(own[0]), len(own[1]), together.plans) == (1, 1, [])


def test_a_plan_that_is_refused_is_shown_before_the_refusal():
    together = Seen()
    pairs = [(Cloud(emulated=True, region=name), Seen()) for name in ("eu-west-1", "us-east-1")]
    for cloud, _ in pairs:
        cloud.put("tap-dev", document=document(), tags=dict(request().tags))
        cloud.replacement["Topic"] = "True"
    pairs[0][0].replacement["ItemTable"] = "True"
    made = document(Topic=topic("new"))
    made["Resources"]["ItemTable"]["Properties"]["Tags"] = []
    deploy_regions(request(made), pairs, confirm=lambda _: False, together=together, clock=Clock())
    assert len(pairs[0][1].plans) == 1
    assert pairs[0][1].outcomes[0].code == ExitCode.REFUSED


# ------------------------------------------------------------------------------------------------ diff's own words


def modify(logical_id, replacement, *details):
    return Change("Modify", logical_id, "p", "AWS::SNS::Topic", replacement, ("Properties",), details)


def words(before, after, *changes):
    review = assess(before, after)
    return in_words_of(review, ChangeSet("", "", "", "", changes=changes)), review


def test_what_the_templates_show_to_be_an_update_may_replace_nothing():
    row = modify("Topic", "Conditional", Detail("Properties", "DisplayName", "Conditionally"))
    [planned], review = words(document(), document(Topic=topic("new")), row)
    assert planned.action is ResourceAction.UPDATE
    assert planned.told == phrases.verb(review.changes[0]) == "updated in place"
    assert planned.because == ("DisplayName: items → new",)


def test_that_something_is_replaced_for_certain_is_the_services_word():
    [planned], _ = words(document(), document(Topic=topic("new")), modify("Topic", "True"))
    assert planned.action is ResourceAction.REPLACE
    assert planned.told == "replaced"


def test_what_only_the_service_knows_stays():
    drifted = Detail("Properties", "KmsMasterKeyId", "Never", deployed="a", before="b", after="c")
    unseen = modify("Other", "Conditional", Detail("Properties", "X", "Conditionally", "Parameter"))
    row = modify("Topic", "False", Detail("Properties", "DisplayName"), drifted)
    [topic_row, other], _ = words(document(), document(Topic=topic("new")), row, unseen)
    assert topic_row.because == ("DisplayName: items → new", "KmsMasterKeyId: b → c (drifted: a was deployed)")
    assert other.action is ResourceAction.MAY_REPLACE
    assert other.told == "may be replaced"
