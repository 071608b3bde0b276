"""What the reports read and write."""

import os

import boto3
from boto3.dynamodb.conditions import Key

dynamodb = boto3.resource("dynamodb")


def open_orders():
    table = dynamodb.Table(os.environ["ORDERS_TABLE"])
    return table.query(IndexName="byStatus", KeyConditionExpression=Key("status").eq("open"))["Items"]


def save(report_id, count):
    reports = dynamodb.Table(os.environ["REPORTS_TABLE"])
    if "Item" not in reports.get_item(Key={"reportId": report_id}):
        reports.put_item(Item={"reportId": report_id, "orders": count})
