"""Rules about what is open to everybody: `template.exposure` says what that is, for a review as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tapgen.proof.rules.rule import Hit, Rule

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.exposure import Kind


def _open(kind: Kind) -> Callable[[Subject], Iterator[Hit]]:
    return lambda subject: (Hit(one.message, one.path) for one in subject.exposures if one.kind == kind)


_PRINCIPAL = 'IAM user guide, "AWS JSON policy elements: Principal"'
_METHODS = 'API Gateway developer guide, "Control and manage access to REST APIs in API Gateway"'

EXPOSURE_RULES = (
    Rule(
        "trust-public",
        "error",
        "Anyone may assume a role",
        "The principal `*` without a condition that says who is every account in the world; so is, of a provider that "
        "vouches for all its customers, one without a condition on whose token it is.",
        "Name the service or the account that assumes the role, or the provider's `sub` (`repo:OWNER/REPOSITORY:…`).",
        f'{_PRINCIPAL}; "Configuring a role for GitHub OIDC identity provider"',
        _open("trust"),
    ),
    Rule(
        "policy-public",
        "error",
        "A resource's policy allows anyone",
        "The principal `*` without a condition that says who is every account in the world.",
        "Name the principal, or add a condition such as aws:SourceArn.",
        _PRINCIPAL,
        _open("policy"),
    ),
    Rule(
        "policy-blocked",
        "error",
        "A bucket's policy allows anyone, and S3 refuses it",
        "BlockPublicPolicy is on, for a new bucket also where nothing is said of it: the deployment fails.",
        "Name the principal; or, for what everybody may read, set BlockPublicPolicy and RestrictPublicBuckets to false "
        "in the bucket's PublicAccessBlockConfiguration.",
        'S3 user guide, "Blocking public access to your Amazon S3 storage"',
        _open("blocked"),
    ),
    Rule(
        "api-policy-public",
        "info",
        "An API's policy lets anyone call",
        "Its routes alone decide who is let in.",
        "Nothing, where the routes have an authorizer; else name who may call.",
        _METHODS,
        _open("api-policy"),
    ),
    Rule(
        "layer-public",
        "warning",
        "Every AWS account may use a layer",
        "Whoever knows its ARN downloads what is in it, in each version for which this is said.",
        "Name the account, or the organization (OrganizationId), unless the layer is published on purpose.",
        'Lambda developer guide, "Granting Lambda layer access to other accounts"',
        _open("layer"),
    ),
    Rule(
        "ingress-open",
        "error",
        "A security group lets the whole internet in",
        "Any port but 80 and 443 is found by scanners within minutes.",
        "Name the addresses or the security group that may come in.",
        "Security Hub user guide, EC2.18 and EC2.19",
        _open("ingress"),
    ),
    Rule(
        "ingress-web",
        "info",
        "A security group lets the whole internet in on a web port",
        "Meant for a load balancer; anything else behind it is public too.",
        "Nothing, where it serves a public website; else name who may come in.",
        "Security Hub user guide, EC2.18",
        _open("ingress-web"),
    ),
    Rule(
        "ingress-unproven",
        "info",
        "A security group lets the whole internet in on a port that only the deployment knows",
        "Any port but 80 and 443 is found by scanners within minutes.",
        "Give the port's parameter a default, or name who may come in.",
        "Security Hub user guide, EC2.18 and EC2.19",
        _open("ingress-unknown"),
    ),
    Rule(
        "bucket-public",
        "error",
        "A bucket is open to anyone",
        "Anyone in the world reads, or writes, its objects; where public access is blocked, as it is for every new "
        "bucket that does not say otherwise, S3 refuses the ACL.",
        "Remove AccessControl; new buckets are private.",
        'S3 user guide, "Blocking public access to your Amazon S3 storage"',
        _open("acl"),
    ),
    Rule(
        "setting-open",
        "warning",
        "A setting lets the internet reach a resource",
        "Only a password, or the next mistake in a policy, stands between it and everybody.",
        "Set it to the closed value, and reach the resource from inside the VPC.",
        "Security Hub user guide, RDS.2, Redshift.1, DMS.1, EC2.15, Opensearch.2, SageMaker.1 and S3.8",
        _open("setting"),
    ),
    Rule(
        "subnet-public-address",
        "warning",
        "A subnet gives out public addresses",
        "Whatever is started there later can be reached from the internet.",
        "Set MapPublicIpOnLaunch to false.",
        "Security Hub user guide, EC2.15",
        _open("address"),
    ),
    Rule(
        "function-url-public",
        "warning",
        "A function URL asks for no authorization",
        "With a permission for everybody, anyone on the internet can invoke the function.",
        "Set AuthType to AWS_IAM, unless the function checks its callers itself.",
        'Lambda developer guide, "Control access to Lambda function URLs"',
        _open("url"),
    ),
    Rule(
        "api-public-write",
        "warning",
        "Anyone may call a method that writes",
        "POST, PUT, PATCH, DELETE and ANY change things; without authorization anyone in the world does.",
        "Set AuthorizationType (`api.authorization`), or accept this with a reason.",
        _METHODS,
        _open("write-route"),
    ),
    Rule(
        "api-public-read",
        "info",
        "A route that reads is open to anyone",
        "Whoever finds the address can read what it answers.",
        "Nothing, where that is meant; else set an authorization.",
        _METHODS,
        _open("route"),
    ),
)
