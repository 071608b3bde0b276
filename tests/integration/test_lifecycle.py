"""The life of each environment, from its creation by a change set to its end, through the tool's own commands."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import ENVIRONMENTS, REAL, eventually
from tests.sockets import listeners

OUTPUTS = {
    "VpcIdOutput",
    "DynamoTableNameOutput",
    "LambdaRoleNameOutput",
    "LambdaFunctionNameOutput",
    "LambdaFunctionArnOutput",
    "AlarmNameOutput",
    "ApiGatewayIdOutput",
    "ApiGatewayUrlOutput",
}
TABLE = "functions.Item.tables.Item"


@pytest.fixture
def changed(deployed):
    """The deployed environment, to be changed: it is deployed as it was when the test is over."""
    yield deployed
    deployed.set()
    deployed.deploy()


def function(application):
    name = application.outputs()["LambdaFunctionNameOutput"]
    return application.cloud.client("lambda").get_function_configuration(FunctionName=name)


def test_the_outputs_are_the_ones_that_were_promised(deployed):
    outputs = deployed.outputs()
    assert set(outputs) == OUTPUTS
    assert outputs["ApiGatewayIdOutput"] in outputs["ApiGatewayUrlOutput"]
    assert outputs["LambdaFunctionArnOutput"].endswith(outputs["LambdaFunctionNameOutput"])
    assert deployed.stack()["StackStatus"].endswith("_COMPLETE")


def test_a_get_stores_an_item_that_is_in_the_table(deployed):
    answer = deployed.request("GET", "/item")
    assert answer.status == 200
    assert set(answer.json) == {"message", "itemId", "tableName"}
    assert answer.json["tableName"] == deployed.outputs()["DynamoTableNameOutput"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/json"
    [item] = [item for item in deployed.items() if item["itemId"]["S"] == answer.json["itemId"]]
    stored_at = datetime.fromisoformat(item["timestamp"]["S"])
    assert timedelta(0) <= datetime.now(UTC) - stored_at < timedelta(minutes=5)


@pytest.mark.parametrize("path", ["/item", "/"])
def test_a_preflight_is_answered_on_every_resource(deployed, path):
    asked = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET"}
    answer = deployed.request("OPTIONS", path, asked)
    assert answer.status in {200, 204}
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"].split(",")
    assert "content-type" in answer.headers["access-control-allow-headers"].lower().split(",")


def test_an_error_of_the_gateway_can_be_read_by_a_page_too(deployed):
    answer = deployed.request("GET", "/nothing-is-here")
    assert answer.status == 403
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_tags_say_whose_it_is(deployed):
    tags = {tag["Key"]: tag["Value"] for tag in deployed.stack()["Tags"]}
    assert tags["Application"] == deployed.name
    assert tags["ManagedBy"] == "tapgen"
    assert tags["Environment"] == ("Production" if deployed.environment == "prod" else deployed.environment)
    assert {"Repository", "Author"} <= set(tags)


@pytest.mark.skipif(bool(REAL) or not Path("/proc/net/tcp").exists(), reason="looks at the embedded AWS in /proc")
def test_with_everything_at_work_the_embedded_aws_listens_on_loopback_alone(deployed):
    assert deployed.request("GET", "/item").status == 200
    embedded = deployed.cloud.embedded
    assert listeners(embedded.process.pid) == [("0100007F", embedded.port)]


def test_a_second_deployment_has_nothing_to_do(deployed):
    before = deployed.stack().get("LastUpdatedTime")
    done = deployed.deploy("--json")
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["result"], result["changed"]) == ("OK", False)
    assert "no changes" in result["message"]
    assert deployed.stack().get("LastUpdatedTime") == before


def test_more_memory_is_an_update_in_place(changed):
    before = function(changed)
    changed.set("functions.Item.memory = 512")
    changed.deploy()
    after = function(changed)
    assert (before["MemorySize"], after["MemorySize"]) == (256, 512)
    assert before["FunctionArn"] == after["FunctionArn"]
    assert changed.request("GET", "/item").status == 200


def test_without_its_permission_the_application_fails_and_says_nothing_of_why(changed):
    changed.set(f'{TABLE}.actions = ["dynamodb:DescribeTable"]')
    refusal = changed.deploy(exit_code=4)
    assert "permission-missing: ItemFunction needs dynamodb:PutItem on ItemTable" in refusal.stderr
    changed.deploy("--no-check")

    def refused():
        return changed.request("GET", "/item").status == 500

    assert eventually(refused)
    answer = changed.request("GET", "/item")
    assert answer.json == {"error": "Database operation failed"}
    assert answer.headers["access-control-allow-origin"] == "*"
    logs = changed.cloud.client("logs")
    group = function(changed)["LoggingConfig"]["LogGroup"]

    def logged():
        events = logs.filter_log_events(logGroupName=group)["events"]
        return [event["message"] for event in events if "AccessDeniedException" in event["message"]]

    assert eventually(logged)
    record = json.loads(logged()[-1])
    assert re.fullmatch(r"[0-9a-f-]{36}", record["requestId"])
    assert "dynamodb:PutItem" in record["errorMessage"]


def test_a_failing_function_raises_the_alarm(changed):
    cloudwatch = changed.cloud.client("cloudwatch")
    name = changed.outputs()["AlarmNameOutput"]

    def alarmed():
        [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return alarm["StateValue"] == "ALARM"

    assert not alarmed()
    lambda_ = changed.cloud.client("lambda")
    broken = function(changed)["FunctionName"]
    lambda_.update_function_configuration(FunctionName=broken, Handler="index.there_is_no_such_function")
    try:
        assert eventually(lambda: changed.request("GET", "/item").status == 502)
        # The embedded AWS counts direct invocations alone; on AWS the request above is counted as well.
        assert lambda_.invoke(FunctionName=broken, Payload=b"{}")["FunctionError"] == "Unhandled"
        assert eventually(alarmed, between=changed.cloud.evaluate_alarms)
    finally:
        lambda_.update_function_configuration(FunctionName=broken, Handler="index.handler")


BUS_LAYER = """
from troposphere.events import EventBus

def build(template, environment, stack):
    template.add_resource(EventBus("TakenBus", Name="{name}"))
"""


def test_a_name_that_is_taken_rolls_the_update_back_and_the_application_runs_on(changed):
    taken = f"{changed.name}-taken"
    events = changed.cloud.client("events")
    arn = events.create_event_bus(Name=taken)["EventBusArn"]
    layer = f"taken_{changed.environment}"  # a module of its own for each environment: one process imports it once
    (changed.folder / f"{layer}.py").write_text(BUS_LAYER.format(name=taken))
    try:
        changed.set(f'layers = ["{layer}"]', "functions.Item.memory = 512")
        done = changed.deploy(exit_code=6)
        assert "Root cause: TakenBus (AWS::Events::EventBus" in done.stderr
        assert "already exists" in done.stderr
        assert f"{layer}.py:5" in done.stderr
        assert changed.stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert function(changed)["MemorySize"] == 256
        assert changed.request("GET", "/item").status == 200
        assert events.describe_event_bus(Name=taken)["Arn"] == arn
    finally:
        events.delete_event_bus(Name=taken)


def test_a_loss_is_refused_before_anything_is_executed(changed):
    before = changed.stack().get("LastUpdatedTime")
    changed.set('tables.Item.partition_key = { name = "other" }')
    done = changed.deploy(exit_code=4)
    assert "ItemTable" in done.stderr
    assert "--allow-loss" in done.stderr
    assert changed.stack().get("LastUpdatedTime") == before


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_destroying_leaves_nothing_but_the_data_of_a_protected_environment(application, environment):
    made = application(environment)
    made.deploy()
    protected = environment == "prod"
    assert made.stack()["EnableTerminationProtection"] == protected
    held = made.cloud.client("cloudformation").describe_stack_resources(StackName=made.stack_name)["StackResources"]
    names = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in held}
    dynamodb, logs = made.cloud.client("dynamodb"), made.cloud.client("logs")
    done = made.destroy()
    with pytest.raises(ClientError, match="does not exist"):
        made.stack()
    with pytest.raises(ClientError, match="ResourceNotFound"):
        made.cloud.client("lambda").get_function_configuration(FunctionName=names["ItemFunction"])
    with pytest.raises(ClientError, match="NoSuchEntity"):
        made.cloud.client("iam").get_role(RoleName=names["ItemFunctionRole"])
    assert made.cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix=made.stack_name)["MetricAlarms"] == []
    groups = logs.describe_log_groups(logGroupNamePrefix=names["ItemFunctionLogGroup"])["logGroups"]
    assert bool(groups) == protected
    if not protected:
        with pytest.raises(ClientError, match="ResourceNotFound"):
            dynamodb.describe_table(TableName=names["ItemTable"])
        return
    assert f"ItemTable (AWS::DynamoDB::Table, {names['ItemTable']})" in done.stdout + done.stderr
    dynamodb.update_table(TableName=names["ItemTable"], DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=names["ItemTable"])
    logs.delete_log_group(logGroupName=names["ItemFunctionLogGroup"])
