"""The small stack of its own that holds the artifact bucket: private, versioned, encrypted, TLS only, protected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.artifacts.upload import BUCKET_OUTPUT
from tapgen.deploy.request import Deployment, Options
from tapgen.naming import ARTIFACT_BUCKET, BOOTSTRAP_STACK

if TYPE_CHECKING:
    from tapgen.template.document import Document

_TAGS = {"Application": BOOTSTRAP_STACK, "ManagedBy": "tapgen"}


def bootstrap_document() -> Document:
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
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, {"Fn::Join": ["/", [arn, "*"]]}],
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
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [tls_only]},
                },
            },
        },
        "Outputs": {BUCKET_OUTPUT: {"Description": "The artifact bucket", "Value": {"Ref": ARTIFACT_BUCKET}}},
    }


def bootstrap_request(account: str = "", regions: tuple[str, ...] = ()) -> Deployment:
    """The deployment of the bootstrap stack; `account` and `regions` are pins."""
    return Deployment(
        environment="bootstrap",
        stack_name=BOOTSTRAP_STACK,
        document=bootstrap_document(),
        tags=_TAGS,
        ours=_TAGS,
        account=account,
        regions=regions,
        protected=True,
        options=Options(wait=True),
    )
