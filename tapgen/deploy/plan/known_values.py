"""The values that a template's references have in a stack that is there, as far as they follow from its resources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tapgen.deploy.artifacts.document import scalar_text
from tapgen.template.intrinsics import function
from tapgen.template.types import row

if TYPE_CHECKING:
    from tapgen.deploy.aws.model import Stack, StackResource

_PLACE = re.compile(r"\$\{([^!{}][^{}]*)\}")


class KnownValues(Struct, frozen=True):
    """What is known of a stack: physical ids and types by logical id, parameters, and AWS's pseudo parameters."""

    physical: Mapping[str, str] = {}
    types: Mapping[str, str] = {}
    parameters: Mapping[str, str] = {}

    def resolve(self, value: Any) -> str | None:
        """The text that CloudFormation makes of a value; None where that is not known."""
        if isinstance(value, str | int | float):  # a bool is an int
            return scalar_text(value)
        called = function(value)
        if called is None:
            return None
        name, argument = called
        find = {"Ref": self._ref, "Fn::GetAtt": self._get_att, "Fn::Sub": self._sub, "Fn::Join": self._join}.get(name)
        return find(argument) if find else None

    def _ref(self, name: Any) -> str | None:
        return self.parameters.get(name, self.physical.get(name))

    def _get_att(self, path: Any) -> str | None:
        name, attribute = path.split(".", 1) if isinstance(path, str) else path
        return self._attribute(name, attribute)

    def _join(self, argument: Any) -> str | None:
        between, parts = argument
        found = [self.resolve(one) for one in parts] if isinstance(parts, list) else [None]
        return None if None in found else str(between).join(one for one in found if one is not None)

    def _sub(self, argument: Any) -> str | None:
        text, values = argument if isinstance(argument, list) else (argument, {})
        return self._substituted(text, values)

    def _substituted(self, text: str, values: Mapping[str, Any]) -> str | None:
        pieces, end = [], 0
        for match in _PLACE.finditer(text):
            name = match[1].strip()
            reference = {"Fn::GetAtt": name} if "." in name else {"Ref": name}
            found = self.resolve(values.get(name, reference))
            if found is None:
                return None
            pieces += [text[end : match.start()], found]
            end = match.end()
        return "".join([*pieces, text[end:]]).replace("${!", "${")

    def _attribute(self, name: str, attribute: str) -> str | None:
        """An attribute that names the resource itself: its row says which, and how its ARN is written."""
        physical, known = self.physical.get(name), row(self.types.get(name, ""))
        gives = known.attributes.get(attribute)
        if not physical or gives is None:
            return None
        if gives == known.ref:
            return physical
        last = physical.rpartition("/")[2] if known.ref == "url" else physical
        if known.ref == "arn" or gives not in {"name", "arn"}:
            return None
        if gives == "name":
            return last
        if known.arn is None:
            return None
        region = self.parameters["AWS::Region"] if known.arn.regional else ""
        account = self.parameters["AWS::AccountId"] if known.arn.owned else ""
        place = ":".join(("arn", self.parameters["AWS::Partition"], known.arn.service, region, account))
        return f"{place}:{known.arn.resource.format(last)}"


def known_values(stack: Stack, resources: tuple[StackResource, ...], parameters: Mapping[str, str]) -> KnownValues:
    """What the stack's resources and parameters tell; a hidden parameter is not known."""
    _, partition, _, region, account, *_ = stack.arn.split(":")
    pseudo = {
        "AWS::Partition": partition,
        "AWS::Region": region,
        "AWS::AccountId": account,
        "AWS::StackName": stack.name,
        "AWS::StackId": stack.arn,
    }
    told = {name: value for name, value in {**stack.parameters, **parameters}.items() if set(value) != {"*"}}
    return KnownValues(
        {one.logical_id: one.physical_id for one in resources},
        {one.logical_id: one.type for one in resources},
        {**told, **pseudo},
    )
