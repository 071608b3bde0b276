"""What a template opens to everybody, said once: a review tells of what came, the check of what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

from msgspec import Struct

from tapgen.template.apis import routes
from tapgen.template.grants import every_customer, everybody
from tapgen.template.intrinsics import branches
from tapgen.template.model import Resource, Template
from tapgen.template.network import security_groups
from tapgen.template.paths import Path
from tapgen.template.resource_policies import PERMISSIONS, invoke_grant, resource_policies, trust_policy
from tapgen.template.routes import Route
from tapgen.template.text import text
from tapgen.template.types import row, value_at

Kind = Literal[
    "ingress",
    "ingress-web",
    "ingress-unknown",
    "trust",
    "policy",
    "blocked",
    "api-policy",
    "invoke",
    "layer",
    "acl",
    "address",
    "setting",
    "url",
    "route",
    "write-route",
]

_WEB: Final = (80, 443)
_NAMED: Final = 8  # routes in one sentence
_READING: Final = frozenset({"GET", "HEAD"})


class Exposure(Struct, frozen=True):
    """One thing that everybody may reach, call or assume; the message is a sentence about the logical id."""

    kind: Kind
    logical_id: str
    message: str
    path: Path


class OpenSetting(Struct, frozen=True):
    """A property that decides whether a resource can be reached, and when it is on the safe side.

    `lacks` is what the resource has not on the other side, or `has` what it has.
    """

    type: str
    path: tuple[str, ...]
    safe: Callable[[Any], bool]
    lacks: str = ""
    has: str = ""
    loud: bool = True
    kind: Literal["acl", "address", "setting"] = "setting"


def is_one_of(*values: str) -> Callable[[Any], bool]:
    """Whether a value is one of some."""
    return lambda value: value in values


def is_none_of(*values: str) -> Callable[[Any], bool]:
    """Whether a value is none of some."""
    return lambda value: value not in values


def is_set(value: Any) -> bool:
    """Whether a property has a value."""
    return value not in (None, "", [], {})


_BLOCK: Final = "PublicAccessBlockConfiguration"
_PUBLIC_ADDRESS: Final = "a public address"

# The safe side of each is from the property's page in the CloudFormation template reference.
OPEN_SETTINGS: Final = (
    *(
        OpenSetting("AWS::S3::Bucket", (_BLOCK, name), is_one_of("true"), f"the block on public access {name}")
        for name in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    ),
    OpenSetting(
        "AWS::S3::Bucket", ("AccessControl",), is_none_of("PublicRead", "PublicReadWrite"), "a private ACL", kind="acl"
    ),
    OpenSetting("AWS::RDS::DBInstance", ("PubliclyAccessible",), is_none_of("true"), has=_PUBLIC_ADDRESS),
    OpenSetting("AWS::Redshift::Cluster", ("PubliclyAccessible",), is_none_of("true"), has=_PUBLIC_ADDRESS),
    OpenSetting("AWS::DMS::ReplicationInstance", ("PubliclyAccessible",), is_one_of("false"), has=_PUBLIC_ADDRESS),
    OpenSetting(
        "AWS::EC2::Subnet",
        ("MapPublicIpOnLaunch",),
        is_none_of("true"),
        has="public addresses for new interfaces",
        loud=False,
        kind="address",
    ),
    OpenSetting(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        ("Scheme",),
        is_one_of("internal"),
        "an internal load balancer",
        loud=False,
    ),
    OpenSetting("AWS::OpenSearchService::Domain", ("VPCOptions",), is_set, "a domain inside the VPC"),
    OpenSetting(
        "AWS::SageMaker::NotebookInstance",
        ("DirectInternetAccess",),
        is_one_of("Disabled"),
        "no direct internet access",
        loud=False,
    ),
)


def exposures(template: Template) -> tuple[Exposure, ...]:
    """Everything that is open to everybody, or may be, depending on a condition that only the deployment decides."""
    return (
        *_ingress(template),
        *_policies(template),
        *_permissions(template),
        *_settings(template),
        *_urls(template),
        *_routes(template),
    )


def _ingress(template: Template) -> Iterator[Exposure]:
    for group in security_groups(template).values():
        for rule in group.world:
            web = rule.protocol == "tcp" and rule.first == rule.last and rule.first in _WEB
            where = rule if rule.sure else "on a port that the deployment names"
            what = f"{group.name} lets the whole internet in: {where}."
            kind: Kind = "ingress-web" if web else "ingress" if rule.sure else "ingress-unknown"
            yield Exposure(kind, group.name, what, group.path(rule))


def _policies(template: Template) -> Iterator[Exposure]:
    for resource in template.resources.values():
        name = resource.logical_id
        if resource.type == "AWS::IAM::Role":
            path: Path = ("Resources", name, "Properties", "AssumeRolePolicyDocument")
            trusted = trust_policy(resource).grants
            if any(map(everybody, trusted)):
                yield Exposure("trust", name, f"Anyone may assume {name}.", path)
            elif provider := next(filter(None, map(every_customer, trusted)), ""):
                yield Exposure("trust", name, f"Every customer of {provider} may assume {name}.", path)
        elif not (row(resource.type).limits or row(resource.type).for_identities or _behind_another(resource)):
            for path, policy in resource_policies(resource):
                if any(map(everybody, policy.grants)):
                    yield from _open_policy(resource, path, template)


def _open_policy(resource: Resource, path: Path, template: Template) -> Iterator[Exposure]:
    """What of it S3 refuses, or makes nothing of: S3 user guide, "Blocking public access to your Amazon S3 storage"."""
    name = resource.logical_id
    message = f"{name} allows anyone in the world"
    bucket = template.target(resource.properties.get("Bucket")) if resource.type == "AWS::S3::BucketPolicy" else None
    blocks = bucket.properties.get(_BLOCK) if bucket is not None else None
    if bucket is not None and _is_on(blocks, "BlockPublicPolicy"):
        yield Exposure("blocked", name, f"{message}, which {bucket.logical_id} blocks: S3 refuses the policy.", path)
    elif bucket is not None and bucket.type == "AWS::S3::Bucket" and blocks is None:
        why = f"{bucket.logical_id} does not say that it may: S3 refuses the policy of a new bucket"
        yield Exposure("blocked", name, f"{message}, and {why}.", path)
    elif not _is_on(blocks, "RestrictPublicBuckets"):
        is_api = resource.type in ("AWS::ApiGateway::RestApi", "AWS::Serverless::Api")
        yield Exposure("api-policy" if is_api else "policy", name, f"{message}.", path)


def _is_on(blocks: Any, name: str) -> bool:
    return all(one == "true" for one in branches(blocks.get(name))) if isinstance(blocks, dict) else False


def _behind_another(resource: Resource) -> bool:
    """Whether something else than the policy decides who comes in.

    OpenSearch Service developer guide, "Identity and Access Management": in a VPC security groups do, and for
    fine-grained access control the guide asks for an open policy.
    """
    inside = resource.properties.get("VPCOptions") or resource.properties.get("VpcConfiguration")
    asks = value_at(resource.properties, ("AdvancedSecurityOptions", "Enabled"))
    return inside is not None or "true" in branches(asks)


def _permissions(template: Template) -> Iterator[Exposure]:
    for permission in template.of_type(*PERMISSIONS):
        name = permission.logical_id
        if everybody(invoke_grant(permission, template)[1]) and "OrganizationId" not in permission.properties:
            layer = permission.type == "AWS::Lambda::LayerVersionPermission"
            what = "use the layer" if layer else "call the function"
            message = f"{name} lets anyone in the world {what}."
            yield Exposure("layer" if layer else "invoke", name, message, ("Resources", name, "Properties"))


def _settings(template: Template) -> Iterator[Exposure]:
    for setting in OPEN_SETTINGS:
        for resource in template.of_type(setting.type):
            value = value_at(resource.properties, setting.path)
            if value is not None and not all(map(setting.safe, branches(value))):
                name = resource.logical_id
                state = f"has {setting.has}" if setting.has else f"lacks {setting.lacks}"
                message = f"{name} {state} ({'.'.join(setting.path)}: {text(value)})."
                yield Exposure(setting.kind, name, message, ("Resources", name, "Properties", *setting.path))


def _urls(template: Template) -> Iterator[Exposure]:
    for url in template.of_type("AWS::Lambda::Url"):
        if "NONE" in map(text, branches(url.properties.get("AuthType", "NONE"))):
            name = url.logical_id
            message = f"{name}: the function URL asks for no authorization."
            yield Exposure("url", name, message, ("Resources", name, "Properties", "AuthType"))


def _routes(template: Template) -> Iterator[Exposure]:
    """Each route that writes by itself; those that read together, one exposure for each API."""
    reading: dict[str, list[Route]] = {}
    for route in routes(template).values():
        if route.authorization != "NONE" or route.api_key or route.method == "OPTIONS" or route.follows:
            continue
        api = template.resources.get(route.api_id)
        if api is not None and _guarded(api):
            continue
        if route.method in _READING:
            reading.setdefault(route.api, []).append(route)
        else:
            yield Exposure("write-route", route.logical_id, f"Anyone in the world may call {route.name}.", route.place)
    for some in reading.values():
        names = ", ".join(route.name for route in some[:_NAMED])
        names += f" and {len(some) - _NAMED} more routes" if len(some) > _NAMED else ""
        yield Exposure("route", some[0].logical_id, f"Anyone in the world may call {names}.", some[0].place)


def _guarded(api: Resource) -> bool:
    """Whether a REST API lets in only whom its policy names, or only what comes out of a VPC."""
    if "PRIVATE" in text(value_at(api.properties, ("EndpointConfiguration", "Types")) or ""):
        return True
    policies = [policy for _, policy in resource_policies(api)]
    return bool(policies) and not any(everybody(grant) for policy in policies for grant in policy.grants)
