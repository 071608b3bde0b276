"""What changes functions, layers and state machines without CloudFormation, and the mark of what was changed so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.aws.model import Function

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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

    def publish_layer(self, name: str, package: bytes, runtimes: Iterable[str], architectures: Iterable[str]) -> str:
        """PublishLayerVersion."""
        for_them = {"CompatibleRuntimes": list(runtimes), "CompatibleArchitectures": list(architectures)}
        answer = self._call(
            UPDATES,
            "publish_layer_version",
            LayerName=name,
            Content={"ZipFile": package},
            **{key: value for key, value in for_them.items() if value},
        )
        arn: str = answer["LayerVersionArn"]
        return arn

    def latest_layer(self, name: str) -> tuple[str, str]:
        """ListLayerVersions, newest first, and GetLayerVersion."""
        found = self._call(UPDATES, "list_layer_versions", LayerName=name, MaxItems=1).get("LayerVersions") or ()
        if not found:
            return "", ""
        version = self._call(UPDATES, "get_layer_version", LayerName=name, VersionNumber=found[0]["Version"])
        return version["LayerVersionArn"], (version.get("Content") or {}).get("CodeSha256") or ""

    def publish_version(self, name: str) -> str:
        """PublishVersion."""
        version: str = self._call(UPDATES, "publish_version", FunctionName=name)["Version"]
        return version

    def update_alias(self, name: str, alias: str, version: str) -> None:
        """UpdateAlias, to one version alone."""
        self._call(
            UPDATES,
            "update_alias",
            FunctionName=name,
            Name=alias,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {}},
        )

    def state_machine_definition(self, arn: str) -> str:
        """DescribeStateMachine."""
        definition: str = self._call("stepfunctions", "describe_state_machine", stateMachineArn=arn)["definition"]
        return definition

    def update_state_machine(self, arn: str, definition: str) -> None:
        """UpdateStateMachine."""
        self._call("stepfunctions", "update_state_machine", stateMachineArn=arn, definition=definition)

    def tag_state_machine(self, arn: str, tag: str) -> None:
        """TagResource of Step Functions, with the tag's name as its value."""
        self._call("stepfunctions", "tag_resource", resourceArn=arn, tags=[{"key": tag, "value": "yes"}])

    def untag_state_machine(self, arn: str, tag: str) -> None:
        """UntagResource of Step Functions."""
        self._call("stepfunctions", "untag_resource", resourceArn=arn, tagKeys=[tag])

    def tagged_resources(self, tag: str) -> tuple[str, ...]:
        """GetResources of the tagging API: the ARNs of functions and state machines, every page."""
        found: list[str] = []
        more: dict[str, str] = {}
        while True:
            answer = self._call(
                "resourcegroupstaggingapi",
                "get_resources",
                TagFilters=[{"Key": tag}],
                ResourceTypeFilters=["lambda:function", "states:stateMachine"],
                **more,
            )
            found += [one["ResourceARN"] for one in answer.get("ResourceTagMappingList") or ()]
            if not answer.get("PaginationToken"):
                return tuple(found)
            more = {"PaginationToken": answer["PaginationToken"]}


def _function(answer: Mapping[str, Any]) -> Function:
    storage = answer.get("EphemeralStorage") or {}
    settings = {name: answer.get(name) for name in ("Description", "Handler", "MemorySize", "Timeout", "Runtime")}
    tracing = (answer.get("TracingConfig") or {}).get("Mode")
    return Function(
        arn=answer["FunctionArn"],
        code_sha256=answer["CodeSha256"],
        updating=answer.get("LastUpdateStatus") == "InProgress" or answer.get("State") == "Pending",
        failure=answer.get("LastUpdateStatusReason") or "" if answer.get("LastUpdateStatus") == "Failed" else "",
        settings={**settings, "EphemeralStorage": storage.get("Size"), "TracingConfig": tracing},
        variables=dict((answer.get("Environment") or {}).get("Variables") or {}),
        layers=tuple(one["Arn"] for one in answer.get("Layers") or ()),
    )
