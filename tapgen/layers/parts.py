"""What follows from the row of a part's kind: how a template refers to one, what its uses allow, its variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, ImportValue, Join, Output, Ref

from tapgen import naming, policies
from tapgen.layers.existing import below
from tapgen.layers.lookup import substituted, written
from tapgen.layers.refs import PartRefs, TableRefs
from tapgen.settings import kinds as settings_kinds
from tapgen.settings.tables import TableAccess
from tapgen.template.key_actions import USES
from tapgen.template.kinds import KINDS, kinds

if TYPE_CHECKING:
    from awacs.aws import Statement
    from troposphere import Template

    from tapgen.layers.refs import Parts
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment
    from tapgen.settings.parts import Part, Use
    from tapgen.settings.values import Value
    from tapgen.template.kinds import Kind
    from tapgen.template.types import Gives


def own(kind: Kind, title: str, *, key: Any = None, **more: Any) -> PartRefs:
    """A part of the stack's own, by the logical id of its resource."""

    def reference(what: Gives) -> Any:
        attribute = kind.reference(what)
        return Ref(title) if attribute == "Ref" else GetAtt(title, attribute) if attribute else None

    return PartRefs(
        name=reference("name"),
        arn=reference("arn"),
        url=reference("url"),
        title=title,
        key=key,
        more=more,
    )


def key(environment: Environment, part: Part, parts: Parts) -> Any:
    """The ARN of the customer's key that encrypts a part; None where AWS's own does."""
    name = getattr(part, "encryption", None) or environment.encryption
    return parts["keys"][name].arn if name else None


KEPT = "RetainExceptOnCreate"
"""DeletionPolicy of protected state: kept, but a failed first creation leaves nothing behind that blocks the next."""


def deletion(*, protected: bool) -> dict[str, str]:
    """What happens to state when its resource goes: the default (Delete) is written out, so that reviewers see it."""
    if protected:
        return {"DeletionPolicy": KEPT, "UpdateReplacePolicy": "Retain"}
    return {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}


def variable(kind: Kind, refs: PartRefs) -> Any:
    """What the clients of the kind take."""
    return refs.more.get("variable", getattr(refs, kind.part.variable))


def add_outputs(template: Template, kind: Kind, parts: Mapping[str, PartRefs]) -> None:
    """One output for each part of the stack's own: what the clients of its kind take."""
    described = {"name": "Name", "url": "URL", "arn": "ARN"}[kind.part.variable]
    for name, refs in parts.items() if kind.part.output else ():
        if refs.title:
            title, text = (
                f"{refs.title}{kind.part.variable.title()}Output",
                f"{described} of the {kind.part.one} {name}",
            )
            template.add_output(Output(title, Description=text, Value=variable(kind, refs)))


def variables(function: Function, parts: Parts) -> dict[str, Any]:
    """The environment variables of a function: its own, and those of its parts."""
    own = {name: _looked_up(value, parts) for name, value in function.environment.items()}
    return own | {
        use.variable: variable(kind, parts[kind.word][name])
        for kind in KINDS
        for name, use in settings_kinds.uses(function, kind.word).items()
        if use.variable
    }


def _looked_up(value: str | Value, parts: Parts) -> Any:
    """A value as the template has it: a dynamic reference where it is not text.

    Sources: CloudFormation user guide, "Get values stored in other services using dynamic references"; an own SSM
    parameter's value is an attribute of it, which also makes the function wait for it.
    """
    if isinstance(value, str):
        return substituted(value)
    if value.value is not None:
        return written(value.value)
    if value.parameter is not None or value.import_ is not None:
        return Ref(value.parameter) if value.parameter else ImportValue(value.import_)
    if value.ssm_parameter is not None:
        part = parts.get("ssm_parameters", {}).get(value.ssm_parameter)
        if part is not None and part.title:
            return GetAtt(part.title, "Value")
        return _dynamic("ssm", part.name if part is not None else value.ssm_parameter)
    key = f":SecretString:{value.key}" if value.key else ""
    return _dynamic("secretsmanager", variable(kinds()["secrets"], parts["secrets"][str(value.secret)]), key)


def _dynamic(service: str, name: Any, key: str = "") -> Any:
    """A dynamic reference: text, or a reference of the template with the text around it."""
    if isinstance(name, str):
        return f"{{{{resolve:{service}:{name}{key}}}}}"
    return Join("", [f"{{{{resolve:{service}:", name, f"{key}}}}}"])


def statements(
    function: Function, parts: Parts, sent: Iterable[tuple[PartRefs, Iterable[str]]] = ()
) -> Iterator[Statement]:
    """What a function's uses and triggers let it do, on the parts and on the keys that they are encrypted with.

    `sent` is what is done besides with parts in its name; here it counts for their keys alone.
    """
    yield from _on_parts(function, parts)
    yield from on_keys([*(done for kind in KINDS for done in _done(kind, function, parts)), *sent])


def on_keys(done: Iterable[tuple[PartRefs, Iterable[str]]]) -> Iterator[Statement]:
    """What these actions on parts need on the customer's keys that encrypt them, a statement for each key."""
    needed: dict[str, tuple[Any, set[str]]] = {}
    for refs, actions in done:
        needs = {need for action in actions for need in USES.get(action, ())}
        if refs.key is not None and needs:
            name = refs.key if isinstance(refs.key, str) else str(refs.key.to_dict())
            needed.setdefault(name, (refs.key, set()))[1].update(needs)
    for position, (key, needs) in enumerate(needed.values()):
        yield policies.use(f"UseKey{position + 1 if position else ''}", needs, key)


def _done(kind: Kind, function: Function, parts: Parts) -> Iterator[tuple[PartRefs, tuple[str, ...]]]:
    """Each part of a kind with the actions that are done on it, indexes included."""
    of_kind = parts.get(kind.word, {})
    for name, use in settings_kinds.uses(function, kind.word).items():
        indexes = use.indexes.values() if isinstance(use, TableAccess) else ()
        yield of_kind[name], (*use.actions, *(action for actions in indexes for action in actions))
    for name, trigger in settings_kinds.triggers(function, kind.word).items() if kind.part.polling else ():
        yield of_kind[name], kind.part.polling
        if queue := getattr(trigger, "dead_letter_queue", None):
            yield parts["queues"][queue], ("sqs:SendMessage",)


def _on_parts(function: Function, parts: Parts) -> Iterator[Statement]:
    failed: dict[str, None] = {}
    for kind in KINDS:
        for name, use in settings_kinds.uses(function, kind.word).items():
            yield from _use(kind, name, use, parts[kind.word][name])
        for name, trigger in settings_kinds.triggers(function, kind.word).items() if kind.part.polling else ():
            sid = naming.logical("poll", name, kind.part.suffix)
            yield policies.use(sid, kind.part.polling, _source(parts[kind.word][name]))
            failed.update(dict.fromkeys([getattr(trigger, "dead_letter_queue", None) or ""]))
    for queue in failed:
        if queue:  # Lambda tells it, by the function's role, which records of a stream were given up
            sid = naming.logical("failed to", queue, "Queue")
            yield policies.use(sid, ["sqs:SendMessage"], parts["queues"][queue].arn)


def _source(refs: PartRefs) -> Any:
    """The ARN of what Lambda polls: a table's stream, else the part itself."""
    return refs.more.get("stream", refs.arn)


def _use(kind: Kind, name: str, use: Use, refs: PartRefs) -> Iterator[Statement]:
    sid = naming.logical("use", name, "" if isinstance(refs, TableRefs) else kind.part.suffix)
    first = next(iter(kind.part.forms))
    for form, actions in by_form(kind, tuple(use.actions)).items():
        title = sid if form == first else naming.logical(sid, form)
        yield policies.use(title, actions, form_arn(kind, refs, form))
    if isinstance(use, TableAccess) and isinstance(refs, TableRefs):
        for index, actions in use.indexes.items():
            yield policies.use(naming.logical(sid, "index", index), actions, refs.index_arns[index])


def form_arn(kind: Kind, refs: PartRefs, form: str) -> Any:
    """The ARN of a part, or of what is below it: a bucket's objects, a state machine's executions."""
    return refs.more.get("forms", {}).get(form) or below(refs.arn, kind.part.forms[form])


def by_form(kind: Kind, actions: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The actions by the IAM resource type that each acts on: of several the first that the kind has."""
    found = {form: tuple(name for name in actions if kind.acts_on(name) == form) for form in kind.part.forms}
    return {form: names for form, names in found.items() if names}
