"""boto3's objects as abstract values: sessions, clients, resources and what they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tapgen.proof.interpret.results import Binding


@dataclass(frozen=True, slots=True)
class Session:
    """A boto3 session."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client of one service, by botocore's name."""

    service: str


@dataclass(frozen=True, slots=True)
class Resource:
    """A boto3 resource: the service's own (`type` is "") or one such as Table, with what is known of its identifiers.

    `loaded`: its data came with the answer that made it, so reading an attribute makes no request.
    """

    service: str
    type: str
    identifiers: tuple[tuple[str, Binding], ...] = ()
    loaded: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of resources, such as `bucket.objects`."""

    owner: Resource
    name: str


@dataclass(frozen=True, slots=True)
class Paginator:
    """What `get_paginator("query")` gives."""

    service: str
    operation: str


@dataclass(frozen=True, slots=True)
class Waiter:
    """What `get_waiter("table_exists")` gives."""

    service: str
    operation: str


@dataclass(frozen=True, slots=True)
class BatchWriter:
    """What `table.batch_writer()` gives."""

    table: Resource


@dataclass(frozen=True, slots=True)
class SdkData:
    """A part of a boto3 object that makes no requests: `client.exceptions`, `client.meta`, `table.meta`."""

    owner: Client | Resource
    name: str


Sdk: TypeAlias = Session | Client | Resource | Collection | Paginator | Waiter | BatchWriter


@dataclass(frozen=True, slots=True)
class SdkMethod:
    """A bound method of a boto3 object."""

    owner: Sdk
    name: str


SDK = (Session, Client, Resource, Collection, Paginator, Waiter, BatchWriter, SdkMethod)
