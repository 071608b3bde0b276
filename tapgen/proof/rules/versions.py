"""A rule about published versions: what a parameter changes of a function must reach those who call its alias."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import mapping
from tapgen.settings.named import named

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject


def _parameters(subject: Subject) -> Iterator[Hit]:
    declared = mapping(subject.document.get("Parameters"))
    resources = mapping(subject.document.get("Resources"))
    for owner, properties in subject.of_type("AWS::Lambda::Version"):
        function = subject.arns.owner(properties.get("FunctionName"))
        if function is None or subject.type_of(function) != "AWS::Lambda::Function":
            continue
        written = dict(mapping(mapping(resources.get(function)).get("Properties")))
        code = {key: value for key, value in mapping(written.pop("Code", None)).items() if key != "S3Bucket"}
        seen = {*named(resources.get(owner))}
        for name in dict.fromkeys(_plain((written, code))):
            if name in declared and name not in seen:
                message = (
                    f"A new value of {name} changes {function}, but publishes no {owner}: its callers see nothing."
                )
                yield Hit(message, ("Resources", owner))


def _plain(value: Any) -> Iterator[str]:
    """What a value names; `named` looks into lists."""
    yield from named(list(value))


VERSION_RULES = (
    Rule(
        "version-parameter",
        "info",
        "A parameter changes a function, and no version is published for it",
        "CloudFormation publishes a version when the version's own properties change; an alias goes on to the old one.",
        "Give the parameter allowed_values or max_length, so that its value stands in the version's description, or "
        "let the code read the value when it runs, from SSM or Secrets Manager.",
        'CloudFormation template reference, "AWS::Lambda::Version"',
        _parameters,
    ),
)
