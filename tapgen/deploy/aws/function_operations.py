"""The Lambda operations that change a function without CloudFormation, and the mark of those that were changed so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.aws.model import Function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.calls import Call

UPDATES = "lambda-updates"
"""Lambda, with every call sent again as long as it fails: unlike an invocation, these are the same however often."""


class FunctionOperations:
    """The part of `client.Client` that knows single functions."""

    _call: Call

    def function(self, name: str) -> Function:
        """GetFunctionConfiguration."""
        return _function(self._call(UPDATES, "get_function_configuration", FunctionName=name))

    def update_code(self, name: str, package: bytes) -> None:
        """UpdateFunctionCode."""
        self._call(UPDATES, "update_function_code", FunctionName=name, ZipFile=package)

    def update_configuration(self, name: str, changes: Mapping[str, Any]) -> None:
        """UpdateFunctionConfiguration."""
        self._call(UPDATES, "update_function_configuration", FunctionName=name, **changes)

    def tag_function(self, arn: str, tag: str) -> None:
        """TagResource of Lambda, with the tag's name as its value."""
        self._call(UPDATES, "tag_resource", Resource=arn, Tags={tag: "yes"})

    def untag_function(self, arn: str, tag: str) -> None:
        """UntagResource of Lambda."""
        self._call(UPDATES, "untag_resource", Resource=arn, TagKeys=[tag])

    def tagged_functions(self, tag: str) -> tuple[str, ...]:
        """GetResources of the tagging API: the ARNs, every page."""
        found: list[str] = []
        more: dict[str, str] = {}
        while True:
            answer = self._call(
                "resourcegroupstaggingapi",
                "get_resources",
                TagFilters=[{"Key": tag}],
                ResourceTypeFilters=["lambda:function"],
                **more,
            )
            found += [one["ResourceARN"] for one in answer.get("ResourceTagMappingList") or ()]
            if not answer.get("PaginationToken"):
                return tuple(found)
            more = {"PaginationToken": answer["PaginationToken"]}


def _function(answer: Mapping[str, Any]) -> Function:
    storage = answer.get("EphemeralStorage") or {}
    settings = {name: answer.get(name) for name in ("Description", "Handler", "MemorySize", "Timeout")}
    return Function(
        arn=answer["FunctionArn"],
        code_sha256=answer["CodeSha256"],
        updating=answer.get("LastUpdateStatus") == "InProgress" or answer.get("State") == "Pending",
        failure=answer.get("LastUpdateStatusReason") or "" if answer.get("LastUpdateStatus") == "Failed" else "",
        settings={**settings, "EphemeralStorage": storage.get("Size")},
        variables=dict((answer.get("Environment") or {}).get("Variables") or {}),
    )
