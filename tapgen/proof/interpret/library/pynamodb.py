"""PynamoDB (6.1): models whose methods are requests; which table they name is not followed."""

from __future__ import annotations

from tapgen.proof.interpret.boto3.borrowed import perhaps
from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.library.external import (
    Method,
    Package,
    PackageClass,
    PackageObject,
    harmless,
    harmless_method,
    package_object,
)
from tapgen.proof.interpret.library.model import Handler
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import NONE
from tapgen.proof.interpret.python.values import UNKNOWN, Values
from tapgen.proof.interpret.site import Site


class _Item(PackageObject):
    """An object of a model that a request gave, or any of several."""

    __slots__ = ()

    def iterate(self, _site: Site) -> Values:
        """Any of them."""
        return frozenset({self})

    def item(self, _site: Site, _keys: Values) -> Values:
        """Any of them."""
        return frozenset({self})


def _request(operation: str, *, gives: bool = False) -> Handler:
    def handler(site: Site, _args: Arguments) -> Values:
        record(site, "dynamodb", operation, Arguments(extra=UNKNOWN))
        # Before 6.0 a model asks once for its table's keys.
        record(perhaps(site), "dynamodb", "DescribeTable", Arguments(extra=UNKNOWN))
        made = site.machine.once(("pynamodb item", id(site.node)), lambda number: _Item(number, "pynamodb", _STORED))
        return frozenset({made}) if gives else UNKNOWN

    return handler


def _count(site: Site, args: Arguments) -> Values:
    """`Model.count("key")`; without a key it is the table's description that says it."""
    asked = args.get(0, "hash_key") - NONE
    return _request("Query" if asked else "DescribeTable")(site, args)


def _batch(site: Site, args: Arguments) -> Values:
    """`with Model.batch_write() as batch: batch.save(…)`."""
    _request("BatchWriteItem")(site, args)
    return frozenset({package_object(site, "pynamodb.batch", _BATCH, Arguments())})


def _create(site: Site, args: Arguments) -> Values:
    _request("DescribeTable")(site, args)
    return _request("CreateTable")(site, args)


def _several(site: Site, _args: Arguments) -> Values:
    site.unresolved("what this transaction of PynamoDB does is not followed", "dynamodb")
    return UNKNOWN


_CHANGES = {"save": "PutItem", "update": "UpdateItem", "delete": "DeleteItem", "refresh": "GetItem"}


def _change(operation: str) -> Method:
    handler = _request(operation)
    return lambda site, _owner, args: handler(site, args)


_BATCH = PackageClass(other=harmless_method)
_STORED = PackageClass(methods={name: _change(operation) for name, operation in _CHANGES.items()})

PACKAGE = Package(
    functions={
        **{name: _request(operation) for name, operation in _CHANGES.items()},
        "get": _request("GetItem", gives=True),
        "query": _request("Query", gives=True),
        "scan": _request("Scan", gives=True),
        "batch_get": _request("BatchGetItem", gives=True),
        "batch_write": _batch,
        "count": _count,
        "create_table": _create,
        "delete_table": _request("DeleteTable"),
        **dict.fromkeys(("exists", "describe_table"), _request("DescribeTable")),
        **dict.fromkeys(("TransactWrite", "TransactGet", "Connection", "TableConnection"), _several),
    },
    other=harmless,
    inherited=True,
)
