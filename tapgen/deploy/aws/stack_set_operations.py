"""The operations of StackSets: `stack_set_client` says what each method means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.aws import responses, stack_set_responses
from tapgen.deploy.aws.calls import CloudFormationCalls
from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.stack_set_model import InstancePage, ResultPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.model import ResourceDrift
    from tapgen.deploy.aws.stack_set_model import (
        Instance,
        Permissions,
        Preferences,
        SetOperation,
        StackSet,
        StackSetRequest,
        Targets,
    )

_NO_SET = frozenset(("StackSetNotFoundException", "StackSetNotFound"))
_NO_OPERATION = frozenset(("OperationNotFoundException", "OperationNotFound"))
_NO_INSTANCE = frozenset(("StackInstanceNotFoundException", "StackInstanceNotFound"))


class StackSetOperations(CloudFormationCalls):
    """The part of AWS that knows StackSets. `call_as` is DELEGATED_ADMIN, or '' for SELF."""

    call_as = ""

    def _of_set(self, operation: str, **arguments: object) -> Mapping[str, Any]:
        more = {"CallAs": self.call_as} if self.call_as else {}
        return self._cloudformation(operation, **arguments, **more)

    def stack_set(self, name: str) -> StackSet | None:
        """DescribeStackSet."""
        try:
            answer = self._of_set("describe_stack_set", StackSetName=name)
        except AwsError as error:
            if error.code in _NO_SET:
                return None
            raise
        return stack_set_responses.stack_set(answer["StackSet"])

    def create_stack_set(self, request: StackSetRequest, token: str) -> None:
        """CreateStackSet; the token makes a second attempt the same as the first."""
        model = "SERVICE_MANAGED" if request.permissions.service_managed else "SELF_MANAGED"
        self._of_set("create_stack_set", **_definition(request), PermissionModel=model, ClientRequestToken=token)

    def update_stack_set(self, request: StackSetRequest, preferences: Preferences, operation: str) -> str:
        """UpdateStackSet, of all stacks."""
        return self._begun("update_stack_set", preferences, operation, **_definition(request))

    def delete_stack_set(self, name: str) -> None:
        """DeleteStackSet."""
        self._of_set("delete_stack_set", StackSetName=name)

    def create_instances(self, name: str, targets: Targets, preferences: Preferences, operation: str) -> str:
        """CreateStackInstances."""
        return self._begun("create_stack_instances", preferences, operation, StackSetName=name, **_targets(targets))

    def delete_instances(self, name: str, targets: Targets, preferences: Preferences, operation: str) -> str:
        """DeleteStackInstances; the stacks go too."""
        return self._begun(
            "delete_stack_instances",
            preferences,
            operation,
            StackSetName=name,
            **_targets(targets),
            RetainStacks=False,
        )

    def detect_set_drift(self, name: str, preferences: Preferences, operation: str) -> str:
        """DetectStackSetDrift."""
        return self._begun("detect_stack_set_drift", preferences, operation, StackSetName=name)

    def _begun(self, method: str, preferences: Preferences, operation: str, **arguments: object) -> str:
        """The id of the operation that botocore's `method` has begun."""
        answer = self._of_set(
            method, **arguments, OperationPreferences=_preferences(preferences), OperationId=operation
        )
        begun: str = answer["OperationId"]
        return begun

    def stop_set_operation(self, name: str, operation: str) -> None:
        """StopStackSetOperation."""
        self._of_set("stop_stack_set_operation", StackSetName=name, OperationId=operation)

    def set_operation(self, name: str, operation: str) -> SetOperation | None:
        """DescribeStackSetOperation."""
        try:
            answer = self._of_set("describe_stack_set_operation", StackSetName=name, OperationId=operation)
        except AwsError as error:
            if error.code in _NO_OPERATION | _NO_SET:
                return None
            raise
        return stack_set_responses.operation(answer["StackSetOperation"])

    def set_operations(self, name: str) -> tuple[SetOperation, ...]:
        """ListStackSetOperations."""
        answer = self._of_set("list_stack_set_operations", StackSetName=name)
        return tuple(stack_set_responses.operation(one) for one in answer["Summaries"])

    def set_results(self, name: str, operation: str, page: str = "", *, status: str = "") -> ResultPage:
        """ListStackSetOperationResults, one page."""
        more: dict[str, object] = {"NextToken": page} if page else {}
        if status:
            more["Filters"] = [{"Name": "OPERATION_RESULT_STATUS", "Values": status}]
        answer = self._of_set("list_stack_set_operation_results", StackSetName=name, OperationId=operation, **more)
        found = tuple(stack_set_responses.result(one) for one in answer["Summaries"])
        return ResultPage(found, answer.get("NextToken") or "")

    def instances(self, name: str, page: str = "", *, account: str = "", drifted: bool = False) -> InstancePage:
        """ListStackInstances, one page."""
        more: dict[str, object] = {"NextToken": page} if page else {}
        if account:
            more["StackInstanceAccount"] = account
        if drifted:
            more["Filters"] = [{"Name": "DRIFT_STATUS", "Values": "DRIFTED"}]
        answer = self._of_set("list_stack_instances", StackSetName=name, **more)
        found = tuple(stack_set_responses.instance(one) for one in answer["Summaries"])
        return InstancePage(found, answer.get("NextToken") or "")

    def instance(self, name: str, account: str, region: str) -> Instance | None:
        """DescribeStackInstance."""
        try:
            answer = self._of_set(
                "describe_stack_instance", StackSetName=name, StackInstanceAccount=account, StackInstanceRegion=region
            )
        except AwsError as error:
            if error.code in _NO_INSTANCE | _NO_SET:
                return None
            raise
        return stack_set_responses.instance(answer["StackInstance"])

    def instance_drifts(self, name: str, instance: Instance, operation: str) -> tuple[ResourceDrift, ...]:
        """ListStackInstanceResourceDrifts."""
        found: list[ResourceDrift] = []
        more: dict[str, str] = {}
        while True:
            answer = self._of_set(
                "list_stack_instance_resource_drifts",
                StackSetName=name,
                StackInstanceAccount=instance.account,
                StackInstanceRegion=instance.region,
                OperationId=operation,
                StackInstanceResourceDriftStatuses=["MODIFIED", "DELETED"],
                **more,
            )
            found += [responses.drift(one) for one in answer["Summaries"]]
            if not answer.get("NextToken"):
                return tuple(found)
            more = {"NextToken": answer["NextToken"]}


def _definition(request: StackSetRequest) -> dict[str, object]:
    roles = {
        "AdministrationRoleARN": request.permissions.administration_role,
        "ExecutionRoleName": request.permissions.execution_role,
    }
    return {
        "StackSetName": request.name,
        "Description": request.description,
        **({"TemplateURL": request.url} if request.url else {"TemplateBody": request.body}),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in request.parameters.items()],
        "Capabilities": list(request.capabilities),
        "Tags": [{"Key": key, "Value": value} for key, value in request.tags.items()],
        **{name: value for name, value in roles.items() if value},
        **_auto_deployment(request.permissions),
    }


def _auto_deployment(permissions: Permissions) -> dict[str, object]:
    if not permissions.service_managed:
        return {}
    leaving = {"RetainStacksOnAccountRemoval": False} if permissions.automatic else {}
    return {"AutoDeployment": {"Enabled": permissions.automatic, **leaving}}


def _targets(targets: Targets) -> dict[str, object]:
    regions = {"Regions": list(targets.regions)}
    if not targets.units:
        return {"Accounts": list(targets.accounts), **regions}
    chosen: dict[str, object] = {"OrganizationalUnitIds": list(targets.units)}
    if targets.accounts:
        chosen |= {"Accounts": list(targets.accounts), "AccountFilterType": "INTERSECTION"}
    return {"DeploymentTargets": chosen, **regions}


def _preferences(wanted: Preferences) -> dict[str, object]:
    ordered = wanted.region_order and not wanted.parallel_regions  # of regions side by side none is first
    return {
        **({"RegionOrder": list(wanted.region_order)} if ordered else {}),
        "RegionConcurrencyType": "PARALLEL" if wanted.parallel_regions else "SEQUENTIAL",
        "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE" if wanted.soft else "STRICT_FAILURE_TOLERANCE",
        **_share("FailureTolerance", wanted.failure_tolerance),
        **_share("MaxConcurrent", wanted.concurrency),
    }


def _share(name: str, value: int | str) -> dict[str, int]:
    if isinstance(value, str):
        return {f"{name}Percentage": int(value.removesuffix("%"))}
    return {f"{name}Count": value}
