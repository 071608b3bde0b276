"""Batch writers of DynamoDB tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.boto3.sdk import Sdk, SdkMethod
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.boto3.resource import Resource
    from tapgen.proof.interpret.site import Site


@dataclass(frozen=True, slots=True)
class BatchWriter(Sdk):
    """What `table.batch_writer()` gives."""

    table: Resource

    def __hash__(self) -> int:
        return hash((4, self.table))

    def __str__(self) -> str:
        return "a dynamodb batch writer"

    def calls(self) -> str:
        """The service of its table."""
        return self.table.service

    def attribute(self, _site: Site, name: str) -> Values:
        """`put_item` and `delete_item`."""
        return frozenset({SdkMethod(self, name)}) if name in {"put_item", "delete_item"} else EMPTY

    def invoke(self, site: Site, _name: str, _args: Arguments) -> Values:
        """Both are sent together."""
        record(site, "dynamodb", "BatchWriteItem", Arguments(), {"TableName": (self.table.known("Name"),)})
        return UNKNOWN
