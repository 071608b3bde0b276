"""boto3's typed stubs."""

from __future__ import annotations

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.boto3.client import Client
from tapgen.proof.interpret.boto3.resource import Resource
from tapgen.proof.interpret.python.values import EMPTY, Values
from tapgen.proof.interpret.results import Unknown

_STUBS = ("mypy_boto3_", "types_boto3_", "types_aiobotocore_")


def stub(path: str) -> Values:
    """`mypy_boto3_dynamodb.service_resource.Table` -> a Table of unknown name (boto3-stubs, types-boto3)."""
    package, _, rest = path.partition(".")
    prefix = next((one for one in _STUBS if package.startswith(one)), None)
    name = rest.rpartition(".")[2]
    if prefix is None or not name:
        return EMPTY
    service = package.removeprefix(prefix).strip("_").replace("_", "-")
    if name.endswith("Client") and models.service(service):
        return frozenset({Client(service)})
    if name.endswith("ServiceResource") and models.resources(service):
        return frozenset({Resource(service, "")})
    model = models.resource(service, name)
    if model is None:
        return EMPTY
    return frozenset({Resource(service, name, tuple((one.name, Unknown()) for one in model.identifiers))})
