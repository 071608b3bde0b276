"""botocore's answers about StackSets as the frozen values of `stack_set_model`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.aws import responses
from tapgen.deploy.aws.stack_set_model import DriftCounts, Instance, Result, SetOperation, StackSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    Raw = Mapping[str, Any]


def stack_set(raw: Raw) -> StackSet:
    """DescribeStackSet's StackSet."""
    return StackSet(
        id=raw["StackSetId"],
        name=raw["StackSetName"],
        template=raw.get("TemplateBody") or "",
        arn=raw.get("StackSetARN") or "",
        parameters=responses.parameters(raw),
        tags=responses.tags(raw),
        service_managed=raw.get("PermissionModel") == "SERVICE_MANAGED",
        automatic=bool((raw.get("AutoDeployment") or {}).get("Enabled")),
        units=tuple(raw.get("OrganizationalUnitIds") or ()),
        regions=tuple(raw.get("Regions") or ()),
        drift=drift_counts(raw),
    )


def drift_counts(raw: Raw) -> DriftCounts:
    """The StackSetDriftDetectionDetails of a StackSet or an operation."""
    found = raw.get("StackSetDriftDetectionDetails") or {}
    return DriftCounts(
        status=found.get("DriftStatus") or "",
        total=found.get("TotalStackInstancesCount") or 0,
        drifted=found.get("DriftedStackInstancesCount") or 0,
        in_sync=found.get("InSyncStackInstancesCount") or 0,
        failed=found.get("FailedStackInstancesCount") or 0,
    )


def operation(raw: Raw) -> SetOperation:
    """DescribeStackSetOperation's StackSetOperation, or a member of ListStackSetOperations' Summaries."""
    return SetOperation(
        id=raw["OperationId"],
        action=raw["Action"],
        status=raw["Status"],
        reason=raw.get("StatusReason") or "",
        failed=(raw.get("StatusDetails") or {}).get("FailedStackInstancesCount") or 0,
        created=raw.get("CreationTimestamp"),
        ended=raw.get("EndTimestamp"),
        drift=drift_counts(raw),
    )


def instance(raw: Raw) -> Instance:
    """DescribeStackInstance's StackInstance, or a member of ListStackInstances' Summaries."""
    return Instance(
        account=raw["Account"],
        region=raw["Region"],
        stack_arn=raw.get("StackId") or "",
        status=raw.get("Status") or "",
        detail=(raw.get("StackInstanceStatus") or {}).get("DetailedStatus") or "",
        reason=raw.get("StatusReason") or "",
        drift=raw.get("DriftStatus") or "",
    )


def result(raw: Raw) -> Result:
    """A member of ListStackSetOperationResults' Summaries; an account gate's words where it has said no."""
    gate = raw.get("AccountGateResult") or {}
    refused = gate.get("StatusReason") or "" if gate.get("Status") == "FAILED" else ""
    return Result(raw["Account"], raw["Region"], raw["Status"], raw.get("StatusReason") or refused)
