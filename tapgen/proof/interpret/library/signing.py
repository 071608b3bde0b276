"""Requests over HTTP that are signed for an AWS service: what the signer is made for says which action they need."""

from __future__ import annotations

from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.library.external import Package, harmless
from tapgen.proof.interpret.library.model import Handler
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import Const
from tapgen.proof.interpret.python.values import UNKNOWN, Values
from tapgen.proof.interpret.site import Site

_ONLY = {
    "execute-api": "Invoke",
    "aoss": "APIAccessAll",
    "appsync": "GraphQL",
    "lambda": "InvokeFunctionUrl",
    "vpc-lattice-svcs": "Invoke",
}
"""Services whose signed requests all need one action (Service Authorization Reference)."""


def _signer(index: int, *keywords: str, default: str = "") -> Handler:
    """A class whose constructor is given the service at that position or by that keyword."""

    def handler(site: Site, args: Arguments) -> Values:
        given = args.get(index, next((one for one in keywords if one in args.keywords), ""))
        services = {value.text if isinstance(value, Const) and value.text else "" for value in given}
        for service in sorted(services or {default}):
            if service in _ONLY:
                record(site, service, _ONLY[service], Arguments(extra=UNKNOWN))
            else:
                site.unresolved("requests are signed here: which actions they need depends on them", service)
        return UNKNOWN

    return handler


_OPENSEARCH = dict.fromkeys(
    ("AWSV4SignerAuth", "RequestsAWSV4SignerAuth", "Urllib3AWSV4SignerAuth", "AWSV4SignerAsyncAuth"),
    _signer(2, "service", default="es"),
)

by_botocore = _signer(1, "service_name")
"""`botocore.auth.SigV4Auth(credentials, service, region)`."""

PACKAGES = {
    "requests_aws4auth": Package(functions={"AWS4Auth": _signer(3, "service")}, other=harmless),
    "aws_requests_auth": Package(
        functions={
            "AWSRequestsAuth": _signer(4, "aws_service"),
            "BotoAWSRequestsAuth": _signer(2, "aws_service"),
        },
        other=harmless,
    ),
    "requests_auth_aws_sigv4": Package(functions={"AWSSigV4": _signer(0, "service")}, other=harmless),
    "httpx_aws_auth": Package(functions={"AwsSigV4Auth": _signer(2, "service")}, other=harmless),
    "opensearchpy": Package(functions=_OPENSEARCH),
}
