"""Buckets: their resources and policies, and the functions that they start without a circle."""

import pytest

from tapgen import render
from tapgen.proof import check
from tapgen.proof.needs.auto import with_actions
from tapgen.settings.load import load
from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
[buckets.Uploads]
[functions.Read]
source = "src"
buckets.Uploads = { variable = "BUCKET", actions = ["s3:GetObject", "s3:ListBucket"] }
triggers.buckets.Uploads = { prefix = "in/", suffix = ".csv" }
"""

NAME = {"Fn::Sub": "shop-dev-uploads-${AWS::AccountId}-${AWS::Region}"}
ARN = {"Fn::Sub": "arn:${AWS::Partition}:s3:::shop-dev-uploads-${AWS::AccountId}-${AWS::Region}"}


def references(value):
    """The logical ids that a value waits for."""
    if isinstance(value, list):
        return {found for item in value for found in references(item)}
    if not isinstance(value, dict):
        return set()
    found = {value["Ref"]} if "Ref" in value else set()
    found |= {value["Fn::GetAtt"][0]} if "Fn::GetAtt" in value else set()
    return found | {one for key, item in value.items() if key not in ("Ref", "Fn::GetAtt") for one in references(item)}


def waits_for(document, logical_id, seen=frozenset()):
    """Everything that a resource waits for, however far."""
    resource = document["Resources"].get(logical_id)
    if resource is None or logical_id in seen:
        return {logical_id} if resource and logical_id in seen else set()
    depends = resource.get("DependsOn", [])
    direct = references(resource["Properties"]) | set(depends if isinstance(depends, list) else [depends])
    return direct | {one for name in direct for one in waits_for(document, name, seen | {logical_id})}


def test_a_bucket_is_private_encrypted_and_takes_tls_alone(document):
    rendered = document('application = "shop"\n[buckets.Uploads]\n')
    bucket = properties(rendered, "UploadsBucket")
    assert bucket == {
        "BucketName": NAME,
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
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
                    "Id": "UnfinishedUploads",
                    "Status": "Enabled",
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
    }
    [statement] = properties(rendered, "UploadsBucketPolicy")["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert rendered["Outputs"]["UploadsBucketNameOutput"]["Value"] == {"Ref": "UploadsBucket"}


def test_a_bucket_starts_a_function_without_a_circle(document):
    rendered = document(SETTINGS)
    bucket = rendered["Resources"]["UploadsBucket"]
    assert bucket["DependsOn"] == ["ReadUploadsBucketTriggerPermission"]
    assert bucket["Properties"]["NotificationConfiguration"] == {
        "LambdaConfigurations": [
            {
                "Event": "s3:ObjectCreated:*",
                "Function": {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-dev-Read"},
                "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]}},
            }
        ]
    }  # fmt: skip
    assert properties(rendered, "ReadUploadsBucketTriggerPermission") == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Fn::GetAtt": ["ReadFunction", "Arn"]},
        "Principal": "s3.amazonaws.com",
        "SourceArn": ARN,
        "SourceAccount": {"Ref": "AWS::AccountId"},
    }
    assert properties(rendered, "ReadFunction")["Environment"]["Variables"] == {"BUCKET": NAME}
    for name in rendered["Resources"]:
        assert name not in waits_for(rendered, name)


def test_uses_are_granted_on_the_bucket_and_on_its_objects(document):
    statements = granted(document(SETTINGS), "ReadFunctionRole")
    assert statements["UseUploadsBucket"] == (["s3:ListBucket"], [ARN])
    assert statements["UseUploadsBucketObject"] == (["s3:GetObject"], [{"Fn::Sub": ARN["Fn::Sub"] + "/*"}])


def test_a_bucket_that_starts_nothing_is_referred_to_itself(document):
    settings = SETTINGS.replace('triggers.buckets.Uploads = { prefix = "in/", suffix = ".csv" }', "")
    rendered = document(settings)
    statements = granted(rendered, "ReadFunctionRole")
    assert statements["UseUploadsBucketObject"][1] == [{"Fn::Sub": "${UploadsBucket.Arn}/*"}]
    assert properties(rendered, "ReadFunction")["Environment"]["Variables"] == {"BUCKET": {"Ref": "UploadsBucket"}}


def test_a_name_may_hold_the_account_and_the_region(document):
    settings = """
application = "shop"
[buckets.Uploads]
name = "uploads-${AWS::AccountId}-${AWS::Region}"
[functions.Read]
source = "src"
triggers.buckets.Uploads = {}
buckets.Uploads = { actions = ["s3:GetObject"] }
"""
    rendered = document(settings)
    name = "uploads-${AWS::AccountId}-${AWS::Region}"
    assert properties(rendered, "UploadsBucket")["BucketName"] == {"Fn::Sub": name}
    [resource] = granted(rendered, "ReadFunctionRole")["UseUploadsBucketObject"][1]
    assert resource == {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::{name}/*"}


def test_versions_old_objects_cross_origin_requests_and_events(document):
    rendered = document(
        """
application = "shop"
protected = true
[buckets.Uploads]
name = "shop-uploads"
events = true
lifecycle = [{ prefix = "tmp/", expire_after = 1 }, { expire_versions_after = 30, archive_after = 90 }]
cors = [{ origins = ["https://shop.example.com"], methods = ["PUT"], headers = ["*"] }]
policy = [{ principals = ["111111111111"], actions = ["s3:GetObject"], reason = "reports" }]
"""
    )
    bucket = properties(rendered, "UploadsBucket")
    assert bucket["BucketName"] == "shop-uploads"
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert bucket["LifecycleConfiguration"]["Rules"][1:] == [
        {"Id": "Rule1", "Status": "Enabled", "Prefix": "tmp/", "ExpirationInDays": 1},
        {
            "Id": "Rule2",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
            "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}],
        },
    ]
    assert bucket["CorsConfiguration"]["CorsRules"][0]["AllowedMethods"] == ["PUT"]
    assert rendered["Resources"]["UploadsBucket"]["DeletionPolicy"] == "RetainExceptOnCreate"
    statement = properties(rendered, "UploadsBucketPolicy")["PolicyDocument"]["Statement"][1]
    assert statement["Resource"] == [{"Fn::Sub": "${UploadsBucket.Arn}/*"}]


def test_others_read_the_objects_and_list_the_bucket(document):
    policy = 'policy = [{ principals = ["111111111111"], actions = ["s3:GetObject", "s3:ListBucket"], reason = "reports" }, { principals = ["111111111111"], actions = ["s3:PutObject"], reason = "reports" }]'
    rendered = document(f'application = "shop"\n[buckets.Uploads]\n{policy}\n')
    _, both, write = properties(rendered, "UploadsBucketPolicy")["PolicyDocument"]["Statement"]
    bucket, objects = {"Fn::GetAtt": ["UploadsBucket", "Arn"]}, {"Fn::Sub": "${UploadsBucket.Arn}/*"}
    assert both["Resource"] == [bucket, objects]
    assert write["Resource"] == [objects]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (SETTINGS.replace("[buckets.Uploads]", '[buckets.Uploads]\nexisting = "theirs"'), 'functions.Read.triggers.buckets.Uploads: CloudFormation cannot subscribe a function to a bucket that the stack does not own; let its owner send its events to EventBridge, and write triggers.events.NAME with pattern = { source = ["aws.s3"], detail = { bucket = { name = ["its name"] } } }'),
        (SETTINGS.replace('prefix = "in/"', 'events = ["s3:ObjectCreate:*"]'), 'functions.Read.triggers.buckets.Uploads.events: "s3:ObjectCreate:*" is not an event of S3; did you mean "s3:ObjectCreated:*"?'),
        (SETTINGS + '[functions.Other]\nsource = "src"\ntriggers.buckets.Uploads = { prefix = "in/a" }\n', "functions.Other.triggers.buckets.Uploads: S3 sends an event to one function alone: Read is started by the same events; give them prefixes or suffixes that part them"),
        (SETTINGS.replace("[buckets.Uploads]", "[buckets.Uploads]\nlifecycle = [{}]"), "buckets.Uploads.lifecycle.0: it does nothing: say expire_after, expire_versions_after or archive_after"),
        (SETTINGS.replace("s3:GetObject", "s3:ListAllMyBuckets"), "functions.Read.buckets.Uploads.actions: s3:ListAllMyBuckets acts on no bucket; put it under statements, with its resources"),
    ],
)  # fmt: skip
def test_a_wrong_bucket_is_refused(project, settings, message):
    assert refused(project, settings) == [message]


def test_prefixes_part_the_functions_of_a_bucket(document):
    other = '[functions.Other]\nsource = "src"\ntriggers.buckets.Uploads = { prefix = "out/" }\n'
    rendered = document(SETTINGS + other)
    configurations = properties(rendered, "UploadsBucket")["NotificationConfiguration"]["LambdaConfigurations"]
    assert len(configurations) == 2


READS_AND_WRITES = """
import os, boto3
s3 = boto3.client("s3")
def handler(event, context):
    for record in event["Records"]:
        body = s3.get_object(Bucket=record["s3"]["bucket"]["name"], Key="x")["Body"].read()
        s3.put_object(Bucket=os.environ["RESULTS"], Key="y", Body=body)
"""


def test_auto_takes_the_bucket_of_an_event_for_the_one_that_starts_the_function(project):
    settings = """
application = "shop"
[buckets.Uploads]
[buckets.Results]
[functions.Read]
source = "src"
buckets.Uploads = {}
buckets.Results = { variable = "RESULTS" }
triggers.buckets.Uploads = {}
"""
    filled = with_actions(load(project(settings, **{"src/index.py": READS_AND_WRITES})).environment("dev"))
    assert {name: use.actions for name, use in filled.functions["Read"].buckets.items()} == {
        "Uploads": ("s3:GetObject",),
        "Results": ("s3:PutObject",),
    }
    found = check.check(filled, render.render(filled).document, lint=False)
    assert [one.message for one in found if one.severity != "info"] == []


def test_a_name_that_is_too_long_is_shortened(document):
    names = [f"UploadsOfTheWholeWorldWithoutEnd{one}" for one in "AB"]
    made = document('application = "shop"\n' + "".join(f"[buckets.{name}]\n" for name in names))["Resources"]
    physical = [made[f"{name}Bucket"]["Properties"]["BucketName"]["Fn::Sub"] for name in names]
    begins = [name.removesuffix("-${AWS::AccountId}-${AWS::Region}") for name in physical]
    assert len(set(begins)) == 2
    assert {len(name) for name in begins} == {35}
    assert all(name.startswith("shop-dev-uploadsofthewholew") for name in begins)


def test_a_distribution_that_reads_the_bucket(document):
    rendered = document(
        'application = "shop"\n[buckets.Site]\n'
        'policy = [{ principals = ["cloudfront.amazonaws.com"], actions = ["s3:GetObject"], reason = "the site", '
        'conditions = { StringEquals = { "AWS:SourceArn" = "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Cdn}" } } }]\n'
        '[resources.Cdn]\ntype = "AWS::CloudFront::Distribution"\n'
        'properties.DistributionConfig = { Enabled = true, Origins = [{ Id = "a", DomainName = "a.example.com" }], '
        'DefaultCacheBehavior = { TargetOriginId = "a", ViewerProtocolPolicy = "https-only" } }\n'
    )
    [_, reads] = properties(rendered, "SiteBucketPolicy")["PolicyDocument"]["Statement"]
    source = {"Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Cdn}"}
    assert reads["Condition"] == {"StringEquals": {"AWS:SourceArn": source}}
