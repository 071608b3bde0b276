"""Buckets: S3 buckets with their policies, and the functions that their events start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from troposphere import Ref, Sub, s3

from tapgen import naming
from tapgen.layers import parts as of_parts
from tapgen.layers.destinations import invoked_arn
from tapgen.layers.existing import below, existing
from tapgen.layers.lookup import substituted
from tapgen.layers.refs import PartRefs
from tapgen.layers.resource_policies import admit, admit_service, written
from tapgen.layers.triggers import permission
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, Parts
    from tapgen.settings.buckets import Bucket, LifecycleRule, Notification
    from tapgen.settings.model import Environment

TOLD = {
    "queues": ("QueueConfigurations", s3.QueueConfigurations, "Queue"),
    "topics": ("TopicConfigurations", s3.TopicConfigurations, "Topic"),
}
"""The kinds that are told of objects, by their word: the notification's section, its class, what it calls them."""

WEEK = 7
"""Days after which the parts of an upload that was never completed go."""


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, PartRefs]:
    """Add the buckets, each with its policy."""
    return {name: _add_bucket(template, environment, name, one, parts) for name, one in environment.buckets.items()}


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add the permissions by which the buckets start the functions; the buckets themselves name the functions."""
    for function, settings in environment.functions.items():
        for name in settings.triggers.buckets:
            template.add_resource(
                permission(
                    _permission(function, name),
                    compute.functions[function].arn,
                    "s3.amazonaws.com",
                    parts["buckets"][name].arn,
                    SourceAccount=Ref("AWS::AccountId"),
                )
            )


def _permission(function: str, bucket: str) -> str:
    return naming.logical(function, bucket, "BucketTriggerPermission")


def _add_bucket(template: Template, environment: Environment, name: str, settings: Bucket, parts: Parts) -> PartRefs:
    kind = kinds()["buckets"]
    key = of_parts.key(environment, settings, parts)
    if settings.existing is not None:
        return existing(kind, settings.existing, key)
    title = naming.logical(name, "Bucket")
    physical = substituted(settings.name or f"{naming.bucket(environment, name)}-${{AWS::AccountId}}-${{AWS::Region}}")
    starts = [one for one, function in environment.functions.items() if name in function.triggers.buckets]
    told = [
        (word, part) for word in TOLD for part, its in getattr(environment, word).items() if name in its.notifications
    ]
    by_name = _by_name(title, physical, key)
    after = [_permission(function, name) for function in starts]
    for word, part in told:
        refs = parts[word][part]
        admit_service(template, word, refs, "s3.amazonaws.com", by_name.arn, title)
        after += [f"{refs.title}Policy"] if refs.title else []
    template.add_resource(
        s3.Bucket(
            title,
            **of_parts.deletion(protected=environment.protected),
            **({"DependsOn": after} if after else {}),
            BucketName=physical,
            **_protection(environment, settings, key),
            **_lifecycle(settings),
            **_notifications(environment, name, starts, {one: parts[one[0]][one[1]].arn for one in told}),
        )
    )
    refs = of_parts.own(kind, title, key=key)
    _add_policy(template, settings, refs)
    return by_name if starts or told else refs


def _by_name(title: str, physical: Any, key: Any) -> PartRefs:
    """The bucket by its name alone, as those refer to it that it waits for.

    It waits for the permission of the function that it starts, the permission for the function, the function for its
    role and variables: a Ref in them would make a circle.
    """
    name = physical if isinstance(physical, str) else physical.data["Fn::Sub"]
    arn = Sub(f"arn:${{AWS::Partition}}:s3:::{name}")
    return PartRefs(name=physical, arn=arn, title=title, key=key)


def _protection(environment: Environment, settings: Bucket, key: Any) -> dict[str, Any]:
    versioning = environment.protected if settings.versioning is None else settings.versioning
    default = (
        s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
        if key is None
        else s3.ServerSideEncryptionByDefault(SSEAlgorithm="aws:kms", KMSMasterKeyID=key)
    )
    rule = s3.ServerSideEncryptionRule(
        ServerSideEncryptionByDefault=default, **({} if key is None else {"BucketKeyEnabled": True})
    )
    return {
        "BucketEncryption": s3.BucketEncryption(ServerSideEncryptionConfiguration=[rule]),
        "OwnershipControls": s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        "PublicAccessBlockConfiguration": s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        **({"VersioningConfiguration": s3.VersioningConfiguration(Status="Enabled")} if versioning else {}),
    }


def _lifecycle(settings: Bucket) -> dict[str, Any]:
    unfinished = s3.LifecycleRule(
        Id="UnfinishedUploads",
        Status="Enabled",
        AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=WEEK),
    )
    rules = [unfinished, *(_rule(f"Rule{number}", rule) for number, rule in enumerate(settings.lifecycle, 1))]
    cors = [
        s3.CorsRules(
            AllowedOrigins=list(rule.origins),
            AllowedMethods=list(rule.methods),
            MaxAge=rule.max_age,
            **({"AllowedHeaders": list(rule.headers)} if rule.headers else {}),
            **({"ExposedHeaders": list(rule.exposed_headers)} if rule.exposed_headers else {}),
        )
        for rule in settings.cors
    ]
    return {
        "LifecycleConfiguration": s3.LifecycleConfiguration(Rules=rules),
        **({"CorsConfiguration": s3.CorsConfiguration(CorsRules=cors)} if cors else {}),
    }


def _rule(title: str, rule: LifecycleRule) -> s3.LifecycleRule:
    optional: dict[str, Any] = {}
    if rule.prefix:
        optional["Prefix"] = rule.prefix
    if rule.expire_after:
        optional["ExpirationInDays"] = rule.expire_after
    if rule.expire_versions_after:
        optional["NoncurrentVersionExpiration"] = s3.NoncurrentVersionExpiration(
            NoncurrentDays=rule.expire_versions_after
        )
    if rule.archive_after:
        transition = s3.LifecycleRuleTransition(StorageClass=rule.storage_class, TransitionInDays=rule.archive_after)
        optional["Transitions"] = [transition]
    return s3.LifecycleRule(Id=title, Status="Enabled", **optional)


def _notifications(
    environment: Environment, name: str, starts: list[str], told: Mapping[tuple[str, str], Any]
) -> dict[str, Any]:
    """The functions by their names: see `_by_name`; `told` are the ARNs of queues and topics by kind and name."""
    configured: dict[str, Any] = {}
    if environment.buckets[name].events:
        configured["EventBridgeConfiguration"] = s3.EventBridgeConfiguration(EventBridgeEnabled=True)
    if starts:
        configured["LambdaConfigurations"] = [
            s3.LambdaConfigurations(Event=event, Function=invoked_arn(environment, function), **filters)
            for function in starts
            for event, filters in _events(environment.functions[function].triggers.buckets[name])
        ]
    for (word, part), arn in told.items():
        section, kind, target = TOLD[word]
        configured.setdefault(section, []).extend(
            kind(Event=event, **{target: arn}, **filters)
            for event, filters in _events(getattr(environment, word)[part].notifications[name])
        )
    return {"NotificationConfiguration": s3.NotificationConfiguration(**configured)} if configured else {}


def _events(given: Notification) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each event with the filter of the keys that it is told of."""
    rules = [
        s3.Rules(Name=what, Value=value)
        for what, value in (("prefix", given.prefix), ("suffix", given.suffix))
        if value
    ]
    filters = {"Filter": s3.Filter(S3Key=s3.S3Key(Rules=rules))} if rules else {}
    yield from ((event, filters) for event in given.events)


def _add_policy(template: Template, settings: Bucket, refs: PartRefs) -> None:
    """Nothing but TLS, and what the settings let others do: with the objects, or the bucket, as the action does."""
    objects = below(refs.arn, "/*")
    only_tls = {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": [refs.arn, objects],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    kind = kinds()["buckets"]
    about = {"bucket": refs.arn, "object": objects}
    given = [
        {**written(one, objects), **({} if one.resources else {"Resource": [about[form] for form in forms]})}
        for one in settings.policy
        for forms in [about if any("*" in action for action in one.actions) else of_parts.by_form(kind, one.actions)]
    ]
    for statement in (only_tls, *given):
        admit(template, refs, s3.BucketPolicy, statement, Bucket=refs.name)
