"""AWS call -> the IAM actions that it needs and the resources that they act on."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from tapgen.proof.interpret.results import Call, Parameter, Unknown
from tapgen.template.catalogue import (
    Action,
    IamResource,
    action,
    actions_of,
    global_condition_key,
    matching,
    prefixes,
)
from tapgen.template.tables import keys, row

__all__ = [
    "Action",
    "IamResource",
    "Need",
    "Unmapped",
    "action",
    "actions_of",
    "global_condition_key",
    "iam_prefix",
    "matching",
    "needed",
    "operations_of",
    "prefixes",
]


class Need(Struct, frozen=True):
    """One IAM action that a call needs.

    `parameters` name the resource it acts on, by botocore's parameter names: (`TableName`, `IndexName`), (`Bucket`,)
    or (`Bucket`, `Key`). Empty: the action acts on `*` or the call names no resource. `resource_types` are the
    catalogue's types that the parameters stand for: (`table`,), (`index`,), (`object`,).
    `optional`: only needed on a path of the operation that need not be taken, such as clearing up a failed
    upload: its absence is no fault, its presence no surplus.
    """

    action: str
    parameters: tuple[Parameter, ...] = ()
    resource_types: tuple[str, ...] = ()
    optional: bool = False


class Unmapped(Struct, frozen=True):
    """A call for which no IAM action is known: to be reported as an error, never to be passed over."""

    call: Call
    reason: str


class _Service(Struct, frozen=True):
    """What of a service is not as botocore calls it: its IAM prefix, and the actions of operations."""

    prefix: str = ""
    operations: dict[str, list[str]] = {}


_NAMED_BY = {
    ("dynamodb", "table"): ("TableName",),
    ("dynamodb", "index"): ("TableName", "IndexName"),
    ("dynamodb", "stream"): ("StreamArn",),
    ("s3", "bucket"): ("Bucket",),
    ("s3", "object"): ("Bucket", "Key"),
    ("sqs", "queue"): ("QueueUrl", "QueueName"),
    ("sns", "topic"): ("TopicArn", "TargetArn"),
    ("lambda", "function"): ("FunctionName",),
    ("kms", "key"): ("KeyId",),
    ("secretsmanager", "Secret"): ("SecretId", "Name"),
    ("ssm", "parameter"): ("Name", "Names", "Path"),
    ("states", "statemachine"): ("stateMachineArn",),
    ("states", "execution"): ("executionArn",),
    ("states", "activity"): ("activityArn",),
    ("events", "event-bus"): ("EventBusName",),
    ("kinesis", "stream"): ("StreamARN", "StreamName"),
    ("firehose", "deliverystream"): ("DeliveryStreamName",),
    ("logs", "log-group"): ("logGroupName", "logGroupIdentifier"),
    ("logs", "log-stream"): ("logGroupName", "logStreamName"),
    ("cognito-idp", "userpool"): ("UserPoolId",),
    ("sts", "role"): ("RoleArn",),
    ("iam", "role"): ("RoleName", "RoleArn"),
    ("ses", "identity"): ("Source", "FromEmailAddress", "Identity", "EmailIdentity"),
    ("rds-db", "db-user"): ("DBUsername",),
    ("rds-data", "cluster"): ("resourceArn",),
    ("bedrock", "foundation-model"): ("modelId",),
}
"""(prefix, resource type) -> the request members that name such a resource, from botocore's service models.

For types that are not listed, a member counts when its name, without its ending, is the type's name."""

_ENDING = re.compile(r"(Name|Arn|ARN|Id|ID|Url|URL|Identifier)$")


@cache
def _service(name: str) -> _Service:
    found: _Service | None = row("operation_actions", name, _Service)
    return found or _Service()


def iam_prefix(service: str) -> str:
    """The IAM prefix of a service by botocore's name: `stepfunctions` -> `states`."""
    return _service(service).prefix or service


def operations_of(prefix: str, operation: str) -> tuple[str, ...]:
    """The entries of the table for an operation, whatever its case, of the services with an IAM prefix."""
    for service in dict.fromkeys((prefix, *keys("operation_actions"))):
        if iam_prefix(service) == prefix:
            for name, entries in _service(service).operations.items():
                if name.lower() == operation.lower():
                    return tuple(entries)
    return ()


def needed(call: Call) -> tuple[Need, ...] | Unmapped:
    """The IAM actions that the call needs: () when it needs none (`sts:GetCallerIdentity`)."""
    listed = _service(call.service).operations.get(call.operation)
    if listed is not None:
        return tuple(dict.fromkeys(need for entry in listed for need in of_entry(entry, call)))
    name = f"{iam_prefix(call.service)}:{call.operation}"
    known = action(name)
    if known is None:
        return Unmapped(call, f"no IAM action is known for {call.service} {call.operation} (there is no {name})")
    return (_need(known, call.parameters),)


_READS_OBJECTS = frozenset({"rekognition", "textract"})
"""Services that read, in the caller's name, the object which a request names: the permissions in their guides."""

_READS_SECRETS = {"rds-data": "secretArn", "redshift-data": "SecretArn"}
"""Services that read, in the caller's name, the secret which that member names, by which they sign in to a database.

Aurora user guide, "Authorizing access to the RDS Data API"; Redshift management guide, "Authorizing access to the
Amazon Redshift Data API".
"""


def read_for_the_caller(call: Call) -> tuple[Need, ...]:
    """Reading what the request names, for a service that does it with the caller's permissions."""
    secrets = (one for one in call.parameters if one.name == _READS_SECRETS.get(call.service))
    objects = call.buckets if call.service in _READS_OBJECTS else ()
    found = [
        *(Need("secretsmanager:GetSecretValue", (Parameter("SecretId", one.value),), ("Secret",)) for one in secrets),
        *(
            Need("s3:GetObject", (Parameter("Bucket", one.value), Parameter("Key", Unknown())), ("object",))
            for one in objects
        ),
    ]
    return tuple(dict.fromkeys(found))


def of_entry(entry: str, call: Call) -> list[Need]:
    """The needs of one entry of the table: `s3:GetObject@CopySource`, `dynamodb:PutItem#Put`, `s3:ListBucket?`."""
    plain, optional = entry.removesuffix("?"), entry.endswith("?")
    plain, _, kind = plain.partition("#")
    plain, _, member = plain.partition("@")
    known = action(plain)
    if known is None:  # the script that makes the table refuses such entries
        return []
    if kind:
        parts = [part for part in call.parts if part.kind == kind]
        return [_need(known, part.parameters) for part in parts] if call.parts else _any(known, call)
    return [_need(known, _of_member(call.parameters, member) if member else call.parameters, optional=optional)]


def _any(known: Action, call: Call) -> list[Need]:
    """An entry of that kind may be among those that could not be read; the analysis says so as unresolved."""
    return [_need(known, call.parameters, optional=True)]


def _of_member(parameters: tuple[Parameter, ...], member: str) -> tuple[Parameter, ...]:
    """`CopySource.Bucket` -> `Bucket`; a member that is itself a key's id becomes `KeyId`."""
    inner = tuple(
        Parameter(one.name.removeprefix(f"{member}."), one.value)
        for one in parameters
        if one.name.startswith(f"{member}.")
    )
    return inner or tuple(Parameter("KeyId", one.value) for one in parameters if one.name == member)


def _need(known: Action, parameters: tuple[Parameter, ...], *, optional: bool = False) -> Need:
    prefix = known.name.partition(":")[0]
    chosen = _chosen(prefix, known, parameters)
    if chosen is None:
        return Need(known.name, (), tuple(one.name for one in known.resource_types), optional)
    types, naming = chosen
    naming |= _around(known, types, naming, parameters)
    return Need(known.name, tuple(one for one in parameters if one.name in naming), types, optional)


_PLACE = re.compile(r"\$\{(\w+)\}")
_EVERYWHERE = frozenset({"Partition", "Region", "Account"})


def _around(known: Action, types: tuple[str, ...], naming: set[str], parameters: tuple[Parameter, ...]) -> set[str]:
    """Further parameters that the ARN of the resource has a place for: an index stands in a bucket of vectors."""
    form = next((one.arns[0] for one in known.resource_types if one.name in types and one.arns), "")
    places = [place for place in _PLACE.findall(form) if place not in _EVERYWHERE]
    if len(places) <= len(naming) or any(name.lower().endswith("arn") for name in naming):
        return set()
    return {one.name for one in parameters if any(fills(one.name, place) for place in places)}


def fills(member: str, placeholder: str) -> bool:
    """Whether a member of a request stands for a placeholder of an ARN: `cluster` for `${ClusterName}`."""
    name = placeholder.strip("${}").lower()
    return member.lower().endswith(name) or member.lower() == name.removesuffix("name").removesuffix("id")


def _chosen(prefix: str, known: Action, parameters: tuple[Parameter, ...]) -> tuple[tuple[str, ...], set[str]] | None:
    """The resource types that the parameters name, most specific first, and the parameters that name them."""
    passed = {one.name for one in parameters}
    fits: list[tuple[int, str, set[str]]] = []
    for one in known.resource_types:
        names = _NAMED_BY.get((prefix, one.name))
        found = passed.intersection(names) if names else {name for name in passed if _names_type(name, one)}
        whole = one.name not in {"index", "object", "log-stream"} or len(found) == len(names or ())
        if found and whole:
            fits.append((len(found), one.name, found))
    if not fits:
        return None
    most = max(count for count, _, _ in fits)
    best = [(name, found) for count, name, found in fits if count == most]
    best = [one for one in best if (prefix, one[0]) in _NAMED_BY] or best
    named = best[0][1]  # what else the request names, such as where a log group's events go, is another's matter
    return tuple(name for name, found in best if found == named), set(named)


def _names_type(parameter: str, kind: IamResource) -> bool:
    stem = _ENDING.sub("", parameter).lower()
    return bool(stem) and stem in {kind.name.lower().replace("-", ""), kind.name.lower().replace(" ", "")}
