"""boto3's S3 transfers: each is several requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tapgen.proof.interpret.boto3.bindings import bindings, copy_source
from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values
from tapgen.proof.interpret.results import Binding, Unknown

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site

UPLOAD = ("PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload")
DOWNLOAD = ("HeadObject", "GetObject")
_CREATES = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload"})
"""The requests that take what ExtraArgs says of the new object."""
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


def transfer(site: Site, name: str, args: Arguments, fixed: Mapping[str, Iterable[Binding]]) -> None:
    """One transfer; `fixed` holds the Bucket and Key that the object itself fills."""
    operations, parameters = TRANSFERS[name]
    site.call(args.keywords.get("Callback", EMPTY), Arguments([UNKNOWN]))
    given = [parameter for parameter in parameters if parameter not in fixed]
    passed = {parameter: args.get(index, parameter) for index, parameter in enumerate(given)}
    target: dict[str, Iterable[Binding]] = {
        key: fixed.get(key) or bindings(passed.get(key, EMPTY)) or (Unknown(),) for key in ("Bucket", "Key")
    }
    source = copy_source(site, passed.get("CopySource", EMPTY))
    extra = _extra(site, args.get(len(given), "ExtraArgs"))
    for operation in operations:
        copied = operation in {"CopyObject", "UploadPartCopy"}
        record(
            site,
            "s3",
            operation,
            extra if operation in _CREATES else Arguments(),
            target | source if copied else target,
        )
    if name == "copy":  # the size of the source decides whether it is copied in parts
        head = {key.partition(".")[2]: value for key, value in source.items()}
        record(site, "s3", "HeadObject", Arguments(), head)


def _extra(site: Site, values: Values) -> Arguments:
    """`ExtraArgs` as the arguments of the requests that it goes to."""
    found = Arguments()
    for value in values:
        if isinstance(value, Container):
            named, found.extra = value.keywords(site)
            found.keywords |= named
    return found
