"""What `s3://bucket/key` says of a bucket, for libraries that take addresses."""

from __future__ import annotations

from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import Beginning, Const, beginning
from tapgen.proof.interpret.python.values import UNKNOWN, Values
from tapgen.proof.interpret.site import Site


def bucket(addresses: Values) -> Values:
    """The buckets of the addresses, as far as they are known; anything for what is no address."""
    found: Values = frozenset()
    for value in addresses:
        name, slash, _ = beginning(value).partition("://")[2].partition("/")
        following = value.following if isinstance(value, Beginning) and not name else None
        if following is not None:
            found |= {following}
        else:
            found |= {Const(name)} if name and (slash or isinstance(value, Const)) else UNKNOWN
    return found or UNKNOWN


def request(site: Site, operations: tuple[str, ...], addresses: Values) -> Values:
    """Note down requests of S3 on what stands at the addresses."""
    for operation in operations:
        record(site, "s3", operation, Arguments(keywords={"Bucket": bucket(addresses), "Key": UNKNOWN}))
    return UNKNOWN
