"""Event buses, and the rules by which events start functions."""

import pytest

from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
[buses.Shop]
archive_days = 30
policy = [{ principals = ["111111111111"], actions = ["events:PutEvents"], reason = "the warehouse" }]
[queues.Lost]
[functions.Placed]
source = "src"
buses.Shop = { variable = "BUS", actions = ["events:PutEvents"] }
triggers.events.Placed = { bus = "Shop", pattern = { source = ["shop"], detail = { total = [{ numeric = [">", 10] }] } }, dead_letter_queue = "Lost" }
triggers.events.Uploads = { pattern = { source = ["aws.s3"] }, retries = 2, enabled = false }
"""

FUNCTION = {"Fn::GetAtt": ["PlacedFunction", "Arn"]}


def test_rules_start_a_function_with_permission_and_dead_letters(document):
    rendered = document(SETTINGS)
    assert properties(rendered, "PlacedPlacedRule") == {
        "EventBusName": {"Ref": "ShopBus"},
        "EventPattern": {"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}},
        "State": "ENABLED",
        "Targets": [
            {
                "Id": "Function",
                "Arn": FUNCTION,
                "RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400},
                "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["LostQueue", "Arn"]}},
            }
        ],
    }
    rule = {"Fn::GetAtt": ["PlacedPlacedRule", "Arn"]}
    assert properties(rendered, "PlacedPlacedRulePermission") == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": FUNCTION,
        "Principal": "events.amazonaws.com",
        "SourceArn": rule,
    }
    [statement] = properties(rendered, "LostQueuePolicy")["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}
    uploads = properties(rendered, "PlacedUploadsRule")
    assert uploads["State"] == "DISABLED"
    assert "EventBusName" not in uploads


def test_a_bus_its_archive_its_policy_and_its_use(document):
    rendered = document(SETTINGS)
    assert properties(rendered, "ShopBus") == {"Name": "shop-dev-Shop"}
    assert properties(rendered, "ShopBusArchive")["RetentionDays"] == 30
    statement = properties(rendered, "ShopBusPolicy1")["Statement"]
    assert statement["Principal"] == {"AWS": [{"Fn::Sub": "arn:${AWS::Partition}:iam::111111111111:root"}]}
    assert statement["Resource"] == [{"Fn::GetAtt": ["ShopBus", "Arn"]}]
    assert granted(rendered, "PlacedFunctionRole")["UseShopBus"] == (
        ["events:PutEvents"],
        [{"Fn::GetAtt": ["ShopBus", "Arn"]}],
    )
    assert properties(rendered, "PlacedFunction")["Environment"]["Variables"] == {"BUS": {"Ref": "ShopBus"}}


@pytest.mark.parametrize(
    ("pattern", "messages"),
    [
        ("{}", ["pattern: it is empty: name at least a source"]),
        ('{ source = "shop" }', ["pattern.source: a pattern's values are lists: write the value in [ ]"]),
        ("{ detail = { kind = [] } }", ["pattern.detail.kind: an empty list matches nothing"]),
        ('{ sorce = ["shop"] }', ['pattern.sorce: events have no such field, so that it matches nothing; did you mean "source"?']),
    ],
)  # fmt: skip
def test_a_pattern_that_matches_nothing_is_refused(project, pattern, messages):
    settings = SETTINGS.replace('{ source = ["aws.s3"] }', pattern)
    assert refused(project, settings) == [f"functions.Placed.triggers.events.Uploads.{one}" for one in messages]


def test_an_unknown_bus_is_refused(project):
    settings = SETTINGS.replace('bus = "Shop"', 'bus = "Shopp"')
    assert refused(project, settings) == [
        'functions.Placed.triggers.events.Placed.bus: there is no bus "Shopp"; did you mean "Shop"?'
    ]


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("input = { all = true }", {"Input": '{"all":true}'}),
        ('input_path = "$.detail"', {"InputPath": "$.detail"}),
        (
            'input_transformer = { paths = { id = "$.detail.id" }, template = \'{"order": <id>}\' }',
            {"InputTransformer": {"InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": '{"order": <id>}'}},
        ),
    ],
)
def test_what_a_rule_sends_in_place_of_the_event(document, written, target):
    settings = 'application = "shop"\n[functions.Item]\nsource = "src"\n'
    rendered = document(settings + f'triggers.events.E = {{ pattern = {{ source = ["shop"] }}, {written} }}\n')
    assert properties(rendered, "ItemERule")["Targets"][0].items() >= target.items()


def test_a_rule_sends_one_thing(project):
    settings = 'application = "shop"\n[functions.Item]\nsource = "src"\n'
    both = 'triggers.events.E = { pattern = { source = ["shop"] }, input = "x", input_path = "$.a" }\n'
    assert refused(project, settings + both) == [
        "functions.Item.triggers.events.E.input_path: input says what is sent already; take one of them"
    ]
