"""Reads what was uploaded, and tells the office."""

import json
import os
from urllib.parse import unquote_plus

import boto3
from common.store import table

s3 = boto3.client("s3")
events = boto3.client("events")


def handler(event, context):
    failed = []
    for message in event["Records"]:
        try:
            for record in json.loads(message["body"]).get("Records", []):
                read(record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"]))
        except (KeyError, ValueError):
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}


def read(bucket, key):
    text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    document = key.rpartition("/")[2].removesuffix(".txt")
    table.update_item(
        Key={"documentId": document},
        UpdateExpression="SET words = :words",
        ExpressionAttributeValues={":words": len(text.split())},
    )
    detail = json.dumps({"documentId": document})
    entry = {"Source": "documents", "DetailType": "Read", "Detail": detail, "EventBusName": os.environ["BUS"]}
    events.put_events(Entries=[entry])
