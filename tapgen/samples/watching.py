"""Alarms, and log events that a subscription sends."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

from tapgen.samples.application import MILLISECONDS, Application, digest, identifier, numbers
from tapgen.samples.bus import envelope
from tapgen.samples.messages import sns
from tapgen.samples.sample import BODY, Event, Given, Sample
from tapgen.samples.targets import Target
from tapgen.template.model import Resource, Template

_REASON = "Threshold Crossed: 1 datapoint [1.0 (01/01/26 11:55:00)] was greater than or equal to the threshold (1.0)."
_MOMENT = "2026-01-01T12:00:00.000+0000"
_ALARM = Target(word="alarm", types=("AWS::CloudWatch::Alarm",), suffix="Alarm")


def logs(application: Application, subscription: Resource, given: Given) -> Event:
    """A subscription's log events: JSON, gzip, base64."""
    group = application.text(subscription.properties.get("LogGroupName", ""), "/aws/lambda/function")
    message = "[ERROR] something went wrong" if given.body is None else given.body
    data = {
        "messageType": "DATA_MESSAGE",
        "owner": application.where.account,
        "logGroup": group,
        "logStream": f"2026/01/01/[$LATEST]{digest('stream', 32)}",
        "subscriptionFilters": [application.name(subscription.logical_id)],
        "logEvents": [{"id": numbers("log event", 56), "timestamp": MILLISECONDS, "message": message}],
    }
    packed = gzip.compress(json.dumps(data).encode(), mtime=0)
    return {"awslogs": {"data": base64.b64encode(packed).decode()}}


def alarm_event(application: Application, alarm: Resource, _: Given) -> Event:
    """An alarm's new state, through EventBridge."""
    state = {"value": "ALARM", "reason": _REASON, "timestamp": _MOMENT}
    detail = {
        "alarmName": application.name(alarm.logical_id),
        "state": state,
        "previousState": {"value": "OK", "reason": "", "timestamp": "2026-01-01T11:00:00.000+0000"},
        "configuration": {"metrics": [_metric(application, alarm)]},
    }
    arn = application.arn(alarm.logical_id)
    return envelope(application, "aws.cloudwatch", "CloudWatch Alarm State Change", detail, (arn,))


def alarm_action(application: Application, alarm: Resource, _: Given) -> Event:
    """An alarm that invokes a function by itself."""
    data = {
        "alarmName": application.name(alarm.logical_id),
        "state": {"value": "ALARM", "reason": _REASON, "timestamp": _MOMENT},
        "previousState": {"value": "OK", "reason": "", "timestamp": "2026-01-01T11:00:00.000+0000"},
        "configuration": {"metrics": [_metric(application, alarm)]},
    }
    return {
        "source": "aws.cloudwatch",
        "alarmArn": application.arn(alarm.logical_id),
        "accountId": application.where.account,
        "time": _MOMENT,
        "region": application.where.region,
        "alarmData": data,
    }


def alarm_notification(application: Application, alarm: Resource, _: Given) -> Event:
    """An alarm's message through its topic."""
    text, properties = application.text, alarm.properties
    dimensions = [
        {"name": text(one.get("Name", "")), "value": text(one.get("Value", ""), "value")} for one in _dimensions(alarm)
    ]
    trigger = {
        "MetricName": text(properties.get("MetricName", "Errors"), "Errors"),
        "Namespace": text(properties.get("Namespace", "AWS/Lambda"), "AWS/Lambda"),
        "StatisticType": "Statistic",
        "Statistic": text(properties.get("Statistic", "Sum"), "Sum").upper(),
        "Unit": None,
        "Dimensions": dimensions,
        "Period": int(text(properties.get("Period", "300"), "300")),
        "EvaluationPeriods": int(text(properties.get("EvaluationPeriods", "1"), "1")),
        "ComparisonOperator": text(properties.get("ComparisonOperator", ""), "GreaterThanOrEqualToThreshold"),
        "Threshold": float(text(properties.get("Threshold", "1"), "1")),
        "TreatMissingData": text(properties.get("TreatMissingData", "missing"), "missing"),
        "EvaluateLowSampleCountPercentile": "",
    }
    message = {
        "AlarmName": application.name(alarm.logical_id),
        "AlarmDescription": text(properties.get("AlarmDescription", "")),
        "AWSAccountId": application.where.account,
        "NewStateValue": "ALARM",
        "NewStateReason": _REASON,
        "StateChangeTime": _MOMENT,
        "Region": application.where.region,
        "AlarmArn": application.arn(alarm.logical_id),
        "OldStateValue": "OK",
        "OKActions": [],
        "AlarmActions": [text(one) for one in properties.get("AlarmActions", [])],
        "InsufficientDataActions": [],
        "Trigger": trigger,
    }
    topic = next(topic for topic in map(application.template.target, properties["AlarmActions"]) if topic)
    event = sns(application, topic, Given(body=json.dumps(message)))
    event["Records"][0]["Sns"]["Subject"] = f'ALARM: "{message["AlarmName"]}" in {application.where.region}'
    return event


def _metric(application: Application, alarm: Resource) -> dict[str, Any]:
    text, properties = application.text, alarm.properties
    named = {
        "namespace": text(properties.get("Namespace", "AWS/Lambda"), "AWS/Lambda"),
        "name": text(properties.get("MetricName", "Errors"), "Errors"),
        "dimensions": {text(one.get("Name", "")): text(one.get("Value", ""), "value") for one in _dimensions(alarm)},
    }
    measured = {
        "metric": named,
        "period": int(text(properties.get("Period", "300"), "300")),
        "stat": text(properties.get("Statistic", "Sum"), "Sum"),
    }
    return {"id": identifier(alarm.logical_id), "metricStat": measured, "returnData": True}


def _dimensions(alarm: Resource) -> list[dict[str, Any]]:
    found = alarm.properties.get("Dimensions")
    return found if isinstance(found, list) else []


def _notifies(template: Template, alarm: Resource) -> bool:
    actions = alarm.properties.get("AlarmActions")
    targets = map(template.target, actions) if isinstance(actions, list) else ()
    return any(one is not None and one.type == "AWS::SNS::Topic" for one in targets)


SAMPLES = (
    Sample(
        kind="logs",
        title="Log events of a subscription (gzip, base64)",
        target=Target(word="subscription", types=("AWS::Logs::SubscriptionFilter",), suffix="LogTrigger"),
        make=logs,
        takes=BODY,
        source="CloudWatch Logs user guide, “Log group-level subscription filters”",
    ),
    Sample(
        kind="alarm",
        title="An alarm invokes a function",
        target=_ALARM,
        make=alarm_action,
        source="CloudWatch user guide, “Invoke a Lambda function from an alarm”",
    ),
    Sample(
        kind="alarm-event",
        title="An alarm's new state, through EventBridge",
        target=_ALARM,
        make=alarm_event,
        source="CloudWatch user guide, “Alarm events and EventBridge”",
    ),
    Sample(
        kind="alarm-sns",
        title="An alarm's new state, through its topic",
        target=Target(word="alarm", types=_ALARM.types, suffix="Alarm", fits=_notifies, what="an alarm with a topic"),
        make=alarm_notification,
        source="CloudWatch user guide, “Notifying users on alarm changes”",
    ),
)
