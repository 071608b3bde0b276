"""Logs what could not be read."""

import logging

logger = logging.getLogger(__name__)


def handler(event, context):
    for record in event["Records"]:
        logger.error("not read: %s", record["body"])
    return {"batchItemFailures": []}
