"""Rules about what this check cannot see: resources that are made only when the template is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tapgen.proof.rules.rule import Hit, Rule
from tapgen.proof.subject import Subject, inside, items, mapping

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.template.document import Document

_SERVERLESS = "AWS::Serverless::"
_SAM = "AWS::Serverless-2016-10-31"
_NESTED = ("AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet")


def _unseen(subject: Subject) -> Iterator[Hit]:
    for transform in items(subject.document.get("Transform")):
        name = transform if isinstance(transform, str) else mapping(transform).get("Name", "a macro")
        if name == _SAM and not any(one.type.startswith(_SERVERLESS) for one in subject.resources.values()):
            continue  # it has nothing to make
        yield Hit(f"What {name} makes of the template is not known.", ("Transform",))
    for owner in mapping(subject.document.get("Resources")):
        if str(owner).startswith("Fn::"):
            yield Hit(f"The resources that {owner} makes are not known.", ("Resources", owner))
    for owner, resource in subject.resources.items():
        if resource.type.startswith(_SERVERLESS):
            yield Hit(f"{owner} ({resource.type}) becomes other resources.", ("Resources", owner))
        if _transformed(resource.properties):
            yield Hit(f"Part of {owner} is made by Fn::Transform.", ("Resources", owner))
    for owner, _ in subject.of_type(*_NESTED):
        yield Hit(f"The template of the nested stack {owner} is not here.", ("Resources", owner))


def _transformed(value: Any) -> bool:
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            if "Fn::Transform" in current:
                return True
            stack.extend(current.values())
        elif isinstance(current, list):
            stack.extend(current)
    return False


NOT_CHECKED = Rule(
    "not-checked",
    "warning",
    "Something is made only when the template is deployed",
    "Transforms, macros and nested stacks make resources that no rule has looked at: silence about them proves "
    "nothing.",
    "Check the processed template too: aws cloudformation get-template --template-stage Processed.",
    'CloudFormation user guide, "Perform custom processing with template macros"',
    _unseen,
)

NULL_VALUE = Rule(
    "null-value",
    "error",
    "Something is empty that has a name",
    "CloudFormation takes no template with null in it: 'null' values are not allowed in templates.",
    "Give it a value, or remove its name.",
    'CloudFormation user guide, "Template anatomy": JSON and YAML without null',
)

COVERAGE_RULES = (NOT_CHECKED, NULL_VALUE)


def empty(document: Document) -> Iterator[Finding]:
    """Every null of a template but in its metadata; before a transform they may be, as SAM's `ResultPath: null`."""
    for value, path in inside(document, (), without=("Metadata",)) if "Transform" not in document else ():
        if value is None:
            yield NULL_VALUE.finding(f"{path[-1]} has no value.", path)
