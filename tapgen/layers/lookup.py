"""What was made elsewhere, as the value that a template looks up: an intrinsic function or a dynamic reference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from troposphere import AWSHelperFn, ImportValue, Parameter, Ref, Split, Sub

from tapgen.settings.references import Reference

if TYPE_CHECKING:
    from troposphere import Template


def lookup(value: str | Reference) -> Any:
    """One value: text as it is, an SSM parameter as a dynamic reference, an export as Fn::ImportValue."""
    if not isinstance(value, Reference):
        return value
    if value.import_ is not None:
        return ImportValue(value.import_)
    if value.parameter is not None:
        return Ref(value.parameter)
    if value.value is not None:
        return written(value.value)
    return f"{{{{resolve:ssm:{value.ssm_parameter}}}}}"


def written(value: str | dict[str, Any]) -> Any:
    """A value that the template makes itself: an intrinsic function, or text in which `${…}` stands for one."""
    return Intrinsic(value) if isinstance(value, dict) else substituted(value)


class Intrinsic(AWSHelperFn):
    """An intrinsic function as CloudFormation has it, such as {"Ref": "ItemTable"}."""

    def __init__(self, data: Any) -> None:
        self.data = data


def substituted(text: str) -> Any:
    """Text with `${…}` as Fn::Sub; IAM's own variables, such as `${aws:username}`, stay as they are."""
    return Sub(re.sub(_OF_IAM, r"${!\1}", text)) if "${" in text else text


def lookup_text(value: str | Reference) -> Any:
    """One value in whose text `${…}` is filled in."""
    return substituted(value) if isinstance(value, str) else lookup(value)


_OF_IAM = r"\$\{([a-z0-9.-]+:[^}]+|[*?$])\}"
"""IAM user guide, "IAM policy elements: Variables and tags": a prefix in lower case; pseudo parameters are AWS::X."""


def lookup_list(template: Template, value: tuple[str | Reference, ...] | Reference, title: str) -> Any:
    """A list: a tuple of single values, or one value that holds the whole.

    A dynamic reference cannot be split, since Fn::Split is done before it is resolved; a parameter of an SSM type can
    hold a StringList. `title` is that parameter's logical id.
    """
    if isinstance(value, tuple):
        return tuple(lookup_text(one) for one in value)
    if value.import_ is not None:
        return Split(",", ImportValue(value.import_))
    if value.parameter is not None:
        return Ref(value.parameter)
    parameter = Parameter(
        title,
        Type="AWS::SSM::Parameter::Value<List<String>>",
        Default=value.ssm_parameter,
        Description="Name of the SSM parameter that holds the list",
    )
    return Ref(template.add_parameter(parameter))
