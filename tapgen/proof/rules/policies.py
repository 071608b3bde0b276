"""Rules about what is written in policies: roles', resources' and endpoints'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.proof import unseen
from tapgen.proof.needs import actions
from tapgen.proof.needs.configuration import NETWORK_INTERFACE_ACTIONS, NETWORK_INTERFACES_BY_GUIDE, in_vpc
from tapgen.proof.needs.documented import documented
from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.verdicts.arn_forms import form_matches
from tapgen.proof.verdicts.grants import denied, policies_of, reaches, resources
from tapgen.template.alternatives import listed
from tapgen.template.arns import fields
from tapgen.template.patterns import action_matches
from tapgen.template.policies import Statement
from tapgen.template.tables import mentions
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.policies import Held

# Two pages of the reference have one prefix; of an action on both, our table has the resource types of one.
SEVERAL_PAGES = ("elasticloadbalancing:", "ses:")
_ON_ANYTHING = frozenset(
    {one.lower() for one in NETWORK_INTERFACE_ACTIONS}  # by AWSLambdaVPCAccessExecutionRole: they do not exist yet
    | {f"cloudwatch:{name}" for name in ("getmetricdata", "listmetrics", "putmetricdata")}
    | {f"polly:{name}" for name in ("startspeechsynthesisstream", "startspeechsynthesistask", "synthesizespeech")}
    | {f"translate:{name}" for name in ("starttexttranslationjob", "translatedocument", "translatetext")}
    | {"comprehend:detectentities", "rekognition:detectmoderationlabels", "rekognition:startmediaanalysisjob"}
)
"""Actions that are asked on `*` where a request names none of their resources, all of which are optional: a data set, a
lexicon, a terminology, a model of one's own (service authorization reference, resource types without an asterisk)."""
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
    if resource == "*" and name.lower() in _ON_ANYTHING:
        return False
    return any(action.resource_types for action in actions.matching(name)) or name == "*"


def _for_others(subject: Subject) -> Iterator[Statement]:
    """The statements of policies for identities that the template does not hold, such as those of permission sets."""
    for held in subject.resource_policies:
        kind = row(subject.type_of(held.holder))
        if kind.for_identities and not kind.limits:
            yield from held.statements


def _administrators(subject: Subject) -> Iterator[Hit]:
    boundaries = _boundaries(subject)
    given = (one for held in subject.identity_policies if held.holder not in boundaries for one in held.statements)
    for statement in (*given, *_for_others(subject)):
        everything = {"*", "*:*"} & set(statement.actions) and "*" in statement.resources
        if statement.effect == "Allow" and everything and not statement.conditions:
            yield Hit("The statement allows every action on every resource.", statement.path)


def _boundaries(subject: Subject) -> frozenset[str]:
    """The policies that say at most what somebody may do, and allow nothing."""
    found = (
        subject.arns.owner(one)
        for resource in subject.resources.values()
        for one in listed(resource.properties.get("PermissionsBoundary"))
    )
    return frozenset(filter(None, found))


_WRITING = ("logs:CreateLogStream", "logs:PutLogEvents")


def _log_group_arns(subject: Subject) -> Iterator[Hit]:
    for held in subject.identity_policies:
        for statement in held.statements:
            actions_ = [name for name in _WRITING if statement.names(name)] if statement.effect == "Allow" else []
            for resource in resources(statement, subject) if actions_ else ():
                if _is_group(resource) and not _streams_allowed(held, f"{resource}:log-stream:x", actions_, subject):
                    yield Hit(f"{resource} names the group; its streams are `{resource}:*`.", statement.path)


def _is_group(resource: str) -> bool:
    parts = fields(resource)
    group = len(parts) == 6 and parts[2] == "logs" and parts[5].startswith("log-group:")
    return group and "*" not in parts[5] and ":log-stream:" not in parts[5]


def _streams_allowed(held: Held, stream: str, names: list[str], subject: Subject) -> bool:
    """Whether another resource, statement or policy of those who have this one lets them write, or may do so."""
    found = [policies_of(owner, subject) for owner in held.owners if subject.type_of(owner) == "AWS::IAM::Role"]
    if any(one.unknown for one in found):
        return True
    statements = [*held.statements, *(statement for one in found for statement in one.statements)]
    allowing = [one for one in statements if one.effect == "Allow"]
    return all(any(one.names(name) and reaches(one, stream, subject) != "no" for one in allowing) for name in names)


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


def _interfaces_by_guide(subject: Subject) -> Iterator[Hit]:
    for function, properties in subject.of_type("AWS::Lambda::Function"):
        role = subject.arns.owner(properties.get("Role"))
        if role is None or subject.type_of(role) != "AWS::IAM::Role" or not in_vpc(properties):
            continue
        lacking = policies_of(role, subject).lacking(NETWORK_INTERFACES_BY_GUIDE)
        if lacking:
            path = ("Resources", function, "Properties", "VpcConfig")
            yield Hit(
                f"{role} does not allow {', '.join(lacking)}, which Lambda's guide asks for {function} in a VPC.", path
            )


_ALL = 'Allow the action on "*".'
_LEAST = 'IAM user guide, "Security best practices in IAM": apply least-privilege permissions'
_SAR = "Service Authorization Reference"

POLICY_RULES = (
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
        "network-interface-code",
        "warning",
        "The function's own code may manage network interfaces",
        "Lambda needs these permissions to place the function into the VPC; the code never does.",
        "Deny the six actions and DetachNetworkInterface where `lambda:SourceFunctionArn` is the function.",
        'Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"',
        _own_interfaces,
    ),
    Rule(
        "network-interface-role",
        "warning",
        "A role lacks some of what Lambda's guide asks for functions in a VPC",
        "Lambda makes, describes and deletes network interfaces by it; the other actions came later into the guide, "
        "and functions have run without them.",
        "Attach AWSLambdaVPCAccessExecutionRole, or allow its actions.",
        'Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"',
        _interfaces_by_guide,
        lacks=unseen.POLICIES,
    ),
)
