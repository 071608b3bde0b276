"""botocore's service models and boto3's resource models, read as data: neither package is imported.

The files are found beside the installed packages; only the services that the analysed code uses are read.
Sources: botocore `data/<service>/<version>/{service-2,paginators-1,waiters-2}.json[.gz]`,
boto3 `data/<service>/<version>/resources-1.json`.
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import msgspec


class _Ref(msgspec.Struct):
    shape: str


class _Operation(msgspec.Struct):
    name: str
    input: _Ref | None = None


class _Shape(msgspec.Struct):
    type: str
    required: list[str] = []
    members: dict[str, _Ref] = {}
    member: _Ref | None = None


class _Model(msgspec.Struct):
    operations: dict[str, _Operation]
    shapes: dict[str, _Shape]


class _Pagination(msgspec.Struct):
    pagination: dict[str, Any] = {}
    merge: dict[str, dict[str, Any]] = {}


class _WaiterOperation(msgspec.Struct):
    operation: str


class _Waiters(msgspec.Struct):
    waiters: dict[str, _WaiterOperation] = {}


class Member(NamedTuple):
    """A top-level member of an operation's input."""

    type: str
    required: bool


class Service(msgspec.Struct, frozen=True):
    """One service: client method -> operation, paginator and waiter names, the input members of each operation."""

    name: str
    methods: dict[str, str]
    paginators: dict[str, str]
    waiters: dict[str, str]
    inputs: dict[str, dict[str, Member]]
    shapes: dict[str, tuple[str, ...]]


class Param(msgspec.Struct):
    """How a request parameter or an identifier of a resource is filled."""

    target: str
    source: str
    name: str = ""
    path: str = ""
    value: Any = None


class Request(msgspec.Struct):
    """The request that an action makes."""

    operation: str
    params: list[Param] = []


class Target(msgspec.Struct):
    """The resource that an action or a reference gives."""

    type: str
    identifiers: list[Param] = []
    path: str = ""


class Action(msgspec.Struct):
    """An action, collection or load step of a resource."""

    request: Request | None = None
    resource: Target | None = None


class Wait(msgspec.Struct):
    """A waiter of a resource."""

    waiter: str = msgspec.field(name="waiterName")
    params: list[Param] = []


class Has(msgspec.Struct):
    """A sub-resource or reference."""

    resource: Target


class Identifier(msgspec.Struct):
    """A named identifier of a resource type; `member` is the name of the data member that holds the same."""

    name: str
    member: str = msgspec.field(name="memberName", default="")


class ResourceModel(msgspec.Struct):
    """One resource type of boto3's model, or the service resource itself."""

    identifiers: list[Identifier] = []
    shape: str = ""
    load: Action | None = None
    actions: dict[str, Action] = {}
    batch_actions: dict[str, Action] = msgspec.field(name="batchActions", default_factory=dict)
    has: dict[str, Has] = {}
    has_many: dict[str, Action] = msgspec.field(name="hasMany", default_factory=dict)
    waiters: dict[str, Wait] = {}


class Resources(msgspec.Struct):
    """boto3's resource model of one service."""

    service: ResourceModel
    resources: dict[str, ResourceModel] = {}


_IRREGULAR = {
    "CreateCachediSCSIVolume": "create_cached_iscsi_volume",
    "CreateStorediSCSIVolume": "create_stored_iscsi_volume",
    "DeleteStorediSCSIVolume": "delete_stored_iscsi_volume",
    "DescribeCachediSCSIVolumes": "describe_cached_iscsi_volumes",
    "DescribeStorediSCSIVolumes": "describe_stored_iscsi_volumes",
    "ListHITsForQualificationType": "list_hits_for_qualification_type",
}
"""Operations whose Python name breaks the rule (compared with botocore's for every operation, in a test)."""

_ONE_WORD = re.compile("WhatsApp|OAuth(?!Client)|OTel|PartiQL")
"""Mixed-case words that botocore does not split."""


@cache
def snake(name: str) -> str:
    """The Python name of an operation, paginator or waiter: `DescribeTable` -> `describe_table`."""
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    if "_" in name:
        return name.lower() if name.isupper() else name
    name = _ONE_WORD.sub(lambda word: word.group().capitalize(), name)
    plural = re.search(r"[A-Z]{2,}s$", name)
    if plural:  # an acronym in the plural is one word: `GetFooACLs` -> `get_foo_acls`
        name = f"{name[: plural.start()]}_{plural.group().lower()}"
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower()


@cache
def _data(package: str) -> Path | None:
    found = find_spec(package)
    folders = found.submodule_search_locations if found else None
    return Path(next(iter(folders))) / "data" if folders else None


def _latest(package: str, service: str, file: str) -> Path | None:
    root = _data(package)
    if root is None or not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", service):
        return None
    return max((root / service).glob(f"*/{file}*"), default=None, key=lambda path: path.parent.name)


@cache
def exists(name: str) -> bool:
    """Whether botocore has a service of that name; its model is not read."""
    return _latest("botocore", name, "service-2.json") is not None


@cache
def regions() -> frozenset[str]:
    """The regions that botocore knows, of every partition; none where it is not installed."""
    root = _data("botocore")
    if root is None or not (root / "partitions.json").is_file():
        return frozenset()
    partitions = msgspec.json.decode((root / "partitions.json").read_bytes())["partitions"]
    return frozenset(name for one in partitions for name in one["regions"] if not name.endswith("-global"))


def _text(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


@cache
def service(name: str) -> Service | None:
    """The model of a service by botocore's name; None when botocore has no such service."""
    path = _latest("botocore", name, "service-2.json")
    if path is None:
        return None
    model = msgspec.json.decode(_text(path), type=_Model)
    inputs = {name: _members(model, one) for name, one in model.operations.items()}
    return Service(
        name=name,
        methods={snake(operation): operation for operation in model.operations},
        paginators={snake(one): one for one in _paginators(path.parent)},
        waiters=_waiters(path.parent),
        inputs=inputs,
        shapes={name: tuple(shape.members) for name, shape in model.shapes.items() if shape.members},
    )


def _members(model: _Model, operation: _Operation) -> dict[str, Member]:
    if operation.input is None:
        return {}
    shape = model.shapes[operation.input.shape]
    return {name: Member(model.shapes[ref.shape].type, name in shape.required) for name, ref in shape.members.items()}


def _paginators(folder: Path) -> list[str]:
    names: list[str] = []
    for path in folder.glob("paginators-1.*json*"):
        found = msgspec.json.decode(_text(path), type=_Pagination)
        names += [*found.pagination, *found.merge.get("pagination", {})]
    return names


def _waiters(folder: Path) -> dict[str, str]:
    path = next(folder.glob("waiters-2.json*"), None)
    if path is None:
        return {}
    return {snake(name): one.operation for name, one in msgspec.json.decode(_text(path), type=_Waiters).waiters.items()}


@cache
def resources(name: str) -> Resources | None:
    """boto3's resource model of a service; None when it has none."""
    path = _latest("boto3", name, "resources-1.json")
    return msgspec.json.decode(_text(path), type=Resources) if path else None


def resource(service_name: str, type_name: str) -> ResourceModel | None:
    """One resource type, or with "" the service resource."""
    found = resources(service_name)
    if found is None:
        return None
    return found.resources.get(type_name) if type_name else found.service
