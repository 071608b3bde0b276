"""What flows between the parts of a template: routes, messages, events, and what roles let their owners do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tapgen.review.picture.model import LOCK, Arrow, Status
from tapgen.template import integrations
from tapgen.template.alternatives import REFERENCE, listed
from tapgen.template.apis import routes
from tapgen.template.arns import Arns
from tapgen.template.model import Resource, Template
from tapgen.template.policies import identity_policies
from tapgen.template.text import text
from tapgen.template.triggers import deliveries, triggers
from tapgen.template.types import value_at

FUNCTIONS: Final = ("AWS::Lambda::Function", "AWS::Serverless::Function")
_STARTED_BY: Final = {
    "AWS::SQS::Queue": "messages",
    "AWS::SNS::Topic": "messages",
    "AWS::DynamoDB::Table": "changes",
    "AWS::Kinesis::Stream": "records",
    "AWS::S3::Bucket": "events",
    "AWS::Events::Rule": "events",
    "AWS::Events::EventBus": "events",
    "AWS::IoT::TopicRule": "messages",
    "AWS::Logs::LogGroup": "log lines",
}
_TARGETS: Final = "AWS::ElasticLoadBalancingV2::TargetGroup"
_LETTERS: Final = {
    ("RedrivePolicy", "deadLetterTargetArn"): "dead letters",
    ("DeadLetterConfig", "TargetArn"): "failures",
}
_STARTS: Final = re.compile(r"start|invoke|run")
_READS: Final = re.compile(
    r"get|list|query|scan|batchget|describe|receive|read|select|head|conditioncheck|search|decrypt"
)
_SAID: Final = {
    "sqs:sendmessage": "sends",
    "sns:publish": "publishes",
    "events:putevents": "sends events",
    "execute-api:manageconnections": "sends",
}
_POLLS: Final = re.compile(
    r"(sqs:(receive|delete|getqueue|change)|(dynamodb|kinesis):(describe|get(records|shard)|list))", re.IGNORECASE
)


def flows(
    template: Template, arns: Arns, shown: Mapping[str, Resource], statuses: Mapping[str, Status]
) -> Iterator[Arrow]:
    """Everything that flows, an arrow for each thing that is said; then plain references."""
    for route in routes(template).values():
        lock = f"{LOCK} " if route.authorization != "NONE" or route.api_key else ""
        if route.method != "OPTIONS":
            for function in route.functions:
                yield Arrow(route.owner, function, lock + route.name, statuses.get(route.logical_id, ""))
    for call in integrations.calls(template):
        lock = f"{LOCK} " if call.route.authorization != "NONE" or call.route.api_key else ""
        yield Arrow(call.route.owner, call.target, lock + call.route.name, statuses.get(call.route.logical_id, ""))
    polled = set()
    for trigger in triggers(template, arns):
        source = trigger.source or trigger.resource
        polled.add((trigger.function, source))
        status = statuses.get(trigger.resource, "") if trigger.resource != source else ""
        yield Arrow(source, trigger.function, _started(template, source), status)
    told = (one for one in deliveries(template, arns) if type_of(template, one.sender) == "AWS::S3::Bucket")
    yield from (Arrow(one.sender, one.receiver, "events") for one in told)
    yield from _granted(template, arns, shown, polled)
    yield from _balanced(template)
    for resource in template.resources.values():
        yield from _wired(resource, template, arns)
    for name, resource in shown.items():
        for reference in resource.references:
            if reference.target in shown and reference.path[:1] != ("VpcConfig",):
                yield Arrow(name, reference.target)


def _started(template: Template, source: str) -> str:
    resource = template.resources.get(source)
    if resource is None:
        return "starts"
    schedule = resource.properties.get("ScheduleExpression")
    return text(schedule) if schedule else _STARTED_BY.get(resource.type, "starts")


def _wired(resource: Resource, template: Template, arns: Arns) -> Iterator[Arrow]:
    """What single properties say: dead letters, subscriptions, a bus and its rules, what follows an invocation."""
    name, properties = resource.logical_id, resource.properties
    for path, label in _LETTERS.items():
        value = value_at(properties, path)
        if value is not None and (owner := arns.owner(value)):
            yield Arrow(name, owner, label)
    if resource.type == "AWS::SNS::Subscription":
        topic, end = arns.owner(properties.get("TopicArn")), arns.owner(properties.get("Endpoint"))
        if topic and end and type_of(template, end) not in FUNCTIONS:
            yield Arrow(topic, end, "messages")
    elif resource.type in ("AWS::Events::Rule", "AWS::Scheduler::Schedule"):
        yield from _rule(resource, template, arns)
    elif resource.type in ("AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"):
        api = next((one.target for one in resource.references if one.path[0] in ("RestApiId", "ApiId")), "")
        for reference in resource.references:
            if reference.path[0] not in ("RestApiId", "ApiId"):
                yield Arrow(api, reference.target, f"{LOCK} asks")
    elif resource.type in ("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Url"):
        yield from _beside_a_function(resource, template, arns)


def _rule(rule: Resource, template: Template, arns: Arns) -> Iterator[Arrow]:
    bus = arns.owner(rule.properties.get("EventBusName"))
    if bus:
        yield Arrow(bus, rule.logical_id, "events")
    for target in listed(rule.properties.get("Targets", rule.properties.get("Target"))):
        yield from _target(rule, target, template, arns)


def _target(resource: Resource, target: Any, template: Template, arns: Arns) -> Iterator[Arrow]:
    """What a rule or a schedule starts besides functions, and where it leaves what it cannot deliver."""
    owner = arns.owner(value_at(target, ("Arn",))) if isinstance(target, Mapping) else None
    if owner and type_of(template, owner) not in FUNCTIONS:
        yield Arrow(resource.logical_id, owner, _started(template, resource.logical_id))
    lost = arns.owner(value_at(target, ("DeadLetterConfig", "Arn"))) if isinstance(target, Mapping) else None
    if lost:
        yield Arrow(resource.logical_id, lost, "failures")


def _beside_a_function(resource: Resource, template: Template, arns: Arns) -> Iterator[Arrow]:
    function = next((one.target for one in resource.references if type_of(template, one.target) in FUNCTIONS), "")
    for end, label in (("OnFailure", "failures"), ("OnSuccess", "results")):
        owner = arns.owner(value_at(resource.properties, ("DestinationConfig", end, "Destination")))
        if owner:
            yield Arrow(function, owner, label)
    if resource.type == "AWS::Lambda::Url":
        asks = text(resource.properties.get("AuthType", "NONE")) != "NONE"
        yield Arrow(resource.logical_id, function, f"{LOCK} requests" if asks else "requests")


def _granted(
    template: Template, arns: Arns, shown: Mapping[str, Resource], polled: set[tuple[str, str]]
) -> Iterator[Arrow]:
    """What a function's role lets it do with what is shown."""
    users: dict[str, list[str]] = {}
    for name, resource in shown.items():
        for role in _roles(resource, template):
            if owner := arns.owner(role):
                users.setdefault(owner, []).append(name)
    for held in identity_policies(template, arns):
        for statement in held.statements:
            if statement.effect != "Allow":
                continue
            named = {
                match.split(".")[0]
                for pattern in statement.resources
                for match in REFERENCE.findall(arns.normal(pattern))
            }
            for user in (user for owner in held.owners for user in users.get(owner, ())):
                for target in sorted(named & shown.keys() - {user}):
                    actions = [
                        one for one in statement.actions if (user, target) not in polled or not _POLLS.match(one)
                    ]
                    for word in dict.fromkeys(map(_word, actions)):
                        yield Arrow(user, target, word)


def _roles(resource: Resource, template: Template) -> Iterator[Any]:
    """What names the roles of a resource: its own property, or that of its task definition."""
    for field in ("Role", "RoleArn", "TaskRoleArn"):
        if field in resource.properties:
            yield resource.properties[field]
    for task in _targets(resource, template, "AWS::ECS::TaskDefinition"):
        yield from _roles(template.resources[task], template)


def _targets(resource: Resource, template: Template, kind: str) -> list[str]:
    return [one.target for one in resource.references if type_of(template, one.target) == kind]


def _balanced(template: Template) -> Iterator[Arrow]:
    """What load balancers send requests to, through listeners and target groups."""
    behind: dict[str, list[str]] = {}
    for resource in template.resources.values():
        if resource.type != _TARGETS and not resource.type.startswith("AWS::ElasticLoadBalancingV2::Listener"):
            for group in _targets(resource, template, _TARGETS):
                behind.setdefault(group, []).append(resource.logical_id)
    for listener in template.of_type("AWS::ElasticLoadBalancingV2::Listener"):
        for balancer in _targets(listener, template, "AWS::ElasticLoadBalancingV2::LoadBalancer"):
            for group in _targets(listener, template, _TARGETS):
                yield from (Arrow(balancer, name, "requests") for name in behind.get(group, ()))


def _word(action: str) -> str:
    """What an action does, in a word."""
    lowered = action.lower()
    said = next((word for start, word in _SAID.items() if lowered.startswith(start)), "")
    verb = lowered.partition(":")[2]
    if said or verb == "*":
        return said or "reads, writes"
    return "starts" if _STARTS.match(verb) else "reads" if _READS.match(verb) else "writes"


def type_of(template: Template, name: str) -> str:
    """The type of a resource; "" where there is none of that name."""
    resource = template.resources.get(name)
    return resource.type if resource else ""
