"""The small stack of its own that holds the artifact bucket: private, versioned, encrypted, TLS only, protected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tapgen.deploy.artifacts.upload import BUCKET_OUTPUT
from tapgen.deploy.request import Deployment, Options
from tapgen.naming import ARTIFACT_BUCKET, BOOTSTRAP_STACK

if TYPE_CHECKING:
    from tapgen.template.document import Document

_TAGS = {"Application": BOOTSTRAP_STACK, "ManagedBy": "tapgen"}


_ACCOUNTS, _ORGANIZATIONS = "ReadByAccounts", "ReadByOrganizations"
MAX_READERS = 200
"""Accounts that a bucket policy names: it takes 20 KB (S3 user guide, "Bucket policies"), each about 40 bytes."""


class Readers(Struct, frozen=True):
    """Whose stacks take packages from the bucket beside its own account's: the accounts of StackSets."""

    accounts: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()

    def __or__(self, other: Readers) -> Readers:
        return Readers(self.accounts | other.accounts, self.organizations | other.organizations)


NOBODY = Readers()


def readers_of(document: Document) -> Readers:
    """Who may read by a bootstrap template that is deployed: whoever comes next does not take it away."""
    policy = (
        document.get("Resources", {}).get("ArtifactBucketPolicy", {}).get("Properties", {}).get("PolicyDocument", {})
    )
    found = {one.get("Sid"): one for one in policy.get("Statement", ())}
    accounts = found.get(_ACCOUNTS, {}).get("Principal", {}).get("AWS", ())
    organizations = found.get(_ORGANIZATIONS, {}).get("Condition", {}).get("StringEquals", {}).get(_ORGANIZATION, ())
    return Readers(frozenset(accounts), frozenset(organizations))


_ORGANIZATION = "aws:PrincipalOrgID"


def _reading(readers: Readers, objects: object) -> list[dict[str, Any]]:
    """The statements that let others read packages; in the organization's case every account of it."""
    read: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects}
    found = []
    if readers.accounts:
        found.append({"Sid": _ACCOUNTS, **read, "Principal": {"AWS": sorted(readers.accounts)}})
    if readers.organizations:
        member = {"StringEquals": {_ORGANIZATION: sorted(readers.organizations)}}
        found.append({"Sid": _ORGANIZATIONS, **read, "Principal": "*", "Condition": member})
    return found


def bootstrap_document(readers: Readers = NOBODY) -> Document:
    """The template. The bucket's name is CloudFormation's: nobody can take it beforehand."""
    tags = [{"Key": key, "Value": value} for key, value in _TAGS.items()]
    bucket: dict[str, Any] = {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        "VersioningConfiguration": {"Status": "Enabled"},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "CleanUp",
                    "Status": "Enabled",
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                }
            ]
        },
        "Tags": tags,
    }
    arn = {"Fn::GetAtt": [ARTIFACT_BUCKET, "Arn"]}
    objects = {"Fn::Join": ["/", [arn, "*"]]}
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, objects],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "tapgen: the bucket of packaged functions and large templates",
        "Resources": {
            ARTIFACT_BUCKET: {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "RetainExceptOnCreate",
                "UpdateReplacePolicy": "Retain",
                "Properties": bucket,
            },
            "ArtifactBucketPolicy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {
                    "Bucket": {"Ref": ARTIFACT_BUCKET},
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [tls_only, *_reading(readers, objects)]},
                },
            },
        },
        "Outputs": {BUCKET_OUTPUT: {"Description": "The artifact bucket", "Value": {"Ref": ARTIFACT_BUCKET}}},
    }


def bootstrap_request(account: str = "", regions: tuple[str, ...] = (), readers: Readers = NOBODY) -> Deployment:
    """The deployment of the bootstrap stack; `account` and `regions` are pins."""
    return Deployment(
        environment="bootstrap",
        stack_name=BOOTSTRAP_STACK,
        document=bootstrap_document(readers),
        tags=_TAGS,
        ours=_TAGS,
        account=account,
        regions=regions,
        protected=True,
        options=Options(wait=True),
    )
