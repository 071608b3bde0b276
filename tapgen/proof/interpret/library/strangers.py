"""Clients that code made which is not analysed: their requests cannot be named, so that their use is unresolved."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.library.addresses import request
from tapgen.proof.interpret.library.files import stored
from tapgen.proof.interpret.library.language_models import ADDRESSED
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import STORED, Const, beginning
from tapgen.proof.interpret.python.values import Value
from tapgen.proof.interpret.results import Unresolved
from tapgen.proof.interpret.site import Site

_FACTORY = re.compile("client|resource|boto", re.IGNORECASE)

_KEYWORD = re.compile("[A-Z][A-Za-z0-9]*")
"""How botocore writes request parameters; nobody else writes keywords of Python functions so."""

_OPENS = re.compile(
    "(?:read|to|write|scan|sink)_[a-z_]+|ParquetFile|read|dataset|"
    r"open(?:_dataset|_mfdataset|_zarr|_rasterio)?|COGReader|Reader|UPath|AnyPath"
)
"""Functions of pandas, polars, pyarrow and the like that take an address where they take a file."""

_FRAME_WRITES = re.compile("to_(csv|json|parquet|excel|pickle|feather|orc|xml|html|stata)")
"""Methods of a frame of pandas that write it to an address."""

_ONE_WORD = frozenset({"query", "scan", "publish", "invoke", "converse", "subscribe", "encrypt", "decrypt", "sign"})
"""Requests of one word; others have several, as `put_item` has."""


_ADDRESSES = {
    "bedrock-runtime": re.compile("|".join(ADDRESSED)),
    "rds-data": re.compile(r"\w+\+auroradataapi:"),
    "athena": re.compile(r"awsathena(\+\w+)?:"),
}
"""How texts begin by which libraries are told to ask a service: models' names, and databases' of SQLAlchemy."""


_SERVICES = {
    "athena": "athena", "bedrock": "bedrock-runtime", "cloudwatch": "cloudwatch", "dynamo": "dynamodb",
    "dynamodb": "dynamodb", "kinesis": "kinesis", "s3": "s3", "secretsmanager": "secretsmanager", "sns": "sns",
    "sqs": "sqs", "ssm": "ssm",
}  # fmt: skip
_NAMED = re.compile(
    r"(?:Async|Amazon|Aws|AWS|Chat)?"
    r"(Athena|Bedrock|Cloud[Ww]atch|Dynamo(?:DB|Db|db)?|Kinesis|S3|SecretsManager|S(?:NS|ns|QS|qs|SM|sm))(?![a-z])"
)
_DESCRIBING = re.compile(
    r"^[a-z_]|(Event|Record|Error|Exception|Model|Config|Type|TypeDef|Schema|Message|Key|"
    r"Uri|Url|Arn|Data|Request|Response|Envelope|Payload|Notification|Trigger|Location|Object)s?$"
)
"""Names that are no class's, and classes of what is sent and received."""


@dataclass(frozen=True)
class Suspicion:
    """A place that is unresolved unless something else there already is."""

    unresolved: Unresolved


def suspect(site: Site, args: Arguments) -> None:
    """Look at a call of something unknown: does it make a client, or a request with one?"""
    name = _name(site.node)
    services = [text for text in _texts(args) if models.exists(text)] if _FACTORY.search(name) else []
    if services and not site.machine.decorating:
        reason = f"{name}({services[0]!r}) is not analysed: the requests of the client that it makes are not seen"
    elif _FRAME_WRITES.fullmatch(name) and stored(args.get(0)):
        request(site, ("PutObject",), stored(args.get(0)))
        return
    elif _OPENS.fullmatch(name) and any(beginning(value).startswith(STORED) for value in args.everything()):
        reason, services = f"{name} reads or writes an address of S3 by itself", ["s3"]
    elif service := _named_after(name):
        reason, services = f"{name} seems to make AWS requests of its own", [service]
    elif addressed := sorted(filter(None, map(_addressed, args.everything()))):
        reason, services = f"{name} makes AWS requests of its own", addressed
    elif args.keywords and _is_request(name) and all(map(_KEYWORD.fullmatch, args.keywords)):
        reason = f"{name} looks like a request, made with a client that comes from code that is not analysed"
    else:
        return
    site.report(Suspicion(Unresolved(reason, *site.place(), services[0] if len(services) == 1 else "")))


def _named_after(name: str) -> str:
    """The service that a class of code that is not analysed is named after; "" where it only describes something."""
    match = _NAMED.match(name)
    return "" if match is None or _DESCRIBING.search(name) else _SERVICES[match[1].lower()]


def _addressed(value: Value) -> str:
    text = beginning(value)
    return next((service for service, begins in _ADDRESSES.items() if begins.match(text)), "") if text else ""


def _is_request(name: str) -> bool:
    return "_" in name.strip("_") or name in _ONE_WORD


def _name(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _texts(args: Arguments) -> list[str]:
    values = [*(args.positional[0] if args.positional else ()), *args.keywords.get("service_name", ())]
    values += args.keywords.get("service", ())
    return sorted(value.text for value in values if isinstance(value, Const) and value.text)
