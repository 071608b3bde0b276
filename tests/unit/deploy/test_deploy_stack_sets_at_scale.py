"""1,000 accounts in four regions on scripted answers: calls, memory and what a person has to read."""

import io
import weakref

import pytest
from rich.console import Console

from tapgen.deploy.aws.stack_set_model import ResultPage
from tapgen.deploy.stack_sets.deploy import DeployStackSet
from tapgen.deploy.stack_sets.follow import follow_operation
from tapgen.deploy.stack_sets.reports import set_status
from tapgen.deploy.stack_sets.survey import SHOWN
from tapgen.deploy.views.live import Board
from tapgen.deploy.views.plain import PlainView
from tapgen.deploy.views.rollout import FAILURES
from tests.unit.deploy.scene import NAME, TAGS, Seen, document, request, topic
from tests.unit.deploy.set_cloud import HOME, SetCloud
from tests.unit.deploy.test_deploy_stack_sets import nowhere, target

REGIONS = ("eu-west-1", "us-east-1", "us-west-2", "ap-southeast-1")
MANY = tuple(f"{number:012}" for number in range(1, 1001))
A_SECOND = 3  # calls within any second: who asks and what is there; following takes one


class Page(list):
    """Results that can be seen to go away."""

    __slots__ = ("__weakref__",)


def cloud(accounts=MANY, *, there=True):
    made = SetCloud()
    made.step = 100  # CloudFormation user guide, "Stack set operation options": 100 stacks at once
    if there:
        made.ready(NAME, document(), [(one, region) for region in REGIONS for one in accounts], tags=dict(TAGS))
    return made


def deploy(made, view, accounts=MANY, **preferences):
    asked = request(document(Topic=topic("new")), account=HOME, options={"timeout": 86_400.0})
    where = target(accounts, regions=REGIONS, **preferences)
    run = DeployStackSet(asked, made, view, where, elsewhere=nowhere, clock=made.time.clock)
    return run.run(lambda _: True, {})


def in_a_second(made):
    times = [at for _, at in made.calls]
    return max(sum(at <= other < at + 1.0 for other in times) for at in times)


def test_an_update_of_4000_stacks_keeps_to_the_calls_that_aws_takes():
    made = cloud()
    outcome = deploy(made, Seen())
    assert outcome.message == f"{NAME}: 4000 of 4000 stacks updated"
    assert in_a_second(made) <= A_SECOND
    assert made.count("instances") == 40
    assert len(made.calls) < 1000


def test_throttled_calls_are_borne():
    made = cloud()
    hook = []

    def throttle(index, operation):
        from tapgen.deploy.aws.errors import ThrottledError

        if operation == "set_results" and len(hook) < 3 and index % 7 == 0:
            hook.append(index)
            raise ThrottledError("Throttling", "Rate exceeded", operation)

    made.hook = throttle
    assert deploy(made, Seen()).ok
    assert len(hook) == 3


def test_no_more_than_a_page_or_two_of_results_is_ever_held():
    made, pages, most = cloud(), [], []
    results = made.set_results

    def set_results(*words, **more):
        most.append(sum(one() is not None for one in pages))
        answer = results(*words, **more)
        page = Page(answer.results)
        pages.append(weakref.ref(page))
        return ResultPage(page, answer.next)

    made.set_results = set_results
    assert deploy(made, Seen()).ok
    assert len(most) > 100
    assert max(most) <= 2


@pytest.mark.parametrize("count", [10, 1000])
def test_what_is_kept_of_an_operation_does_not_grow_with_the_accounts(count):
    made = cloud(MANY[:count])
    made.set_fails = {(one, region): "it exists" for region in REGIONS for one in MANY[:count]}
    made._begin("all", "UPDATE", list(made.there), target(failure_tolerance=10_000).preferences)
    seen = follow_operation(made, NAME, "all", Seen(), clock=made.time.clock, timeout=86_400.0)
    assert seen.rollout.failed == 4 * count
    assert len(seen.rollout.failures) == FAILURES
    assert seen.rollout.counts == {region: {"FAILED": count} for region in REGIONS}
    status = set_status(made, NAME, "prod", made.time.clock)
    assert len(status["such_as"].split("; ")) == 3 <= SHOWN


def test_a_pipe_gets_a_page_and_not_4000_lines():
    out, err = io.StringIO(), io.StringIO()
    made = cloud()
    made.set_fails = {(MANY[500], "us-east-1"): "it exists"}
    assert deploy(made, PlainView(out, err), failure_tolerance="1%").ok
    lines = out.getvalue().splitlines() + err.getvalue().splitlines()
    assert len(lines) < 80
    assert max(map(len, lines)) <= 120
    assert "us-east-1       1000/1000  1 failed" in lines
    assert any("3999 of 4000 stacks updated, 1 failed within the tolerance" in line for line in lines)


def test_a_terminal_shows_a_line_for_each_region():
    made = cloud()
    board = Board(io.StringIO(), io.StringIO(), made.time.clock)
    view = board.view("")
    shown = []
    show = board.show_rollout

    def show_rollout(rollout):
        show(rollout)
        console = Console(file=io.StringIO(), width=80)
        console.print(board.render())
        shown.append(console.file.getvalue().splitlines())

    board.show_rollout = show_rollout
    assert deploy(made, view).ok
    board.stop()
    assert {len(lines) for lines in shown[-5:]} == {1 + len(REGIONS)}
    assert shown[-1][0].startswith("4000/4000 stacks")
