"""Writes down that it was started, and by what."""

import json
import os

import boto3

seen = boto3.resource("dynamodb").Table(os.environ["SEEN"])


def handler(event, context):
    seen.put_item(Item={"id": os.environ["NAME"], "event": json.dumps(event, default=str)})
    return {"started": os.environ["NAME"]}
