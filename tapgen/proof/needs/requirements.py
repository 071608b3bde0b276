"""What a function's code must be allowed: each AWS call as (action, ARN), the ARN read through the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tapgen.proof import calls
from tapgen.proof.needs import actions, connections, implied, request_members
from tapgen.proof.subject import mapping
from tapgen.template.alternatives import REFERENCE, UNKNOWN, alternatives
from tapgen.template.arns import fields

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.proof.verdicts.grants import Caller
    from tapgen.template.document import DocumentPath

ANYTHING = "*"


class Requirement(Struct, frozen=True):
    """One action that a function needs on one resource.

    `arn` is as `arns` writes it; `*` where the action takes no narrower resource; None where the resource is not
    known. `because` completes "… needs X on Y: …". `optional`: its absence is no fault, its presence no surplus.
    """

    function: str
    action: str
    arn: str | None
    because: str
    caller: Caller = "code"
    path: DocumentPath = ()
    file: str | None = None
    line: int | None = None
    optional: bool = False
    service: str = ""
    """botocore's name of the service that the code calls; empty for what the configuration needs."""


def of_call(call: calls.Call, function: str, file: str, subject: Subject) -> tuple[Requirement, ...] | actions.Unmapped:
    """What one AWS call of a function's code needs."""
    needs = actions.needed(call)
    if isinstance(needs, actions.Unmapped):
        return needs
    because = f"the code calls {call.service} {call.operation}"
    base = Requirement(function, "", None, because, file=file, line=call.line, service=call.service)
    found = [
        replace(base, action=need.action, arn=arn, optional=optional or _nameless(need, function, subject))
        for need in (*needs, *implied.needs_of(call))
        for optional in [need.optional or request_members.replaced(call, need.action)]
        for arn in _elsewhere(call, function, subject) or _qualified(call, _arns(need, function, subject))
    ]
    found += [
        replace(base, action=need.action, arn=arn, service="")
        for need in actions.read_for_the_caller(call)
        for arn in _arns(need, function, subject)
    ]
    roles: dict[str, tuple[str, ...]] = {}
    for role in call.roles:
        roles[role.name] = (*roles.get(role.name, ()), *values(role.value, function, subject))
    found += implied.roles_of(call, base, roles, subject)
    return (*found, *implied.forwarded_by(call, found or [base], subject))


def _elsewhere(call: calls.Call, function: str, subject: Subject) -> tuple[str, ...]:
    """The ARNs of a request that its members do not name; () for one that they do."""
    if request_members.names_no_resource(call):
        return (ANYTHING,)
    if request_members.on_default_bus(call):
        return ("arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default",)
    if call.service != connections.SERVICE:
        return ()
    return connections.arns(function, call.operation, variables_of(function, subject), subject)


def _qualified(call: calls.Call, arns: Iterator[str | None]) -> Iterator[str | None]:
    """The ARNs, of an invocation of a version or an alias with a qualifier at the end.

    Source: Lambda developer guide, "Using Lambda aliases in event sources and permissions policies".
    """
    asks = (call.service, call.operation) == ("lambda", "Invoke") and "Qualifier" in call.certain
    for arn in arns:
        whole = arn is not None and fields(arn)[-1].count(":") == 1
        yield f"{arn}:{UNKNOWN}" if asks and whole else arn


def values(binding: calls.Binding | None, function: str, subject: Subject) -> tuple[str, ...]:
    """The texts that a request parameter can have; `${?}` where nothing is known."""
    if isinstance(binding, calls.Literal):
        return (binding.value,)
    if isinstance(binding, calls.EnvironmentVariable):
        variables = variables_of(function, subject)
        if binding.name in variables:
            return alternatives(variables[binding.name])
        if binding.default is not None:
            return (binding.default,)
    return (UNKNOWN,)


def variables_of(function: str, subject: Subject) -> Mapping[str, object]:
    """A function's environment variables; what chooses between several is handed on as it is, `Fn::If` or another."""
    environment = mapping(subject.properties(function).get("Environment"))
    return mapping(environment.get("Variables", environment))


def written_variables(function: str, subject: Subject) -> Mapping[str, object]:
    """The same as they are written: by which parameter, or as a text."""
    properties = mapping(mapping(subject.document["Resources"].get(function)).get("Properties"))
    return mapping(mapping(properties.get("Environment")).get("Variables"))


def _nameless(need: actions.Need, function: str, subject: Subject) -> bool:
    """Whether what the request is about has no name: code with `os.environ.get("TOPIC", "")` does not get there."""
    return any(values(parameter.value, function, subject) == ("",) for parameter in need.parameters)


def _arns(need: actions.Need, function: str, subject: Subject) -> Iterator[str | None]:
    known = actions.action(need.action)
    if not need.parameters:
        yield None if known and known.resource_types else ANYTHING
        return
    form = _form(need, known)
    names = tuple(parameter.name for parameter in need.parameters)
    for combination in product(*(values(parameter.value, function, subject) for parameter in need.parameters)):
        yield _arn(form, names, combination, subject)


def _form(need: actions.Need, known: actions.Action | None) -> str | None:
    """The ARN format of the resource that the parameters stand for."""
    for type_ in known.resource_types if known else ():
        if type_.name in need.resource_types and type_.arns:
            return type_.arns[0]
    return None


_PSEUDO = {"${Partition}": "${AWS::Partition}", "${Region}": "${AWS::Region}", "${Account}": "${AWS::AccountId}"}
_PLACEHOLDER = re.compile(r"\$\{(?!AWS::)[^}]+\}")


def _arn(form: str | None, members: tuple[str, ...], combination: tuple[str, ...], subject: Subject) -> str | None:
    """The ARN of the resource that those members of a request name by those texts."""
    first = combination[0]
    if first in {UNKNOWN, ""}:
        return None
    base = _known_arn(first, subject)
    if form is None:
        return base
    for placeholder, pseudo in _PSEUDO.items():
        form = form.replace(placeholder, pseudo)
    names = _PLACEHOLDER.findall(form)
    if base is not None:
        return _within(base, form, names, combination)
    if len(names) > 1 and len(names) != len(combination):
        combination = _in_place(names, members, combination)
        first = combination[0]
    return subject.arns.normal(_fill(form, (_plain(first, form), *combination[1:]))) if first != UNKNOWN else None


_NESTED = (":dynamodb:", ":s3:::", ":logs:", ":s3vectors:")
"""Services whose resources within a resource have its ARN at the beginning of their own."""


def _within(base: str, form: str, names: list[str], texts: tuple[str, ...]) -> str | None:
    """The resource whose ARN is known, or what the request names within it."""
    if len(texts) == 1 and len(names) != 1:
        return base
    if len(texts) > 1 and not any(service in form for service in _NESTED):
        return None
    rest = form.partition(names[0])[2] if names else ""
    return base.removesuffix(":*") + _fill(rest, texts[1:])


def _in_place(names: list[str], members: tuple[str, ...], texts: tuple[str, ...]) -> tuple[str, ...]:
    """The texts in the order of an ARN's placeholders: `cluster` stands for `${ClusterName}`."""
    given = list(zip(members, texts, strict=True))
    return tuple(next((text for member, text in given if actions.fills(member, name)), UNKNOWN) for name in names)


def _known_arn(text: str, subject: Subject) -> str | None:
    """The ARN that a text is, or that of the resource of the document that it names or points to."""
    arn = subject.arns.normal(text)
    if len(fields(arn)) == 6:
        return arn
    match = REFERENCE.fullmatch(text)
    owner = match[1].split(".")[0] if match else ""
    return subject.arns.of(owner) if subject.type_of(owner) else None


def _plain(text: str, form: str) -> str:
    """A name as an ARN has it: a queue's from its URL, a parameter's without its slash, a secret's with its suffix."""
    if ":sqs:" in form and text.startswith("https://"):
        return text.rsplit("/", 1)[-1]
    if ":ssm:" in form:
        return text.lstrip("/")
    if ":secretsmanager:" in form:
        # Secrets Manager user guide, "Secret ARN": six random characters follow the name.
        return f"{text}-{UNKNOWN * 6}"
    return UNKNOWN if ":kms:" in form and text.startswith("alias/") else text


def _fill(form: str, combination: tuple[str, ...]) -> str:
    found = iter(combination)
    return _PLACEHOLDER.sub(lambda _: next(found, UNKNOWN), form)
