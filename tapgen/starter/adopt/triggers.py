"""Resources that start functions, with their permissions: they become triggers of the functions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tapgen import naming
from tapgen.starter.adopt.drafts import Old, Proposal, flag, given, number, referred, text
from tapgen.starter.adopt.functions import retry_settings, url_settings, value_of
from tapgen.template.intrinsics import function

Properties = Mapping[str, Any]


def propose(old: Old) -> Iterator[Proposal]:
    """Each resource that starts one function of the settings."""
    yield from _mappings(old)
    yield from _subscriptions(old)
    yield from _rules(old)
    yield from _schedules(old)
    yield from _uploads(old)
    yield from _sign_ins(old)
    yield from _log_lines(old)
    yield from _invocations(old)


def _mappings(old: Old) -> Iterator[Proposal]:
    suffixes = {"queues": "QueueTrigger", "streams": "StreamTrigger", "tables": "TableTrigger"}
    for logical_id, properties in old.of_type("AWS::Lambda::EventSourceMapping"):
        function_name = _function(old, properties.get("FunctionName"))
        source = old.refers(properties.get("EventSourceArn"))
        if function_name is None or source is None or source[0] not in suffixes:
            continue
        word, part = source
        title = naming.logical(function_name, part, suffixes[word])
        if not old.is_free(title, logical_id):
            continue
        settings = _polling(properties)
        settings |= _of_stream(properties) if word != "queues" else _of_queue(properties)
        yield _trigger(old, function_name, (word, part), settings, {title: logical_id})


def _polling(properties: Properties) -> dict[str, Any]:
    responses = properties.get("FunctionResponseTypes") or []
    return {
        "batch_size": number(properties.get("BatchSize")),
        "batching_window": number(properties.get("MaximumBatchingWindowInSeconds")),
        "partial_failures": "ReportBatchItemFailures" in responses if isinstance(responses, list) else None,
        "filter": _filter((properties.get("FilterCriteria") or {}).get("Filters")),
        "enabled": flag(properties.get("Enabled")),
    }


def _filter(filters: Any) -> Any:
    """The patterns, where each is JSON that the template writes out just as tapgen would."""
    if not isinstance(filters, list):
        return None
    patterns = []
    for one in filters:
        try:
            patterns.append(json.loads(one["Pattern"]))
        except (KeyError, TypeError, ValueError):
            return None
    return patterns[0] if len(patterns) == 1 else patterns or None


def _of_queue(properties: Properties) -> dict[str, Any]:
    return {"maximum_concurrency": number((properties.get("ScalingConfig") or {}).get("MaximumConcurrency"))}


def _of_stream(properties: Properties) -> dict[str, Any]:
    age = number(properties.get("MaximumRecordAgeInSeconds"))
    return {
        "starting_position": text(properties.get("StartingPosition")),
        "retries": number(properties.get("MaximumRetryAttempts", -1)),
        "bisect_batch": bool(flag(properties.get("BisectBatchOnFunctionError"))),
        "max_record_age": age,
        "parallelization_factor": number(properties.get("ParallelizationFactor")),
        "tumbling_window": number(properties.get("TumblingWindowInSeconds")),
    }


def _subscriptions(old: Old) -> Iterator[Proposal]:
    for logical_id, properties in old.of_type("AWS::SNS::Subscription"):
        topic = old.refers(properties.get("TopicArn"), "topics")
        function_name = _function(old, properties.get("Endpoint"))
        if topic is None or function_name is None or properties.get("Protocol") != "lambda":
            continue
        title = naming.logical(function_name, topic[1], "TopicTrigger")
        if not old.is_free(title, logical_id):
            continue
        policy = properties.get("FilterPolicy")
        settings = {
            "filter": policy if isinstance(policy, Mapping) and not function(policy) else None,
            "filter_scope": text(properties.get("FilterPolicyScope")) if policy else None,
        }
        claims = {title: logical_id} | _permission(
            old, properties["Endpoint"], "sns.amazonaws.com", title, properties["TopicArn"]
        )
        yield _trigger(old, function_name, topic, settings, claims)


def _rules(old: Old) -> Iterator[Proposal]:
    for logical_id, properties in old.of_type("AWS::Events::Rule"):
        targets = properties.get("Targets")
        target = targets[0] if isinstance(targets, list) and len(targets) == 1 else {}
        function_name = _function(old, target.get("Arn"))
        bus = old.refers(properties.get("EventBusName"), "buses")
        known_bus = bus is not None or properties.get("EventBusName") in (None, "default")
        if function_name is None or not known_bus:
            continue
        pattern = properties.get("EventPattern")
        settings: dict[str, Any] = {
            "bus": bus[1] if bus else None,
            "pattern": pattern if isinstance(pattern, Mapping) else None,
            "schedule": text(properties.get("ScheduleExpression")),
            "enabled": False if properties.get("State") == "DISABLED" else None,
            "retries": number((target.get("RetryPolicy") or {}).get("MaximumRetryAttempts")),
            "max_event_age": number((target.get("RetryPolicy") or {}).get("MaximumEventAgeInSeconds")),
        }
        if (settings["pattern"] is None) == (settings["schedule"] is None):
            continue
        name = _own_name(old, logical_id, function_name, "Rule")
        title = naming.logical(function_name, name, "Rule")
        claims = {title: logical_id}
        claims |= _permission(old, target["Arn"], "events.amazonaws.com", title, {"Fn::GetAtt": [logical_id, "Arn"]})
        yield _trigger(old, function_name, ("events", name), settings, claims)


def _schedules(old: Old) -> Iterator[Proposal]:
    for logical_id, properties in old.of_type("AWS::Scheduler::Schedule"):
        target = properties.get("Target") or {}
        function_name = _function(old, target.get("Arn"))
        expression = text(properties.get("ScheduleExpression"))
        if function_name is None or expression is None:
            continue
        window = properties.get("FlexibleTimeWindow") or {}
        retry = target.get("RetryPolicy") or {}
        settings = {
            "expression": expression,
            "timezone": text(properties.get("ScheduleExpressionTimezone")),
            "input": _json(target.get("Input")),
            "flexible_window": number(window.get("MaximumWindowInMinutes")),
            "retries": number(retry.get("MaximumRetryAttempts")),
            "max_event_age": number(retry.get("MaximumEventAgeInSeconds")),
            "enabled": False if properties.get("State") == "DISABLED" else None,
            "role": value_of(target.get("RoleArn")),
        }
        name = _own_name(old, logical_id, function_name, "Schedule")
        claims = {naming.logical(function_name, name, "Schedule"): logical_id}
        yield _trigger(old, function_name, ("schedules", name), settings, claims)


def _uploads(old: Old) -> Iterator[Proposal]:
    """Buckets whose events start functions: the bucket's own notification, and the permission."""
    for logical_id, (word, bucket) in list(old.parts.items()):
        notified = (old.resources[logical_id].get("Properties") or {}).get("NotificationConfiguration") or {}
        configurations = notified.get("LambdaConfigurations") if word == "buckets" else None
        events: dict[str, list[str]] = {}
        filters: dict[str, Any] = {}
        for one in configurations if isinstance(configurations, list) else ():
            name = _function(old, one.get("Function"))
            event = text(one.get("Event"))
            rules = (one.get("Filter") or {}).get("S3Key", {}).get("Rules", [])
            if name is None or event is None or filters.setdefault(name, rules) != rules:
                events.clear()
                break
            events.setdefault(name, []).append(event)
        for name, its in events.items():
            title = naming.logical(name, bucket, "BucketTrigger")
            claims = _permission(old, _reference(old, name), "s3.amazonaws.com", title, None, any_source=True)
            if claims:
                rules = {str(rule.get("Name")).lower(): rule.get("Value") for rule in filters[name]}
                settings = {"events": its, "prefix": text(rules.get("prefix")), "suffix": text(rules.get("suffix"))}
                yield _trigger(old, name, ("buckets", bucket), settings, claims)


def _sign_ins(old: Old) -> Iterator[Proposal]:
    """User pools that ask functions: the pool's own configuration, and the permission."""
    for logical_id, (word, pool) in list(old.parts.items()):
        asked = (
            (old.resources[logical_id].get("Properties") or {}).get("LambdaConfig") if word == "user_pools" else None
        )
        moments: dict[str, list[str]] = {}
        for moment, value in asked.items() if isinstance(asked, Mapping) else ():
            if name := _function(old, value):
                moments.setdefault(name, []).append(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", moment).lower())
        for name, on in moments.items():
            title = naming.logical(name, pool, "UserPoolTrigger")
            source = {"Fn::GetAtt": [logical_id, "Arn"]}
            claims = _permission(old, _reference(old, name), "cognito-idp.amazonaws.com", title, source)
            if claims:
                yield _trigger(old, name, ("user_pools", pool), {"on": on}, claims)


def _log_lines(old: Old) -> Iterator[Proposal]:
    groups = {
        proposal: name for name, (word, proposal) in ((one, old.parts[one]) for one in old.parts) if word == "functions"
    }
    logs = {
        referred(((old.resources[logical_id].get("Properties") or {}).get("LoggingConfig") or {}).get("LogGroup")): name
        for name, logical_id in groups.items()
    }
    for logical_id, properties in old.of_type("AWS::Logs::SubscriptionFilter"):
        name = _function(old, properties.get("DestinationArn"))
        group = properties.get("LogGroupName")
        of_function = logs.get(referred(group)) if referred(group) else None
        if name is None or (of_function is None and text(group) is None):
            continue
        called = _own_name(old, logical_id, name, "LogTrigger")
        title = naming.logical(name, called, "LogTrigger")
        claims = {title: logical_id}
        claims |= _permission(old, _reference(old, name), "logs.amazonaws.com", title, None, any_source=True)
        settings = {"function": of_function, "log_group": text(group), "pattern": text(properties.get("FilterPattern"))}
        yield _trigger(old, name, ("logs", called), settings, claims)


def _reference(old: Old, name: str) -> dict[str, str]:
    return {"Ref": next(one for one, part in old.parts.items() if part == ("functions", name))}


def _invocations(old: Old) -> Iterator[Proposal]:
    for logical_id, properties in old.of_type("AWS::Lambda::EventInvokeConfig"):
        name = _function(old, properties.get("FunctionName"))
        settings = retry_settings(properties)
        if name is not None and settings and "DestinationConfig" not in properties:
            claims = {f"{naming.function(name)}EventInvokeConfig": logical_id}
            old.claimed.update(claims)
            yield Proposal(("functions", name), settings, claims)
    for logical_id, properties in old.of_type("AWS::Lambda::Url"):
        name = _function(old, properties.get("TargetFunctionArn"))
        if name is not None and "Qualifier" not in properties and "Cors" not in properties:
            title = f"{naming.function(name)}Url"
            claims = {title: logical_id}
            old.claimed.update(claims)
            if properties.get("AuthType") == "NONE":
                claims |= _permission(old, properties["TargetFunctionArn"], "*", title, None)
            yield Proposal(("functions", name, "url"), url_settings(properties), claims)


def _json(value: Any) -> Any:
    """An input that tapgen would write as it is there."""
    try:
        return json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _function(old: Old, value: Any) -> str | None:
    found = old.refers(value, "functions")
    return found[1] if found else None


def _own_name(old: Old, logical_id: str, function_name: str, suffix: str) -> str:
    def taken(name: str) -> bool:
        title = naming.logical(function_name, name, suffix)
        return not (old.is_free(title, logical_id) and old.is_free(f"{title}Permission", logical_id))

    return old.own_name(logical_id, function_name, taken)


def _permission(
    old: Old, function_value: Any, service: str, title: str, source: Any, *, any_source: bool = False
) -> dict[str, str]:
    """The permission that goes with a trigger, where the template has it."""
    for logical_id, properties in old.of_type("AWS::Lambda::Permission"):
        same = referred(properties.get("FunctionName")) == referred(function_value)
        is_its = properties.get("Principal") == service
        is_its = is_its and (any_source or referred(properties.get("SourceArn")) == referred(source))
        if same and is_its and old.is_free(f"{title}Permission", logical_id):
            return {f"{title}Permission": logical_id}
    return {}


def _trigger(
    old: Old,
    function_name: str,
    what: tuple[str, str],
    settings: Mapping[str, Any],
    claims: dict[str, str],
) -> Proposal:
    old.claimed.update(claims)
    path = ("functions", function_name, "triggers", *what)
    return Proposal(path, given(settings), claims)
