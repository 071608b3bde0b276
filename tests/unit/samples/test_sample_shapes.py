"""Each sample against a model of its shape that others keep: Powertools for AWS Lambda, and its data classes."""

import base64
import gzip
import json

import pytest

from tapgen.samples.register import SAMPLES, make
from tapgen.samples.sample import Given
from tests.table import rows

MODELS = {
    "api": "APIGatewayProxyEventModel",
    "http-api": "APIGatewayProxyEventV2Model",
    "websocket": "APIGatewayWebSocketConnectEventModel",
    "function-url": "LambdaFunctionUrlModel",
    "alb": "AlbModel",
    "authorizer-token": "ApiGatewayAuthorizerToken",
    "authorizer-request": "ApiGatewayAuthorizerRequest",
    "authorizer-http": "ApiGatewayAuthorizerRequestV2",
    "sqs": "SqsModel",
    "sqs-sns": "SqsModel",
    "sns": "SnsModel",
    "kinesis": "KinesisDataStreamModel",
    "firehose": "KinesisFirehoseModel",
    "s3-put": "S3Model",
    "s3-copy": "S3Model",
    "s3-multipart": "S3Model",
    "s3-delete": "S3Model",
    "s3-event-created": "S3EventNotificationEventBridgeModel",
    "s3-event-deleted": "S3EventNotificationEventBridgeModel",
    "dynamodb-insert": "DynamoDBStreamModel",
    "dynamodb-modify": "DynamoDBStreamModel",
    "dynamodb-remove": "DynamoDBStreamModel",
    "dynamodb-expire": "DynamoDBStreamModel",
    "event": "EventBridgeModel",
    "scheduled-rule": "EventBridgeModel",
    "step-functions-status": "EventBridgeModel",
    "alarm-event": "EventBridgeModel",
    "alarm-sns": "SnsModel",
    "logs": "CloudWatchLogsModel",
    "ses": "SesModel",
    "custom-resource-create": "CloudFormationCustomResourceCreateModel",
    "custom-resource-update": "CloudFormationCustomResourceUpdateModel",
    "custom-resource-delete": "CloudFormationCustomResourceDeleteModel",
    "cognito-pre-sign-up": "CognitoPreSignupTriggerModel",
    "cognito-post-confirmation": "CognitoPostConfirmationTriggerModel",
    "cognito-pre-authentication": "CognitoPreAuthenticationTriggerModel",
    "cognito-post-authentication": "CognitoPostAuthenticationTriggerModel",
    "cognito-pre-token-generation": "CognitoPreTokenGenerationTriggerModelV1",
    "cognito-custom-message": "CognitoCustomMessageTriggerModel",
    "cognito-user-migration": "CognitoMigrateUserTriggerModel",
    "cognito-define-auth-challenge": "CognitoDefineAuthChallengeTriggerModel",
    "cognito-create-auth-challenge": "CognitoCreateAuthChallengeTriggerModel",
    "cognito-verify-auth-challenge": "CognitoVerifyAuthChallengeTriggerModel",
}
OTHERS = {
    "cognito-pre-token-generation-2",
    "schedule",
    "step-functions",
    "alarm",
    "secret-create",
    "secret-set",
    "secret-test",
    "secret-finish",
    "codedeploy-hook",
    "destination-success",
    "destination-failure",
}
"""Kinds whose shape the models do not have: each has a test below."""


@pytest.fixture(scope="module")
def models():
    """Powertools' models, which take a quarter of a second to import, for the process that runs these tests alone."""
    from aws_lambda_powertools.utilities.parser import models

    return models


@pytest.fixture(scope="module")
def data_classes():
    from aws_lambda_powertools.utilities import data_classes

    return data_classes


def first(application, kind):
    """The sample of a kind from the first part that it may come from."""
    from tapgen.samples.register import available

    names = {sample.kind: found[0] for sample, found in available(application.template)}
    return make(application, kind, names[kind], Given())


def test_every_kind_has_a_test():
    assert set(MODELS) | OTHERS == set(SAMPLES)


@rows("kind", MODELS)
def test_the_shape_is_the_services(application, kind, models):
    event = first(application, kind)
    getattr(models, MODELS[kind]).model_validate(event)
    assert json.loads(json.dumps(event)) == event
    assert event == first(application, kind)  # the same each time: no clock, no chance


@pytest.mark.parametrize(
    "route", ["GET /orders?limit=2&limit=3", "POST /orders", "PUT /orders/7", "GET /partner", "GET /token"]
)
def test_a_request_in_each_way_to_say_who_calls(application, route, models):
    event = make(application, "api", route, Given(body='{"a": "ä"}'))
    models.APIGatewayProxyEventModel.model_validate(event)


@pytest.mark.parametrize("route", ["GET /site?x=1", "GET /site/a%20b", "GET /auth"])
def test_a_request_to_an_http_api(application, route, models):
    models.APIGatewayProxyEventV2Model.model_validate(make(application, "http-api", route, Given(body="{}")))


def test_what_comes_over_a_connection(application, models):
    connected = make(application, "websocket", "$connect?ticket=a", Given())
    models.APIGatewayWebSocketConnectEventModel.model_validate(connected)
    assert connected["queryStringParameters"] == {"ticket": "a"}
    models.APIGatewayWebSocketDisconnectEventModel.model_validate(
        make(application, "websocket", "$disconnect", Given())
    )
    message = make(application, "websocket", "sendMessage", Given())
    models.APIGatewayWebSocketMessageEventModel.model_validate(message)
    assert json.loads(message["body"]) == {"message": {"type": "sendMessage"}}
    assert message["requestContext"]["stage"] == "dev"
    assert make(application, "websocket", "sendMessage", Given(body="x"))["body"] == "x"


def test_tokens_of_the_second_version_name_scopes(application, models):
    """Cognito developer guide, "Pre token generation Lambda trigger": a list, which the models take for an object."""
    event = first(application, "cognito-pre-token-generation-2")
    assert event["version"] == "2"
    assert event["request"].pop("scopes") == ["aws.cognito.signin.user.admin"]
    event["response"] = {"claimsOverrideDetails": None}
    models.CognitoPreTokenGenerationTriggerModelV1.model_validate(event)


def test_the_rotation_of_a_secret(application, data_classes):
    event = data_classes.SecretsManagerEvent(first(application, "secret-set"))
    assert event.step == "setSecret"
    assert event.secret_id.startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-dev-DatabaseSecret-")
    assert len(event.version_id) >= 32  # Secrets Manager API reference, ClientRequestToken


def test_a_hook_of_a_deployment(application, data_classes):
    event = data_classes.CodeDeployLifecycleHookEvent(first(application, "codedeploy-hook"))
    assert event.deployment_id.startswith("d-")
    assert event.lifecycle_event_hook_execution_id


def test_an_alarm_that_invokes_a_function(application, data_classes):
    event = data_classes.CloudWatchAlarmEvent(first(application, "alarm"))
    assert event.source == "aws.cloudwatch"
    assert event.alarm_arn.endswith(f":alarm:{event.alarm_data.alarm_name}")
    assert event.alarm_data.state.value == "ALARM"
    [metric] = event.alarm_data.configuration.metrics
    assert metric.metric_stat.period


def test_an_alarms_message_is_json_in_a_notification(application):
    record = first(application, "alarm-sns")["Records"][0]["Sns"]
    message = json.loads(record["Message"])
    assert message["NewStateValue"] == "ALARM"
    assert message["AlarmActions"] == [record["TopicArn"]]
    assert record["Subject"] == f'ALARM: "{message["AlarmName"]}" in us-east-1'


def test_log_events_are_packed(application):
    event = make(application, "logs", None, Given(body="as it was logged"))
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    assert data["logEvents"][0]["message"] == "as it was logged"
    assert data["logGroup"].startswith("/aws/lambda/") or "Other" in data["logGroup"]


def test_a_schedules_input_has_its_attributes_filled_in(application):
    assert first(application, "schedule") == {"at": "2026-01-01T12:00:00Z"}


def test_a_state_sends_its_payload(application):
    event = make(application, "step-functions", None, Given(body='{"order": {"id": 7}}'))
    assert event["order"] == {"id": 7}
    assert event["fixed"] == 1
    assert len(event["token"]) > 20


def test_a_destination_hears_how_it_ended(application):
    failed = make(application, "destination-failure", "Work", Given(body="x"))
    assert failed["requestContext"]["condition"] == "RetriesExhausted"
    assert failed["requestPayload"] == "x"
    assert failed["responseContext"]["functionError"] == "Unhandled"
    succeeded = make(application, "destination-success", "Work", Given())
    assert succeeded["requestContext"]["condition"] == "Success"
    assert "functionError" not in succeeded["responseContext"]
