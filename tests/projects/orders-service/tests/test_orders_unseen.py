"""What no caller of the application sees: logs, the nightly run and its schedule."""

import json
import time

import boto3
import pytest
from test_orders import until

FUNCTIONS = ("Create", "List", "Order", "Partner", "Cleanup", "Fulfil", "Uploads", "Stream")
ABANDONED = {"orderId": "abandoned", "customerId": "old", "createdAt": "2020-01-01", "status": "new"}


def name_of(function, outputs):
    return outputs[f"{function}LambdaFunctionNameOutput"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_logs_is_in_its_group(function, outputs):
    name = name_of(function, outputs)
    since = int(time.time() * 1000)
    boto3.client("lambda").invoke(FunctionName=name, Payload=b'{"Records": []}')
    group = boto3.client("lambda").get_function_configuration(FunctionName=name)["LoggingConfig"]["LogGroup"]
    asked = {"logGroupName": group, "startTime": since}
    until(lambda: boto3.client("logs").filter_log_events(**asked)["events"])


def test_an_abandoned_order_goes_at_night(outputs):
    orders = boto3.resource("dynamodb").Table(outputs["DynamoTableNameOutput"])
    key = {"orderId": ABANDONED["orderId"]}
    orders.delete_item(Key=key)
    orders.put_item(Item=ABANDONED)
    until(lambda: orders.get_item(Key=key)["Item"]["status"] == "shipped")  # as every new order is
    orders.put_item(Item=ABANDONED)
    answer = boto3.client("lambda").invoke(FunctionName=name_of("Cleanup", outputs), Payload=b"{}")
    assert json.loads(answer["Payload"].read())["deleted"] >= 1
    assert "Item" not in orders.get_item(Key=key)


def test_the_schedule_may_start_its_function():
    scheduler, iam = boto3.client("scheduler"), boto3.client("iam")
    [schedule] = [one["Name"] for one in scheduler.list_schedules()["Schedules"] if "Cleanup" in one["Name"]]
    target = scheduler.get_schedule(Name=schedule)["Target"]
    asked = {"ActionNames": ["lambda:InvokeFunction"], "ResourceArns": [target["Arn"]]}
    [result] = iam.simulate_principal_policy(PolicySourceArn=target["RoleArn"], **asked)["EvaluationResults"]
    assert result["EvalDecision"] == "allowed"
