"""Rules of AWS IoT that start functions."""

import pytest

from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
[queues.Lost]
[functions.Measured]
source = "src"
triggers.iot.Warm = { sql = "SELECT * FROM 'house/+/temperature'", dead_letter_queue = "Lost" }
triggers.iot.Old = { sql = "select value FROM 'old'", version = "2015-10-08", enabled = false }
"""


def test_a_rule_starts_the_function(document):
    rendered = document(SETTINGS)
    function = {"Fn::GetAtt": ["MeasuredFunction", "Arn"]}
    payload = properties(rendered, "MeasuredWarmIotRule")["TopicRulePayload"]
    assert payload == {
        "Sql": "SELECT * FROM 'house/+/temperature'",
        "AwsIotSqlVersion": "2016-03-23",
        "RuleDisabled": False,
        "Actions": [{"Lambda": {"FunctionArn": function}}],
        "ErrorAction": {
            "Sqs": {"QueueUrl": {"Ref": "LostQueue"}, "RoleArn": {"Fn::GetAtt": ["MeasuredWarmIotRuleRole", "Arn"]}}
        },
    }
    assert granted(rendered, "MeasuredWarmIotRuleRole") == {
        "SendDeadLetters": (["sqs:SendMessage"], [{"Fn::GetAtt": ["LostQueue", "Arn"]}])
    }
    assert properties(rendered, "MeasuredWarmIotRulePermission") == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": function,
        "Principal": "iot.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": ["MeasuredWarmIotRule", "Arn"]},
        "SourceAccount": {"Ref": "AWS::AccountId"},
    }
    old = properties(rendered, "MeasuredOldIotRule")["TopicRulePayload"]
    assert (old["RuleDisabled"], old["AwsIotSqlVersion"], "ErrorAction" in old) == (True, "2015-10-08", False)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"Lost" }', '"Lots" }', 'Warm.dead_letter_queue: there is no queue "Lots"; did you mean "Lost"?'),
        ("[queues.Lost]", "[queues.Lost]\nfifo = true", "Warm.dead_letter_queue: it takes a queue of the stack's own that is no FIFO queue"),
        ("select value", "value", 'Old.sql: "value FROM \'old\'" does not fit: a statement of IoT SQL, such as SELECT * FROM \'house/+/temperature\''),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_refused(project, old, new, message):
    assert f"functions.Measured.triggers.iot.{message}" in refused(project, SETTINGS.replace(old, new))
