"""A template at a glance: entries, functions and stores, and arrows that say what flows; the rest is folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from tapgen.review.picture.everything import in_groups, kind_of, service_of
from tapgen.review.picture.layout import Wire, slots
from tapgen.review.picture.model import LOCK, Arrow, Node, Picture, Status
from tapgen.template.alternatives import REFERENCE, listed
from tapgen.template.apis import routes
from tapgen.template.arns import Arns
from tapgen.template.model import Resource, Template
from tapgen.template.policies import identity_policies
from tapgen.template.text import text
from tapgen.template.triggers import triggers
from tapgen.template.types import value_at

_MOST_SLOTS: Final = 10_000  # two seconds; a denser tangle is drawn by its services, which nobody could follow anyway
_FUNCTIONS: Final = ("AWS::Lambda::Function", "AWS::Serverless::Function")
# Services that serve the others: who may what, what is logged, where it runs.
_FOLDED_SERVICES: Final = frozenset(
    [
        *("ApiGateway", "ApiGatewayV2", "ApplicationAutoScaling", "Budgets", "CertificateManager", "CloudWatch", "EC2"),
        *("IAM", "KMS", "Lambda", "Logs", "Route53", "WAFv2", "XRay"),
    ]
)
_SHOWN: Final = frozenset(
    [
        *("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::EC2::Instance", "AWS::EC2::Volume"),
        *("AWS::Lambda::Function", "AWS::Lambda::Url"),
    ]
)
_FOLDED_ENDINGS: Final = re.compile(
    r"(Policy|Permission|Subscription|Attachment|Association|RotationSchedule|(Parameter|Subnet|Option)Group|"
    r"UserPool(Client|Domain|Group)|Record|RecordSet|TaskDefinition|TargetGroup|Listener|ListenerRule|LogGroup)$"
)
_STARTED_BY: Final = {
    "AWS::SQS::Queue": "messages",
    "AWS::SNS::Topic": "messages",
    "AWS::DynamoDB::Table": "changes",
    "AWS::Kinesis::Stream": "records",
    "AWS::S3::Bucket": "events",
    "AWS::Events::Rule": "events",
    "AWS::Events::EventBus": "events",
    "AWS::Logs::LogGroup": "log lines",
}
_ARROWS: Final = frozenset(
    [
        *("AWS::ApiGateway::Deployment", "AWS::ApiGateway::Method", "AWS::ApiGateway::Resource"),
        *("AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route", "AWS::Lambda::EventSourceMapping"),
        *("AWS::Lambda::Permission", "AWS::SNS::Subscription"),
    ]
)
"""What is drawn as an arrow, with the status of its change."""
_TARGETS: Final = "AWS::ElasticLoadBalancingV2::TargetGroup"
_LETTERS: Final = {
    ("RedrivePolicy", "deadLetterTargetArn"): "dead letters",
    ("DeadLetterConfig", "TargetArn"): "failures",
}
_STARTS: Final = re.compile(r"start|invoke|run")
_READS: Final = re.compile(
    r"get|list|query|scan|batchget|describe|receive|read|select|head|conditioncheck|search|decrypt"
)
_SAID: Final = {"sqs:sendmessage": "sends", "sns:publish": "publishes", "events:putevents": "sends events"}
_POLLS: Final = re.compile(
    r"(sqs:(receive|delete|getqueue|change)|(dynamodb|kinesis):(describe|get(records|shard)|list))", re.IGNORECASE
)


def overview(template: Template, statuses: Mapping[str, Status]) -> Picture:
    """The picture; a folded resource that changes is drawn all the same."""
    arns = Arns(template)
    shown = {
        name: resource
        for name, resource in template.resources.items()
        if not _folded(resource) or (statuses.get(name) and resource.type not in _ARROWS)
    }
    frames = {name: _network(resource, template) for name, resource in shown.items()}
    nodes = tuple(
        Node(name, one.type, frames[name], kind_of(one), statuses.get(name, ""), one.condition)
        for name, one in shown.items()
    )
    arrows = tuple(_joined(_flows(template, arns, shown, statuses), shown))
    silent = _only_told(template, {end for arrow in arrows for end in (arrow.source, arrow.target)})
    nodes = tuple(node for node in nodes if node.id not in silent or node.status)
    if slots([Wire(arrow.source, arrow.target) for arrow in arrows]) > _MOST_SLOTS:
        return in_groups(tuple(replace(node, group=service_of(node.type)) for node in nodes), arrows)
    groups = tuple(dict.fromkeys(frame for frame in frames.values() if frame))
    members = {group: tuple(node for node in nodes if node.group == group) for group in groups}
    return Picture("", nodes, arrows, groups, members=members, overview=True)


def _only_told(template: Template, tied: set[str]) -> frozenset[str]:
    """Topics that alarms tell and nothing else speaks of."""
    alarms = template.of_type("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    return frozenset(one.target for alarm in alarms for one in alarm.references) - tied


def _folded(resource: Resource) -> bool:
    if resource.type in _SHOWN:
        return False
    parts = resource.type.split("::")
    service = parts[1] if len(parts) > 2 and parts[0] == "AWS" else ""
    return service in _FOLDED_SERVICES or _FOLDED_ENDINGS.search(resource.type) is not None


def _network(resource: Resource, template: Template) -> str:
    """The VPC that a resource runs in, by its subnets and security groups; "VPC" where that is none of the template's.

    A function without a VpcConfig runs in none.
    """
    if resource.type in _FUNCTIONS and not resource.properties.get("VpcConfig"):
        return ""
    inside = {
        "VpcConfig",
        "SubnetIds",
        "SubnetId",
        "Subnets",
        "VPCSecurityGroups",
        "VpcSecurityGroupIds",
        "SecurityGroups",
    }
    inside |= {"DBSubnetGroupName", "CacheSubnetGroupName", "NetworkConfiguration", "SecurityGroupIds"}
    waiting = [one.target for one in resource.references if one.path and one.path[0] in inside]
    for _ in range(3):
        found = [name for name in waiting if _type(template, name) == "AWS::EC2::VPC"]
        if found:
            return found[0]
        waiting = [
            one.target for name in waiting if name in template.resources for one in template.resources[name].references
        ]
    return "VPC" if resource.type in _FUNCTIONS else ""


def _type(template: Template, name: str) -> str:
    resource = template.resources.get(name)
    return resource.type if resource else ""


def _flows(
    template: Template, arns: Arns, shown: Mapping[str, Resource], statuses: Mapping[str, Status]
) -> Iterator[Arrow]:
    for route in routes(template).values():
        lock = f"{LOCK} " if route.authorization != "NONE" or route.api_key else ""
        if route.method != "OPTIONS":
            for function in route.functions:
                yield Arrow(route.api_id, function, lock + route.name, statuses.get(route.logical_id, ""))
    polled = set()
    for trigger in triggers(template, arns):
        source = trigger.source or trigger.resource
        polled.add((trigger.function, source))
        status = statuses.get(trigger.resource, "") if trigger.resource != source else ""
        yield Arrow(source, trigger.function, _started(template, source), status)
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
        if topic and end and _type(template, end) not in _FUNCTIONS:
            yield Arrow(topic, end, "messages")
    elif resource.type == "AWS::Events::Rule":
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
    for target in listed(rule.properties.get("Targets")):
        owner = arns.owner(target.get("Arn")) if isinstance(target, dict) else None
        if owner and _type(template, owner) not in _FUNCTIONS:
            yield Arrow(rule.logical_id, owner, _started(template, rule.logical_id))


def _beside_a_function(resource: Resource, template: Template, arns: Arns) -> Iterator[Arrow]:
    function = next((one.target for one in resource.references if _type(template, one.target) in _FUNCTIONS), "")
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
    return [one.target for one in resource.references if _type(template, one.target) == kind]


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


def _joined(arrows: Iterator[Arrow], shown: Mapping[str, Any]) -> Iterator[Arrow]:
    """One arrow for each pair and status, with all that it says; a plain one only where nothing else is said."""
    pairs: dict[tuple[str, str], dict[Status, dict[str, None]]] = {}
    for arrow in arrows:
        if arrow.source in shown and arrow.target in shown and arrow.source != arrow.target:
            pairs.setdefault((arrow.source, arrow.target), {}).setdefault(arrow.status, {})[arrow.label] = None
    said = {frozenset(pair) for pair, by_status in pairs.items() if any(map(any, by_status.values()))}
    for (source, target), by_status in pairs.items():
        labelled = {status: [one for one in labels if one] for status, labels in by_status.items()}
        if not any(labelled.values()) and frozenset((source, target)) in said:
            continue
        for status, labels in labelled.items():
            if labels or not any(labelled.values()):
                yield Arrow(source, target, "\n".join(_folded_words(labels)), status)


def _folded_words(labels: list[str]) -> list[str]:
    """`reads` and `writes` on one line."""
    words = [one for one in ("reads", "writes") if any(one in label.split(", ") for label in labels)]
    rest = [label for label in labels if label not in ("reads", "writes", "reads, writes")]
    return [*rest, *([", ".join(words)] if words else [])]
