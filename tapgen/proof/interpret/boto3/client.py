"""Clients, paginators and waiters: what their attributes are and which requests their calls make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.boto3.bindings import bindings
from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.boto3.sdk import Sdk, SdkMethod
from tapgen.proof.interpret.boto3.transfers import TRANSFERS, transfer
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import Const
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values, stable_hash

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site

TOKENS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("rds", "generate_db_auth_token"): ("rds-db", "connect"),
    ("dsql", "generate_db_connect_auth_token"): ("dsql", "DbConnect"),
    ("dsql", "generate_db_connect_admin_auth_token"): ("dsql", "DbConnectAdmin"),
}
"""Helpers that sign a token without a request; the action is checked when the token is used (botocore `signers.py`)."""

_PLAIN = frozenset(
    {"can_paginate", "close", "waiter_names", "_endpoint", "_request_signer", "_service_model", "__class__"}
)


@dataclass(frozen=True, slots=True)
class Client(Sdk):
    """A client of one service, by botocore's name."""

    service: str

    def __hash__(self) -> int:
        return stable_hash("client", self.service)

    def __str__(self) -> str:
        return f"the {self.service} client"

    def attribute(self, _site: Site, name: str) -> Values:
        """A method; nothing when neither the model nor boto3's helpers have it."""
        helper = name in {"get_paginator", "get_waiter", "generate_presigned_url"}
        helper = helper or (self.service == "s3" and (name in TRANSFERS or name == "generate_presigned_post"))
        if name in self._methods() or helper or (self.service, name) in TOKENS:
            return frozenset({SdkMethod(self, name)})
        if name in {"exceptions", "meta"}:
            return frozenset({SdkData(self.service, name)})
        return UNKNOWN if name in _PLAIN else EMPTY

    def _methods(self) -> Mapping[str, str]:
        model = models.service(self.service)
        return model.methods if model else {}

    def invoke(self, site: Site, name: str, args: Arguments) -> Values:
        """A request, or one of boto3's helpers."""
        operation = self._methods().get(name)
        if operation is not None:
            record(site, self.service, operation, args)
            return _answer(site, operation, args)
        if name == "get_paginator":
            return self._repeater(site, args.get(0, "operation_name"), "paginate")
        if name == "get_waiter":
            return self._repeater(site, args.get(0, "waiter_name"), "wait")
        if name == "generate_presigned_url":
            self._presign(site, args)
        elif name == "generate_presigned_post":
            fixed = {key: bindings(args.get(index, key)) for index, key in enumerate(("Bucket", "Key"))}
            record(site, "s3", "PutObject", Arguments(), fixed)
        elif (self.service, name) in TOKENS:
            record(site, *TOKENS[self.service, name], args)
        else:
            transfer(site, name, args, {})
        return UNKNOWN

    def _repeater(self, site: Site, names: Values, method: str) -> Values:
        model = models.service(self.service)
        kind = _KINDS[method]
        names_of_kind = model.paginators if model and method == "paginate" else model.waiters if model else {}
        found = EMPTY
        for value in site.known(names):
            name = value.text if isinstance(value, Const) else None
            if name is None:
                site.unresolved(
                    f"the operation of this {self.service} {kind} is not written as a literal", self.service
                )
            elif name not in names_of_kind:
                site.unresolved(f"{self} has no {kind} {name!r}", self.service)
            else:
                found |= {Repeater(self.service, names_of_kind[name], method)}
        return found

    def _presign(self, site: Site, args: Arguments) -> None:
        request = Arguments()
        for value in args.get(1, "Params"):
            named, rest = value.keywords(site) if isinstance(value, Container) else ({}, UNKNOWN)
            request.extra |= rest
            for name, values in named.items():
                request.keywords[name] = request.keywords.get(name, EMPTY) | values
        for value in site.known(args.get(0, "ClientMethod")):
            method = value.text if isinstance(value, Const) else None
            operation = self._methods().get(method) if method is not None else None
            if operation is None:
                what = "is not written as a literal" if method is None else f"{method!r} does not exist"
                site.unresolved(f"the method of this presigned {self.service} URL {what}", self.service)
            else:
                record(site, self.service, operation, request)


def _answer(site: Site, operation: str, args: Arguments) -> Values:
    """The answer; GetQueueUrl's stands for the queue that was asked for, by its name."""
    names = args.keywords.get("QueueName")
    if operation != "GetQueueUrl" or not names:
        return UNKNOWN
    answer = site.container("dict", "answer")
    site.put(answer.space, "QueueUrl", names)
    return frozenset({answer})


@dataclass(frozen=True, slots=True)
class Repeater(Sdk):
    """What makes one request again and again: `get_paginator("query")`, `get_waiter("table_exists")`."""

    service: str
    operation: str
    method: str
    """`paginate` or `wait`."""

    def __hash__(self) -> int:
        return stable_hash(self.method, self.service, self.operation)

    def __str__(self) -> str:
        return f"the {self.service} {_KINDS[self.method]} of {self.operation}"

    def attribute(self, _site: Site, name: str) -> Values:
        """Its one method, and plain data of a waiter."""
        if name == self.method:
            return frozenset({SdkMethod(self, name)})
        return UNKNOWN if self.method == "wait" and name in {"config", "name"} else EMPTY

    def invoke(self, site: Site, _name: str, args: Arguments) -> Values:
        """The request: for each page, or until the answer is the one waited for."""
        record(site, self.service, self.operation, args)
        return UNKNOWN


_KINDS = {"paginate": "paginator", "wait": "waiter"}


@dataclass(frozen=True, slots=True)
class SdkData(Value):
    """A part of a boto3 object that makes no requests: `client.exceptions`, `client.meta`, `table.meta`."""

    service: str
    name: str

    def __hash__(self) -> int:
        return stable_hash("data", self.service, self.name)

    def attribute(self, _site: Site, name: str) -> Values:
        """The client under `meta`; plain data otherwise."""
        return frozenset({Client(self.service)}) if (self.name, name) == ("meta", "client") else UNKNOWN
