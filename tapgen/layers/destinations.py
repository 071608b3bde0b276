"""Where the records of asynchronous invocations go: the ARN of a part, and the permission to send there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import Ref, Sub

from tapgen import naming, policies
from tapgen.layers.existing import existing
from tapgen.layers.refs import PartRefs
from tapgen.settings.destinations import SECTIONS
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awacs.aws import Statement

    from tapgen.layers.refs import DataRefs
    from tapgen.settings.invocations import Destination
    from tapgen.settings.model import Environment

ACTIONS = {
    "queue": "sqs:SendMessage",
    "topic": "sns:Publish",
    "bus": "events:PutEvents",
    "bucket": "s3:PutObject",
    "function": "lambda:InvokeFunction",
}
"""Lambda developer guide, "Capturing records of Lambda asynchronous invocations"."""


def statements(environment: Environment, name: str, data: DataRefs) -> Iterator[Statement]:
    """What a function's role must be allowed so that its records arrive."""
    function = environment.functions[name]
    for key, value in (("OnSuccess", function.on_success), ("OnFailure", function.on_failure)):
        if value is not None:
            kind, _ = environment.destination(value)
            arn = destination_arn(environment, data, value)
            if kind == "bucket":
                yield policies.use(f"List{key}", ["s3:ListBucket"], arn)
            yield policies.use(f"Send{key}", [ACTIONS[kind]], _objects(arn) if kind == "bucket" else arn)


def done(environment: Environment, name: str, data: DataRefs) -> Iterator[tuple[PartRefs, tuple[str, ...]]]:
    """Each part that records go to, with what is done there."""
    function = environment.functions[name]
    for value in (function.on_success, function.on_failure):
        if value is not None:
            kind, part = environment.destination(value)
            yield data.parts[SECTIONS[kind]][part], (ACTIONS[kind],)


def destination_arn(environment: Environment, data: DataRefs, value: Destination | str) -> Any:
    """The ARN of a destination; a function's is written from its name, since its role may wait for this one's."""
    kind, name = environment.destination(value)
    return data.parts[SECTIONS[kind]][name].arn


def function_arn(environment: Environment, name: str) -> Sub:
    """Written from the name: GetAtt would make a function and a role wait for each other."""
    physical = naming.function_name(environment, name)
    if physical is None:
        return Sub(f"${{{naming.function(name)}.Arn}}")
    return Sub(f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{physical}")


def invoked_arn(environment: Environment, name: str) -> Sub:
    """The ARN by which a function is invoked, its alias's where it has one; written from the names too."""
    alias = environment.functions[name].alias_name
    arn = function_arn(environment, name)
    return Sub(f"{arn.data['Fn::Sub']}:{alias}") if alias else arn


def invoked(environment: Environment) -> dict[str, PartRefs]:
    """The functions as parts that other functions invoke."""
    return {
        name: PartRefs(
            name=naming.function_name(environment, name) or Ref(naming.function(name)),
            arn=invoked_arn(environment, name),
        )
        for name in environment.functions
    } | {
        name: existing(kinds()["functions"], function.existing)
        for name, function in environment.existing_functions.items()
        if function.existing is not None
    }


def _objects(bucket_arn: Any) -> Sub:
    return Sub("${Bucket}/*", Bucket=bucket_arn)
