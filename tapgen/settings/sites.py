"""Static sites: a bucket's files behind CloudFront, with an API under a path of the same address."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from tapgen.errors import suggestion
from tapgen.settings import references, served
from tapgen.settings.domains import Arn, Host
from tapgen.settings.names import Name
from tapgen.settings.references import Reference

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

Problem = tuple[tuple[str | int, ...], str]

GLOBAL_REGION = "us-east-1"
"""Where certificates and web ACLs are: CloudFront developer guide, "Requirements for using SSL/TLS certificates"."""

PathPattern = Annotated[str, Meta(pattern=r"^/[A-Za-z0-9_.~-]+(/[A-Za-z0-9_.~-]+)*/[*]$", max_length=255)]
File = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.~/-]+$")]


class SitePath(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What answers under a path in place of the files: an API, uncached, so that pages call it without CORS.

    ```toml
    [buckets.Web]

    [sites.Web]
    paths."/api/*" = { strip = true }

    [functions.Orders]
    source = "src"
    routes = ["GET /orders"]
    ```
    """

    api: Name | None = None
    """A further API, of `[apis.NAME]`; unset: `[api]`"""
    strip: bool = False
    """Take the path away before the API gets it: /api/orders is the route /orders"""


class SiteDomain(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name of the site's own.

    ```toml
    [buckets.Web]

    [sites.Web.domain]
    name = "shop.example.com"
    certificate = "arn:aws:acm:us-east-1:111111111111:certificate/11111111-2222-3333-4444-555555555555"
    hosted_zone = "example.com"
    ```
    """

    name: Host
    """Such as "shop.example.com" """
    aliases: tuple[Host, ...] = ()
    """Further names of the same site"""
    certificate: Arn | Reference
    """ARN of its certificate in ACM, in us-east-1, or where the ARN stands"""
    hosted_zone: Annotated[str, Meta(min_length=1)] | None = None
    """Id or name of the Route 53 zone that gets records of all names; unset: none"""


class Site(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The files of a bucket as a site, by CloudFront, which alone may read them; to upload them is yours.

    ```toml
    [buckets.Web]

    [sites.Web]
    single_page = true
    ```
    """

    bucket: Name | None = None
    """One of `buckets`, of the stack's own; unset: the one of the same name"""
    index: File = "index.html"
    """The page of the site's root, and of each folder"""
    single_page: bool = False
    """Addresses without a file's suffix are the index, whose script knows what they mean"""
    error_page: File | None = None
    """The page where there is no such file, with the status 404"""
    paths: dict[PathPattern, SitePath] = {}
    """What answers in place of the files, by path: "/api/*" """
    domain: SiteDomain | None = None
    """A name of one's own; unset: CloudFront's"""
    security_headers: bool = True
    """Answers ask browsers for HTTPS alone, for no guesses of types and no frames of other sites"""
    price_class: Literal["100", "200", "all"] = "all"
    """Edges that it is served from: 100: North America and Europe; 200: most; all"""
    web_acl: Arn | None = None
    """ARN of a web ACL of AWS WAF, in us-east-1"""

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:
        """What is not there, and what CloudFront refuses together, each with its path below the site."""
        yield from self._bucket_problems(name, environment)
        apis = served.with_routes(environment)
        for path, one in self.paths.items():
            if (one.api or "") not in apis:
                what = f"[apis.{one.api}]" if one.api else "[api]"
                yield ("paths", path), f"no function has a route of {what}"
            elif apis[one.api or ""].endpoint == "private":
                yield ("paths", path), "a private API is reached by its VPC endpoints alone, not by CloudFront"
            elif apis[one.api or ""].kind == "websocket":
                yield ("paths", path), "browsers connect to a WebSocket API at its own address"
        if self.error_page and self.paths:
            yield ("error_page",), "it would stand in for the 403 and 404 of what answers under `paths` too"
        if self.error_page and self.single_page:
            yield ("error_page",), "a single page knows itself what is not there; keep one of them"
        yield from self._regional_problems(environment)

    def _bucket_problems(self, name: str, environment: "Environment") -> Iterator[Problem]:
        wanted = self.bucket or name
        where = ("bucket",) if self.bucket else ()
        if wanted not in environment.buckets:
            better = suggestion(wanted, environment.buckets) if environment.buckets else f"write [buckets.{wanted}]"
            yield where, f'there is no bucket "{wanted}" that holds its files; {better}'
        elif environment.buckets[wanted].existing is not None:
            yield where, f"the bucket {wanted} is not the stack's own, and only its owner can let CloudFront read it"

    def _regional_problems(self, environment: "Environment") -> Iterator[Problem]:
        if self.web_acl and self.web_acl.split(":")[3] != GLOBAL_REGION:
            yield ("web_acl",), f"CloudFront takes a web ACL of {GLOBAL_REGION} alone, made for CloudFront"
        if self.domain is None:
            return
        if len(environment.target_regions) > 1:
            yield (
                ("domain",),
                "CloudFront gives a name to one distribution alone, and each of the regions would have one",
            )
        certificate = self.domain.certificate
        yield from references.problems(certificate, ("domain", "certificate"), environment.parameters)
        if isinstance(certificate, str) and certificate.split(":")[3] != GLOBAL_REGION:
            yield ("domain", "certificate"), f"CloudFront takes a certificate of {GLOBAL_REGION} alone"
