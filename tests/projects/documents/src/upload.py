"""Where a page may put a document."""

import json
import os
from uuid import uuid4

import boto3
from common.store import table

s3 = boto3.client("s3")


def handler(event, context):
    document = str(uuid4())
    table.put_item(Item={"documentId": document, "language": os.environ["LANGUAGE"]})
    key = f"in/{document}.txt"
    url = s3.generate_presigned_url("put_object", Params={"Bucket": os.environ["INBOX"], "Key": key})
    return {"statusCode": 201, "body": json.dumps({"documentId": document, "url": url})}
