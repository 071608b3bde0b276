"""What AWS asks a function in the course of operation: custom resources, rotation, deployments, destinations, mail."""

from __future__ import annotations

from functools import partial
from typing import Any

from tapgen.samples.application import TIME, Application, digest, identifier, stack_arn
from tapgen.samples.sample import BODY, Event, Given, Sample
from tapgen.samples.targets import Target, mapping
from tapgen.template.model import Resource, Template
from tapgen.template.text import text

_CUSTOM = "AWS::CloudFormation::CustomResource"


def custom_resource(application: Application, resource: Resource, _: Given, *, request: str) -> Event:
    """CloudFormation asks a custom resource; its answer goes to an address that nobody listens at."""
    where = application.where
    properties = _resolved(application, resource.properties)
    event: dict[str, Any] = {
        "RequestType": request,
        "ServiceToken": properties.get("ServiceToken", ""),
        "ResponseURL": "https://cloudformation-custom-resource-response.invalid/",  # RFC 2606: never resolves
        "StackId": stack_arn(where),
        "RequestId": identifier(f"{resource.logical_id} {request}"),
        "ResourceType": resource.type,
        "LogicalResourceId": resource.logical_id,
        "ResourceProperties": properties,
    }
    if request != "Create":
        event["PhysicalResourceId"] = where.physical.get(resource.logical_id, f"{where.stack}-{resource.logical_id}")
    if request == "Update":
        event["OldResourceProperties"] = properties
    return event


def _resolved(application: Application, value: Any) -> Any:
    match value:
        case {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::Join": _} | str():
            return application.text(value, text(value))
        case dict():
            return {key: _resolved(application, item) for key, item in value.items()}
        case list():
            return [_resolved(application, item) for item in value]
    return value


def rotation(application: Application, secret: Resource, _: Given, *, step: str) -> Event:
    """Secrets Manager asks for one of the four steps of a rotation."""
    token = identifier("version")
    return {"Step": step, "SecretId": application.arn(secret.logical_id), "ClientRequestToken": token}


def deployment_hook(_: Application, group: Resource, __: Given) -> Event:
    """CodeDeploy asks a hook."""
    del group
    return {"DeploymentId": f"d-{digest('deployment', 9).upper()}", "LifecycleEventHookExecutionId": digest("hook", 64)}


def destination(application: Application, function: Resource, given: Given, *, failed: bool) -> Event:
    """What a function's destination gets after an asynchronous invocation."""
    payload: Any = {} if given.body is None else given.body
    answered: dict[str, Any] = {"statusCode": 200, "executedVersion": "$LATEST"}
    if failed:
        answered["functionError"] = "Unhandled"
    error = {"errorMessage": "something went wrong", "errorType": "ValueError", "stackTrace": []}
    return {
        "version": "1.0",
        "timestamp": TIME.replace("Z", ".000Z"),
        "requestContext": {
            "requestId": identifier("request"),
            "functionArn": f"{application.arn(function.logical_id)}:$LATEST",
            "condition": "RetriesExhausted" if failed else "Success",
            "approximateInvokeCount": 3 if failed else 1,
        },
        "requestPayload": payload,
        "responseContext": answered,
        "responsePayload": error if failed else {},
    }


def mail(application: Application, rule: Resource, _: Given) -> Event:
    """SES has received a mail for a receipt rule's first recipient."""
    recipients = mapping(rule.properties.get("Rule")).get("Recipients")
    to = application.text(recipients[0]) if isinstance(recipients, list) and recipients else "to@example.com"
    sender, message = "from@example.com", digest("mail", 40)
    moment = "Thu, 1 Jan 2026 12:00:00 +0000"
    headers = {"From": sender, "To": to, "Subject": "Hello", "Date": moment, "Message-ID": f"<{message}@example.com>"}
    common = {
        "returnPath": sender,
        "from": [sender],
        "date": moment,
        "to": [to],
        "messageId": headers["Message-ID"],
        "subject": "Hello",
    }
    verdicts = ("spamVerdict", "virusVerdict", "spfVerdict", "dkimVerdict", "dmarcVerdict")
    receipt = {
        "timestamp": TIME.replace("Z", ".000Z"),
        "processingTimeMillis": 574,
        "recipients": [to],
        **{verdict: {"status": "PASS"} for verdict in verdicts},
        "action": {"type": "Lambda", "functionArn": _receiving(application, rule), "invocationType": "Event"},
    }
    received = {
        "timestamp": TIME.replace("Z", ".000Z"),
        "source": sender,
        "messageId": message,
        "destination": [to],
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in headers.items()],
        "commonHeaders": common,
    }
    return {
        "Records": [{"eventSource": "aws:ses", "eventVersion": "1.0", "ses": {"mail": received, "receipt": receipt}}]
    }


def _receiving(application: Application, rule: Resource) -> str:
    actions = mapping(rule.properties.get("Rule")).get("Actions")
    for action in actions if isinstance(actions, list) else []:
        if found := mapping(mapping(action).get("LambdaAction")).get("FunctionArn"):
            return application.text(found)
    return ""


def _custom(_: Template, resource: Resource) -> bool:
    return resource.type == _CUSTOM or resource.type.startswith("Custom::")


def _receives(_: Template, rule: Resource) -> bool:
    actions = mapping(rule.properties.get("Rule")).get("Actions")
    return any("LambdaAction" in mapping(action) for action in (actions if isinstance(actions, list) else []))


def _rotated(template: Template, secret: Resource) -> bool:
    schedules = template.of_type("AWS::SecretsManager::RotationSchedule")
    return any(template.target(one.properties.get("SecretId")) == secret for one in schedules)


_STEPS = {
    "create": ("createSecret", "make the new version"),
    "set": ("setSecret", "set it in the service"),
    "test": ("testSecret", "try it"),
    "finish": ("finishSecret", "make it the current one"),
}
_FUNCTION = Target(word="function", types=("AWS::Lambda::Function",))

SAMPLES = (
    *(
        Sample(
            kind=f"custom-resource-{request.lower()}",
            title=f"CloudFormation asks a custom resource: {request}",
            target=Target(word="resource", fits=_custom, what="a custom resource"),
            make=partial(custom_resource, request=request),
            source="CloudFormation user guide, “Custom resource request objects”",
        )
        for request in ("Create", "Update", "Delete")
    ),
    *(
        Sample(
            kind=f"secret-{word}",
            title=f"A secret is rotated: {what}",
            target=Target(
                word="secret", types=("AWS::SecretsManager::Secret",), fits=_rotated, what="a secret that is rotated"
            ),
            make=partial(rotation, step=step),
            source="Secrets Manager user guide, “Rotation by Lambda function”",
        )
        for word, (step, what) in _STEPS.items()
    ),
    Sample(
        kind="codedeploy-hook",
        title="CodeDeploy asks a hook before or after it shifts traffic",
        target=Target(
            word="deployment-group",
            types=("AWS::CodeDeploy::DeploymentGroup",),
            suffix="DeploymentGroup",
            what="a function that is deployed gradually",
        ),
        make=deployment_hook,
        source="CodeDeploy user guide, “AppSpec hooks section for an AWS Lambda deployment”",
    ),
    *(
        Sample(
            kind=f"destination-{word}",
            title=f"A function's destination hears of its {word}",
            target=_FUNCTION,
            make=partial(destination, failed=word == "failure"),
            takes=BODY,
            source="Lambda developer guide, “Capturing records of asynchronous invocations”",
        )
        for word in ("success", "failure")
    ),
    Sample(
        kind="ses",
        title="A mail has come in",
        target=Target(
            word="receipt-rule", types=("AWS::SES::ReceiptRule",), fits=_receives, what="a receipt rule with a function"
        ),
        make=mail,
        source="SES developer guide, “Invoke Lambda function action”",
    ),
)
