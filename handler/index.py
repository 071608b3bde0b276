"""GET /item: put one item into the table and say which.

The answer never says what went wrong inside; the log does, one JSON object an event, with the request id.
"""

import json
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from traceback import format_tb
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Two attempts of at most 1 s + 2 s each: an unreachable table is an answer, not a time-out of the function.
LIMITS = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})


class JsonLines(logging.Handler):
    """Writes what the runtime's own JSON formatter would; for runs without it (text log format, tests)."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line on stderr, which Lambda sends to the log group as it is."""
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "message": record.getMessage(),
            "requestId": getattr(record, "requestId", None),
        }
        if record.exc_info and record.exc_info[0]:
            kind, error, trace = record.exc_info
            line |= {"errorType": kind.__name__, "errorMessage": str(error), "stackTrace": format_tb(trace)}
        sys.stderr.write(json.dumps(line) + "\n")


log = logging.getLogger("item")
if os.environ.get("AWS_LAMBDA_LOG_FORMAT") != "JSON":
    log.addHandler(JsonLines())
    log.propagate = False


class Table(Protocol):
    """What is used of boto3's Table."""

    name: str

    def put_item(self, *, Item: dict[str, str]) -> object:  # noqa: N803 - boto3's name
        """PutItem."""


class Context(Protocol):
    """What is used of Lambda's context."""

    aws_request_id: str


@cache
def table() -> Table:
    """The table; its client and connections serve every invocation of this execution environment."""
    items: Table = boto3.resource("dynamodb", config=LIMITS).Table(os.environ["TABLE_NAME"])
    return items


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """The answer to an API Gateway proxy event."""
    return respond(event, context.aws_request_id, table)


def respond(event: dict[str, Any], request_id: str, connect: Callable[[], Table]) -> dict[str, Any]:
    """Store an item named after the request, so that a repeated invocation writes the same one."""
    try:
        items = connect()
        item_id = f"item_{request_id}"
        items.put_item(Item={"itemId": item_id, "timestamp": datetime.now(UTC).isoformat()})
        status, body = 200, {"message": "Item stored", "itemId": item_id, "tableName": items.name}
    except (BotoCoreError, ClientError):
        status, body = 500, {"error": "Database operation failed"}
        log.exception(body["error"], extra={"requestId": request_id})
    except Exception:
        status, body = 500, {"error": "Internal server error"}
        log.exception(body["error"], extra={"requestId": request_id})
    headers = {"Content-Type": "application/json", "Access-Control-Allow-Origin": origin(event), "Vary": "Origin"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def origin(event: dict[str, Any]) -> str:
    """The caller's origin where it is one of several that are allowed, else the first of them."""
    allowed = os.environ.get("CORS_ORIGIN", "*").split(",")
    sent = event.get("headers") if isinstance(event, dict) else None
    caller = next((value for name, value in (sent or {}).items() if name.lower() == "origin"), "")
    return caller if caller in allowed else allowed[0]
