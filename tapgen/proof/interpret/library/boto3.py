"""boto3's own names: clients, resources, sessions."""

from __future__ import annotations

from tapgen.proof.interpret.boto3.borrowed import borrowed, credentials
from tapgen.proof.interpret.boto3.sdk import Sdk
from tapgen.proof.interpret.boto3.session import Session, make
from tapgen.proof.interpret.library.external import Package, PackageClass, harmless_method, package_object
from tapgen.proof.interpret.library.model import Handler, model
from tapgen.proof.interpret.library.signing import by_botocore, by_request_signer
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import UNKNOWN, Values
from tapgen.proof.interpret.site import Site

PACKAGES = ("boto3", "botocore", "s3transfer")

_CLASS = 2
"""Dots in the path of a class of `botocore.auth`."""


def _factory(kind: str) -> Handler:
    def handler(site: Site, args: Arguments) -> Values:
        return make(site, kind, args)

    return handler


def _session(_site: Site, args: Arguments) -> Values:
    made: Values = frozenset({Session()})
    return borrowed(made) if credentials(args) else made


def _transfer(_site: Site, args: Arguments) -> Values:
    """It has the client's own upload_file and download_file."""
    return args.get(0, "client")


def other(site: Site, path: str, args: Arguments) -> Values:
    """A name that is not listed: boto3 objects that it is given are not followed."""
    if path.startswith("botocore.auth.") and path.count(".") == _CLASS:
        return by_botocore(site, args)
    given = [one for one in args.everything() if isinstance(one, Sdk)]
    for value in given:
        site.unresolved(f"{value} is passed to {path}")
    return UNKNOWN.union(given)


def _signable(site: Site, args: Arguments) -> Values:
    """`AWSRequest(method="POST", url=…)`, for a signer."""
    return frozenset({package_object(site, "botocore.awsrequest.AWSRequest", _REQUEST, args)})


_REQUEST = PackageClass(("method", "url", "headers", "data", "params"), other=harmless_method)

MODEL = {
    **model("boto3", client=_factory("client"), resource=_factory("resource"), Session=_session),
    **model("boto3", _get_default_session=_session),
    **model("boto3.DEFAULT_SESSION", client=_factory("client"), resource=_factory("resource")),
    **model("boto3.session", Session=_session),
    **model("botocore.session", get_session=_session, Session=_session),
    **model("botocore.awsrequest", AWSRequest=_signable),
    **model("botocore.signers", RequestSigner=by_request_signer),
    **model("boto3.s3.transfer", S3Transfer=_transfer),
    **model("s3transfer", S3Transfer=_transfer),
}

_ASYNCHRONOUS = {
    "client": MODEL["boto3.client"],
    "resource": MODEL["boto3.resource"],
    **dict.fromkeys(("Session", "get_session", "AioSession"), _session),
}

ASYNCHRONOUS = dict.fromkeys(("aioboto3", "aiobotocore"), Package(functions=_ASYNCHRONOUS))
"""aioboto3 (15.0) and aiobotocore (2.20): boto3's objects, to be entered and awaited."""
