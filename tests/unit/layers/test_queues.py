"""Queues: their resources, what uses and triggers of them bring, and what is refused."""

import pytest

from tapgen import render
from tapgen.proof import check
from tapgen.proof.needs.auto import with_actions
from tapgen.settings.load import load
from tests.table import rows
from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
[queues.Ship]
[functions.Fulfil]
source = "src"
timeout = 20
triggers.queues.Ship = { batching_window = 5 }
"""

TWO_SENDERS = """
import os, boto3
sqs = boto3.client("sqs")
def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["SHIP_URL"], MessageBody="x")
    sqs.get_queue_attributes(QueueUrl=os.environ["BILL_URL"])
"""


def test_a_queue_that_starts_a_function(document):
    rendered = document(SETTINGS)
    assert properties(rendered, "ShipQueue") == {
        "SqsManagedSseEnabled": True,
        "VisibilityTimeout": 125,
        "MessageRetentionPeriod": 345600,
        "ReceiveMessageWaitTimeSeconds": 20,
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["ShipDeadLetterQueue", "Arn"]}, "maxReceiveCount": 3},
    }
    assert properties(rendered, "ShipDeadLetterQueue") == {
        "SqsManagedSseEnabled": True,
        "MessageRetentionPeriod": 1209600,
    }
    assert properties(rendered, "FulfilShipQueueTrigger") == {
        "EventSourceArn": {"Fn::GetAtt": ["ShipQueue", "Arn"]},
        "FunctionName": {"Fn::GetAtt": ["FulfilFunction", "Arn"]},
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 5,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }
    assert granted(rendered, "FulfilFunctionRole")["PollShipQueue"] == (
        ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        [{"Fn::GetAtt": ["ShipQueue", "Arn"]}],
    )
    assert {name for name in rendered["Resources"] if name.startswith("Ship") and name.endswith("Alarm")} == {
        "ShipQueueAgeAlarm",
        "ShipDeadLetterQueueMessagesAlarm",
    }
    assert rendered["Outputs"]["ShipQueueUrlOutput"]["Value"] == {"Ref": "ShipQueue"}


def test_an_empty_table_is_a_queue_without_dead_letters(document):
    rendered = document('application = "shop"\n[queues.Ship]\n')
    assert "RedrivePolicy" not in properties(rendered, "ShipQueue")
    assert "ShipDeadLetterQueue" not in rendered["Resources"]
    assert rendered["Resources"]["ShipQueue"]["DeletionPolicy"] == "Delete"


def test_protected_queues_are_kept(document):
    rendered = document(f"protected = true\n{SETTINGS}")
    kept = [rendered["Resources"][name] for name in ("ShipQueue", "ShipDeadLetterQueue")]
    assert [(one["DeletionPolicy"], one["UpdateReplacePolicy"]) for one in kept] == [
        ("RetainExceptOnCreate", "Retain")
    ] * 2


@pytest.mark.parametrize(
    ("written", "expected"), [("false", None), ("{ max_receive_count = 5 }", 5), ("{}", 3), ("true", 3)]
)
def test_dead_letters_as_the_settings_say(document, written, expected):
    rendered = document(SETTINGS.replace("[queues.Ship]", f"[queues.Ship]\ndead_letter_queue = {written}"))
    redrive = properties(rendered, "ShipQueue").get("RedrivePolicy", {})
    assert redrive.get("maxReceiveCount") == expected
    assert ("ShipDeadLetterQueue" in rendered["Resources"]) == (expected is not None)


def test_a_fifo_queue_has_fifo_dead_letters(document):
    fifo = "[queues.Ship]\nfifo = true\ncontent_based_deduplication = true"
    rendered = document(SETTINGS.replace("[queues.Ship]", fifo).replace("{ batching_window = 5 }", "{}"))
    assert properties(rendered, "ShipQueue")["FifoQueue"] is True
    assert properties(rendered, "ShipDeadLetterQueue")["FifoQueue"] is True
    assert "ContentBasedDeduplication" not in properties(rendered, "ShipDeadLetterQueue")


def test_filters_and_concurrency(document):
    trigger = '{ filter = [{ body = { type = ["a"] } }, { body = { type = ["b"] } }], maximum_concurrency = 4, partial_failures = false, enabled = false }'
    mapping = properties(document(SETTINGS.replace("{ batching_window = 5 }", trigger)), "FulfilShipQueueTrigger")
    assert mapping["FilterCriteria"] == {
        "Filters": [{"Pattern": '{"body":{"type":["a"]}}'}, {"Pattern": '{"body":{"type":["b"]}}'}]
    }
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 4}
    assert mapping["Enabled"] is False
    assert "FunctionResponseTypes" not in mapping


def test_others_may_do_what_the_policy_says(document):
    policy = 'policy = [{ principals = ["111111111111", "events.amazonaws.com"], actions = ["sqs:SendMessage"], reason = "theirs", conditions = { StringEquals = { "aws:PrincipalOrgID" = "o-1" } } }]'
    rendered = document(f'application = "shop"\n[queues.Ship]\n{policy}\n')
    assert properties(rendered, "ShipQueuePolicy") == {
        "Queues": [{"Ref": "ShipQueue"}],
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {
                        "AWS": [{"Fn::Sub": "arn:${AWS::Partition}:iam::111111111111:root"}],
                        "Service": ["events.amazonaws.com"],
                    },
                    "Action": ["sqs:SendMessage"],
                    "Resource": [{"Fn::GetAtt": ["ShipQueue", "Arn"]}],
                    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
                }
            ],
        },
    }


def test_auto_tells_queues_apart_by_their_urls(project):
    settings = """
application = "shop"
[queues.Ship]
[queues.Bill]
[functions.Send]
source = "src"
queues.Ship = { variable = "SHIP_URL" }
queues.Bill = { variable = "BILL_URL" }
"""
    filled = with_actions(load(project(settings, **{"src/index.py": TWO_SENDERS})).environment("dev"))
    uses = filled.functions["Send"].queues
    assert {name: use.actions for name, use in uses.items()} == {
        "Ship": ("sqs:SendMessage",),
        "Bill": ("sqs:GetQueueAttributes",),
    }
    rendered = render.render(filled).document
    assert granted(rendered, "SendFunctionRole")["UseShipQueue"] == (
        ["sqs:SendMessage"],
        [{"Fn::GetAtt": ["ShipQueue", "Arn"]}],
    )
    assert rendered["Resources"]["SendFunction"]["Properties"]["Environment"] == {
        "Variables": {"SHIP_URL": {"Ref": "ShipQueue"}, "BILL_URL": {"Ref": "BillQueue"}}
    }


@pytest.mark.parametrize(
    ("existing", "arn", "url"),
    [
        (
            '"shared"',
            {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:shared"},
            {"Fn::Sub": "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/shared"},
        ),
        (
            '"arn:aws:sqs:eu-west-1:111111111111:shared"',
            "arn:aws:sqs:eu-west-1:111111111111:shared",
            "https://sqs.eu-west-1.amazonaws.com/111111111111/shared",
        ),
        (
            '"https://sqs.eu-west-1.amazonaws.com/111111111111/shared"',
            {"Fn::Sub": "arn:${AWS::Partition}:sqs:eu-west-1:111111111111:shared"},
            "https://sqs.eu-west-1.amazonaws.com/111111111111/shared",
        ),
        (
            '{ ssm_parameter = "/shared/queue" }',
            {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:{{resolve:ssm:/shared/queue}}"},
            {"Fn::Sub": "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/{{resolve:ssm:/shared/queue}}"},
        ),
    ],
)
def test_an_existing_queue_is_used_as_if_it_were_the_stacks(document, existing, arn, url):
    rendered = document(
        f'application = "shop"\n[queues.Ship]\nexisting = {existing}\n[functions.Send]\nsource = "src"\n'
        'queues.Ship = { variable = "URL", actions = ["sqs:SendMessage"] }\ntriggers.queues.Ship = {}\n'
    )
    assert granted(rendered, "SendFunctionRole")["UseShipQueue"] == (["sqs:SendMessage"], [arn])
    assert rendered["Resources"]["SendFunction"]["Properties"]["Environment"]["Variables"] == {"URL": url}
    assert rendered["Resources"]["SendShipQueueTrigger"]["Properties"]["EventSourceArn"] == arn
    assert not {"ShipQueue", "ShipQueueAgeAlarm"} & rendered["Resources"].keys()
    assert "ShipQueueUrlOutput" not in rendered["Outputs"]


def test_the_check_takes_what_exists_elsewhere_as_meant_and_names_the_line_of_a_trigger(project):
    settings = """
application = "shop"
[queues.Ship]
existing = "arn:aws:sqs:eu-west-1:111111111111:shared"
[user_pools.Customers]
existing = "eu-west-1_abcdefghi"
[functions.Send]
source = "src"
queues.Ship = { variable = "URL", actions = ["sqs:SendMessage"] }
user_pools.Customers = { variable = "POOL", actions = ["cognito-idp:AdminGetUser"] }
triggers.queues.Ship = {}
"""
    environment = load(project(settings)).environment("dev")
    found = check.check(environment, render.render(environment).document, lint=False)
    assert [one.message for one in found if one.rule == "region-literal"] == []
    assert {one.line for one in found if one.logical_id == "SendShipQueueTrigger"} == {7}


def test_what_is_imported_may_be_a_name_or_an_arn(document):
    rendered = document(
        'application = "shop"\n[queues.Ship]\nexisting = { import = "SharedQueue" }\n[functions.Send]\nsource = "src"\n'
        'queues.Ship = { variable = "URL", actions = ["sqs:SendMessage"] }\n'
    )
    [[arn, names]] = [granted(rendered, "SendFunctionRole")["UseShipQueue"][1][0]["Fn::Sub"]]
    position, split = names["Name"]["Fn::Select"]
    separator, joined = split["Fn::Split"]
    for value in ("shared", "arn:aws:sqs:eu-west-1:111111111111:shared"):
        assert joined["Fn::Join"][1] == [{"Fn::ImportValue": "SharedQueue"}] * len(joined["Fn::Join"][1])
        written = joined["Fn::Join"][0].join([value] * len(joined["Fn::Join"][1]))
        assert written.split(separator)[position] == "shared"
    assert arn.endswith(":${Name}")


def test_an_environment_may_own_what_another_finds_existing_or_take_it_away(project):
    folder = project(
        f"""{SETTINGS}
queues.Ship = {{ variable = "URL", actions = ["sqs:SendMessage"] }}
[environments.dev]
[environments.prod]
queues.Ship.existing = "live"
[environments.test]
queues.Ship = false
functions.Fulfil.queues.Ship = false
functions.Fulfil.triggers.queues.Ship = false
"""
    )
    made = {
        name: render.render(environment).document["Resources"]
        for name, environment in load(folder).environments.items()
    }
    assert {name: "ShipQueue" in resources for name, resources in made.items()} == {
        "dev": True,
        "prod": False,
        "test": False,
    }
    assert {name: "FulfilShipQueueTrigger" in resources for name, resources in made.items()} == {
        "dev": True,
        "prod": True,
        "test": False,
    }


def test_an_environment_owns_with_keys_of_its_own_what_another_finds_existing(project):
    folder = project(
        """
application = "shop"
[queues.Ship]
delay = 5
[queues.Own]
[tables.Orders]
existing = "live-orders"
[environments.dev]
tables.Orders.partition_key = { name = "orderId" }
[environments.test]
tables.Orders.existing = false
[environments.prod]
queues.Ship.existing = "live"
"""
    )
    made = {
        name: render.render(environment).document.get("Resources", {})
        for name, environment in load(folder).environments.items()
    }
    assert made["dev"]["OrdersTable"]["Properties"]["KeySchema"][0]["AttributeName"] == "orderId"
    assert made["test"]["OrdersTable"]["Properties"]["KeySchema"][0]["AttributeName"] == "id"
    assert made["prod"].keys() == {"OwnQueue", "OwnQueueAgeAlarm"}


@rows(
    ("more", "message"),
    [
        ("visibility_timeout = 60", "functions.Fulfil.triggers.queues.Ship: queues.Ship.visibility_timeout is 60 s; it must be at least 120 s, six times the function's time-out of 20 s, or messages are processed twice"),
        ("visibility_timeout = 50000", "queues.Ship.visibility_timeout: 50000 is more than 43200"),
        ("content_based_deduplication = true", "queues.Ship.content_based_deduplication: only a FIFO queue has it; set fifo"),
        ('name = "a.fifo"', "queues.Ship.name: the name of a FIFO queue ends in .fifo, and no other's does"),
        ("fifo = true", "functions.Fulfil.triggers.queues.Ship.batching_window: a FIFO queue has none"),
        ("subscriptions.News = {}", "queues.Ship.subscriptions.News: there is no such topic; known: none"),
        ('existing = "x"\ndelay = 5', "queues.Ship.delay: it is not the stack's: existing stands in place of this key"),
        ("existing = { }", "queues.Ship.existing: say one of ssm_parameter, import, parameter and value"),
        ('existing = "arn:aws:sns:eu-west-1:111111111111:x"', 'queues.Ship.existing: "arn:aws:sns:eu-west-1:111111111111:x" is not the ARN of a queue'),
        ("existing = 5", "queues.Ship.existing: 5 is neither text nor a table"),
        ('policy = [{ principals = ["*"], actions = ["sqs:SendMessage"] }]', "queues.Ship.policy.0.reason: it is required and missing"),
        ('encryption = "Data"', 'queues.Ship.encryption: there is no key "Data"; known: none'),
        ("dead_letter_queue = 3", "queues.Ship.dead_letter_queue: 3 is neither a table nor true or false"),
    ],
)  # fmt: skip
def test_a_wrong_queue_is_refused(project, more, message):
    assert refused(project, SETTINGS.replace("[queues.Ship]", f"[queues.Ship]\n{more}")) == [message]


@rows(
    ("use", "message"),
    [
        ("queues.Shop = {}", 'functions.Fulfil.queues.Shop: there is no such queue; did you mean "Ship"?'),
        ("triggers.queues.Shop = {}", 'functions.Fulfil.triggers.queues.Shop: there is no such queue; did you mean "Ship"?'),
        ('queues.Ship.actions = ["SendMessage"]', 'functions.Fulfil.queues.Ship.actions: "SendMessage" is not an action of SQS; did you mean "sqs:SendMessage"?'),
        ('queues.Ship.actions = ["sqs:*"]', 'functions.Fulfil.queues.Ship.actions: "sqs:*" has a wildcard; name the actions, say actions = "auto", or put it under statements, with a reason'),
        ('queues.Ship.actions = ["s3:GetObject"]', 'functions.Fulfil.queues.Ship.actions: "s3:GetObject" is not an action of SQS; such as "sqs:SendMessage"'),
        ('queues.Ship.actions = ["sqs:ListQueues"]', "functions.Fulfil.queues.Ship.actions: sqs:ListQueues acts on no queue; put it under statements, with its resources"),
        ('queues.Ship.variable = "AWS_REGION"', "functions.Fulfil.queues.Ship.variable: the name is reserved by Lambda"),
        ("triggers.queues.Ship.batch_size = 50", "functions.Fulfil.triggers.queues.Ship.batch_size: 50: more than 10 need a batching_window of 1 s or more"),
    ],
)  # fmt: skip
def test_a_wrong_use_or_trigger_is_refused(project, use, message):
    settings = SETTINGS.replace("triggers.queues.Ship = { batching_window = 5 }", use)
    assert refused(project, settings) == [message]
