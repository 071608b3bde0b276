"""Fields whose types are imported where a project sets them, and not before.

A struct costs about 0.3 ms to define and to compile and a pattern 0.1 ms: all of them would be a fifth of rendering
the smallest project.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final, TypeVar

from msgspec import Struct

S = TypeVar("S", bound=type[Struct])

HOMES: Final[Mapping[str, str]] = {
    "AccountId": "accounts",
    "AddressRange": "api_access",
    "Alias": "invocations",
    "Api": "apis",
    "ApiPath": "api_access",
    "ApiStatement": "api_access",
    "Arn": "domains",
    "Authorizer": "authorizers",
    "Cache": "api_access",
    "Caller": "callers",
    "DeploymentPreference": "invocations",
    "Destination": "invocations",
    "DirectRoute": "direct_routes",
    "Domain": "domains",
    "EventTrigger": "buses",
    "Egress": "vpc_ids",
    "Existing": "parts",
    "ExistingRole": "accounts",
    "FileSystem": "invocations",
    "GatewayResponse": "gateway_responses",
    "IdentityPool": "identity_pools",
    "Image": "invocations",
    "IotTrigger": "iot_triggers",
    "KafkaTrigger": "brokers",
    "LogTrigger": "log_triggers",
    "ManagedPolicy": "accounts",
    "MediaType": "api_access",
    "MqTrigger": "brokers",
    "OrganizationalUnit": "stack_sets",
    "Output": "interface",
    "Parameter": "interface",
    "PolicyArn": "accounts",
    "Region": "accounts",
    "ResponseType": "gateway_responses",
    "RoleArn": "accounts",
    "RouteKey": "direct_routes",
    "SecurityGroupId": "vpc_ids",
    "Site": "sites",
    "StackName": "accounts",
    "StackSet": "stack_sets",
    "StageVariable": "api_access",
    "Statement": "statements",
    "TableTrigger": "streams",
    "Url": "invocations",
    "UsagePlan": "api_access",
    "Value": "values",
    "VariableValue": "api_access",
    "VpcEndpointId": "vpc_ids",
    "VpcId": "vpc_ids",
}
"""Type -> its module in this folder, where that is not called like the field."""

_LATE: dict[type[Struct], dict[str, str]] = {}


def late(struct: S) -> S:
    """Let the fields of a struct whose annotations are text take anything, until `typed` converts what was given."""
    texts = {field: text for field, text in struct.__annotations__.items() if isinstance(text, str)}
    struct.__annotations__ = {**struct.__annotations__, **dict.fromkeys(texts, Any)}
    _LATE[struct] = texts
    return struct


def late_structs() -> tuple[type[Struct], ...]:
    """The structs that have late fields, in the order of their definition: what one is made of comes before it."""
    return tuple(_LATE)


@cache
def late_fields(struct: type) -> Mapping[str, str]:
    """Field -> its annotation, of all late fields, inherited ones too."""
    return {field: text for base in reversed(struct.__mro__) for field, text in _LATE.get(base, {}).items()}


class _Names(dict[str, Any]):
    """The names of an annotation that its module has not imported, each from its home."""

    def __init__(self, module: Any, field: str, known: Mapping[str, Any]) -> None:
        super().__init__(known)
        self.module = module
        self.field = field

    def __missing__(self, name: str) -> Any:
        if hasattr(self.module, name) or hasattr(builtins, name):
            raise KeyError(name)
        return getattr(import_module(f"tapgen.settings.{HOMES.get(name, self.field)}"), name)


def type_of(struct: type, field: str, known: Mapping[str, Any] | None = None) -> Any:
    """The type of a late field, its module imported; a name that is known stands for what it is known as."""
    owner = next(base for base in struct.__mro__ if field in _LATE.get(base, {}))
    module = sys.modules[owner.__module__]
    return eval(_LATE[owner][field], vars(module), _Names(module, field, known or {}))  # noqa: S307 - an annotation of ours
