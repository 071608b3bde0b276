"""Whatever is granted counts: of every kind of part, use and trigger each permission is taken away, and is missed."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from tapgen import render
from tapgen.cli.options import filled
from tapgen.proof.check import check_all, of_environment
from tapgen.proof.needs.functions import analyse_once
from tapgen.settings.load import load
from tests.removals import MANAGED, Removal, one_of_each, removals, rounds

SETTINGS = """
application = "shop"
[keys.Data]
[tables.Items]
encryption = "Data"
indexes.byDay = { partition_key = { name = "day" } }
[tables.Watched]
[queues.Work]
encryption = "Data"
subscriptions.News = {}
subscriptions.Told = {}
events.Placed = { bus = "Shop", pattern = { source = ["warehouse"] } }
notifications.Files = { prefix = "in/" }
[queues.Lost]
[queues.Hidden]
encryption = "Data"
[queues.Done]
[topics.News]
[topics.Told]
encryption = "Data"
events.Placed = { bus = "Shop", pattern = { source = ["warehouse"] }, dead_letter_queue = "Hidden" }
notifications.Files = { prefix = "told/" }
[buckets.Uploads]
encryption = "Data"
[buckets.Files]
[secrets.Database]
encryption = "Data"
rotation = { function = "Rotate" }
[ssm_parameters.Limit]
value = 100
[buses.Shop]
[streams.Clicks]
encryption = "Data"
[user_pools.Customers]
[state_machines.Checkout]
definition = "checkout.asl.json"
triggers.schedules.Hourly = { expression = "rate(1 hour)", dead_letter_queue = "Hidden" }
triggers.events.Placed = { bus = "Shop", pattern = { source = ["shop"] }, dead_letter_queue = "Lost" }

[alarms]
topic = "Told"
[sites.Front]
bucket = "Pages"
[buckets.Pages]
[api.routes]
"POST /orders" = { queue = "Hidden" }
"POST /events" = { bus = "Shop", source = "shop", detail_type = "Placed" }
"POST /runs" = { state_machine = "Checkout" }
[api]
authorizers.Gate = { function = "Gate", ttl = 0 }
[apis.Site]
kind = "http"
authorizers.Gate = { function = "Gate", identity = ["header.Authorization"], ttl = 0 }
[functions.Gate]
source = "src"
entry_point = "other.handler"
[functions.Rotate]
source = "src"
entry_point = "other.handler"
[functions.Live]
source = "src"
entry_point = "other.handler"
alias = "live"
routes = [{ route = "GET /live", authorizer = "Gate" }, { route = "ANY /site/{id}", api = "Site", authorizer = "Gate" }]
url = { authorization = "NONE" }
triggers.topics.News = { dead_letter_queue = "Hidden" }
triggers.topics.Told = {}
triggers.schedules.Nightly = { expression = "rate(1 day)", dead_letter_queue = "Hidden" }
triggers.events.Placed = { bus = "Shop", pattern = { source = ["shop"] }, dead_letter_queue = "Lost" }
triggers.buckets.Uploads = {}
triggers.logs.Errors = { function = "Gate", pattern = "ERROR" }
triggers.user_pools.Customers = { on = ["pre_sign_up"] }
on_success = "Done"
callers.Mail = { principal = "ses.amazonaws.com" }
[functions.Polls]
source = "src"
entry_point = "other.handler"
triggers.queues.Work = {}
triggers.tables.Watched = { dead_letter_queue = "Lost" }
triggers.streams.Clicks = {}
triggers.iot.Warm = { sql = "SELECT * FROM 'house/temperature'", dead_letter_queue = "Hidden" }
[functions.Polls.triggers.kafka.Payments]
cluster = "arn:aws:kafka:eu-central-1:111111111111:cluster/shop/11111111-2222-3333-4444-555555555555-1"
topic = "payments"
dead_letter_queue = "Hidden"
[functions.Polls.triggers.mq.Payments]
broker = "arn:aws:mq:eu-central-1:111111111111:broker:shop:b-11111111-2222-3333-4444-555555555555"
queue = "payments"
secret = "Database"
[functions.Uses]
source = "src"
environment.PASSWORD = { secret = "Database", key = "password" }
tables.Items = { variable = "ITEMS" }
queues.Hidden = { variable = "HIDDEN" }
topics.News = { variable = "NEWS" }
buckets.Files = { variable = "FILES" }
secrets.Database = { variable = "SECRET" }
ssm_parameters.Limit = { variable = "LIMIT" }
buses.Shop = { variable = "BUS" }
streams.Clicks = { variable = "CLICKS" }
user_pools.Customers = { variable = "POOL" }
state_machines.Checkout = { variable = "MACHINE" }
functions.Live = { variable = "LIVE" }
keys.Data = { variable = "KEY" }
"""
DEFINITION = """
{"StartAt": "Work", "States": {
  "Work": {"Type": "Task", "Resource": "${LiveFunction}", "Next": "Ship"},
  "Ship": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
           "Parameters": {"QueueUrl": "${HiddenQueue}", "MessageBody.$": "$"}, "End": true}
}}
"""
HANDLER = """
import os

import boto3

E = os.environ
table = boto3.resource("dynamodb").Table(E["ITEMS"])


def handler(event, context):
    table.get_item(Key={"id": "1"})
    table.query(IndexName="byDay", KeyConditionExpression="day = :d", ExpressionAttributeValues={":d": "monday"})
    boto3.client("sqs").send_message(QueueUrl=E["HIDDEN"], MessageBody="1")
    boto3.client("sns").publish(TopicArn=E["NEWS"], Message="1")
    s3 = boto3.client("s3")
    s3.get_object(Bucket=E["FILES"], Key="a")
    s3.list_objects_v2(Bucket=E["FILES"])
    boto3.client("secretsmanager").get_secret_value(SecretId=E["SECRET"])
    boto3.client("ssm").get_parameter(Name=E["LIMIT"])
    boto3.client("events").put_events(Entries=[{"EventBusName": E["BUS"], "Source": "a", "DetailType": "b"}])
    boto3.client("kinesis").put_record(StreamName=E["CLICKS"], Data=b"1", PartitionKey="1")
    boto3.client("cognito-idp").admin_get_user(UserPoolId=E["POOL"].split("/")[-1], Username="a")
    boto3.client("stepfunctions").start_execution(stateMachineArn=E["MACHINE"])
    boto3.client("lambda").invoke(FunctionName=E["LIVE"])
    boto3.client("kms").encrypt(KeyId=E["KEY"], Plaintext=b"1")
"""
STARTED = """
def handler(event, context):
    return event
"""
NOT_MISSED = {
    "kinesis:DescribeStreamSummary": "AWS's managed policy grants it, and pollers do without",
    "kafka:DescribeCluster": "newer pollers ask by kafka:DescribeClusterV2",
    "kafka-cluster:AlterGroup": "a cluster may let in without IAM, and the template does not know",
    "kafka-cluster:Connect": "likewise",
    "kafka-cluster:DescribeClusterDynamicConfiguration": "likewise",
    "kafka-cluster:DescribeGroup": "likewise",
    "kafka-cluster:DescribeTopic": "likewise",
    "kafka-cluster:ReadData": "likewise",
    "LiveMailCallerPermission": "only who wrote it knows of the caller",
}


def project(folder: Path) -> Path:
    files = {"tapgen.toml": SETTINGS, "checkout.asl.json": DEFINITION, "src/index.py": HANDLER, "src/other.py": STARTED}
    (folder / "src").mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_each_permission_that_is_taken_away_is_missed(tmp_path: Path) -> None:
    chosen = filled(load(project(tmp_path)).environment("dev"))
    document = render.render(chosen).document
    analyse = analyse_once()  # the sources stay as they are

    def found(rendered: dict[str, Any]) -> set[tuple[str, str]]:
        [every] = check_all([of_environment(chosen, rendered)], with_lint=False, analyse=analyse)
        return {(one.rule, one.message) for one in every if one.severity in ("error", "warning")}

    before = found(document)
    open_to_all = {"invoke-public", "function-url-public", "api-public-write"}
    assert {rule for rule, _ in before} == open_to_all
    taken = one_of_each(removals(document))
    alone = [one for one in taken if not one.action]
    unseen = [one for one in alone if not found(one.without(document)) - before]
    for several in rounds(one for one in taken if one.action):
        changed = copy.deepcopy(document)
        for one in several:
            one.take_from(changed)
        messages = [message for _, message in found(changed) - before]
        unseen += [one for one in several if not any(named(one, message) for message in messages)]
    assert {one.action or one.logical_id for one in unseen} == NOT_MISSED.keys()
    assert len(taken) >= 75


def named(removal: Removal, message: str) -> bool:
    """Whether a finding is of what was taken away."""
    words = re.split(r"[ ,;.]+", message)
    return removal.logical_id in words and (removal.action == MANAGED or removal.action in words)
