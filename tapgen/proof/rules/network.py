"""Rules about networks: security groups, subnets, endpoints, and what ties a template to one place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import inside
from tapgen.template.alternatives import alternatives, literal
from tapgen.template.endpoints import ENDPOINT_NAMES, GATEWAY_SERVICES, SERVICE_NAME
from tapgen.template.network import ANYWHERE

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.document import DocumentPath

# Private services, newer AWS services, the global ones.
_OTHER_SERVICES = ("com.amazonaws.vpce.", "aws.", "com.amazonaws.iam", "com.amazonaws.s3-global.")
_REGIONAL = frozenset(
    {*GATEWAY_SERVICES, *ENDPOINT_NAMES.values(), "sqs", "sns", "lambda", "logs", "kms", "ssm", "sts"}
)
"""Services that an endpoint's name has after its region."""
_PARTITION = re.compile(r"\barn:(aws|aws-cn|aws-us-gov):")
_PLACED = frozenset({"CertificateArn", "RegionalCertificateArn", "WebACLArn"})
"""Properties that hold the ARN of something which is made by hand, in one region."""

_ELSEWHERE = re.compile(
    r"^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$|\barn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d{12}:"
    r"|^https://sqs\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/\d{12}/"
)
"""A service principal (logs.us-east-1.amazonaws.com) or endpoint, and what somebody has in an account of theirs."""
_REGION = re.compile(
    r"(?<![a-z0-9-])(?:us|eu|ap|sa|ca|me|af|il|mx|cn)-(?:gov-)?(?:north|south|east|west|central|northeast|southeast|northwest|southwest)-\d(?![a-z0-9]*-|_)"
)
"""A region by its name; a user pool's id, which begins with its region, is none."""


def _wide_egress(subject: Subject) -> Iterator[Hit]:
    for group in subject.groups.values():
        for rule, path in group.rules.items():
            if rule.direction == "out" and rule.protocol == "-1" and rule.peer in ANYWHERE:
                default = len(path) == len(("Resources", "Group", "Properties")) and path[1] == group.name
                why = "has no egress rules: EC2 adds one that lets everything out" if default else "lets everything out"
                yield Hit(f"{group.name if default else path[1]} {why}.", path)


def _service_names(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::EC2::VPCEndpoint"):
        path: DocumentPath = ("Resources", owner, "Properties", "ServiceName")
        for text in alternatives(properties.get("ServiceName")):
            match = SERVICE_NAME.fullmatch(text)
            if match is None:
                if literal(text) and subject.meant(path, text) and not _other_service(text):
                    yield Hit(f"{text} is no endpoint service name of AWS.", path)
            elif set(alternatives(properties.get("VpcEndpointType", "Gateway"))) == {"Gateway"} and (
                match["service"] not in GATEWAY_SERVICES
            ):
                yield Hit(f"{match['service']} has no gateway endpoint.", path, "Set VpcEndpointType to Interface.")


def _other_service(text: str) -> bool:
    """A private, global or newer service's name; one that only lacks the region, or its beginning, is none."""
    if text.startswith(_OTHER_SERVICES):
        return True
    return text.startswith("com.amazonaws.") and text.rpartition(".")[2] not in _REGIONAL


def _strings(value: Any, path: DocumentPath = ()) -> Iterator[tuple[str, DocumentPath]]:
    found = inside(value, path, without=("ZipFile", "Description"))
    return ((one, at) for one, at in found if isinstance(one, str))


def _partitions(subject: Subject) -> Iterator[Hit]:
    """One hit for each resource and partition: whoever writes `arn:aws:` once mostly writes it everywhere."""
    for owner, resource in subject.resources.items():
        named: dict[str, DocumentPath] = {}
        for text, path in _strings(resource.properties, ("Resources", owner, "Properties")):
            match = _PARTITION.search(text)
            if match and path[-1] not in _PLACED and "arn:aws:states:::" not in text and subject.says(path, match[0]):
                named.setdefault(match[1], path)
        for partition, path in named.items():
            yield Hit(f'{owner} names the partition "{partition}".', path)


def _regions(subject: Subject) -> Iterator[Hit]:
    for owner, resource in subject.resources.items():
        for text, path in _strings(resource.properties, ("Resources", owner, "Properties")):
            match = _REGION.search(text)
            if match is None or path[-1] in _PLACED or {"Condition", "Replicas"} & {*path} or _ELSEWHERE.search(text):
                continue
            if subject.says(path, match[0]):
                yield Hit(f'{owner} names the region "{match[0]}".', path)


NETWORK_RULES = (
    Rule(
        "egress-wide",
        "warning",
        "A security group lets everything out",
        "Code that was taken over can send data anywhere, by any protocol.",
        "Allow the ports and peers that are used: TCP 443 for AWS services.",
        'VPC user guide, "Security group rules": default outbound rule',
        _wide_egress,
    ),
    Rule(
        "endpoint-service-name",
        "error",
        "A VPC endpoint's service name is wrong",
        "Creating the endpoint fails: the service does not exist, or not as a gateway.",
        "Write com.amazonaws.${AWS::Region}.SERVICE.",
        'AWS PrivateLink guide, "AWS services that integrate with AWS PrivateLink"',
        _service_names,
    ),
    Rule(
        "partition-literal",
        "info",
        "A resource names a partition",
        "The ARN is wrong in every other partition (China, GovCloud).",
        "Write ${AWS::Partition}.",
        'CloudFormation template reference, "Pseudo parameters reference"',
        _partitions,
    ),
    Rule(
        "region-literal",
        "warning",
        "A resource names a region",
        "The template works in that region alone, or reaches across regions.",
        "Write ${AWS::Region}, or Fn::GetAZs for availability zones.",
        'CloudFormation template reference, "Pseudo parameters reference"',
        _regions,
    ),
)
