"""How a deployment to the embedded AWS is told."""

import io

from tapgen.deploy.aws.model import Event
from tapgen.deploy.outcome import Cause, Outcome
from tapgen.deploy.plan.plan import Plan, PlannedChange
from tapgen.deploy.stack.progress import Progress
from tapgen.errors import ExitCode
from tapgen.local.view import FEW, BriefView
from tapgen.review.action import ResourceAction


def told(act, prefix=""):
    out = io.StringIO()
    act(BriefView(out, prefix))
    return out.getvalue()


def plan(*changes):
    return Plan("shop-dev", "123456789012", "us-east-1", "arn", creates=True, changes=changes)


def event(status, reason=""):
    return Event("1", "stack", "ItemTable", "", "AWS::DynamoDB::Table", status, reason)


def test_steps_and_warnings_are_lines_with_the_region_in_front_where_there_are_several():
    assert told(lambda view: view.step("Creating")) == "Creating\n"
    assert told(lambda view: view.warn("slow"), "eu-west-1") == "[eu-west-1] Warning: slow\n"


def test_many_resources_are_counted_and_a_few_are_named_with_the_reason():
    many = [PlannedChange(ResourceAction.CREATE, f"Thing{number}", "AWS::X::Y") for number in range(FEW)]
    assert told(lambda view: view.plan(plan(*many, PlannedChange(ResourceAction.DELETE, "Old", "AWS::X::Y")))) == (
        f"The change set on shop-dev: create {FEW}, delete 1\n"
    )
    row = PlannedChange(ResourceAction.UPDATE, "ItemFunction", "AWS::Lambda::Function", because=("MemorySize",))
    assert told(lambda view: view.plan(plan(row))) == (
        "The change set on shop-dev: update 1\n  update ItemFunction (AWS::Lambda::Function)\n    MemorySize\n"
    )


def test_a_plan_without_resources_is_one_of_the_stack_itself():
    assert told(lambda view: view.plan(plan())) == "The change set on shop-dev: stack-level changes only\n"


def test_of_the_events_only_failures_are_told():
    assert told(lambda view: view.event(event("CREATE_COMPLETE"), Progress())) == ""
    said = told(lambda view: view.event(event("CREATE_FAILED", "no such key"), Progress()))
    assert "CREATE_FAILED" in said
    assert "ItemTable" in said
    assert "no such key" in said
    assert told(lambda view: view.pulse(Progress())) == ""


def test_the_end_is_told_with_the_root_cause():
    cause = Cause("ItemTable", "AWS::DynamoDB::Table", "", "CREATE_FAILED", "no such key", "data.py:5")
    said = told(lambda view: view.outcome(Outcome(ExitCode.ROLLED_BACK, "rolled back", "shop-dev", causes=(cause,))))
    assert said.startswith("Error: rolled back\n")
    assert "no such key" in said
    assert "data.py:5" in said


def test_an_interrupted_deployment_needs_no_advice():
    outcome = Outcome(ExitCode.INTERRUPTED, "interrupted", "shop-dev", hint="`tapgen watch` follows it")
    assert told(lambda view: view.outcome(outcome)) == ""
