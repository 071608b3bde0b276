"""Packages where every region can read them: Lambda takes code from a bucket of its own region only.

Each region's own artifact bucket gets them under the same keys, and the template finds the bucket of the region that
a stack is in by a mapping, so that one template does for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.artifacts.upload import find_bucket
from tapgen.deploy.aws.errors import AwsError
from tapgen.errors import TapgenError
from tapgen.naming import ARTIFACT_BUCKET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.request import Package
    from tapgen.template.document import Document

MAPPING = "ArtifactBuckets"
_FOUND = {"Fn::FindInMap": [MAPPING, {"Ref": "AWS::Region"}, "Name"]}


def with_buckets(document: Document, buckets: Mapping[str, str]) -> Document:
    """The template with a mapping from region to bucket in place of the parameter that names one."""
    if ARTIFACT_BUCKET not in document.get("Parameters", {}):
        return document
    made: dict[str, Any] = _replaced(document)
    parameters = {name: one for name, one in made["Parameters"].items() if name != ARTIFACT_BUCKET}
    mappings = {**made.get("Mappings", {}), MAPPING: {region: {"Name": name} for region, name in buckets.items()}}
    made = {**made, "Mappings": mappings, "Parameters": parameters}
    return made if parameters else {key: value for key, value in made.items() if key != "Parameters"}


def _replaced(value: Any) -> Any:
    if value == {"Ref": ARTIFACT_BUCKET}:
        return _FOUND
    if isinstance(value, dict):
        return {key: _replaced(item) for key, item in value.items()}
    return [_replaced(item) for item in value] if isinstance(value, list) else value


def buckets_of(clients: Mapping[str, Client], environment: str) -> dict[str, str]:
    """Each region's artifact bucket.

    Raises:
        TapgenError: a region has none.
    """
    found = {}
    for region, client in clients.items():
        try:
            found[region] = find_bucket(client)
        except AwsError:
            raise
        except TapgenError as error:
            hint = f"Run `tapgen bootstrap --env {environment}` once: its accounts may read the buckets then."
            raise TapgenError(error.message, hint) from None
    return found


def upload_everywhere(
    clients: Mapping[str, Client],
    buckets: Mapping[str, str],
    packages: tuple[Package, ...],
    account: str,
    say: Callable[[str], None],
) -> None:
    """Put each package into the bucket of each region, where it is not there yet."""
    for region, client in clients.items():
        for package in packages:
            if not client.stored(buckets[region], package.key, account):
                say(f"Uploading {package.key} to {region}")
                client.store(buckets[region], package.key, package.body(), account)
