"""Sites: CloudFront distributions of buckets and APIs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Ref, Sub, cloudfront, route53, s3

from tapgen import naming
from tapgen.layers.existing import below
from tapgen.layers.lookup import lookup
from tapgen.layers.resource_policies import admit
from tapgen.settings import served

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ApiRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.sites import Site, SitePath

# CloudFront developer guide, "Use managed cache policies"; likewise origin request and response headers policies
CACHED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
UNCACHED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
ZONE = "Z2FDTNDATAQYW2"
"""Every distribution's hosted zone: Route 53 API reference, AliasTarget."""
ZONE_ID = re.compile(r"Z[A-Z0-9]{8,31}")

FILES, ALL = ["GET", "HEAD"], ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
RUNTIME = "cloudfront-js-2.0"
LONGEST_NAME = 64 - len("-ap-southeast-1")
"""Of a function, before its region: CloudFront API reference, CreateFunction."""

# What CloudFront Functions make of a request's path before the cache is asked. A private bucket answers 403 for what is
# not there, and a distribution's own error pages would stand in for those of an API too.
SINGLE_PAGE = "if (!/\\.[^/]*$/.test(uri)) { uri = '/%s'; }"
FOLDERS = "if (uri.endsWith('/')) { uri += '%s'; }"
STRIP = "uri = uri.substring(%d) || '/';"


def build(template: Template, environment: Environment, parts: Parts, apis: Mapping[str, ApiRefs]) -> None:
    """Add the sites, and let CloudFront read their buckets."""
    for name, settings in environment.sites.items():
        title = naming.logical(name, "Site")
        bucket = parts["buckets"][settings.bucket or name]
        template.add_resource(_access_control(title, environment))
        origins = [_files(title, bucket.title)]
        behaviors = []
        for number, (path, one) in enumerate(settings.paths.items(), 1):
            origin = f"Api{number}"
            origins.append(_api(origin, environment, one, apis))
            functions = []
            if one.strip:
                rewrites = f"{title}Path{number}"
                functions = _function(template, rewrites, _global_name(environment, rewrites), STRIP % len(path[:-2]))
            behaviors.append(_behavior(settings, origin, cloudfront.CacheBehavior, functions, PathPattern=path))
        rewrite = (SINGLE_PAGE if settings.single_page else FOLDERS) % settings.index
        functions = _function(template, f"{title}Pages", _global_name(environment, f"{title}Pages"), rewrite)
        default = _behavior(settings, "Files", cloudfront.DefaultCacheBehavior, functions)
        template.add_resource(_distribution(title, environment, settings, origins, default, behaviors))
        admit(template, bucket, s3.BucketPolicy, _reads(title, bucket.arn), Bucket=bucket.name)
        for record in _records(title, settings):
            template.add_resource(record)
        for output in _outputs(name, title, settings):
            template.add_output(output)


def _access_control(title: str, environment: Environment) -> cloudfront.OriginAccessControl:
    return cloudfront.OriginAccessControl(
        f"{title}AccessControl",
        OriginAccessControlConfig=cloudfront.OriginAccessControlConfig(
            Name=_global_name(environment, title),
            OriginAccessControlOriginType="s3",
            SigningBehavior="always",
            SigningProtocol="sigv4",
        ),
    )


def _global_name(environment: Environment, title: str) -> Sub:
    """A name of something that an account has once for all regions."""
    return Sub(f"{naming.shortened(f'{environment.stack_name}-{title}', LONGEST_NAME)}-${{AWS::Region}}")


def _files(title: str, bucket: str) -> cloudfront.Origin:
    return cloudfront.Origin(
        Id="Files",
        DomainName=GetAtt(bucket, "RegionalDomainName"),
        OriginAccessControlId=GetAtt(f"{title}AccessControl", "Id"),
        S3OriginConfig=cloudfront.S3OriginConfig(OriginAccessIdentity=""),
    )


def _api(origin: str, environment: Environment, path: SitePath, refs: Mapping[str, ApiRefs]) -> cloudfront.Origin:
    api = served.apis(environment)[path.api or ""]
    stage = {} if api.stage_name == served.DEFAULT_STAGE else {"OriginPath": f"/{api.stage_name}"}
    return cloudfront.Origin(
        Id=origin,
        DomainName=Sub("${Id}.execute-api.${AWS::Region}.${AWS::URLSuffix}", Id=refs[api.name].api),
        CustomOriginConfig=cloudfront.CustomOriginConfig(
            OriginProtocolPolicy="https-only", OriginSSLProtocols=["TLSv1.2"]
        ),
        **stage,
    )


def _function(template: Template, title: str, name: Any, rewrite: str) -> list[cloudfront.FunctionAssociation]:
    """A function of CloudFront that rewrites the path of each request, and how a behavior names it."""
    lines = ["function handler(event) {", "  var request = event.request;", "  var uri = request.uri;"]
    lines += [f"  {rewrite}", "  request.uri = uri;", "  return request;", "}", ""]
    added = template.add_resource(
        cloudfront.Function(
            title,
            Name=name,
            AutoPublish=True,
            FunctionCode="\n".join(lines),
            FunctionConfig=cloudfront.FunctionConfig(Comment="Paths of the site", Runtime=RUNTIME),
        )
    )
    return [cloudfront.FunctionAssociation(EventType="viewer-request", FunctionARN=GetAtt(added, "FunctionARN"))]


def _behavior(settings: Site, origin: str, kind: Any, functions: list[Any], **more: Any) -> Any:
    is_api = origin != "Files"
    return kind(
        TargetOriginId=origin,
        ViewerProtocolPolicy="https-only" if is_api else "redirect-to-https",
        AllowedMethods=ALL if is_api else FILES,
        CachePolicyId=UNCACHED if is_api else CACHED,
        Compress=True,
        **({"OriginRequestPolicyId": ALL_BUT_HOST} if is_api else {}),
        **({"ResponseHeadersPolicyId": SECURITY_HEADERS} if settings.security_headers else {}),
        **({"FunctionAssociations": functions} if functions else {}),
        **more,
    )


def _distribution(
    title: str, environment: Environment, settings: Site, origins: list[Any], default: Any, behaviors: list[Any]
) -> cloudfront.Distribution:
    config = {
        "Enabled": True,
        "Comment": environment.stack_name,
        "DefaultRootObject": settings.index,
        "HttpVersion": "http2and3",
        "IPV6Enabled": True,
        "PriceClass": f"PriceClass_{'All' if settings.price_class == 'all' else settings.price_class}",
        "Origins": origins,
        "DefaultCacheBehavior": default,
        "CacheBehaviors": behaviors or None,
        "WebACLId": settings.web_acl,
    }
    if settings.error_page:
        page = f"/{settings.error_page.lstrip('/')}"
        config["CustomErrorResponses"] = [
            cloudfront.CustomErrorResponse(ErrorCode=code, ResponseCode=404, ResponsePagePath=page)
            for code in (403, 404)  # a bucket that may not be listed answers 403 for what is not there
        ]
    if settings.domain:
        config["Aliases"] = [settings.domain.name, *settings.domain.aliases]
        config["ViewerCertificate"] = cloudfront.ViewerCertificate(
            AcmCertificateArn=lookup(settings.domain.certificate),
            SslSupportMethod="sni-only",
            MinimumProtocolVersion="TLSv1.2_2021",
        )
    given = {key: value for key, value in config.items() if value is not None}
    return cloudfront.Distribution(title, DistributionConfig=cloudfront.DistributionConfig(**given))


def _reads(title: str, bucket: Any) -> dict[str, Any]:
    distribution = Sub(f"arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:distribution/${{{title}}}")
    return {
        "Sid": naming.logical("from", title),
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": ["s3:GetObject"],
        "Resource": [below(bucket, "/*")],
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution}},
    }


def _records(title: str, settings: Site) -> Iterator[route53.RecordSetType]:
    zone = settings.domain.hosted_zone if settings.domain else None
    if settings.domain is None or zone is None:
        return
    where = {"HostedZoneId": zone} if ZONE_ID.fullmatch(zone) else {"HostedZoneName": f"{zone.rstrip('.')}."}
    for number, host in enumerate([settings.domain.name, *settings.domain.aliases], 1):
        for kind, suffix in (("A", ""), ("AAAA", "Ipv6")):
            yield route53.RecordSetType(
                f"{title}Record{number if number > 1 else ''}{suffix}",
                **where,
                Name=host,
                Type=kind,
                AliasTarget=route53.AliasTarget(
                    DNSName=GetAtt(title, "DomainName"), HostedZoneId=ZONE, EvaluateTargetHealth=False
                ),
            )


def _outputs(name: str, title: str, settings: Site) -> Iterator[Output]:
    host = settings.domain.name if settings.domain else "${" + title + ".DomainName}"
    address = f"https://{host}"
    value = address if settings.domain else Sub(address)
    yield Output(f"{title}AddressOutput", Description=f"Address of the site {name}", Value=value)
    yield Output(f"{title}DistributionOutput", Description=f"Distribution of the site {name}", Value=Ref(title))
