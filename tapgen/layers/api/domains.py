"""Names of one's own: the domain with its certificate, which API answers under which path, and the DNS record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from troposphere import FindInMap, GetAtt, Output, Ref, apigateway, apigatewayv2, route53

from tapgen import naming
from tapgen.layers.lookup import lookup

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ApiRefs
    from tapgen.settings.domains import Domain
    from tapgen.settings.model import Environment
    from tapgen.settings.served import ServedApi

_ZONE_ID = re.compile(r"Z[A-Z0-9]{8,31}")  # Route 53 API reference, CreateHostedZone: up to 32 characters


def build(
    template: Template, environment: Environment, apis: Mapping[str, ServedApi], refs: Mapping[str, ApiRefs]
) -> None:
    """Add each domain name once, and a mapping for each API that it leads to."""
    owners: dict[str, list[tuple[ServedApi, Domain]]] = {}
    for api in apis.values():
        if api.settings.domain:
            owners.setdefault(api.settings.domain.name, []).append((api, api.settings.domain))
    for sharing in owners.values():
        first, settings = sharing[0]
        # A domain that leads to an HTTP API is one of API Gateway's second version, which leads to REST APIs as well.
        second = any(api.settings.kind != "rest" for api, _ in sharing)
        edge = first.settings.endpoint == "edge"
        arn = _certificate(template, first, settings)
        title = f"{first.title}DomainName"
        name = template.add_resource(
            _second_version(title, settings, arn) if second else _first_version(title, settings, arn, edge=edge)
        )
        for api, domain in sharing:
            template.add_resource(_mapping(api, domain, name, refs[api.name].api, second=second))
            _add_output(template, api, domain)
        if settings.hosted_zone:
            template.add_resource(_record(first, name, settings, environment, edge=edge))


def _first_version(title: str, settings: Domain, arn: Any, *, edge: bool) -> apigateway.DomainName:
    certificate = {"CertificateArn": arn} if edge else {"RegionalCertificateArn": arn}
    return apigateway.DomainName(
        title,
        DomainName=settings.name,
        **certificate,
        EndpointConfiguration=apigateway.EndpointConfiguration(Types=["EDGE" if edge else "REGIONAL"]),
        SecurityPolicy=_security_policy(settings, second=False),
        **({"EndpointAccessMode": "BASIC"} if settings.tls == "1.3" else {}),
    )


def _second_version(title: str, settings: Domain, arn: Any) -> apigatewayv2.DomainName:
    configuration = apigatewayv2.DomainNameConfiguration(
        CertificateArn=arn, EndpointType="REGIONAL", SecurityPolicy=_security_policy(settings, second=True)
    )
    return apigatewayv2.DomainName(title, DomainName=settings.name, DomainNameConfigurations=[configuration])


def _security_policy(settings: Domain, *, second: bool) -> str:
    """API Gateway developer guide, "Security policies for custom domains"."""
    if settings.tls == "1.3" and not second:
        return "SecurityPolicy_TLS13_1_3_2025_09"
    return "TLS_1_2"


def _mapping(api: ServedApi, settings: Domain, name: Any, ref: Any, *, second: bool) -> Any:
    stage = Ref(f"{api.title}Stage")
    if second or "/" in settings.base_path:  # only the second version's mappings have several parts
        return apigatewayv2.ApiMapping(
            f"{api.title}DomainMapping",
            ApiId=ref,
            DomainName=Ref(name),
            Stage=stage,
            **({"ApiMappingKey": settings.base_path} if settings.base_path else {}),
        )
    return apigateway.BasePathMapping(
        f"{api.title}DomainMapping",
        RestApiId=ref,
        DomainName=Ref(name),
        Stage=stage,
        **({"BasePath": settings.base_path} if settings.base_path else {}),
    )


def _certificate(template: Template, api: ServedApi, settings: Domain) -> Any:
    """The certificate's ARN, in whichever region the stack is."""
    certificate = settings.certificate
    if isinstance(certificate, str):
        return certificate
    if not certificate.regions:
        return lookup(certificate)
    title = f"{api.title}Certificates"
    template.add_mapping(title, {region: {"Arn": arn} for region, arn in certificate.regions.items()})
    return FindInMap(title, Ref("AWS::Region"), "Arn")


def _record(
    api: ServedApi, name: Any, settings: Domain, environment: Environment, *, edge: bool
) -> route53.RecordSetType:
    """An alias of the domain; a stack in several regions has one in each, and the nearest answers."""
    zone = settings.hosted_zone or ""
    target = "Distribution" if edge else "Regional"
    latency = {"SetIdentifier": Ref("AWS::Region"), "Region": Ref("AWS::Region")}
    return route53.RecordSetType(
        f"{api.title}DomainRecord",
        **({"HostedZoneId": zone} if _ZONE_ID.fullmatch(zone) else {"HostedZoneName": f"{zone.rstrip('.')}."}),
        Name=settings.name,
        Type="A",
        AliasTarget=route53.AliasTarget(
            DNSName=GetAtt(name, f"{target}DomainName"),
            HostedZoneId=GetAtt(name, f"{target}HostedZoneId"),
            EvaluateTargetHealth=False,
        ),
        **(latency if len(environment.target_regions) > 1 else {}),
    )


def _add_output(template: Template, api: ServedApi, settings: Domain) -> None:
    prefix = naming.logical(api.name) if api.name else ""
    path = f"{settings.base_path}/" if settings.base_path else ""
    output = f"{prefix}ApiDomainUrlOutput"
    template.add_output(
        Output(output, Description="Address of the API under its own name", Value=f"https://{settings.name}/{path}")
    )
