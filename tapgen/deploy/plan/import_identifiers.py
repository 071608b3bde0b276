"""By what CloudFormation imports a resource that is there: its primary identifier, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Parts that hold data or whose id others know. `primaryIdentifier` in the CloudFormation resource provider schemas; the
# last one is what Ref gives. The service is asked first: an emulator does not tell.
IDENTIFIERS: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::ApiGateway::RestApi": ("RestApiId",),
    "AWS::ApiGatewayV2::Api": ("ApiId",),
    "AWS::Cognito::UserPool": ("UserPoolId",),
    "AWS::Cognito::UserPoolClient": ("UserPoolId", "ClientId"),
    "AWS::DynamoDB::GlobalTable": ("TableName",),
    "AWS::DynamoDB::Table": ("TableName",),
    "AWS::EFS::FileSystem": ("FileSystemId",),
    "AWS::Events::EventBus": ("Name",),
    "AWS::KMS::Key": ("KeyId",),
    "AWS::Kinesis::Stream": ("Name",),
    "AWS::Logs::LogGroup": ("LogGroupName",),
    "AWS::RDS::DBCluster": ("DBClusterIdentifier",),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier",),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::SNS::Topic": ("TopicArn",),
    "AWS::SQS::Queue": ("QueueUrl",),
    "AWS::SSM::Parameter": ("Name",),
    "AWS::SecretsManager::Secret": ("Id",),
    "AWS::StepFunctions::StateMachine": ("Arn",),
}


def identifier(
    keys: tuple[str, ...], properties: Mapping[str, Any], physical_id: str, others: Mapping[str, str]
) -> dict[str, str] | None:
    """The values of an identifier's properties; None where one is not known.

    `others` are the physical ids of the stack's resources, which a property may refer to.
    """
    if not keys:
        return None
    found = {}
    for key in keys[:-1]:
        match properties.get(key):
            case str(text):
                found[key] = text
            case {"Ref": str(name)} if name in others:
                found[key] = others[name]
            case _:
                return None
    return {**found, keys[-1]: physical_id}
