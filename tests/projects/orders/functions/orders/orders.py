"""Orders by customer."""

import json
import os

import boto3
from boto3.dynamodb.conditions import Key

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    method = event["httpMethod"]
    parameters = event.get("pathParameters") or {}
    key = {"customerId": "anyone", "orderId": parameters.get("orderId", "")}
    if method == "POST":
        table.put_item(Item={**key, "orderId": context.aws_request_id})
        return _answer(201, {"orderId": context.aws_request_id})
    if method == "DELETE":
        table.delete_item(Key=key)
        return _answer(204, None)
    if parameters:
        return _answer(200, table.get_item(Key=key).get("Item"))
    found = table.query(IndexName="byStatus", KeyConditionExpression=Key("status").eq("open"))
    return _answer(200, found["Items"])


def _answer(status, body):
    return {"statusCode": status, "body": json.dumps(body, default=str)}
