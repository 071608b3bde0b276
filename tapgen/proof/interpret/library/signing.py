"""Requests over HTTP that are signed for an AWS service: what the signer is made for says which action they need.

Those of OpenSearch Service need the action of their HTTP method, so that the signer is followed to what uses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.library.external import Package, PackageObject, harmless
from tapgen.proof.interpret.library.model import Handler
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import Const
from tapgen.proof.interpret.python.values import UNKNOWN, Value, Values, stable_hash
from tapgen.proof.interpret.site import Site

_ONLY = {
    "execute-api": "Invoke",
    "aoss": "APIAccessAll",
    "appsync": "GraphQL",
    "lambda": "InvokeFunctionUrl",
    "vpc-lattice-svcs": "Invoke",
    "elasticache": "Connect",
    "memorydb": "Connect",
    "sts": "GetCallerIdentity",
}
"""Services whose signed requests all need one action (Service Authorization Reference); that to STS, by which one signs
in to EKS, needs none."""


_BY_METHOD = "es"
"""The service whose actions are named after the methods of HTTP: `es:ESHttpGet`."""

_METHODS = ("delete", "get", "head", "patch", "post", "put")


@dataclass(frozen=True, slots=True)
class Signer(Value):
    """What signs requests for OpenSearch Service. Whoever gets hold of it unseen can make any request."""

    kept = True

    def __hash__(self) -> int:
        return 8

    def attribute(self, _site: Site, name: str) -> Values:
        """What signs a request of botocore, or data."""
        return frozenset({_Signing(name)})

    def escape(self, site: Site, what: str) -> Values:
        """Unresolved: which requests unknown code makes with it is not seen."""
        site.unresolved(f"requests to OpenSearch are signed for {what}: which they are is not seen", _BY_METHOD)
        return frozenset({self})

    def leak(self, site: Site, where: str) -> None:
        """Unresolved as well."""
        self.escape(site, where)

    def call(self, site: Site, args: Arguments) -> Values:
        """`auth(request)`: a signed request, of which nothing more is known."""
        self.escape(site, "a request")
        return args.get(0) or UNKNOWN


@dataclass(frozen=True, slots=True)
class _Signing(Value):
    """`signer.add_auth`."""

    name: str

    def __hash__(self) -> int:
        return stable_hash("signing", self.name)

    def call(self, site: Site, args: Arguments) -> Values:
        """The request that is signed says its method."""
        for one in args.get(0, "request") if self.name == "add_auth" else ():
            known = one.known(site, "method") if isinstance(one, PackageObject) else UNKNOWN
            signed(site, method_names(known))
        return UNKNOWN


def method_names(values: Values) -> list[str]:
    """Methods of HTTP, "" for one that is not known."""
    return [(value.text or "") if isinstance(value, Const) else "" for value in values]


def signed(site: Site, methods: Iterable[str]) -> None:
    """Note down requests of those methods to OpenSearch Service; "" stands for one that is not known."""
    for method in methods:
        if method.lower() in _METHODS:
            record(site, _BY_METHOD, f"ESHttp{method.capitalize()}", Arguments(extra=UNKNOWN))
        else:
            site.unresolved("which request to OpenSearch this is, is not known", _BY_METHOD)


def _signer(index: int, *keywords: str, default: str = "") -> Handler:
    """A class whose constructor is given the service at that position or by that keyword."""

    def handler(site: Site, args: Arguments) -> Values:
        given = args.get(index, next((one for one in keywords if one in args.keywords), ""))
        services = {value.text if isinstance(value, Const) and value.text else "" for value in given}
        made = UNKNOWN
        for service in sorted(services or {default}):
            if service in _ONLY:
                record(site, service, _ONLY[service], Arguments(extra=UNKNOWN))
            elif service == _BY_METHOD:
                made |= {Signer()}
            else:
                site.unresolved("requests are signed here: which actions they need depends on them", service)
        return made

    return handler


OPENSEARCH = dict.fromkeys(
    ("AWSV4SignerAuth", "RequestsAWSV4SignerAuth", "Urllib3AWSV4SignerAuth", "AWSV4SignerAsyncAuth"),
    _signer(2, "service", default="es"),
)

by_botocore = _signer(1, "service_name")
"""`botocore.auth.SigV4Auth(credentials, service, region)`."""

by_request_signer = _signer(2, "signing_name")
"""`botocore.signers.RequestSigner(service_id, region, service, version, credentials, events)`."""

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
}
