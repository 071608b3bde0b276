"""A request to an API, signed as AWS's clients sign theirs (Signature Version 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping


def signature(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    credentials: tuple[str, ...],
    region: str,
    service: str = "execute-api",
) -> dict[str, str]:
    """The headers with those of the signature; `credentials` are access key, secret key and a session's token."""
    request = AWSRequest(method=method, url=url, data=body or b"", headers=dict(headers))
    SigV4Auth(Credentials(*credentials), service, region).add_auth(request)
    return {str(name): str(value) for name, value in request.headers.items()}
