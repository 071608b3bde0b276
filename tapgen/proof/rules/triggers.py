"""Rules about what starts functions: permissions to call them, queues, roles of schedules and rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from tapgen.proof import unseen
from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import truthy
from tapgen.template.alternatives import alternatives
from tapgen.template.patterns import action_matches
from tapgen.template.triggers import permissions
from tapgen.template.types import value_at

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.patterns import Match
    from tapgen.template.triggers import Permission, Trigger

QUEUE: Final = "AWS::SQS::Queue"


def _may_call(subject: Subject) -> Iterator[Hit]:
    granted = permissions(subject.template, subject.arns)
    for trigger in subject.triggers:
        if not trigger.principal or not trigger.sure:
            continue
        mine = [one for one in granted if one.function in (trigger.function, "")]
        fitting = [one for one in mine if _principal(one, trigger.principal) != "no"]
        if not fitting:
            others = sorted({name for one in mine for name in one.principals})
            lets = f"; its permissions let {', '.join(others)} call it" if others else "; nothing lets anybody call it"
            message = f"{trigger.resource} starts {trigger.function}, and {trigger.principal} may not call it{lets}."
            yield Hit(message, trigger.path)
        elif all(_source(one, trigger, subject) == "no" for one in fitting):
            names = ", ".join(one.logical_id for one in fitting)
            message = f"{trigger.resource} starts {trigger.function}; the SourceArn of {names} is of another source."
            yield Hit(message, ("Resources", fitting[0].logical_id, "Properties", "SourceArn"))


def _principal(permission: Permission, wanted: str) -> Match:
    if permission.of_url or not any(
        action_matches(action, "lambda:InvokeFunction") or "${" in action for action in permission.actions
    ):
        return "no"
    service = wanted.removesuffix(".amazonaws.com")
    fits = [
        "yes" if one in (wanted, "*") or (one.startswith(f"{service}.") and ".amazonaws.com" in one) else "no"
        for one in permission.principals
        if "${" not in one
    ]
    return "unknown" if len(fits) < len(permission.principals) else "yes" if "yes" in fits else "no"


def _source(permission: Permission, trigger: Trigger, subject: Subject) -> Match:
    """Whether a permission's SourceArn can be of the trigger's source."""
    if not permission.sources or not trigger.source:
        return "yes"
    arn = subject.arns.of(trigger.source)
    if not arn.startswith("arn:"):
        return "unknown"
    return subject.arns.best(permission.sources, arn)


# ------------------------------------------------------------------------------------------------------- queues


def _polled(subject: Subject) -> Iterator[tuple[str, Mapping[str, object], Trigger]]:
    """(queue, its properties, trigger) of every queue that starts a function."""
    for trigger in subject.triggers:
        polls = subject.type_of(trigger.resource) == "AWS::Lambda::EventSourceMapping"
        if polls and subject.type_of(trigger.source) == QUEUE:
            yield trigger.source, subject.properties(trigger.source), trigger


def _visibility(subject: Subject) -> Iterator[Hit]:
    for queue, properties, trigger in _polled(subject):
        waits = _number(properties.get("VisibilityTimeout"), 30)
        runs = _number(subject.properties(trigger.function).get("Timeout"), 3)
        if waits is not None and runs is not None and waits < runs:
            message = f"{trigger.function} may run {runs} s, and {queue} hides a message for {waits} s only."
            yield Hit(message, ("Resources", queue, "Properties", "VisibilityTimeout"))


def _number(value: object, default: int) -> int | None:
    """A property that is a number; None where only the deployment knows it."""
    if value is None:
        return default
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9 else None


def _windows(subject: Subject) -> Iterator[Hit]:
    for queue, properties, trigger in _polled(subject):
        mapping = subject.properties(trigger.resource)
        window = _number(mapping.get("MaximumBatchingWindowInSeconds"), 0)
        size = _number(mapping.get("BatchSize"), 10)
        path = ("Resources", trigger.resource, "Properties")
        if truthy(properties.get("FifoQueue")):
            if window:
                yield Hit(f"{trigger.resource} waits for batches; {queue} is FIFO, which takes no window.", path)
            if size is not None and size > 10:
                yield Hit(f"{trigger.resource} takes {size} messages at once; {queue} is FIFO and gives 10.", path)
        elif size is not None and size > 10 and window == 0:
            message = f"{trigger.resource} takes {size} messages at once: more than 10 need a batching window."
            yield Hit(message, path)


def _fifo(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type(QUEUE, "AWS::SNS::Topic"):
        kind = "QueueName" if subject.type_of(owner) == QUEUE else "TopicName"
        fifo = truthy(properties.get("FifoQueue", properties.get("FifoTopic")))
        path = ("Resources", owner, "Properties", kind)
        for name in alternatives(properties[kind]) if kind in properties else ():
            if not name.endswith("}") and name.endswith(".fifo") != fifo:
                ends = "must end in .fifo" if fifo else "may not end in .fifo, which it is not"
                yield Hit(f"The name of {owner}, {name}, {ends}.", path)
    for owner, properties in subject.of_type(QUEUE):
        dead = subject.arns.owner(value_at(properties, ("RedrivePolicy", "deadLetterTargetArn")))
        if dead is not None and subject.type_of(dead) == QUEUE:
            other = subject.properties(dead)
            if truthy(other.get("FifoQueue")) != truthy(properties.get("FifoQueue")):
                path = ("Resources", owner, "Properties", "RedrivePolicy")
                yield Hit(f"Of {owner} and its dead letters' queue {dead} one is FIFO and the other is not.", path)
            if dead == owner:
                yield Hit(f"{owner} is its own queue for dead letters.", ("Resources", owner, "Properties"))


def _dead_letters(subject: Subject) -> Iterator[Hit]:
    for queue, properties, trigger in _polled(subject):
        if "RedrivePolicy" not in properties:
            message = f"{trigger.function} is started by {queue}, which has no queue for dead letters."
            yield Hit(message, ("Resources", queue, "Properties"))


def _loops(subject: Subject) -> Iterator[Hit]:
    """What fails comes back to where it failed."""
    dead = {
        owner: subject.arns.owner(value_at(properties, ("RedrivePolicy", "deadLetterTargetArn")))
        for owner, properties in subject.of_type(QUEUE)
    }
    for owner, following in dead.items():
        if following != owner and following is not None and dead.get(following) == owner:
            path = ("Resources", owner, "Properties", "RedrivePolicy")
            yield Hit(f"{owner} and {following} are each other's queue for dead letters.", path)
    yield from _records(subject)
    for trigger in subject.triggers:
        where = (trigger.function, trigger.resource)
        for name, steps in (("DeadLetterConfig", ("TargetArn",)), ("DestinationConfig", ("OnFailure", "Destination"))):
            for owner in where:
                target = subject.arns.owner(value_at(subject.properties(owner), (name, *steps)))
                if target is not None and target == trigger.source:
                    path = ("Resources", owner, "Properties", name)
                    yield Hit(f"What {trigger.function} fails on goes to {target}, which starts it again.", path)


def _records(subject: Subject) -> Iterator[Hit]:
    """Records of asynchronous invocations that start the function asynchronously again, without end."""
    starts = {(trigger.source, trigger.function) for trigger in subject.triggers if trigger.principal}
    for owner, properties in subject.of_type("AWS::Lambda::EventInvokeConfig"):
        function = subject.arns.owner(properties.get("FunctionName"))
        for key, what in (("OnSuccess", "succeeds with"), ("OnFailure", "fails on")):
            target = subject.arns.owner(value_at(properties, ("DestinationConfig", key, "Destination")))
            if function and target is not None and (target == function or (target, function) in starts):
                path = ("Resources", owner, "Properties", "DestinationConfig", key)
                yield Hit(f"What {function} {what} goes to {target}, which starts it again.", path)


_QUEUES: Final = 'Lambda developer guide, "Using Lambda with Amazon SQS"'

TRIGGER_RULES = (
    Rule(
        "trigger-permission",
        "error",
        "What starts a function may not call it",
        "Without an AWS::Lambda::Permission for that service the event source is refused, or its events are lost.",
        "Add an AWS::Lambda::Permission with that principal, and the source's ARN as SourceArn.",
        'Lambda developer guide, "Granting Lambda function access to AWS services"',
        _may_call,
        lacks=unseen.PERMISSION,
    ),
    Rule(
        "queue-visibility",
        "error",
        "A queue hides messages for less time than its function may run",
        "Lambda refuses the event source: a message would be handled twice.",
        "Set VisibilityTimeout to six times the function's timeout.",
        f"{_QUEUES}: queue visibility timeout",
        _visibility,
    ),
    Rule(
        "queue-batches",
        "error",
        "An event source asks for batches that its queue does not give",
        "Lambda refuses the event source.",
        "Set MaximumBatchingWindowInSeconds for more than 10 messages at once; leave both out for a FIFO queue.",
        "Lambda API reference, CreateEventSourceMapping",
        _windows,
    ),
    Rule(
        "fifo-form",
        "error",
        "A FIFO queue or topic is not named or paired like one",
        "SQS or SNS refuses it.",
        "End its name in .fifo, and give it dead letters of its kind.",
        "SQS API reference, CreateQueue; SNS API reference, CreateTopic",
        _fifo,
    ),
    Rule(
        "dead-letter-circle",
        "warning",
        "What fails comes back to where it failed",
        "It is tried again for ever, and nobody sees that it fails.",
        "Send what fails to a queue that starts nothing.",
        'SQS developer guide, "Using dead-letter queues in Amazon SQS"',
        _loops,
    ),
    Rule(
        "queue-dead-letters",
        "warning",
        "A queue that starts a function has no queue for dead letters",
        "A message that the function cannot handle comes back until it expires, and is gone then.",
        "Give the queue a RedrivePolicy.",
        'SQS developer guide, "Using dead-letter queues in Amazon SQS"',
        _dead_letters,
    ),
)
