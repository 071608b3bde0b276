"""What queues, topics and state machines get from other parts than functions: uploads, events, schedules, dead letters."""

import pytest

from tests.table import rows
from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
encryption = "Data"
[keys.Data]
[buckets.Uploads]
[buses.Shop]
[queues.Failed]
[queues.Import]
dead_letter_queue = { queue = "Failed", max_receive_count = 2 }
notifications.Uploads = { prefix = "in/", suffix = ".csv" }
events.Placed = { bus = "Shop", pattern = { source = ["shop"] }, dead_letter_queue = "Failed" }
[queues.Ordered]
fifo = true
events.Placed = { pattern = { source = ["shop"] } }
[topics.News]
notifications.Uploads = { events = ["s3:ObjectRemoved:*"] }
events.Placed = { pattern = { source = ["shop"] }, retries = 3 }
"""
BUCKET = {"Fn::Sub": "arn:${AWS::Partition}:s3:::shop-dev-uploads-${AWS::AccountId}-${AWS::Region}"}


def statements(document, policy):
    return {one["Sid"]: one for one in properties(document, policy)["PolicyDocument"]["Statement"]}


def test_a_bucket_tells_queues_and_topics_which_let_it_in_before(document):
    rendered = document(SETTINGS)
    told = properties(rendered, "UploadsBucket")["NotificationConfiguration"]
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]
    assert told == {
        "QueueConfigurations": [
            {
                "Event": "s3:ObjectCreated:*",
                "Queue": {"Fn::GetAtt": ["ImportQueue", "Arn"]},
                "Filter": {"S3Key": {"Rules": rules}},
            }
        ],
        "TopicConfigurations": [{"Event": "s3:ObjectRemoved:*", "Topic": {"Ref": "NewsTopic"}}],
    }
    assert rendered["Resources"]["UploadsBucket"]["DependsOn"] == ["ImportQueuePolicy", "NewsTopicPolicy"]
    assert statements(rendered, "ImportQueuePolicy")["FromUploadsBucket"] == {
        "Sid": "FromUploadsBucket",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": ["sqs:SendMessage"],
        "Resource": [{"Fn::GetAtt": ["ImportQueue", "Arn"]}],
        "Condition": {"ArnEquals": {"aws:SourceArn": BUCKET}},
    }
    assert statements(rendered, "NewsTopicPolicy")["FromUploadsBucket"]["Action"] == ["sns:Publish"]


def test_rules_send_events_to_queues_and_topics(document):
    rendered = document(SETTINGS)
    rule = properties(rendered, "ImportQueuePlacedRule")
    assert rule["EventBusName"] == {"Ref": "ShopBus"}
    assert rule["Targets"] == [
        {
            "Id": "Part",
            "Arn": {"Fn::GetAtt": ["ImportQueue", "Arn"]},
            "RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400},
            "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["FailedQueue", "Arn"]}},
        }
    ]
    allowed = statements(rendered, "ImportQueuePolicy")["FromImportQueuePlacedRule"]
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert allowed["Condition"]["ArnEquals"]["aws:SourceArn"] == {"Fn::GetAtt": ["ImportQueuePlacedRule", "Arn"]}
    assert "FromImportQueuePlacedRule" in statements(rendered, "FailedQueuePolicy")
    assert "FromNewsTopicPlacedRule" in statements(rendered, "NewsTopicPolicy")
    [target] = properties(rendered, "OrderedQueuePlacedRule")["Targets"]
    assert target["SqsParameters"] == {"MessageGroupId": "Placed"}


def test_services_that_send_may_use_the_key(document):
    [services] = [
        one["Principal"]["Service"]
        for one in properties(document(SETTINGS), "DataKey")["KeyPolicy"]["Statement"]
        if one["Sid"] == "Services"
    ]
    assert services == ["events.amazonaws.com", "s3.amazonaws.com"]


def test_a_topic_that_services_publish_to_is_not_encrypted_by_the_key_that_shuts_them_out(document):
    rendered = document(SETTINGS.replace('encryption = "Data"', "").replace("[keys.Data]", ""))
    assert "KmsMasterKeyId" not in properties(rendered, "NewsTopic")


def test_queues_may_share_a_queue_for_dead_letters(document):
    rendered = document(SETTINGS)
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["FailedQueue", "Arn"]}, "maxReceiveCount": 2}
    assert properties(rendered, "ImportQueue")["RedrivePolicy"] == redrive
    assert "ImportDeadLetterQueue" not in rendered["Resources"]


def test_the_check_has_nothing_to_say(project):
    from tapgen import render
    from tapgen.proof.check import check
    from tapgen.settings.load import load

    environment = load(project(SETTINGS)).environment("dev")
    rendered = render.render(environment).document
    assert [one.message for one in check(environment, rendered, lint=False)] == []
    rendered["Resources"]["ImportQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"].clear()
    found = {one.message for one in check(environment, rendered, lint=False) if one.rule == "delivery-policy"}
    assert {message.partition(",")[0] for message in found} == {
        "ImportQueuePlacedRule sends to ImportQueue",
        "UploadsBucket sends to ImportQueue",
    }


@rows(
    ("old", "new", "problem"),
    [
        ("notifications.Uploads = { prefix", "notifications.Upload = { prefix", 'queues.Import.notifications.Upload: there is no such bucket; did you mean "Uploads"?'),
        ('"s3:ObjectRemoved:*"', '"s3:ObjectRemove:*"', 'topics.News.notifications.Uploads.events: "s3:ObjectRemove:*" is not an event of S3; did you mean "s3:ObjectRemoved:*"?'),
        ('{ events = ["s3:ObjectRemoved:*"] }', "{}", "topics.News.notifications.Uploads: S3 tells one alone of an event: queues.Import is told of the same; part them by prefix or suffix"),
        ("fifo = true", 'fifo = true\nnotifications.Uploads = { prefix = "x/" }', "queues.Ordered.notifications.Uploads: S3 tells no queue or topic that is first in, first out"),
        ('queue = "Failed", max', 'queue = "Faild", max', 'queues.Import.dead_letter_queue.queue: there is no such queue; did you mean "Failed"?'),
        ('queue = "Failed", max', 'queue = "Import", max', "queues.Import.dead_letter_queue.queue: a queue's dead letters do not go back into it"),
        ('queue = "Failed", max', 'queue = "Ordered", max', "queues.Import.dead_letter_queue.queue: the dead letters of a FIFO queue go into a FIFO queue, and no other's do"),
        ('bus = "Shop"', 'bus = "Shp"', 'queues.Import.events.Placed.bus: there is no bus "Shp"; did you mean "Shop"?'),
        ("[topics.News]", "[topics.News]\nfifo = true", "topics.News.events.Placed: EventBridge sends to no FIFO topic; let a FIFO queue get the events"),
    ],
)  # fmt: skip
def test_what_does_not_go_is_refused(project, old, new, problem):
    assert problem in refused(project, SETTINGS.replace(old, new))


def test_a_bucket_that_exists_tells_nobody(project):
    settings = (
        'application = "shop"\n[buckets.Uploads]\nexisting = "theirs"\n[queues.Import]\nnotifications.Uploads = {}\n'
    )
    [problem] = refused(project, settings)
    assert problem.startswith(
        "queues.Import.notifications.Uploads: CloudFormation cannot have it told of a bucket that"
    )
    assert "write events.NAME with pattern" in problem


MACHINE = """
application = "shop"
[queues.Failed]
[state_machines.Checkout]
definition = "checkout.asl.yaml"
substitutions = { Activity = "${Approval}" }
triggers.schedules.Nightly = { expression = "cron(0 3 * * ? *)", input = { all = true }, dead_letter_queue = "Failed" }
triggers.events.Placed = { pattern = { source = ["shop"] } }
[resources.Approval]
type = "AWS::StepFunctions::Activity"
properties.Name = "approval"
"""
YAML = """
StartAt: Ask
States:
  Ask:
    Type: Task
    Resource: ${Activity}
    End: true
"""


def test_schedules_and_events_start_a_state_machine_by_roles_of_their_own(document):
    rendered = document(MACHINE, **{"checkout.asl.yaml": YAML})
    machine = {"Ref": "CheckoutStateMachine"}
    target = properties(rendered, "CheckoutStateMachineNightlySchedule")["Target"]
    assert target["Arn"] == machine
    assert target["Input"] == '{"all":true}'
    assert target["RoleArn"] == {"Fn::GetAtt": ["CheckoutStateMachineScheduleRole", "Arn"]}
    assert granted(rendered, "CheckoutStateMachineScheduleRole") == {
        "Start": (["states:StartExecution"], [machine]),
        "SendDeadLetters": (["sqs:SendMessage"], [{"Fn::GetAtt": ["FailedQueue", "Arn"]}]),
    }
    [target] = properties(rendered, "CheckoutStateMachinePlacedRule")["Targets"]
    assert (target["Arn"], target["RoleArn"]) == (machine, {"Fn::GetAtt": ["CheckoutStateMachineEventRole", "Arn"]})
    assert granted(rendered, "CheckoutStateMachineEventRole") == {"Start": (["states:StartExecution"], [machine])}


def test_a_definition_may_be_yaml_and_ask_an_activity(document):
    machine = properties(document(MACHINE, **{"checkout.asl.yaml": YAML}), "CheckoutStateMachine")
    assert machine["Definition"]["States"]["Ask"]["Resource"] == "${Activity}"
    assert machine["DefinitionSubstitutions"] == {"Activity": {"Fn::Sub": "${Approval}"}}
    directly = YAML.replace("${Activity}", "${Approval}").replace("StartAt", "Comment: in ${AWS::Region}\nStartAt", 1)
    machine = properties(document(MACHINE, **{"checkout.asl.yaml": directly}), "CheckoutStateMachine")
    assert machine["Definition"]["Comment"] == "in ${AWSRegion}"
    named = {
        "Approval": {"Ref": "Approval"},
        "AWSRegion": {"Ref": "AWS::Region"},
        "Activity": {"Fn::Sub": "${Approval}"},
    }
    assert machine["DefinitionSubstitutions"] == named


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("cron(0 3 * * ? *)", "cron(0 3 * * *)", 'state_machines.Checkout.triggers.schedules.Nightly.expression: "cron(0 3 * * *)": cron has six fields (minutes, hours, day of month, month, day of week, year), not 5'),
        ('dead_letter_queue = "Failed"', 'dead_letter_queue = "Faild"', 'state_machines.Checkout.triggers.schedules.Nightly.dead_letter_queue: there is no queue "Faild"; did you mean "Failed"?'),
        ('source = ["shop"]', 'sorce = ["shop"]', 'state_machines.Checkout.triggers.events.Placed.pattern.sorce: events have no such field, so that it matches nothing; did you mean "source"?'),
    ],
)  # fmt: skip
def test_what_no_scheduler_and_no_bus_takes_is_refused(project, old, new, problem):
    project(files := MACHINE.replace(old, new), **{"checkout.asl.yaml": YAML})
    assert refused(project, files) == [problem]


def test_a_definition_that_is_no_yaml_is_refused_with_its_line(project):
    project(MACHINE, **{"checkout.asl.yaml": "StartAt: [\n"})
    [problem] = refused(project, MACHINE)
    assert problem.startswith("state_machines.Checkout.definition: checkout.asl.yaml:2: ")
