"""What is wrong with domain names: certificates in the wrong region, two owners of one name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tapgen.settings import references

if TYPE_CHECKING:
    from tapgen.settings.apis import Api
    from tapgen.settings.domains import Certificate, Domain
    from tapgen.settings.model import Environment

Problem = tuple[tuple[str | int, ...], str]

EDGE_REGION = "us-east-1"
"""Where the certificate of an edge API is: API Gateway developer guide, "Set up an edge-optimized custom domain"."""


def check(environment: Environment, apis: Sequence[tuple[tuple[str, ...], Api]]) -> Iterator[Problem]:
    """Each problem of the domain names, with the path of the value to change."""
    first: dict[str, tuple[tuple[str, ...], Api, Domain]] = {}
    taken: dict[tuple[str, str], str] = {}
    for path, settings in apis:
        domain = settings.domain
        if domain is None:
            continue
        where = (*path, "domain")
        yield from ((where + below, message) for below, message in _alone(environment, settings, domain))
        mine = ".".join(path)
        other = taken.setdefault((domain.name, domain.base_path), mine)
        if other != mine:
            under = f"/{domain.base_path}"
            yield where, f'"{domain.name}" leads to {other} already under "{under}"; give one of them a base_path'
        yield from _shared(where, settings, domain, *first.setdefault(domain.name, (path, settings, domain)))


def _alone(environment: Environment, settings: Api, domain: Domain) -> Iterator[Problem]:
    if settings.endpoint == "private":
        yield (), "a private API has no public name; take the domain away"
    if domain.tls == "1.3" and (settings.endpoint != "regional" or settings.kind == "http"):
        yield ("tls",), "only a regional REST API can refuse TLS 1.2"
    if "/" in domain.base_path and settings.endpoint == "edge":
        yield ("base_path",), "an edge API's base path has one part"
    if isinstance(domain.certificate, str):
        yield from _region(environment, settings, domain.certificate)
    else:
        yield from _elsewhere(environment, domain.certificate)


def _elsewhere(environment: Environment, certificate: Certificate) -> Iterator[Problem]:
    elsewhere = any((certificate.ssm_parameter, certificate.import_, certificate.parameter))
    if certificate.regions and elsewhere:
        yield ("certificate", "regions"), "it excludes ssm_parameter, import and parameter; keep one of them"
    if not certificate.regions:
        yield from references.problems(certificate, ("certificate",), getattr(environment, "parameters", {}))
    for region in environment.target_regions if certificate.regions else ():
        if region not in certificate.regions:
            yield ("certificate", "regions"), f"{region}, where the environment is deployed to, has none"
    for region, arn in certificate.regions.items():
        if arn.split(":")[3:4] != [region]:
            yield ("certificate", "regions", region), "the certificate is in another region"


def _region(environment: Environment, settings: Api, arn: str) -> Iterator[Problem]:
    fields = arn.split(":")
    if len(fields) < 6 or fields[2] != "acm":
        yield ("certificate",), "it is not the ARN of a certificate in ACM"
    elif settings.endpoint == "edge":
        if fields[3] != EDGE_REGION:
            yield ("certificate",), f"an edge API's certificate is in {EDGE_REGION}, not in {fields[3]}"
    else:
        missing = [region for region in environment.target_regions if region != fields[3]]
        if missing:
            yield (
                ("certificate",),
                (
                    f"it is in {fields[3]}, but the environment is deployed to {', '.join(missing)}; "
                    "say certificate.regions, or an SSM parameter that each region has"
                ),
            )


def _shared(
    where: tuple[str, ...], settings: Api, domain: Domain, path: tuple[str, ...], other: Api, owner: Domain
) -> Iterator[Problem]:
    """Two APIs under one name have one domain, so that what it is must be the same."""
    if owner is domain:
        return
    name = ".".join((*path, "domain"))
    for key in ("certificate", "hosted_zone", "tls"):
        if getattr(domain, key) != getattr(owner, key):
            yield (*where, key), f'"{domain.name}" has another one in {name}; one name is one domain'
    if "edge" in (settings.endpoint, other.endpoint) and (settings.endpoint, settings.kind) != (
        other.endpoint,
        other.kind,
    ):
        yield where, f'"{domain.name}" leads to an edge API in {name} or here, which share no name with other kinds'
