import pytest

TABLES = """
application = "shop"
[tables.Orders]
name = "orders-live"
partition_key = { name = "customerId" }
sort_key = { name = "orderId", type = "N" }
ttl = "expiresAt"
indexes.byStatus = { partition_key = { name = "status" }, sort_key = { name = "orderId", type = "N" } }
indexes.byDay = { partition_key = { name = "day", type = "B" }, projection = "KEYS_ONLY" }
[tables.Reports]
partition_key = { name = "reportId" }
[functions.Orders]
source = "src"
tables.Orders = { actions = ["dynamodb:Query", "dynamodb:GetItem"], indexes.byStatus = ["dynamodb:Query"], indexes.byDay = ["dynamodb:Scan"] }
tables.Reports = { actions = [] }
[functions.Notify]
source = "src"
tracing = false
"""


def statements(document, role):
    [policy] = document["Resources"][role]["Properties"]["Policies"]
    return {s["Sid"]: s for s in policy["PolicyDocument"]["Statement"]}


def test_keys_indexes_and_time_to_live(document):
    table = {k: v for k, v in document(TABLES)["Resources"]["OrdersTable"]["Properties"].items() if k != "Tags"}
    assert table == {
        "TableName": "orders-live",
        "AttributeDefinitions": [
            {"AttributeName": "customerId", "AttributeType": "S"},
            {"AttributeName": "orderId", "AttributeType": "N"},
            {"AttributeName": "status", "AttributeType": "S"},
            {"AttributeName": "day", "AttributeType": "B"},
        ],
        "KeySchema": [
            {"AttributeName": "customerId", "KeyType": "HASH"},
            {"AttributeName": "orderId", "KeyType": "RANGE"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "byStatus",
                "KeySchema": [
                    {"AttributeName": "status", "KeyType": "HASH"},
                    {"AttributeName": "orderId", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            },
            {
                "IndexName": "byDay",
                "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
        ],
        "TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": True},
    }


def test_several_tables_and_functions_have_an_output_each(document):
    outputs = document(TABLES, more="[network]\n")["Outputs"]
    assert {name: output["Value"] for name, output in outputs.items()} == {
        "VpcIdOutput": {"Ref": "Vpc"},
        "OrdersDynamoTableNameOutput": {"Ref": "OrdersTable"},
        "ReportsDynamoTableNameOutput": {"Ref": "ReportsTable"},
        "OrdersLambdaFunctionNameOutput": {"Ref": "OrdersFunction"},
        "NotifyLambdaFunctionNameOutput": {"Ref": "NotifyFunction"},
    }


def test_a_table_that_exists_elsewhere_takes_no_name_away(document):
    settings = 'application = "shop"\n[tables.One]\npartition_key.name = "id"\n[tables.Two]\nexisting = "two"\n'
    assert list(document(settings)["Outputs"]) == ["DynamoTableNameOutput"]


def test_outputs_do_not_depend_on_the_order_of_tables_and_functions(document):
    one = '[functions.One]\nsource = "src"\n[tables.One]\npartition_key.name = "id"\n'
    two = one.replace(".One", ".Two")
    application = 'application = "shop"\n'
    assert document(application + one + two)["Outputs"] == document(application + two + one)["Outputs"]


def test_a_role_has_what_its_own_function_needs(document):
    rendered = document(TABLES, more="[network]\n")
    orders = statements(rendered, "OrdersFunctionRole")
    assert [s["Action"] for sid, s in orders.items() if sid.startswith("Use")] == [
        ["dynamodb:GetItem", "dynamodb:Query"],
        ["dynamodb:Query"],
        ["dynamodb:Scan"],
    ]
    assert [s["Resource"] for sid, s in orders.items() if sid.startswith("Use")] == [
        [{"Fn::GetAtt": ["OrdersTable", "Arn"]}],
        [{"Fn::Sub": "${OrdersTable.Arn}/index/byStatus"}],
        [{"Fn::Sub": "${OrdersTable.Arn}/index/byDay"}],
    ]
    assert orders["WriteLogs"]["Resource"] == [{"Fn::GetAtt": ["OrdersFunctionLogGroup", "Arn"]}]
    notify = statements(rendered, "NotifyFunctionRole")
    assert set(notify) == {"WriteLogs", "ManageNetworkInterfaces", "DenyOwnNetworkInterfaces"}
    assert notify["WriteLogs"]["Resource"] == [{"Fn::GetAtt": ["NotifyFunctionLogGroup", "Arn"]}]


def test_a_table_named_like_the_index_of_another_has_a_statement_of_its_own(document):
    settings = """
    application = "shop"
    [tables.Orders]
    partition_key.name = "id"
    indexes.ByStatus.partition_key.name = "status"
    [tables.OrdersByStatus]
    partition_key.name = "id"
    [functions.Orders]
    source = "src"
    tables.Orders = { actions = [], indexes.ByStatus = ["dynamodb:Query"] }
    tables.OrdersByStatus = { actions = ["dynamodb:GetItem"] }
    """
    [policy] = document(settings)["Resources"]["OrdersFunctionRole"]["Properties"]["Policies"]
    sids = [s["Sid"] for s in policy["PolicyDocument"]["Statement"]]  # IAM refuses a policy with one twice
    assert [sid for sid in sids if sid.startswith("Use")] == ["UseOrdersIndexByStatus", "UseOrdersByStatus"]


def test_without_routes_there_is_no_api_nor_anything_for_it(document):
    rendered = document(TABLES)
    kinds = {resource["Type"] for resource in rendered["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith("AWS::ApiGateway")}
    assert "ApiLoggingRole" not in rendered["Resources"]
    assert "ApiAccessLogGroup" not in rendered["Resources"]
    assert "ApiServerErrorsAlarm" not in rendered["Resources"]


@pytest.mark.parametrize("protected", [False, True])
def test_protection_is_of_everything_that_keeps_state(document, protected):
    rendered = document(more=f"[environments.dev]\nprotected = {str(protected).lower()}\n")
    state = [r for r in rendered["Resources"].values() if r["Type"] in ("AWS::DynamoDB::Table", "AWS::Logs::LogGroup")]
    assert len(state) == 3
    expected = ("RetainExceptOnCreate", "Retain") if protected else ("Delete", "Delete")
    assert {(r["DeletionPolicy"], r["UpdateReplacePolicy"]) for r in state} == {expected}
    table = rendered["Resources"]["ItemTable"]["Properties"]
    assert ("DeletionProtectionEnabled" in table) is protected
    assert ("SSESpecification" in table) is protected
