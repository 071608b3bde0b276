"""Slow operations and always-on costs that a change brings; hand-written from the services' documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tapgen.review.model import Note, ResourceChange
from tapgen.template.model import Resource, Template

_NEW: Final = {
    "AWS::EC2::NatGateway": "a NAT gateway takes about 2 minutes to create",
    "AWS::CloudFront::Distribution": "a distribution takes 5 to 15 minutes to deploy",
    "AWS::RDS::DBInstance": "a database instance takes 5 to 20 minutes to create",
    "AWS::RDS::DBCluster": "a database cluster takes several minutes to create",
    "AWS::OpenSearchService::Domain": "a search domain takes 15 to 30 minutes to create",
    "AWS::ElastiCache::ReplicationGroup": "a replication group takes 5 to 15 minutes to create",
    "AWS::CertificateManager::Certificate": "a certificate waits until its domain is validated",
    "AWS::EKS::Cluster": "a cluster takes about 10 minutes to create",
    "AWS::MSK::Cluster": "a cluster takes 20 to 40 minutes to create",
    "AWS::Redshift::Cluster": "a cluster takes several minutes to create",
}
_CHANGED: Final = {
    "AWS::CloudFront::Distribution": "a change of a distribution takes 5 to 15 minutes to reach every edge",
    "AWS::OpenSearchService::Domain": "a search domain may be rebuilt blue/green, which takes from minutes to hours",
}
_COSTS: Final = {
    "AWS::EC2::NatGateway": "a NAT gateway is billed by the hour and by the gigabyte",
    "AWS::EC2::EIP": "a public IPv4 address is billed by the hour",
    "AWS::EC2::Instance": "an instance is billed while it runs",
    "AWS::EC2::TransitGateway": "a transit gateway attachment is billed by the hour",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "a load balancer is billed by the hour",
    "AWS::RDS::DBInstance": "a database instance is billed while it runs",
    "AWS::ElastiCache::ReplicationGroup": "cache nodes are billed by the hour",
    "AWS::OpenSearchService::Domain": "a search domain's nodes are billed by the hour",
    "AWS::Redshift::Cluster": "a cluster's nodes are billed by the hour",
    "AWS::MSK::Cluster": "a cluster's brokers are billed by the hour",
    "AWS::EKS::Cluster": "a cluster is billed by the hour",
    "AWS::KMS::Key": "a customer managed key is billed by the month",
    "AWS::SecretsManager::Secret": "a secret is billed by the month",
    "AWS::WAFv2::WebACL": "a web ACL is billed by the month",
    "AWS::Kinesis::Stream": "a stream is billed by the hour",
    "AWS::Route53::HostedZone": "a hosted zone is billed by the month",
}
_INTERFACES: Final = (
    "the network interfaces of a function in a VPC take up to 40 minutes to go; "
    "deletion of its subnets and security groups waits for that"
)


def notes(changes: tuple[ResourceChange, ...], old: Template, new: Template) -> Iterator[Note]:
    """What takes long and what will cost, in the order of the changes."""
    for change in changes:
        before, after = old.resources.get(change.logical_id), new.resources.get(change.logical_id)
        name = change.logical_id
        if after is not None and (before is None or change.effect.replaces):
            if after.type in _NEW:
                yield Note("time", name, f"{name}: {_NEW[after.type]}")
        elif after is not None and after.type in _CHANGED:
            yield Note("time", name, f"{name}: {_CHANGED[after.type]}")
        yield from _function(name, before, after)
        yield from _indexes(name, before, after)
        yield from _cost(name, before, after)


def _function(name: str, before: Resource | None, after: Resource | None) -> Iterator[Note]:
    """AWS Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"."""
    was, now = (_subnets(one) for one in (before, after))
    if now and was != now:
        yield Note("time", name, f"{name}: its network interfaces take from 90 seconds to several minutes to create")
    if was and was != now:
        yield Note("time", name, f"{name}: {_INTERFACES}")


def _subnets(resource: Resource | None) -> object:
    if resource is None or resource.type != "AWS::Lambda::Function":
        return None
    config = resource.properties.get("VpcConfig")
    return config.get("SubnetIds") if isinstance(config, dict) else None


def _indexes(name: str, before: Resource | None, after: Resource | None) -> Iterator[Note]:
    """Amazon DynamoDB developer guide, "Managing Global Secondary Indexes in DynamoDB"."""
    if before is None or after is None or after.type != "AWS::DynamoDB::Table":
        return
    was, now = (_index_names(one) for one in (before, after))
    for index in sorted(now - was):
        yield Note(
            "time",
            name,
            f"{name}: the index {index} is filled from the whole table; that takes from minutes to hours, "
            "and the deployment waits for it",
        )


def _index_names(table: Resource) -> set[str]:
    listed = table.properties.get("GlobalSecondaryIndexes")
    return {
        str(entry.get("IndexName")) for entry in (listed if isinstance(listed, list) else ()) if isinstance(entry, dict)
    }


def _cost(name: str, before: Resource | None, after: Resource | None) -> Iterator[Note]:
    was, now = (_billed(one) for one in (before, after))
    if now and not was:
        yield Note("cost", name, f"{name}: {now}, used or not")
    elif was and not now:
        yield Note("cost", name, f"{name}: no longer billed: {was}")


def _billed(resource: Resource | None) -> str:
    if resource is None:
        return ""
    if resource.type == "AWS::EC2::VPCEndpoint":
        kind = resource.properties.get("VpcEndpointType", "Gateway")
        gateway = kind in ("Gateway", "GatewayLoadBalancer")
        return "" if gateway else "an interface endpoint is billed by the hour in each availability zone"
    if resource.type in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
        return (
            "provisioned concurrency is billed while it is configured"
            if "ProvisionedConcurrencyConfig" in resource.properties
            else ""
        )
    return _COSTS.get(resource.type, "")
