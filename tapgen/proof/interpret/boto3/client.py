"""boto3 sessions, clients, paginators and waiters: what their attributes are and which requests their calls make."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.boto3.requests import bindings, copy_source, record
from tapgen.proof.interpret.boto3.sdk import Client, Paginator, Resource, SdkData, SdkMethod, Session, Waiter
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python.values import EMPTY, NONE, REST, UNKNOWN, Arguments, Const, Container, Frame, Values
from tapgen.proof.interpret.results import Binding, Unknown

UPLOAD = ("PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload")
DOWNLOAD = ("HeadObject", "GetObject")
COPY = ("CopyObject", "CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload", "AbortMultipartUpload")

TRANSFERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "upload_file": (UPLOAD, ("Filename", "Bucket", "Key")),
    "upload_fileobj": (UPLOAD, ("Fileobj", "Bucket", "Key")),
    "download_file": (DOWNLOAD, ("Bucket", "Key", "Filename")),
    "download_fileobj": (DOWNLOAD, ("Bucket", "Key", "Fileobj")),
    "copy": (COPY, ("CopySource", "Bucket", "Key")),
}
"""Helpers that boto3 adds to S3 clients, Buckets and Objects -> requests, positional parameters.

boto3 `s3/inject.py` and s3transfer: a large object goes up in parts, which are aborted when one fails.
"""

TOKENS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("rds", "generate_db_auth_token"): ("rds-db", "connect"),
    ("dsql", "generate_db_connect_auth_token"): ("dsql", "DbConnect"),
    ("dsql", "generate_db_connect_admin_auth_token"): ("dsql", "DbConnectAdmin"),
}
"""Helpers that sign a token without a request; the action is checked when the token is used (botocore `signers.py`)."""

_PLAIN = frozenset(
    {"can_paginate", "close", "waiter_names", "_endpoint", "_request_signer", "_service_model", "__class__"}
)
_SESSION_DATA = frozenset({
    "region_name", "profile_name", "available_profiles", "events", "get_available_regions", "get_available_services",
    "get_available_resources", "get_available_partitions", "get_partition_for_region", "_session",
    "set_config_variable", "get_config_variable", "user_agent", "register", "set_credentials", "set_debug_logger",
})  # fmt: skip


def session_attribute(machine: Machine, frame: Frame, node: ast.AST, session: Session, name: str) -> Values:
    """An attribute of a session."""
    if name in {"client", "resource", "create_client"}:
        return frozenset({SdkMethod(session, "resource" if name == "resource" else "client")})
    if name == "get_credentials":
        machine.unresolved(frame, node, "the credentials are taken out: requests signed with them are not seen")
        return UNKNOWN
    return UNKNOWN if name in _SESSION_DATA else EMPTY


def attribute(_machine: Machine, _frame: Frame, _node: ast.AST, client: Client, name: str) -> Values:
    """An attribute of a client; nothing when neither the model nor boto3's helpers have it."""
    model = models.service(client.service)
    methods = model.methods if model else {}
    helper = name in {"get_paginator", "get_waiter", "generate_presigned_url"}
    helper = helper or (client.service == "s3" and (name in TRANSFERS or name == "generate_presigned_post"))
    if name in methods or helper or (client.service, name) in TOKENS:
        return frozenset({SdkMethod(client, name)})
    if name in {"exceptions", "meta"}:
        return frozenset({SdkData(client, name)})
    return UNKNOWN if name in _PLAIN else EMPTY


def paginator_attribute(_machine: Machine, _frame: Frame, _node: ast.AST, paginator: Paginator, name: str) -> Values:
    """An attribute of a paginator."""
    return frozenset({SdkMethod(paginator, name)}) if name == "paginate" else EMPTY


def waiter_attribute(_machine: Machine, _frame: Frame, _node: ast.AST, waiter: Waiter, name: str) -> Values:
    """An attribute of a waiter."""
    return frozenset({SdkMethod(waiter, name)}) if name == "wait" else UNKNOWN if name in {"config", "name"} else EMPTY


def data_attribute(data: SdkData, name: str) -> Values:
    """An attribute of `client.meta` or `client.exceptions`."""
    if data.name == "meta" and name == "client":
        return frozenset({Client(data.owner.service)})
    return UNKNOWN


def make(machine: Machine, frame: Frame, node: ast.AST, kind: str, args: Arguments) -> Values:
    """`client(service)` or `resource(service)`."""
    found = EMPTY
    for value in machine.known(frame, args.get(0, "service_name")):
        name = value.value if isinstance(value, Const) else None
        if not isinstance(name, str):
            if value not in NONE:
                machine.unresolved(frame, node, f"the service of this {kind} is not written as a literal")
        elif (models.service(name) if kind == "client" else models.resources(name)) is None:
            machine.unresolved(frame, node, f"boto3 has no {kind} for the service {name!r}")
        else:
            found |= {Client(name) if kind == "client" else Resource(name, "")}
    return found


def call(machine: Machine, frame: Frame, node: ast.AST, method: SdkMethod, args: Arguments) -> Values:
    """A call of a method of a session, client, paginator or waiter."""
    owner, name = method.owner, method.name
    if isinstance(owner, Session):
        return make(machine, frame, node, name, args)
    if isinstance(owner, Paginator | Waiter):
        record(machine, frame, node, owner.service, owner.operation, args)
        return UNKNOWN
    if isinstance(owner, Client):
        return _call(machine, frame, node, owner, name, args)
    return EMPTY


def _call(machine: Machine, frame: Frame, node: ast.AST, client: Client, name: str, args: Arguments) -> Values:
    model = models.service(client.service)
    if model and name in model.methods:
        record(machine, frame, node, client.service, model.methods[name], args)
        return _answer(machine, frame, node, model.methods[name], args)
    if name == "get_paginator":
        return _named(machine, frame, node, client, args.get(0, "operation_name"), "paginator")
    if name == "get_waiter":
        return _named(machine, frame, node, client, args.get(0, "waiter_name"), "waiter")
    if name == "generate_presigned_url":
        _presigned(machine, frame, node, client, args)
    elif name == "generate_presigned_post":
        fixed = {key: bindings(args.get(index, key)) for index, key in enumerate(("Bucket", "Key"))}
        record(machine, frame, node, "s3", "PutObject", Arguments(), fixed)
    elif (client.service, name) in TOKENS:
        record(machine, frame, node, *TOKENS[client.service, name], args)
    else:
        transfer(machine, frame, node, name, args, {})
    return UNKNOWN


def _answer(machine: Machine, frame: Frame, node: ast.AST, operation: str, args: Arguments) -> Values:
    """The answer; GetQueueUrl's stands for the queue that was asked for, by its name."""
    names = args.keywords.get("QueueName")
    if operation != "GetQueueUrl" or not names:
        return UNKNOWN
    answer = machine.container(frame, node, "dict", "answer")
    machine.put(answer.space, "QueueUrl", names)
    return frozenset({answer})


def _named(machine: Machine, frame: Frame, node: ast.AST, client: Client, names: Values, kind: str) -> Values:
    model = models.service(client.service)
    found = EMPTY
    for value in machine.known(frame, names):
        name = value.value if isinstance(value, Const) else None
        known = (model.paginators if kind == "paginator" else model.waiters) if model else {}
        if not isinstance(name, str):
            machine.unresolved(
                frame, node, f"the operation of this {client.service} {kind} is not written as a literal"
            )
        elif name not in known:
            machine.unresolved(frame, node, f"the {client.service} client has no {kind} {name!r}")
        else:
            make_one = Paginator if kind == "paginator" else Waiter
            found |= {make_one(client.service, known[name])}
    return found


def _presigned(machine: Machine, frame: Frame, node: ast.AST, client: Client, args: Arguments) -> None:
    model = models.service(client.service)
    params = args.get(1, "Params")
    request = Arguments()
    for value in params:
        if isinstance(value, Container) and not machine.read(frame, value.space.cell(REST)):
            for key, cell in list(value.space.cells.items()):
                request.keywords[str(key)] = request.keywords.get(str(key), EMPTY) | machine.read(frame, cell)
        else:
            request.extra |= UNKNOWN
    for value in machine.known(frame, args.get(0, "ClientMethod")):
        name = value.value if isinstance(value, Const) else None
        operation = model.methods.get(name) if model and isinstance(name, str) else None
        if operation is None:
            what = "is not written as a literal" if not isinstance(name, str) else f"{name!r} does not exist"
            machine.unresolved(frame, node, f"the method of this presigned {client.service} URL {what}")
        else:
            record(machine, frame, node, client.service, operation, request)


def transfer(
    machine: Machine,
    frame: Frame,
    node: ast.AST,
    name: str,
    args: Arguments,
    fixed: Mapping[str, Iterable[Binding]],
) -> None:
    """One of boto3's S3 transfers; `fixed` holds the Bucket and Key that the object itself fills."""
    operations, parameters = TRANSFERS[name]
    machine.call(machine, frame, node, args.keywords.get("Callback", EMPTY), Arguments([UNKNOWN]))
    given = [parameter for parameter in parameters if parameter not in fixed]
    passed = {parameter: args.get(index, parameter) for index, parameter in enumerate(given)}
    target: dict[str, Iterable[Binding]] = {
        key: fixed.get(key) or bindings(passed.get(key, EMPTY)) or (Unknown(),) for key in ("Bucket", "Key")
    }
    for operation in operations:
        chosen = dict(target)
        if operation in {"CopyObject", "UploadPartCopy"}:
            chosen |= copy_source(machine, frame, passed.get("CopySource", EMPTY))
        record(machine, frame, node, "s3", operation, Arguments(), chosen)
    if name == "copy":  # the size of the source decides whether it is copied in parts
        source = copy_source(machine, frame, passed.get("CopySource", EMPTY))
        head = {key.partition(".")[2]: value for key, value in source.items()}
        record(machine, frame, node, "s3", "HeadObject", Arguments(), head)
