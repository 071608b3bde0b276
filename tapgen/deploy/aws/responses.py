"""botocore's answers as the frozen values of `model`: plain dicts in, nothing of botocore needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.aws.model import (
    Change,
    ChangeSet,
    Detail,
    Event,
    FailedValidation,
    LogEvent,
    Output,
    PropertyDrift,
    ResourceDrift,
    Stack,
    StackResource,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Raw = Mapping[str, Any]


def stack(raw: Raw) -> Stack:
    """A member of DescribeStacks' Stacks."""
    return Stack(
        arn=raw["StackId"],
        name=raw["StackName"],
        status=raw["StackStatus"],
        reason=raw.get("StackStatusReason") or "",
        created=raw.get("CreationTime"),
        updated=raw.get("LastUpdatedTime"),
        tags=tags(raw),
        parameters=parameters(raw),
        outputs=tuple(
            Output(one["OutputKey"], one["OutputValue"], one.get("ExportName") or "") for one in raw.get("Outputs", ())
        ),
        termination_protection=bool(raw.get("EnableTerminationProtection")),
        drift=raw.get("DriftInformation", {}).get("StackDriftStatus", "NOT_CHECKED"),
        drift_checked=raw.get("DriftInformation", {}).get("LastCheckTimestamp"),
    )


def tags(raw: Raw) -> dict[str, str]:
    """The Tags list as a mapping."""
    return {one["Key"]: one["Value"] for one in raw.get("Tags", ())}


def parameters(raw: Raw) -> dict[str, str]:
    """The Parameters list as a mapping, with the values as they were sent: names where the parameter store is asked."""
    return {one["ParameterKey"]: one.get("ParameterValue") or "" for one in raw.get("Parameters", ())}


def event(raw: Raw) -> Event:
    """A member of DescribeStackEvents' StackEvents."""
    return Event(
        id=raw["EventId"],
        stack_arn=raw["StackId"],
        logical_id=raw.get("LogicalResourceId") or "",
        physical_id=raw.get("PhysicalResourceId") or "",
        type=raw.get("ResourceType") or "",
        status=raw.get("ResourceStatus") or "",
        reason=raw.get("ResourceStatusReason") or raw.get("HookStatusReason") or "",
        token=raw.get("ClientRequestToken") or "",
        time=raw.get("Timestamp"),
    )


def change_set(pages: Iterable[Raw]) -> ChangeSet:
    """The pages of one DescribeChangeSet as one value; the status is the last page's."""
    every = list(pages)
    last = every[-1]
    return ChangeSet(
        arn=last["ChangeSetId"],
        name=last["ChangeSetName"],
        stack_arn=last["StackId"],
        status=last["Status"],
        reason=last.get("StatusReason") or "",
        execution_status=last.get("ExecutionStatus") or "",
        description=last.get("Description") or "",
        changes=tuple(
            change(one["ResourceChange"])
            for page in every
            for one in page.get("Changes", ())
            if one.get("ResourceChange")  # the list may hold other kinds of rows, hooks among them
        ),
    )


def change(raw: Raw) -> Change:
    """A ResourceChange; members that the service leaves out are empty, unknown words are kept as they are."""
    return Change(
        action=raw.get("Action") or "",
        logical_id=raw.get("LogicalResourceId") or "",
        physical_id=raw.get("PhysicalResourceId") or "",
        type=raw.get("ResourceType") or "",
        replacement=raw.get("Replacement") or "",
        scope=tuple(raw.get("Scope", ())),
        details=tuple(detail(one) for one in raw.get("Details", ())),
        policy_action=raw.get("PolicyAction") or "",
    )


def detail(raw: Raw) -> Detail:
    """A ResourceChangeDetail with its target."""
    target = raw.get("Target", {})
    drift = target.get("Drift") or {}
    return Detail(
        attribute=target.get("Attribute") or "",
        name=target.get("Name") or "",
        recreation=target.get("RequiresRecreation") or "",
        causing=raw.get("CausingEntity") or "",
        before=drift.get("ActualValue") or target.get("BeforeValue"),
        after=target.get("AfterValue"),
        deployed=drift.get("PreviousValue"),
    )


def resource(raw: Raw) -> StackResource:
    """A member of ListStackResources' StackResourceSummaries."""
    return StackResource(
        logical_id=raw["LogicalResourceId"],
        physical_id=raw.get("PhysicalResourceId") or "",
        type=raw["ResourceType"],
        status=raw["ResourceStatus"],
        reason=raw.get("ResourceStatusReason") or "",
    )


def drift(raw: Raw) -> ResourceDrift:
    """A member of DescribeStackResourceDrifts' StackResourceDrifts."""
    return ResourceDrift(
        logical_id=raw["LogicalResourceId"],
        physical_id=raw.get("PhysicalResourceId") or "",
        type=raw["ResourceType"],
        status=raw["StackResourceDriftStatus"],
        properties=tuple(
            PropertyDrift(one["PropertyPath"], one["ExpectedValue"], one["ActualValue"], one["DifferenceType"])
            for one in raw.get("PropertyDifferences", ())
        ),
    )


def failed_event(raw: Raw) -> Event | None:
    """A failure among DescribeEvents' OperationEvents; None for what is only warned of, and for every other event.

    A hook or a validation that failed has a status of its own, and its name and place in the reason.
    """
    status, reason = raw.get("ResourceStatus") or "", raw.get("ResourceStatusReason") or ""
    found = failed_validation(raw)
    if found:
        at = f" at {found.path}" if found.path else ""
        status = raw.get("HookStatus") or "VALIDATION_FAILED"
        reason = f"{found.reason or 'no reason given'} ({found.name}{at})"
    if not status.endswith("_FAILED") or "WARN" in {raw.get("HookFailureMode"), raw.get("ValidationFailureMode")}:
        return None
    return event({**raw, "ResourceStatus": status, "ResourceStatusReason": reason})


def failed_validation(raw: Raw) -> FailedValidation | None:
    """A failed validation or hook of DescribeEvents' OperationEvents; None for every other event."""
    if raw.get("ValidationStatus") == "FAILED":
        return FailedValidation(
            raw.get("LogicalResourceId") or "",
            raw.get("ValidationName") or "validation",
            raw.get("ValidationStatusReason") or "",
            raw.get("ValidationPath") or "",
        )
    if raw.get("HookStatus") == "HOOK_COMPLETE_FAILED" or raw.get("HookStatus") == "HOOK_FAILED":
        reason = raw.get("HookStatusReason") or ""
        return FailedValidation(raw.get("LogicalResourceId") or "", raw.get("HookType") or "hook", reason)
    return None


def log_event(raw: Raw) -> LogEvent:
    """A member of FilterLogEvents' events."""
    stream = raw.get("logStreamName") or ""
    known = raw.get("eventId") or f"{stream} {raw['timestamp']} {raw['message']}"  # emulators may have none
    return LogEvent(known, raw["timestamp"], raw["message"])
