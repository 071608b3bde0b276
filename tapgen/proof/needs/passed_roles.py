"""Which requests pass a role to a service, so that the caller needs iam:PassRole on it.

Source: IAM user guide, "Grant a user permissions to pass a role to an AWS service"; the guides of the services below
name the action among what the caller needs. A role that any other request takes may need it: nothing is missing
without it then, and it is no surplus.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

SERVICES: Final = frozenset(
    """
    apigateway apigatewayv2 appconfig application-autoscaling apprunner appsync athena autoscaling backup batch bedrock
    bedrock-agent bedrock-agentcore-control cloudformation cloudtrail cloudwatch codebuild codedeploy codepipeline
    comprehend config datapipeline datasync dms dynamodb ec2 ecs eks elasticbeanstalk elastictranscoder emr
    emr-containers emr-serverless events firehose forecast fsx gamelift glue greengrass groundstation imagebuilder iot
    iotevents kafkaconnect
    kendra kinesisanalytics kinesisanalyticsv2 lakeformation lambda lexv2-models logs mediaconvert medialive mwaa omics
    opensearch osis personalize pinpoint pipes qbusiness quicksight rds redshift redshift-serverless rekognition
    robomaker s3 s3control sagemaker scheduler servicecatalog ses sesv2 ssm stepfunctions synthetics textract
    timestream-query transcribe transfer translate workflows xray
    appstream braket budgets chatbot
    comprehendmedical databrew dax dlm entityresolution fis frauddetector healthlake iotsitewise
    iotwireless lookoutequipment medical-imaging neptune-graph storagegateway voice-id
    """.split()  # noqa: SIM905  a list of 80 quoted words is harder to read
)
NAMED_OTHERWISE: Final = MappingProxyType(
    {
        "credentials": "apigateway",
        "authorizercredentials": "apigateway",
        "credentialsarn": "apigatewayv2",
        "authorizercredentialsarn": "apigatewayv2",
        "deliverlogspermissionarn": "ec2",
        "rolearnforlogging": "iot",
        "snscallerarn": "cognito-idp",
    }
)
"""Members that hold a role's ARN under another name, each with the service whose they are (its API reference)."""
_NOT_PASSED: Final = frozenset({"sts", "iam", "sso", "sso-admin", "organizations", "cognito-identity", "rolesanywhere"})
_READING: Final = re.compile(r"(Get|List|Describe|Search|Delete|Assume|Validate|Query|Head|Stop|Cancel)[A-Z]")
_OF_OTHERS: Final = re.compile(
    r"(^|\.)(cross|external|source|target)?account\w*role|executionrolearnoverride|simulated"
)
MAY_PASS: Final = frozenset(
    {
        ("ecs", "RunTask"),
        ("ecs", "StartTask"),
        ("ecs", "CreateService"),
        ("ecs", "UpdateService"),
        ("batch", "SubmitJob"),
        ("stepfunctions", "StartExecution"),
        ("stepfunctions", "UpdateStateMachine"),
        ("events", "PutTargets"),
        ("glue", "StartJobRun"),
        ("codebuild", "StartBuild"),
        ("codepipeline", "StartPipelineExecution"),
        ("ec2", "RunInstances"),
        ("autoscaling", "CreateAutoScalingGroup"),
        ("autoscaling", "UpdateAutoScalingGroup"),
        ("lambda", "UpdateFunctionConfiguration"),
        ("cloudformation", "CreateStack"),
        ("cloudformation", "UpdateStack"),
        ("cloudformation", "CreateChangeSet"),
        ("cloudformation", "ExecuteChangeSet"),
        ("sagemaker", "CreatePipeline"),
        ("sagemaker", "StartPipelineExecution"),
    }
)
"""Requests whose role is somewhere else: in a task definition, a job definition, a template."""


def passes(service: str, operation: str, member: str) -> bool | None:
    """Whether a request passes the role in a member: None where it may."""
    if service in _NOT_PASSED or _READING.match(operation):
        return False
    last = member.rpartition(".")[2].lower()
    if last in NAMED_OTHERWISE:
        return NAMED_OTHERWISE[last] == service
    if service not in SERVICES or _OF_OTHERS.search(member.lower()):
        return None
    return True
