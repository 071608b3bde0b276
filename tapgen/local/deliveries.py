"""What S3, SNS, EventBridge, alarms, logs and user pools send arrives where it is let in, and is lost elsewhere.

Sources: S3 user guide, "Granting permissions to publish event notification messages to a destination"; SNS developer
guide, "Subscribing a Lambda function to an Amazon SNS topic"; EventBridge user guide, "Using resource-based policies
for Amazon EventBridge"; CloudWatch Logs user guide, "Log group-level subscription filters"; Cognito developer guide,
"Customizing user pool workflows with Lambda triggers".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tapgen.local.permits import INVOKE, Asked, named

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapgen.local.limits import Answer
    from tapgen.local.permits import Permits

    Say = Callable[[str], None]

_ACTIONS = {"lambda": INVOKE, "sqs": "sqs:SendMessage", "sns": "sns:Publish"}
_BY_ROLE = {"states": "states:StartExecution", "events": "events:PutEvents"}
_COGNITO = "cognito-idp.amazonaws.com"
_LOGS_REFUSE = (
    "Could not execute the lambda function. "
    "Make sure you have given CloudWatch Logs permission to execute your function."
)


def _missing(permits: Permits, service: str, target: str, source: str, account: str, **keys: str) -> str | None:
    """What is missing for a service to send to a target; None too where nobody needs to be asked."""
    action = _ACTIONS.get(target.split(":")[2])
    return permits.missing(Asked(service, target, (source,), account, action, keys)) if action else None


def ask_for_buckets(s3: Any, provisioners: Any, permits: Permits, say: Say) -> None:  # modules without types
    """Change what ministack, which is pinned to one version and has no other hook, does for notifications."""
    validate, deliver = s3._validate_notification_configs, s3._deliver_event_to_lambda  # noqa: SLF001 - as above
    apply = provisioners._s3_apply_notification  # noqa: SLF001 - as above
    whys: dict[str, str] = {}

    def missing(target: str, bucket: str) -> str | None:
        account = s3._bucket_owner_account(bucket) or ""  # noqa: SLF001 - as above
        return _missing(permits, "s3.amazonaws.com", target, f"arn:aws:s3:::{bucket}", account)

    def validated(configs: list[dict[str, Any]], region: str, bucket: str = "", unseen: bool = False) -> Any:
        error = validate(configs, region, bucket, unseen)
        targets = [one["arn"] for one in configs if one["type"] == "lambda"] if error is None and not unseen else []
        refused = {target: why for target in targets if (why := missing(target, bucket))}
        if not refused:
            return error
        whys[bucket] = "; ".join(refused.values())
        say(f"{bucket} cannot notify: {whys[bucket]}")
        return s3._invalid_notification_config(  # noqa: SLF001 - as above
            f"Unable to validate the following destination configurations: {', '.join(refused)}"
        )

    def delivered(target: str, event: dict[str, Any], region: str) -> None:
        bucket = event["Records"][0]["s3"]["bucket"]["name"]
        if why := missing(target, bucket):
            say(f"{bucket}'s notification is lost: {why}")
        else:
            deliver(target, event, region)

    def applied(bucket: str, settings: Any) -> None:
        try:
            apply(bucket, settings)
        except ValueError as error:  # S3's answer as it is
            said = re.search("<Message>(.*?)</Message>", str(error))
            reasons = (said[1] if said else str(error), whys.pop(bucket, ""))
            raise ValueError("; ".join(filter(None, reasons))) from None

    provisioners._s3_apply_notification = applied  # noqa: SLF001 - as above
    s3._validate_notification_configs, s3._deliver_event_to_lambda = validated, delivered  # noqa: SLF001 - as above


def ask_for_topics(sns: Any, sqs: Any, permits: Permits, say: Say) -> None:  # modules without types
    """The same for what topics tell functions, and queues, where ministack asks already and says nothing."""
    deliver, allows = sns._deliver_to_lambda, sqs.queue_policy_allows  # noqa: SLF001 - as in `ask_for_buckets`

    def delivered(target: str, envelope: str, topic: str, *more: Any) -> None:
        if why := _missing(permits, "sns.amazonaws.com", target, topic, topic.split(":")[4]):
            say(f"{named(topic)}'s message is lost: {why}")
        else:
            deliver(target, envelope, topic, *more)

    def allowed(queue: str, service: str, source: str, account: str) -> bool:
        found: bool = allows(queue, service, source, account)
        if not found:
            say(f"{named(source)}'s message is lost: {Asked(service, queue, (source,), account, 'sqs:SendMessage')}")
        return found

    sns._deliver_to_lambda, sqs.queue_policy_allows = delivered, allowed  # noqa: SLF001 - as in `ask_for_buckets`


def ask_for_rules(events: Any, permits: Permits, say: Say) -> None:  # a module without types
    """The same for the targets of rules; a state machine or another bus is reached by the target's role."""
    invoke = events._invoke_target  # noqa: SLF001 - as in `ask_for_buckets`

    def refused(target: dict[str, Any], rule: dict[str, Any]) -> str | None:
        arn, source, role = target.get("Arn", ""), rule.get("Arn", ""), target.get("RoleArn")
        if arn.count(":") < 5:
            return None
        kind = arn.split(":")[2]
        if role or kind == "states":
            action = _BY_ROLE.get(kind) or _ACTIONS.get(kind)
            if not role:
                return f"its target {named(arn)} has no role"
            return permits.lacking(role, "events.amazonaws.com", (action,), arn, source) if action else None
        return _missing(permits, "events.amazonaws.com", arn, source, source.split(":")[4])

    def invoked(target: dict[str, Any], event: Any, rule: dict[str, Any], view: Any = None) -> None:
        if why := refused(target, rule):
            say(f"{named(rule['Arn'])}: FailedInvocations, {why}")
        else:
            invoke(target, event, rule, view)

    events._invoke_target = invoked  # noqa: SLF001 - as in `ask_for_buckets`


def ask_for_alarms(cloudwatch: Any, permits: Permits, say: Say) -> None:  # a module without types
    """The same for the topics that alarms tell."""
    dispatch = cloudwatch._dispatch_alarm_actions  # noqa: SLF001 - as in `ask_for_buckets`

    def dispatched(alarm: dict[str, Any], *more: Any) -> None:
        arn, refused = alarm["AlarmArn"], set()
        account = arn.split(":")[4]
        for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
            for topic in (one for one in alarm.get(name) or () if ":sns:" in one):
                why = permits.missing(
                    Asked(
                        "cloudwatch.amazonaws.com", topic, (arn,), account, "sns:Publish", {"aws:sourceowner": account}
                    )
                )
                if why:
                    refused.add(topic)
                    say(f"{named(arn)} tells nobody: {why}")
            alarm = {**alarm, name: [one for one in alarm.get(name) or () if one not in refused]}
        dispatch(alarm, *more)

    cloudwatch._dispatch_alarm_actions = dispatched  # noqa: SLF001 - as in `ask_for_buckets`


def ask_for_logs(logs: Any, permits: Permits, say: Say) -> None:  # a module without types
    """The same for a log group's subscription filter, which is refused when it is made."""
    put, failed = logs._put_subscription_filter, logs.error_response_json  # noqa: SLF001 - as in `ask_for_buckets`

    def subscribed(asked: dict[str, Any]) -> Answer:
        target = asked.get("destinationArn") or ""
        group = (logs._log_groups.get(asked.get("logGroupName")) or {}).get("arn", "").removesuffix(":*")  # noqa: SLF001 - as in `ask_for_buckets`
        if ":function:" in target and group and not asked.get("roleArn"):
            sources = (f"{group}:*", group)
            service = f"logs.{group.split(':')[3]}.amazonaws.com"
            why = None
            for one in ("logs.amazonaws.com", service):
                why = permits.missing(Asked(one, target, sources, group.split(":")[4]))
                if why is None:
                    break
            if why:
                say(f"{asked['logGroupName']} cannot be followed: {why}")
                answer: Answer = failed("InvalidParameterException", _LOGS_REFUSE, 400)
                return answer
        answered: Answer = put(asked)
        return answered

    logs._put_subscription_filter = subscribed  # noqa: SLF001 - as in `ask_for_buckets`


class _RefusedError(Exception):
    """A user pool may not call its trigger's function."""


_TRIGGERS = {
    "_apply_pretoken_trigger": ("PreTokenGenerationConfig", "PreTokenGeneration"),
    "_apply_presignup_trigger": ("PreSignUp",),
    "_apply_inbound_federation_trigger": ("InboundFederation",),
    "_apply_custom_message_trigger": ("CustomMessage",),
    "_invoke_define_auth_challenge_trigger": ("DefineAuthChallenge",),
    "_invoke_create_auth_challenge_trigger": ("CreateAuthChallenge",),
    "_invoke_verify_auth_challenge_trigger": ("VerifyAuthChallengeResponse",),
}
"""ministack's functions that start a trigger, with the names of it in the pool's LambdaConfig; others it has not."""


def ask_for_pools(cognito: Any, permits: Permits, say: Say) -> None:  # a module without types
    """The same for the triggers of user pools: the operation that would start one fails."""
    dispatch, token = cognito._dispatch_idp, cognito._oauth2_token  # noqa: SLF001 - as in `ask_for_buckets`

    def asking(start: Callable[..., Any], names: tuple[str, ...]) -> Callable[..., Any]:
        def started(*given: Any, **by_name: Any) -> Any:
            pool = given[0] if given else by_name.get("pool_id") or by_name["pool"]
            known = pool if isinstance(pool, dict) else cognito._user_pools.get(pool) or {}  # noqa: SLF001 - as in `ask_for_buckets`
            configured = known.get("LambdaConfig") or {}
            name = next((one for one in names if configured.get(one)), "")
            target = configured.get(name) or ""
            target = target.get("LambdaArn", "") if isinstance(target, dict) else target
            account = known.get("Arn", ":::::").split(":")[4]
            if target and (why := _missing(permits, _COGNITO, target, known["Arn"], account)):
                say(f"{known.get('Name') or known['Id']} refuses: {why}")
                raise _RefusedError(
                    f"{name.removesuffix('Config')} invocation failed due to error AccessDeniedException."
                )
            return start(*given, **by_name)

        return started

    async def dispatched(action: str, asked: dict[str, Any]) -> Answer:
        try:
            answer: Answer = await dispatch(action, asked)
        except _RefusedError as error:
            answer = cognito.error_response_json("UnexpectedLambdaException", str(error), 400)
        return answer

    def given(*asked: Any) -> Answer:
        try:
            answer: Answer = token(*asked)
        except _RefusedError as error:
            body = {"error": "invalid_request", "error_description": str(error)}
            answer = (400, {"Content-Type": "application/json"}, json.dumps(body).encode())
        return answer

    for function, names in _TRIGGERS.items():
        setattr(cognito, function, asking(getattr(cognito, function), names))
    cognito._dispatch_idp, cognito._oauth2_token = dispatched, given  # noqa: SLF001 - as in `ask_for_buckets`
