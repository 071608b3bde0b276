"""Rules about what is written in policies: roles', resources' and endpoints'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.proof.needs import actions
from tapgen.proof.needs.configuration import NETWORK_INTERFACE_ACTIONS, in_vpc
from tapgen.proof.needs.documented import documented
from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.verdicts.arn_forms import form_matches
from tapgen.proof.verdicts.grants import denied, policies_of, resources
from tapgen.template.arns import fields
from tapgen.template.catalogue import any_fits
from tapgen.template.patterns import action_matches
from tapgen.template.policies import Statement
from tapgen.template.tables import mentions
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

# Keys that are in the context of requests to every service: IAM user guide, "AWS global condition context keys", and
# the guides of the services whose workloads make the requests.
WORKLOAD_KEYS = frozenset(
    {
        "lambda:sourcefunctionarn",
        "ec2:sourceinstancearn",
        "ec2:roledelivery",
        "ssm:sourceinstancearn",
        "glue:roleassumedby",
        "glue:credentialissuingservice",
        "aws:sourceowner",  # SNS developer guide, "Using identity-based policies": the default policy of a topic has it
    }
)
# SNS developer guide, "Example cases for Amazon SNS access control": a topic's default policy; Kinesis Data Analytics
# developer guide, "Permissions policy for reading from a streaming source".
UNLISTED = frozenset({"sns:receive", "firehose:get*"})
# Two pages of the reference have one prefix; of an action on both, our table has the resource types of one.
SEVERAL_PAGES = ("elasticloadbalancing:", "ses:")
_BARE = re.compile(r"^(?:[a-zA-Z-]+[:/])?\*+$")


def identity_statements(subject: Subject) -> Iterator[Statement]:
    """Every statement of the identity policies that the template defines."""
    for held in subject.identity_policies:
        yield from held.statements


def every_statement(subject: Subject) -> Iterator[Statement]:
    """Those, and the statements of resource and endpoint policies."""
    yield from identity_statements(subject)
    for held in subject.resource_policies:
        yield from held.statements


def _unknown_actions(subject: Subject) -> Iterator[Hit]:
    for statement in every_statement(subject):
        for pattern in (*statement.actions, *statement.not_actions):
            if "${" not in pattern and pattern != "*" and not _known(pattern):
                yield Hit(f"{pattern} is no action that IAM knows.", statement.path, _closest(pattern))


def _known(pattern: str) -> bool:
    """An action of the reference, or one that AWS uses itself although the reference has dropped or left it out."""
    return bool(actions.matching(pattern)) or pattern.lower() in UNLISTED or mentions("managed_policies", pattern)


def _closest(pattern: str) -> str:
    prefix, _, name = pattern.partition(":")
    known = actions.actions_of(prefix)
    if known is None:
        return f'IAM knows no service prefix "{prefix}".'
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), known, n=1)
    return f"Did you mean {known[close[0]].name}?" if close else ""


def _on_arns(subject: Subject) -> Iterator[tuple[Statement, tuple[str, ...], actions.Action]]:
    """Each action that a statement allows on ARNs alone, none of which AWS documents for it outside the reference."""
    buckets = (one for one in subject.resource_policies if subject.type_of(one.holder) == "AWS::S3::BucketPolicy")
    of_buckets = (statement for held in buckets for statement in held.statements)
    for statement in (*identity_statements(subject), *_for_others(subject), *of_buckets):
        named = resources(statement, subject)
        if statement.effect != "Allow" or not named or any(len(fields(resource)) < 6 for resource in named):
            continue
        for name in statement.actions:
            known = actions.action(name)
            if known and not any(documented(name, resource) for resource in named):
                yield statement, named, known


def _wrong_resources(subject: Subject) -> Iterator[Hit]:
    for statement, named, action in _on_arns(subject):
        own = any(_of_its_service(action, resource) for resource in named)
        if own and (not action.resource_types or action.name.startswith(SEVERAL_PAGES)):
            continue
        written = [fields(resource) for resource in named]
        forms = [form for type_ in action.resource_types for form in type_.arns]
        if any(form_matches(form, parts, subject) for form in forms for parts in written) or _of_aws(named):
            continue
        types = ", ".join(type_.name for type_ in action.resource_types)
        acts = f"{action.name} does not act on {named[0]}"
        yield Hit(f"{acts}; it acts on: {types}." if types else f"{acts}.", statement.path, "" if types else _ALL)


def _unlisted_resources(subject: Subject) -> Iterator[Hit]:
    for statement, named, action in _on_arns(subject):
        own = any(_of_its_service(action, resource) for resource in named)
        if own and not action.resource_types and not _of_aws(named):
            yield Hit(f"The reference knows no resource types of {action.name}; here on {named[0]}.", statement.path)


def _of_aws(named: tuple[str, ...]) -> bool:
    """Whether AWS names a resource so in its own policies, as Glue's logs: `arn:aws:logs:*:*:/aws-glue/*`."""
    return any("*" in resource and mentions("managed_policies", resource) for resource in named)


def _of_its_service(action: actions.Action, resource: str) -> bool:
    return action_matches(fields(resource)[2], action.name.partition(":")[0])


def _wildcard_actions(subject: Subject) -> Iterator[Hit]:
    for statement in identity_statements(subject):
        if statement.effect != "Allow":
            continue
        wide = [pattern for pattern in statement.actions if "*" in pattern or "?" in pattern]
        if wide:
            yield Hit(f"The statement allows {', '.join(wide)}.", statement.path)
        if statement.not_actions:
            yield Hit(f"The statement allows everything but {', '.join(statement.not_actions)}.", statement.path)


def _wildcard_resources(subject: Subject) -> Iterator[Hit]:
    for statement in identity_statements(subject):
        if statement.effect != "Allow":
            continue
        if statement.not_resources:
            yield Hit("The statement allows its actions on all but the named resources.", statement.path)
        wide = [resource for resource in resources(statement, subject) if _is_wide(resource)]
        narrow = [name for name in statement.actions if _could_be_narrower(name, wide[0])] if wide else []
        if narrow:
            yield Hit(f"{', '.join(narrow)} can be allowed on single resources; here on {wide[0]}.", statement.path)


def _is_wide(resource: str) -> bool:
    parts = fields(resource)
    if len(parts) < 6:
        return resource == "*"
    return parts[5] in ("*", "*/*") if parts[2] == "s3" else bool(_BARE.match(parts[5]))


def _could_be_narrower(name: str, resource: str) -> bool:
    if resource == "*" and any(name.lower() == one.lower() for one in NETWORK_INTERFACE_ACTIONS):
        return False  # as AWSLambdaVPCAccessExecutionRole has them: the interfaces do not exist yet
    return any(action.resource_types for action in actions.matching(name)) or name == "*"


def _for_others(subject: Subject) -> Iterator[Statement]:
    """The statements of policies for identities that the template does not hold, such as those of permission sets."""
    for held in subject.resource_policies:
        kind = row(subject.type_of(held.holder))
        if kind.for_identities and not kind.limits:
            yield from held.statements


def _administrators(subject: Subject) -> Iterator[Hit]:
    for statement in (*identity_statements(subject), *_for_others(subject)):
        if statement.effect == "Allow" and {"*", "*:*"} & set(statement.actions) and "*" in statement.resources:
            yield Hit("The statement allows every action on every resource.", statement.path)


def _log_group_arns(subject: Subject) -> Iterator[Hit]:
    for statement in identity_statements(subject):
        if statement.effect != "Allow" or not any(
            action_matches(pattern, name)
            for pattern in statement.actions
            for name in ("logs:CreateLogStream", "logs:PutLogEvents")
        ):
            continue
        for resource in resources(statement, subject):
            parts = fields(resource)
            group = len(parts) == 6 and parts[2] == "logs" and parts[5].startswith("log-group:")
            if group and "*" not in parts[5] and ":log-stream:" not in parts[5]:
                yield Hit(f"{resource} names the group; its streams are `{resource}:*`.", statement.path)


def _condition_keys(subject: Subject) -> Iterator[Hit]:
    for statement in every_statement(subject):
        for _, key, _ in statement.conditions:
            if "${" in key or _of_others(key) or actions.global_condition_key(key):
                continue
            acted = [one for pattern in statement.actions for one in actions.matching(pattern)]
            known = {one for action in acted for one in action.condition_keys}
            if acted and not any_fits(known, key) and _stem(key) not in map(_stem, known):
                yield Hit(f"No action of the statement knows the condition key {key}.", statement.path)


def _stem(key: str) -> str:
    return key.lower().partition("/")[0]


def _of_others(key: str) -> bool:
    """A key of the provider that vouched for the caller (`cognito-identity.amazonaws.com:sub`), or of the workload."""
    prefix = key.lower().partition(":")[0]
    return "." in prefix or prefix in ("saml", "sts") or key.lower() in WORKLOAD_KEYS


def _own_interfaces(subject: Subject) -> Iterator[Hit]:
    for function, properties in subject.of_type("AWS::Lambda::Function"):
        role = subject.arns.owner(properties.get("Role"))
        if role is None or subject.type_of(role) != "AWS::IAM::Role" or not in_vpc(properties):
            continue
        found = policies_of(role, subject).statements
        for action in NETWORK_INTERFACE_ACTIONS:
            allowing = [one for one in found if one.effect == "Allow" and one.names(action)]
            denying = any(
                one.effect == "Deny" and one.names(action) and denied(one, function, "code", subject) for one in found
            )
            if allowing and not denying:
                yield Hit(f"{function}'s own code may call {action}, which Lambda alone needs.", allowing[0].path)
                break


_ALL = 'Allow the action on "*".'
_LEAST = 'IAM user guide, "Security best practices in IAM": apply least-privilege permissions'
_SAR = "Service Authorization Reference"

POLICY_RULES = (
    Rule(
        "action-unknown",
        "error",
        "A policy names an action that does not exist",
        "IAM accepts it silently, and it allows or denies nothing.",
        "Correct the action's name.",
        _SAR,
        _unknown_actions,
    ),
    Rule(
        "action-resource",
        "error",
        "An action does not act on the resources of its statement",
        "IAM accepts the statement silently, and it allows nothing.",
        "Name a resource of a type that the action acts on.",
        f"{_SAR}, resource types of each action",
        _wrong_resources,
    ),
    Rule(
        "action-resource-unlisted",
        "warning",
        "An action for which AWS lists no resource types is allowed on an ARN",
        'As a rule such an action is allowed on "*" alone, and the statement does not allow it.',
        'Allow it on "*", unless its guide names that ARN.',
        f"{_SAR}, resource types of each action: without one, all resources are to be named",
        _unlisted_resources,
    ),
    Rule(
        "action-wildcard",
        "warning",
        "A statement allows actions by a wildcard",
        "It grows with every action that AWS adds, and hides what is used.",
        "Name the actions.",
        _LEAST,
        _wildcard_actions,
    ),
    Rule(
        "resource-wildcard",
        "warning",
        "A statement allows actions on all resources that could be allowed on one",
        "The function can act on every other application's resources in the account.",
        "Name the resource; only actions without resource types need `*`.",
        _LEAST,
        _wildcard_resources,
    ),
    Rule(
        "policy-administrator",
        "error",
        "A policy allows everything",
        "Whoever takes over the function, or whom it is given to, owns the account.",
        "Name the actions and the resources.",
        _LEAST,
        _administrators,
    ),
    Rule(
        "log-group-arn",
        "error",
        "The ARN of a log group lacks `:*`",
        "Log streams are resources below the group; without `:*` the statement covers none of them: no log is written.",
        "Use `GetAtt GROUP.Arn`, which ends in `:*`, or add it.",
        f"{_SAR}, Amazon CloudWatch Logs, resource type log-stream",
        _log_group_arns,
    ),
    Rule(
        "condition-key",
        "error",
        "A condition uses a key that none of the statement's actions knows",
        "The key is absent from the request, so the condition is never true (or, negated, always).",
        "Use a key that the action lists, or a global one.",
        f"{_SAR}, condition keys of each action",
        _condition_keys,
    ),
    Rule(
        "network-interface-code",
        "warning",
        "The function's own code may manage network interfaces",
        "Lambda needs these permissions to place the function into the VPC; the code never does.",
        "Deny the six actions and DetachNetworkInterface where `lambda:SourceFunctionArn` is the function.",
        'Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"',
        _own_interfaces,
    ),
)
