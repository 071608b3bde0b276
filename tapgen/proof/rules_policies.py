"""Rules about what is written in policies: roles', resources' and endpoints'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tapgen.proof import actions
from tapgen.proof.arns import arns, fields, logical_id
from tapgen.proof.configuration import NETWORK_INTERFACE_ACTIONS
from tapgen.proof.grants import Statement, action_matches, denied, policies_of, statements
from tapgen.proof.resolve import texts
from tapgen.proof.resource_policies import policies as resource_policies
from tapgen.proof.resource_policies import principals
from tapgen.proof.rule import Hit, Rule
from tapgen.proof.subject import items, mapping

if TYPE_CHECKING:
    from tapgen.document import DocumentPath
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
    }
)
_BARE = re.compile(r"^(?:[a-zA-Z-]+[:/])?\*+$")


def documents(subject: Subject) -> Iterator[tuple[str, DocumentPath, Any]]:
    """(logical id, path, document) of the identity policies that the template defines."""
    for owner, properties in subject.of_type("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"):
        for index, policy in enumerate(items(properties.get("Policies"))):
            path: DocumentPath = ("Resources", owner, "Properties", "Policies", index, "PolicyDocument")
            yield owner, path, mapping(policy).get("PolicyDocument")
    for owner, properties in subject.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
        yield owner, ("Resources", owner, "Properties", "PolicyDocument"), properties.get("PolicyDocument")


def identity_statements(subject: Subject) -> Iterator[Statement]:
    """Every statement of the identity policies that the template defines."""
    for _, path, document in documents(subject):
        yield from statements(document, path, subject)


def every_statement(subject: Subject) -> Iterator[Statement]:
    """Those, and the statements of resource and endpoint policies."""
    yield from identity_statements(subject)
    for _, path, document in resource_policies(subject):
        yield from statements(document, path, subject)


def _unknown_actions(subject: Subject) -> Iterator[Hit]:
    for statement in every_statement(subject):
        for pattern in (*statement.actions, *statement.not_actions):
            if "${" not in pattern and pattern != "*" and not actions.matching(pattern):
                yield Hit(f"{pattern} is no action that IAM knows.", statement.path, _closest(pattern))


def _closest(pattern: str) -> str:
    prefix, _, name = pattern.partition(":")
    known = actions.actions_of(prefix)
    if known is None:
        return f'IAM knows no service prefix "{prefix}".'
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), known, n=1)
    return f"Did you mean {known[close[0]].name}?" if close else ""


@lru_cache(maxsize=1024)
def _form(form: str) -> re.Pattern[str]:
    """The last field of the catalogue's ARN format: each `${Name}` can be anything, even nothing."""
    last = fields(form.replace("${Partition}", "aws"))[-1]
    return re.compile("".join(".*" if part.startswith("${") else re.escape(part) for part in re.split(r"(\$\{[^}]*\})", last)))


def form_matches(form: str, parts: list[str]) -> bool:
    """Whether a resource pattern, split into its fields, can name what a catalogue's ARN format describes."""
    service = fields(form.replace("${Partition}", "aws"))[2]
    if not action_matches(parts[2], service):
        return False
    if _form(form).fullmatch(parts[5]):
        return True
    stem, star, _ = parts[5].partition("*")  # `table/*`, `*`: the part before the star must begin the format's
    last = fields(form.replace("${Partition}", "aws"))[-1].partition("${")[0]
    return bool(star) and (last.startswith(stem) or stem.startswith(last))


def _wrong_resources(subject: Subject) -> Iterator[Hit]:
    for statement in identity_statements(subject):
        if statement.effect != "Allow" or not statement.resources or "*" in statement.resources:
            continue
        written = [fields(resource) for resource in statement.resources]
        if any(len(parts) < 6 for parts in written):  # noqa: PLR2004 - a parameter, or a type that is not in the table
            continue
        for name in statement.actions:
            known = actions.action(name)
            if known is None:
                continue
            if not known.resource_types:
                yield Hit(f'{name} can only be allowed on "*": it knows no resource types.', statement.path)
                continue
            forms = [form for type_ in known.resource_types for form in type_.arns]
            if not any(form_matches(form, parts) for form in forms for parts in written):
                types = ", ".join(type_.name for type_ in known.resource_types)
                yield Hit(f"{name} does not act on {statement.resources[0]}; it acts on: {types}.", statement.path)


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
        wide = [resource for resource in statement.resources if _is_wide(resource)]
        narrow = [name for name in statement.actions if _could_be_narrower(name, wide[0])] if wide else []
        if narrow:
            yield Hit(f"{', '.join(narrow)} can be allowed on single resources; here on {wide[0]}.", statement.path)


def _is_wide(resource: str) -> bool:
    return resource == "*" or (len(fields(resource)) == 6 and bool(_BARE.match(fields(resource)[5])))  # noqa: PLR2004 - ARN


def _could_be_narrower(name: str, resource: str) -> bool:
    if resource == "*" and any(name.lower() == one.lower() for one in NETWORK_INTERFACE_ACTIONS):
        return False  # as AWSLambdaVPCAccessExecutionRole has them: the interfaces do not exist yet
    return any(action.resource_types for action in actions.matching(name)) or name == "*"


def _administrators(subject: Subject) -> Iterator[Hit]:
    for statement in identity_statements(subject):
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
        for resource in statement.resources:
            parts = fields(resource)
            if len(parts) == 6 and parts[2] == "logs" and parts[5].startswith("log-group:") and "*" not in parts[5]:  # noqa: PLR2004 - ARN
                if ":log-stream:" not in parts[5]:
                    yield Hit(f"{resource} names the group; its streams are `{resource}:*`.", statement.path)


def _condition_keys(subject: Subject) -> Iterator[Hit]:
    for statement in every_statement(subject):
        for _, key, _ in statement.conditions:
            if "${" in key or key.lower() in WORKLOAD_KEYS or actions.global_condition_key(key):
                continue
            known = [one for pattern in statement.actions for one in actions.matching(pattern)]
            if known and not any(_knows(one, key) for one in known):
                yield Hit(f"No action of the statement knows the condition key {key}.", statement.path)


def _knows(action: actions.Action, key: str) -> bool:
    stem = key.lower().partition("/")[0]
    return any(stem == one.lower().partition("/")[0] for one in action.condition_keys)


def _own_interfaces(subject: Subject) -> Iterator[Hit]:
    for function, properties in subject.of_type("AWS::Lambda::Function"):
        role = logical_id(properties.get("Role"), subject)
        if role is None or subject.type_of(role) != "AWS::IAM::Role":
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


def _trust(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::IAM::Role"):
        path: DocumentPath = ("Resources", owner, "Properties", "AssumeRolePolicyDocument")
        for raw in items(mapping(properties.get("AssumeRolePolicyDocument")).get("Statement")):
            if mapping(raw).get("Effect") == "Allow" and not mapping(raw).get("Condition"):
                if any(text == "*" for value in principals(raw) for text in texts(value)):
                    yield Hit(f"Anyone may assume {owner}.", path)


def _function_trust(subject: Subject) -> Iterator[Hit]:
    used = {logical_id(properties.get("Role"), subject) for _, properties in subject.of_type("AWS::Lambda::Function")}
    for owner, properties in subject.of_type("AWS::IAM::Role"):
        if owner not in used:
            continue
        path: DocumentPath = ("Resources", owner, "Properties", "AssumeRolePolicyDocument")
        raws = items(mapping(properties.get("AssumeRolePolicyDocument")).get("Statement"))
        others = sorted(
            {text for raw in raws for value in principals(raw) for text in texts(value)} - {"lambda.amazonaws.com", "*"}
        )
        if others:
            yield Hit(f"{owner} is a function's role and trusts {', '.join(others)} too.", path)


def _public_policies(subject: Subject) -> Iterator[Hit]:
    for owner, path, document in resource_policies(subject):
        if subject.type_of(owner) in ("AWS::EC2::VPCEndpoint", "AWS::ApiGateway::RestApi"):
            continue
        for index, raw in enumerate(items(document.get("Statement"))):
            if mapping(raw).get("Effect") == "Allow" and not mapping(raw).get("Condition"):
                if any(text == "*" for value in principals(raw) for text in texts(value)):
                    yield Hit(f"{owner} allows anyone in the world.", (*path, "Statement", index))


def _open_endpoints(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::EC2::VPCEndpoint"):
        path: DocumentPath = ("Resources", owner, "Properties", "PolicyDocument")
        found = statements(properties.get("PolicyDocument"), path, subject)
        if properties.get("PolicyDocument") is None:
            yield Hit(f"{owner} has no policy: everything may go through it.", path)
        elif any(
            one.effect == "Allow" and not one.conditions and "*" in one.resources and {"*", "*:*"} & set(one.actions)
            for one in found
        ):
            yield Hit(f"{owner} lets every action on every resource through.", path)


def _shared_roles(subject: Subject) -> Iterator[Hit]:
    users: dict[str, list[str]] = {}
    for function, properties in subject.of_type("AWS::Lambda::Function"):
        role = logical_id(properties.get("Role"), subject)
        if role is not None:
            users.setdefault(role, []).append(function)
    for role, functions in users.items():
        if len(functions) > 1:
            yield Hit(f"{', '.join(functions)} share {role}: each may do what any of them needs.", ("Resources", role))


def _invoke_permissions(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::Lambda::Permission"):
        path: DocumentPath = ("Resources", owner, "Properties")
        for principal in texts(properties.get("Principal")):
            if principal == "*" and not (properties.get("FunctionUrlAuthType") or properties.get("PrincipalOrgID")):
                yield Hit(f"{owner} lets anyone in the world call the function.", path)
            elif principal.endswith(".amazonaws.com") and not (
                properties.get("SourceArn") or properties.get("SourceAccount")
            ):
                yield Hit(f"{owner} lets {principal} call the function for any account.", path)


def _invoke_sources(subject: Subject) -> Iterator[Hit]:
    for owner, properties in subject.of_type("AWS::Lambda::Permission"):
        for arn in arns(properties.get("SourceArn"), subject) if properties.get("SourceArn") is not None else ():
            parts = fields(arn)
            if len(parts) == 6 and parts[2] == "execute-api":  # noqa: PLR2004 - the six fields of an ARN
                stage, method, route = [*parts[5].split("/", 3)[1:], None, None, None][:3]
                if stage in (None, "*") or method is None or (method == "*" and route in (None, "*")):
                    path: DocumentPath = ("Resources", owner, "Properties", "SourceArn")
                    yield Hit(f"{owner} lets every stage or route of the API call the function.", path)


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
        "Whoever takes over the function owns the account.",
        "Name the actions and the resources.",
        _LEAST,
        _administrators,
    ),
    Rule(
        "log-group-arn",
        "error",
        "The ARN of a log group lacks `:*`",
        "Log streams are resources below the group; without `:*` the statement covers none of them and no log is written.",
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
    Rule(
        "trust-public",
        "error",
        "Anyone may assume a role",
        "The principal `*` without a condition is every account in the world.",
        "Name the service or the account that assumes the role.",
        'IAM user guide, "AWS JSON policy elements: Principal"',
        _trust,
    ),
    Rule(
        "trust-others",
        "warning",
        "A function's role is trusted to others than Lambda",
        "Another principal can act as the function.",
        "Trust lambda.amazonaws.com alone.",
        'Lambda developer guide, "Defining Lambda function permissions with an execution role"',
        _function_trust,
    ),
    Rule(
        "role-shared",
        "warning",
        "Several functions share one role",
        "Each may do what any of them needs.",
        "Give each function a role of its own.",
        _LEAST,
        _shared_roles,
    ),
    Rule(
        "policy-public",
        "error",
        "A resource's policy allows anyone",
        "The principal `*` without a condition is every account in the world.",
        "Name the principal, or add a condition such as aws:SourceArn.",
        'IAM user guide, "AWS JSON policy elements: Principal"',
        _public_policies,
    ),
    Rule(
        "endpoint-open",
        "warning",
        "A VPC endpoint lets everything through",
        "Data can leave to any resource of any account that the service holds.",
        "Give the endpoint a policy with the actions and resources that the functions use.",
        'AWS PrivateLink guide, "Control access to VPC endpoints using endpoint policies"',
        _open_endpoints,
    ),
    Rule(
        "invoke-public",
        "error",
        "Others than the application may call a function",
        "Without SourceArn or SourceAccount a service may call it on behalf of any account (confused deputy).",
        "Give the permission a SourceArn.",
        'Lambda developer guide, "Granting Lambda function access to AWS services"',
        _invoke_permissions,
    ),
    Rule(
        "invoke-wide",
        "warning",
        "A permission lets more of an API call a function than its route",
        "A route that is added later, or a test stage, calls the function without anyone having allowed it.",
        "End the SourceArn in /STAGE/METHOD/PATH.",
        'API Gateway developer guide, "Control access to a REST API": ARN of execute-api',
        _invoke_sources,
    ),
)
