"""The root cause by DescribeEvents: hooks, validations and nested stacks say why; without it the stack's events do."""

from datetime import timedelta

import pytest

from tapgen.deploy.aws.errors import AwsError, DeniedError, LostAnswerError
from tapgen.deploy.aws.model import Event
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.operation import START
from tests.unit.deploy.scene import document, request, run

ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/tap-dev/1"
TIME = START + timedelta(seconds=1)


def failed(logical_id, status, reason, *, at=1.0, token="", stack=ARN, kind="AWS::SNS::Topic", physical=""):
    when = START + timedelta(seconds=at)
    return Event(f"{logical_id}-{status}", stack, logical_id, physical, kind, status, reason, token, when)


def reasons(outcome):
    return [(one.logical_id, one.reason) for one in outcome.causes]


def deploy(*found, fails="The following hook(s) failed: [Org::Tags]"):
    cloud = Cloud()
    cloud.fails["Topic"] = fails
    cloud.failed_found = found
    return run(cloud, request())


def test_the_hook_says_why_and_the_resource_only_that_a_hook_has_failed():
    outcome = deploy(failed("Topic", "HOOK_COMPLETE_FAILED", "no tag Team (Org::Tags)"))
    assert outcome.code == ExitCode.ROLLED_BACK
    assert reasons(outcome) == [("Topic", "no tag Team (Org::Tags)")]


def test_a_hook_of_the_whole_stack_is_a_cause():
    outcome = deploy(failed("tap-dev", "HOOK_FAILED", "too many (Org::Count)", physical=ARN), fails="")
    assert outcome.ok  # what did not fail needs no cause
    outcome = deploy(failed("tap-dev", "HOOK_FAILED", "too many (Org::Count)", physical=ARN))
    assert reasons(outcome)[0] == ("tap-dev", "too many (Org::Count)")


def test_what_failed_before_this_operation_or_in_another_one_is_no_cause():
    outcome = deploy(
        failed("Topic", "CREATE_FAILED", "yesterday", at=-86400),
        failed("Topic", "CREATE_FAILED", "another's", token="another"),
    )
    assert reasons(outcome) == [("Topic", "The following hook(s) failed: [Org::Tags]")]


@pytest.mark.parametrize(
    "error",
    [
        DeniedError("AccessDenied", "no", "DescribeEvents"),
        LostAnswerError("x", "reset", "DescribeEvents"),
        AwsError("ValidationError", "no", "DescribeEvents"),
    ],
)
def test_where_it_cannot_be_asked_the_stacks_events_say_why(error):
    cloud = Cloud()
    cloud.fails["Topic"] = "no"
    cloud.faults = {"failed_events": [error]}
    assert reasons(run(cloud, request())) == [("Topic", "no")]


def test_it_is_asked_once_and_only_where_something_failed():
    cloud = Cloud()
    run(cloud, request())
    assert cloud.count("failed_events") == 0
    cloud = Cloud()
    cloud.fails["Topic"] = "no"
    run(cloud, request())
    assert cloud.count("failed_events") == 1


def test_nested_operations_are_asked_too():
    cloud = Cloud()
    child = cloud.put("child", "CREATE_FAILED", document())
    cloud.happen(child, "Queue", "AWS::SQS::Queue", "CREATE_FAILED", "The following hook(s) failed: [H]", token="now")
    made = document(Child={"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://x"}})
    happen = cloud.happen
    cloud.happen = lambda record, one, *rest, **more: happen(
        record, one, *rest, **{**more, "physical": child.arn if one == "Child" else None}
    )
    cloud.fails["Child"] = "Embedded stack was not successfully created"
    answers = {child.arn: (failed("Queue", "HOOK_FAILED", "not encrypted (H)", at=0, stack=child.arn, token="now"),)}
    cloud.failed_events = lambda stack: answers.get(stack, ())
    assert reasons(run(cloud, request(made))) == [("Child/Queue", "not encrypted (H)")]


def test_the_answer_is_read_by_botocores_own_model(stub):
    stubber, client = stub
    about = {"StackId": ARN, "ResourceType": "AWS::SNS::Topic", "LogicalResourceId": "Topic", "Timestamp": TIME}
    told = [
        {
            "EventId": "1",
            "HookStatus": "HOOK_COMPLETE_FAILED",
            "HookType": "Org::Tags",
            "HookStatusReason": "no",
            **about,
        },
        {"EventId": "2", "HookStatus": "HOOK_FAILED", "HookType": "H", "HookFailureMode": "WARN", **about},
        {
            "EventId": "3",
            "EventType": "VALIDATION_ERROR",
            "ValidationStatus": "FAILED",
            "ValidationName": "PROPERTY_VALIDATION",
            "ValidationPath": "/Resources/Topic/Properties/X",
            "ValidationStatusReason": "unknown property",
            **about,
        },
        {
            "EventId": "4",
            "EventType": "PROVISIONING_ERROR",
            "ResourceStatus": "CREATE_FAILED",
            "ResourceStatusReason": "exists",
            "ClientRequestToken": "t",
            **about,
        },
        {"EventId": "5", "EventType": "STACK_EVENT", "OperationStatus": "FAILED", "StackId": ARN},
    ]
    cloudformation = stubber("cloudformation")
    sent = {"StackName": ARN, "Filters": {"FailedEvents": True}}
    cloudformation.add_response("describe_events", {"OperationEvents": told[:2], "NextToken": "n"}, sent)
    cloudformation.add_response("describe_events", {"OperationEvents": told[2:]}, {**sent, "NextToken": "n"})
    found = client.failed_events(ARN)
    assert [(one.status, one.reason, one.token) for one in found] == [
        ("HOOK_COMPLETE_FAILED", "no (Org::Tags)", ""),
        ("VALIDATION_FAILED", "unknown property (PROPERTY_VALIDATION at /Resources/Topic/Properties/X)", ""),
        ("CREATE_FAILED", "exists", "t"),
    ]
    cloudformation.add_client_error("describe_events", "InvalidAction", "Unknown action: DescribeEvents")
    assert client.failed_events(ARN) == ()
