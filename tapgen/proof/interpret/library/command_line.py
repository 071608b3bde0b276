"""The AWS command line (awscli 2): which requests a command makes that is written in the source word by word.

`aws s3 …` are commands of their own (awscli/customizations/s3); other commands are operations of botocore's models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.library.addresses import request
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import STORED, Library, beginning
from tapgen.proof.interpret.python.values import UNKNOWN, Values
from tapgen.proof.interpret.site import Site

SERVICES: Final = {"s3api": "s3", "configservice": "config", "deploy": "codedeploy"}
"""Commands of the AWS CLI whose name is not that of the service (awscli/handlers.py)."""

_NOTHING: Final = frozenset({"configure", "help", "history"})
"""Commands that make no request."""

_CUSTOM: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("ecr", "get-login-password"): ("ecr", "GetAuthorizationToken"),
    ("ecr", "get-login"): ("ecr", "GetAuthorizationToken"),
    ("eks", "update-kubeconfig"): ("eks", "DescribeCluster"),
    ("eks", "get-token"): ("sts", "GetCallerIdentity"),
}
"""Commands that botocore's models do not have -> the request that they make."""

_WITH_VALUE: Final = frozenset({
    "--region", "--profile", "--output", "--endpoint-url", "--exclude", "--include", "--acl", "--sse",
    "--sse-kms-key-id", "--storage-class", "--content-type", "--cache-control", "--expires-in", "--query",
    "--content-encoding", "--content-disposition", "--content-language", "--metadata", "--metadata-directive",
    "--grants", "--page-size", "--cli-read-timeout", "--cli-connect-timeout", "--expires", "--expected-size",
})  # fmt: skip
"""Options that take one value and may stand before what a command of `aws s3` is about."""


@dataclass(frozen=True)
class Command:
    """`aws SERVICE NAME …`: the options that stand alone, and what else follows, () for a word that is not known."""

    service: str
    name: str
    options: frozenset[str]
    about: tuple[Values, ...]


def command(words: list[Values]) -> Command | None:
    """The words after `aws` as a command; None where one that says what is done is not known."""
    options: set[str] = set()
    plain: list[Values] = []
    following = iter(words)
    for values in following:
        texts = {beginning(value) for value in values}
        text = texts.pop() if len(texts) == 1 else ""
        if text.startswith("--"):
            options.add(text)
            if text in _WITH_VALUE:
                next(following, None)
        elif len(plain) < 2 and not text:
            return None
        else:
            plain.append(values)
    names = [beginning(next(iter(values))) for values in plain[:2]]
    service, name = [*names, "", ""][:2]
    return Command(service, name, frozenset(options), tuple(plain[2:]))


def run(site: Site, found: Command) -> bool:
    """Note down the requests of the command; False where they are not known."""
    if found.service in _NOTHING or found.name == "help" or "--version" in found.options:
        return True
    if found.service == "s3":
        requests = tuple(_of_s3(found))
        for operation, addresses in requests:
            if operation == "ListBuckets":
                record(site, "s3", operation, Arguments())
            elif operation:
                request(site, (operation,), addresses)
        return bool(requests) and all(operation for operation, _ in requests)
    made = _CUSTOM.get((found.service, found.name)) or _of_model(found)
    if made is None:
        return False
    record(site, *made, Arguments(extra=UNKNOWN))
    return True


def _of_model(found: Command) -> tuple[str, str] | None:
    """The operation of a service's model: `aws ec2 describe-instances`, `aws ec2 wait instance-running`."""
    service = SERVICES.get(found.service, found.service)
    model = models.service(service) if models.exists(service) else None
    if model is None:
        return None
    names, name = model.methods, found.name
    if name == "wait":
        names, name = model.waiters, beginning(next(iter(found.about[0]))) if found.about and found.about[0] else ""
    operation = names.get(name.replace("-", "_"))
    return (service, operation) if operation else None


def _of_s3(found: Command) -> Iterator[tuple[str, Values]]:
    """The requests of `aws s3 …` with the addresses that they are about; "" for one that is not known."""
    stored = [_is_stored(values) for values in found.about]
    recursive = "--recursive" in found.options
    match found.name, stored:
        case "cp" | "mv" | "sync", [bool() as here, bool() as there, *_] if here or there:
            source, target = found.about[:2]
            yield from [("ListObjectsV2", source)] if here and (recursive or found.name == "sync") else []
            yield from [("ListObjectsV2", target)] if there and found.name == "sync" else []
            yield from [("GetObject", source)] if here else []
            yield from [("PutObject", target)] if there else []
            yield from [("DeleteObject", source)] if here and found.name == "mv" else []
            yield from [("DeleteObject", target)] if there and "--delete" in found.options else []
        case "rm", [True, *_]:
            yield from [("ListObjectsV2", found.about[0])] if recursive else []
            yield "DeleteObject", found.about[0]
        case "ls", []:
            yield "ListBuckets", UNKNOWN
        case "ls", [True, *_]:
            yield "ListObjectsV2", found.about[0]
        case "presign", [True, *_]:
            yield "GetObject", found.about[0]
        case "mb", [True, *_]:
            yield "CreateBucket", found.about[0]
        case _:
            yield "", UNKNOWN


def _is_stored(values: Values) -> bool | None:
    """Whether a word is an address of S3; None where that is not known."""
    texts = ["/" if isinstance(value, Library) else beginning(value) for value in values]  # a path that Python made
    if not all(texts) or not texts:
        return None
    found = {text.startswith(STORED) for text in texts}
    return found.pop() if len(found) == 1 else None
