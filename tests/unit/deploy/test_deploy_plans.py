"""A plan that is made now and executed later, and the parameters in it."""

import pytest

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.model import ChangeSet
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import TAGS, deployed, document, request, run, topic

CHANGED = document(Topic=topic("changed"))


def change_set(*changes):
    return ChangeSet("arn:s", "s", "arn:stack", "CREATE_COMPLETE", changes=changes)


@pytest.mark.rule(45)
def test_every_parameter_is_sent_with_its_value():
    made = document()
    made["Parameters"] = {"Size": {"Type": "Number", "Default": 3}, "On": {"Type": "String", "Default": True}}
    cloud = Cloud()
    deployed(cloud)
    run(cloud, request(made, parameters={"Size": "5"}, options={"plan_only": True}))
    [kept] = cloud.sets.values()
    assert kept["request"].parameters == {"Size": "5", "On": "true"}


@pytest.mark.rule(45)
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"On": "x"}, 'the parameter "Size" has no value'),
        ({}, 'the parameters "Size", "On" have no value'),
        ({"Siz": "1"}, 'the template has no parameter "Siz"'),
    ],
)
def test_a_parameter_that_cannot_be_sent_is_refused_before_anything(given, words):
    made = document()
    made["Parameters"] = {"Size": {"Type": "Number"}, "On": {"Type": "String"}}
    cloud = Cloud()
    outcome = run(cloud, request(made, parameters=given))
    assert outcome.code == ExitCode.USAGE
    assert words in outcome.message
    assert cloud.calls == []


def test_plan_only_leaves_the_change_set_and_says_how_to_execute_it():
    cloud = Cloud()
    outcome = run(cloud, request(options={"plan_only": True}), confirm=lambda _: pytest.fail("asked"))
    assert outcome.code == ExitCode.OK
    assert outcome.change_set in cloud.sets
    command = f"tapgen deploy --env dev --region eu-west-1 --plan {outcome.change_set}"
    assert outcome.hint == f"Execute it with: {command}"
    assert cloud.count("execute") == 0


def test_the_command_that_executes_a_plan_has_what_must_be_as_it_was():
    made = document(ItemTable=None)
    made["Parameters"] = {"Size": {"Type": "Number"}, "Title": {"Type": "String"}}
    made["Parameters"]["Pin"] = {"Type": "String", "NoEcho": True}
    cloud = Cloud()
    deployed(cloud)
    options = {"plan_only": True, "allow_loss": frozenset(("ItemTable",))}
    given = {"Size": "5", "Title": "two words", "Pin": "314159265"}
    outcome = run(cloud, request(made, regions=("eu-west-1",), parameters=given, options=options))
    assert outcome.hint == (
        "Execute it with: tapgen deploy --env dev --allow-loss ItemTable --parameter Size=5 "
        f"--parameter 'Title=two words' --parameter Pin=VALUE --plan {outcome.change_set}"
    )


def test_a_plan_is_executed_exactly_as_it_was_reviewed():
    cloud = Cloud()
    record = deployed(cloud)
    arn = run(cloud, request(CHANGED, options={"plan_only": True})).change_set
    made = cloud.count("create_change_set")
    outcome = run(cloud, request(CHANGED, options={"plan": arn}))
    assert outcome.code == ExitCode.OK
    assert record.status == "UPDATE_COMPLETE"
    assert cloud.count("create_change_set") == made
    assert cloud.sets[arn]["status"] == "EXECUTE_IN_PROGRESS"


def test_a_first_creation_can_be_planned_and_executed_later():
    cloud = Cloud()
    arn = run(cloud, request(options={"plan_only": True})).change_set
    assert run(cloud, request(options={"plan": arn})).status == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        ("template", "the template"),
        ("parameters", "the parameters or stack tags"),
        ("stack", "the deployed stack"),
        ("tags", "the parameters or stack tags"),
        ("body", "the change set's own template"),
    ],
)
def test_a_plan_is_refused_when_something_moved(moved, words):
    made = document(Topic=topic("changed"))
    made["Parameters"] = {"Size": {"Type": "String", "Default": "1"}}
    cloud = Cloud()
    record = deployed(cloud)
    arn = run(cloud, request(made, options={"plan_only": True})).change_set
    later = {"options": {"plan": arn}}
    if moved == "template":
        made = {**made, "Description": "another"}
    elif moved == "parameters":
        later["parameters"] = {"Size": "2"}
    elif moved == "stack":
        record.template = '{"Resources": {"Other": {"Type": "AWS::SNS::Topic"}}}'
    elif moved == "tags":
        later["tags"] = {**TAGS, "Author": "b"}
    else:
        from msgspec.structs import replace

        kept = cloud.sets[arn]
        kept["request"] = replace(kept["request"], body='{"Resources": {"Evil": {"Type": "AWS::SNS::Topic"}}}')
    outcome = run(cloud, request(made, **later))
    assert outcome.code == ExitCode.REFUSED
    assert outcome.message == f"the plan is stale: {words} moved since it was made"
    assert cloud.count("execute") == 0
    assert arn in cloud.sets


@pytest.mark.parametrize(
    ("arn", "code", "words"),
    [
        ("nonsense", ExitCode.WRONG_TARGET, "not the ARN of a change set"),
        ("arn:aws:cloudformation:us-east-1:1:changeSet/a/b", ExitCode.WRONG_TARGET, "the plan is in us-east-1"),
        ("arn:aws:cloudformation:eu-west-1:1:changeSet/a/b", ExitCode.REFUSED, "there is no plan"),
    ],
)
def test_a_plan_that_is_none_is_refused(arn, code, words):
    cloud = Cloud()
    outcome = run(cloud, request(options={"plan": arn}))
    assert outcome.code == code
    assert bool(cloud.calls) == (code == ExitCode.REFUSED)  # what the ARN itself says needs no call
    assert words in outcome.message


def test_a_plan_of_another_stack_or_of_another_tool_is_refused():
    cloud = Cloud()
    arn = run(cloud, request(options={"plan_only": True})).change_set
    other = run(cloud, request(stack_name="tap-prod", options={"plan": arn}))
    assert (other.code, "tap-prod" in other.message) == (ExitCode.WRONG_TARGET, True)
    from msgspec.structs import replace

    cloud.sets[arn]["request"] = replace(cloud.sets[arn]["request"], description="by hand")
    foreign = run(cloud, request(options={"plan": arn}))
    assert (foreign.code, "is no plan of tapgen" in foreign.message) == (ExitCode.REFUSED, True)


def test_a_plan_that_was_executed_is_refused():
    cloud = Cloud()
    arn = run(cloud, request(options={"plan_only": True})).change_set
    assert run(cloud, request(options={"plan": arn})).code == ExitCode.OK
    again = run(cloud, request(options={"plan": arn}))
    assert (again.code, again.message) == (ExitCode.BUSY, "this plan is being executed already")
    cloud.sets[arn]["status"] = "EXECUTE_COMPLETE"
    again = run(cloud, request(options={"plan": arn}))
    assert (again.code, again.message) == (ExitCode.REFUSED, "this plan was executed already")


def test_an_error_while_reading_a_plan_is_passed_on():
    cloud = Cloud()
    arn = run(cloud, request(options={"plan_only": True})).change_set
    cloud.faults["change_set"] = [AwsError("AccessDenied", "no", "DescribeChangeSet")]
    assert run(cloud, request(options={"plan": arn})).message == "DescribeChangeSet: no (AccessDenied)"
