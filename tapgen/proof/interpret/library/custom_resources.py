"""crhelper (2.0), which answers for custom resources, and aws-secretsmanager-caching (1.1)."""

from __future__ import annotations

from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.library.external import (
    Package,
    PackageClass,
    PackageObject,
    harmless,
    harmless_method,
    register,
    run,
)
from tapgen.proof.interpret.library.model import DECORATOR
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import UNKNOWN, Values
from tapgen.proof.interpret.site import Site

_POLLING = (
    ("events", "PutRule"), ("events", "PutTargets"), ("events", "RemoveTargets"), ("events", "DeleteRule"),
    ("lambda", "AddPermission"), ("lambda", "RemovePermission"),
)  # fmt: skip
"""What a resource asks for that is polled until it is there: a rule that invokes the function again."""


def _register_poller(site: Site, owner: PackageObject, args: Arguments) -> Values:
    """`@helper.poll_create`: while it is polled, a rule invokes the function."""
    for service, operation in _POLLING:
        record(site, service, operation, Arguments(extra=UNKNOWN))
    return register(site, owner, args)


def _secret(site: Site, args: Arguments, index: int = 0) -> Values:
    for operation in ("DescribeSecret", "GetSecretValue"):
        record(site, "secretsmanager", operation, Arguments(keywords={"SecretId": args.get(index, "secret_id")}))
    return UNKNOWN


def _cached(site: Site, _owner: PackageObject, args: Arguments) -> Values:
    """`cache.get_secret_string("shop")`."""
    return _secret(site, args)


def _inject(site: Site, args: Arguments) -> Values:
    """`@InjectSecretString("shop", cache)`."""
    _secret(site, args)
    return DECORATOR


PACKAGES = {
    "crhelper": Package(
        classes={
            "CfnResource": PackageClass(
                methods={
                    **dict.fromkeys(("create", "update", "delete"), register),
                    **dict.fromkeys(("poll_create", "poll_update", "poll_delete"), _register_poller),
                    "__call__": run,
                },
                other=harmless_method,
            )
        },
        other=harmless,
    ),
    "aws_secretsmanager_caching": Package(
        functions=dict.fromkeys(("InjectSecretString", "InjectKeywordedSecretString"), _inject),
        classes={
            "SecretCache": PackageClass(
                methods=dict.fromkeys(("get_secret_string", "get_secret_binary", "refresh_secret_now"), _cached),
                other=harmless_method,
            )
        },
        other=harmless,
    ),
}
