"""Topics: their resources, subscriptions, policies, and the functions that they start."""

import pytest

from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
[topics.News]
emails = ["team@example.com"]
urls = ["https://shop.example.com/news"]
[queues.Orders]
subscriptions.News = { raw_message_delivery = true, filter = { type = ["order"] } }
[queues.Lost]
[functions.Read]
source = "src"
topics.News = { variable = "NEWS", actions = ["sns:Publish"] }
triggers.topics.News = { filter = { type = ["order"] }, filter_scope = "MessageBody", dead_letter_queue = "Lost" }
"""

TOPIC = {"Ref": "NewsTopic"}


def test_a_topic_its_subscribers_and_its_use(document):
    rendered = document(SETTINGS)
    assert properties(rendered, "NewsTopic") == {"KmsMasterKeyId": "alias/aws/sns"}
    assert properties(rendered, "NewsTopicSubscription1") == {
        "TopicArn": TOPIC,
        "Protocol": "email",
        "Endpoint": "team@example.com",
    }
    assert properties(rendered, "NewsTopicSubscription2")["Protocol"] == "https"
    assert properties(rendered, "OrdersQueueNewsSubscription") == {
        "TopicArn": TOPIC,
        "Protocol": "sqs",
        "Endpoint": {"Fn::GetAtt": ["OrdersQueue", "Arn"]},
        "RawMessageDelivery": True,
        "FilterPolicy": {"type": ["order"]},
        "FilterPolicyScope": "MessageAttributes",
    }
    assert granted(rendered, "ReadFunctionRole")["UseNewsTopic"] == (["sns:Publish"], [TOPIC])
    assert properties(rendered, "ReadFunction")["Environment"]["Variables"] == {"NEWS": TOPIC}
    assert rendered["Outputs"]["NewsTopicArnOutput"]["Value"] == TOPIC
    assert properties(rendered, "NewsTopicFailuresAlarm")["Dimensions"] == [
        {"Name": "TopicName", "Value": {"Fn::GetAtt": ["NewsTopic", "TopicName"]}}
    ]


def test_a_topic_starts_a_function_with_its_permission_and_its_dead_letters(document):
    rendered = document(SETTINGS)
    assert properties(rendered, "ReadNewsTopicTrigger") == {
        "TopicArn": TOPIC,
        "Protocol": "lambda",
        "Endpoint": {"Fn::GetAtt": ["ReadFunction", "Arn"]},
        "FilterPolicy": {"type": ["order"]},
        "FilterPolicyScope": "MessageBody",
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["LostQueue", "Arn"]}},
    }
    assert properties(rendered, "ReadNewsTopicTriggerPermission") == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Fn::GetAtt": ["ReadFunction", "Arn"]},
        "Principal": "sns.amazonaws.com",
        "SourceArn": TOPIC,
    }


@pytest.mark.parametrize("queue", ["Orders", "Lost"])
def test_a_queue_lets_in_its_topic_alone(document, queue):
    policy = properties(document(SETTINGS), f"{queue}QueuePolicy")
    assert policy["Queues"] == [{"Ref": f"{queue}Queue"}]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Sid": "FromNewsTopic",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": ["sqs:SendMessage"],
            "Resource": [{"Fn::GetAtt": [f"{queue}Queue", "Arn"]}],
            "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
        }
    ]


def test_a_topic_that_a_service_publishes_to_has_no_key_that_shuts_it_out(document):
    policy = 'policy = [{ principals = ["events.amazonaws.com"], actions = ["sns:Publish"], reason = "rules" }]'
    rendered = document(f'application = "shop"\n[topics.News]\n{policy}\n')
    assert "KmsMasterKeyId" not in properties(rendered, "NewsTopic")
    [statement] = properties(rendered, "NewsTopicPolicy")["PolicyDocument"]["Statement"]
    assert statement["Resource"] == [TOPIC]


def test_an_existing_topic_starts_a_function(document):
    rendered = document(
        'application = "shop"\n[topics.News]\nexisting = { import = "NewsArn" }\n[functions.Read]\nsource = "src"\n'
        "triggers.topics.News = {}\n"
    )
    assert properties(rendered, "ReadNewsTopicTrigger")["TopicArn"] == {"Fn::ImportValue": "NewsArn"}
    assert properties(rendered, "ReadNewsTopicTriggerPermission")["SourceArn"] == {"Fn::ImportValue": "NewsArn"}


def test_a_topic_that_is_looked_up_has_a_permission_that_cfn_lint_takes(document):
    rendered = document(
        'application = "shop"\n[topics.News]\nexisting = { ssm_parameter = "/news/topic-arn" }\n[functions.Read]\n'
        'source = "src"\ntriggers.topics.News = {}\n'
    )
    assert properties(rendered, "ReadNewsTopicTriggerPermission")["SourceArn"] == {
        "Fn::Join": ["", ["{{resolve:", "ssm:/news/topic-arn}}"]]
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('emails = ["team@example.com"]', "fifo = true\nemails = []\nurls = []", "functions.Read.triggers.topics.News: only queues may subscribe to a FIFO topic: let a FIFO queue do so, and start the function by it"),
        ('dead_letter_queue = "Lost"', 'dead_letter_queue = "Lots"', 'functions.Read.triggers.topics.News.dead_letter_queue: there is no queue "Lots"; did you mean "Lost"?'),
        ("[queues.Orders]", "[queues.Orders]\nfifo = true", "queues.Orders.subscriptions.News: a FIFO queue can only subscribe to a FIFO topic"),
        ("triggers.topics.News", "triggers.topics.Newt", 'functions.Read.triggers.topics.Newt: there is no such topic; did you mean "News"?'),
        ('emails = ["team@example.com"]', 'emails = ["team"]', 'topics.News.emails.0: "team" does not fit: an e-mail address, such as team@example.com'),
        ('urls = ["https://shop.example.com/news"]', 'urls = ["ftp://x"]', 'topics.News.urls.0: "ftp://x" does not fit: an address, such as https://example.com/news'),
    ],
)  # fmt: skip
def test_a_wrong_topic_is_refused(project, old, new, message):
    settings = SETTINGS.replace('urls = ["https://shop.example.com/news"]\n', "") if "fifo" in new else SETTINGS
    assert message in refused(project, settings.replace(old, new))
