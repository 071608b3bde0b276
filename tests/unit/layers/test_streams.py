"""Streams, of Kinesis and of tables, the functions that they start, and functions that invoke each other."""

import pytest

from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
[tables.Orders]
partition_key = { name = "orderId" }
[streams.Clicks]
[queues.Lost]
[functions.Changed]
source = "src"
streams.Clicks = { variable = "CLICKS", actions = ["kinesis:PutRecord"] }
functions.Count = { variable = "COUNT", actions = ["lambda:InvokeFunction"] }
triggers.tables.Orders = { filter = { eventName = ["INSERT"] }, dead_letter_queue = "Lost" }
[functions.Count]
source = "src"
alias = "live"
functions.Changed = { actions = ["lambda:InvokeFunction"] }
triggers.streams.Clicks = { starting_position = "TRIM_HORIZON", batching_window = 10, retries = -1, parallelization_factor = 2, tumbling_window = 60, max_record_age = 3600, bisect_batch = false }
"""


def test_a_table_gets_a_stream_that_starts_a_function(document):
    rendered = document(SETTINGS)
    stream = {"Fn::GetAtt": ["OrdersTable", "StreamArn"]}
    assert properties(rendered, "OrdersTable")["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert properties(rendered, "ChangedOrdersTableTrigger") == {
        "EventSourceArn": stream,
        "FunctionName": {"Fn::GetAtt": ["ChangedFunction", "Arn"]},
        "BatchSize": 100,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]},
        "StartingPosition": "LATEST",
        "MaximumRetryAttempts": 5,
        "BisectBatchOnFunctionError": True,
        "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["LostQueue", "Arn"]}}},
    }
    statements = granted(rendered, "ChangedFunctionRole")
    assert statements["PollOrdersTable"] == (
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        [stream],
    )
    assert statements["FailedToLostQueue"] == (["sqs:SendMessage"], [{"Fn::GetAtt": ["LostQueue", "Arn"]}])


def test_a_table_without_a_trigger_has_no_stream_unless_it_says_so(document):
    plain = 'application = "shop"\n[tables.Orders]\n'
    assert "StreamSpecification" not in properties(document(plain), "OrdersTable")
    rendered = document(f'{plain}stream = "NEW_IMAGE"\n')
    assert properties(rendered, "OrdersTable")["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_a_kinesis_stream_and_its_function(document):
    rendered = document(SETTINGS)
    assert properties(rendered, "ClicksStream") == {
        "RetentionPeriodHours": 24,
        "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
        "StreamModeDetails": {"StreamMode": "ON_DEMAND"},
    }
    trigger = properties(rendered, "CountClicksStreamTrigger")
    assert trigger["FunctionName"] == {"Ref": "CountFunctionAlias"}
    assert {key: trigger[key] for key in ("MaximumRetryAttempts", "ParallelizationFactor", "TumblingWindowInSeconds", "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError")} == {
        "MaximumRetryAttempts": -1, "ParallelizationFactor": 2, "TumblingWindowInSeconds": 60, "MaximumRecordAgeInSeconds": 3600, "BisectBatchOnFunctionError": False,
    }  # fmt: skip
    assert properties(rendered, "ClicksStreamAgeAlarm")["Threshold"] == 900000
    assert granted(rendered, "ChangedFunctionRole")["UseClicksStream"] == (
        ["kinesis:PutRecord"],
        [{"Fn::GetAtt": ["ClicksStream", "Arn"]}],
    )


def test_functions_invoke_each_other_by_name_without_a_circle(document):
    rendered = document(SETTINGS)
    arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-dev-"
    assert granted(rendered, "ChangedFunctionRole")["UseCountFunction"] == (
        ["lambda:InvokeFunction"],
        [{"Fn::Sub": f"{arn}Count:live"}],
    )
    variables = properties(rendered, "ChangedFunction")["Environment"]["Variables"]
    assert variables["COUNT"] == {"Fn::Sub": f"{arn}Count:live"}
    assert granted(rendered, "CountFunctionRole")["UseChangedFunction"][1] == [{"Fn::Sub": f"{arn}Changed"}]


def test_a_function_that_exists_is_invoked_and_not_made(document, project):
    settings = (
        'application = "shop"\n[functions.Mail]\nexisting = "mailer"\n[functions.Orders]\nsource = "src"\n'
        'functions.Mail = { variable = "MAIL", actions = ["lambda:InvokeFunction"] }\non_failure = "Mail"\n'
    )
    rendered = document(settings)
    arn = {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:mailer"}
    assert granted(rendered, "OrdersFunctionRole")["UseMailFunction"] == (["lambda:InvokeFunction"], [arn])
    assert properties(rendered, "OrdersFunction")["Environment"]["Variables"] == {"MAIL": arn}
    assert [name for name in rendered["Resources"] if name.startswith("Mail")] == []
    beside = settings.replace('existing = "mailer"', 'existing = "mailer"\nmemory = 512')
    message = "functions.Mail.memory: it is not the stack's: existing stands in place of this key"
    assert refused(project, beside) == [message]


def test_a_table_that_another_stack_exports(document):
    rendered = document(
        'application = "shop"\n[tables.Orders]\nexisting = { import = "crm-OrdersTableArn" }\n'
        'stream = { import = "crm-OrdersStream" }\n[functions.Item]\nsource = "src"\n'
        'tables.Orders = { variable = "TABLE", actions = ["dynamodb:GetItem"], indexes.byDay = ["dynamodb:Query"] }\n'
        "triggers.tables.Orders = {}\n"
    )
    arn = {"Fn::ImportValue": "crm-OrdersTableArn"}
    allowed = granted(rendered, "ItemFunctionRole")
    assert allowed["UseOrders"] == (["dynamodb:GetItem"], [arn])
    assert allowed["UseOrdersIndexByDay"] == (["dynamodb:Query"], [{"Fn::Join": ["", [arn, "/index/byDay"]]}])
    assert properties(rendered, "ItemOrdersTableTrigger")["EventSourceArn"] == {"Fn::ImportValue": "crm-OrdersStream"}


def test_an_existing_table_needs_the_arn_of_its_stream(project, document):
    settings = 'application = "shop"\n[tables.Orders]\nexisting = "live"\n[functions.Changed]\nsource = "src"\ntriggers.tables.Orders = {}\n'
    message = 'tables.Orders exists elsewhere: write its stream\'s ARN beside it, stream = "arn:…"'
    assert refused(project, settings) == [f"functions.Changed.triggers.tables.Orders: {message}"]
    beside = settings.replace('existing = "live"', 'existing = "live"\nstream = { ssm_parameter = "/live/stream" }')
    assert properties(document(beside), "ChangedOrdersTableTrigger")["EventSourceArn"] == "{{resolve:ssm:/live/stream}}"


def test_capacity_local_indexes_and_added_attributes(document):
    rendered = document(
        """
application = "shop"
[tables.Orders]
partition_key = { name = "customerId" }
sort_key = { name = "orderId" }
capacity = { read = 5, write = 2, max_read = 100 }
indexes.byDay = { partition_key = { name = "day" }, projection = ["total"], capacity = { read = 1, write = 1, max_write = 10, target = 50 } }
local_indexes.byTotal = { sort_key = { name = "total", type = "N" }, projection = "KEYS_ONLY" }
[functions.Read]
source = "src"
tables.Orders = { actions = [], indexes.byTotal = ["dynamodb:Query"] }
"""
    )
    table = properties(rendered, "OrdersTable")
    assert table["BillingMode"] == "PROVISIONED"
    assert table["ProvisionedThroughput"] == {"ReadCapacityUnits": 5, "WriteCapacityUnits": 2}
    [index] = table["GlobalSecondaryIndexes"]
    assert index["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]}
    assert index["ProvisionedThroughput"] == {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    [local] = table["LocalSecondaryIndexes"]
    assert local["KeySchema"][1] == {"AttributeName": "total", "KeyType": "RANGE"}
    assert {"AttributeName": "total", "AttributeType": "N"} in table["AttributeDefinitions"]
    target = properties(rendered, "OrdersTableReadScaling")
    assert (target["MinCapacity"], target["MaxCapacity"]) == (5, 100)
    assert target["ResourceId"] == {"Fn::Sub": "table/${OrdersTable}"}
    target = properties(rendered, "OrdersTableByDayWriteScaling")
    assert target["ScalableDimension"] == "dynamodb:index:WriteCapacityUnits"
    policy = properties(rendered, "OrdersTableByDayWriteScalingPolicy")["TargetTrackingScalingPolicyConfiguration"]
    assert policy["TargetValue"] == 50
    assert granted(rendered, "ReadFunctionRole")["UseOrdersIndexByTotal"][0] == ["dynamodb:Query"]


def test_a_table_with_replicas_is_a_global_table(document):
    rendered = document(
        """
application = "shop"
protected = true
region = "eu-west-1"
[tables.Orders]
replicas = ["us-east-1"]
indexes.byDay = { partition_key = { name = "day" } }
"""
    )
    resource = rendered["Resources"]["OrdersTable"]
    assert resource["Type"] == "AWS::DynamoDB::GlobalTable"
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    table = resource["Properties"]
    assert [replica["Region"] for replica in table["Replicas"]] == [{"Ref": "AWS::Region"}, "us-east-1"]
    assert all(replica["DeletionProtectionEnabled"] for replica in table["Replicas"])
    assert {"Key": "ManagedBy", "Value": "tapgen"} in table["Replicas"][1]["Tags"]
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["GlobalSecondaryIndexes"][0]["IndexName"] == "byDay"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('stream = "ALL"', "tables.T.stream: it is none of NEW_AND_OLD_IMAGES, NEW_IMAGE, OLD_IMAGE, KEYS_ONLY"),
        ('local_indexes.byX.sort_key.name = "x"', "tables.T.local_indexes: a table without a sort_key has none"),
        ('replicas = ["eu-west-1"]\n[environments.dev]\nregion = "eu-west-1"', "tables.T.replicas: eu-west-1 is a region of the stack itself; name the others"),
        ('replicas = ["eu-west-1"]\ncapacity = { read = 1, write = 1 }', "tables.T.replicas: a table with replicas is billed by the request; take its capacity away"),
        ("capacity = { read = 5, write = 5, max_read = 1 }", "tables.T.capacity.max_read: 1 is less than read, 5"),
        ('indexes.byX = { partition_key.name = "x", capacity = { read = 1, write = 1 } }', "tables.T.indexes.byX.capacity: the table has none: it is billed by the request, and so are its indexes"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused(project, more, message):
    assert message in refused(project, f'application = "shop"\n[tables.T]\n{more}\n')
