"""What CreateChangeSet cannot carry: packages and templates over 51,200 bytes, in a bucket of our own.

The bucket belongs to the bootstrap stack, whose output names it. Keys are named by their content, so what is
there already is never uploaded again; every call names the account that must own the bucket.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tapgen.deploy.artifacts.document import fits_inline
from tapgen.errors import TapgenError
from tapgen.naming import ARTIFACT_BUCKET, BOOTSTRAP_STACK

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.request import Deployment

BUCKET_OUTPUT = "ArtifactBucketName"


class Source(Struct, frozen=True):
    """What CreateChangeSet is given: exactly one of `body` and `url`."""

    body: str = ""
    url: str = ""


def upload(
    client: Client, request: Deployment, body: str, account: str, say: Callable[[str], None]
) -> tuple[Deployment, Source]:
    """The deployment with its packages' parameters filled, and where the template is; uploads what is missing.

    Raises:
        TapgenError: something must be uploaded and the account and region have no bucket.
    """
    large = not fits_inline(body)
    if not request.packages and not large:
        return request, Source(body=body)
    bucket = find_bucket(client) if request.zips or large else ""
    values = {package.parameter: package.key for package in request.packages}
    named = {ARTIFACT_BUCKET: bucket} if request.zips else {}
    request = replace(request, parameters={**request.parameters, **named, **values})
    if len(request.packages) > len(request.zips):
        from tapgen.deploy.artifacts.images import push

        for package in {package.build: package for package in request.packages}.values():
            push(client, package, account, say)
    for package in request.zips:
        if not client.stored(bucket, package.key, account):
            say(f"Uploading {package.key}")
            client.store(bucket, package.key, package.body(), account)
    if not large:
        return request, Source(body=body)
    key = f"templates/{request.stack_name}/{hashlib.sha256(body.encode()).hexdigest()}.json"
    if not client.stored(bucket, key, account):
        say(f"Uploading the template ({len(body):,} bytes)")
        client.store(bucket, key, body.encode(), account)
    return request, Source(url=client.object_url(bucket, key))


def find_bucket(client: Client) -> str:
    """The artifact bucket of the account and region.

    Raises:
        TapgenError: there is none.
    """
    stack = client.stack(BOOTSTRAP_STACK)
    for output in stack.outputs if stack else ():
        if output.key == BUCKET_OUTPUT:
            return output.value
    raise TapgenError(
        f"{client.region} has no artifact bucket: packaged code and templates over 51,200 bytes need one",
        f"Run `tapgen bootstrap --region {client.region}` once.",
    )
