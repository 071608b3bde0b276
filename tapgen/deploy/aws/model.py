"""What CloudFormation says, as frozen values: the words of its API reference in Python's spelling.

`responses` makes them of botocore's answers; everything else in this package reads only these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Identity(Struct, frozen=True):
    """Who asks (STS GetCallerIdentity)."""

    account: str


class Output(Struct, frozen=True):
    """An output of a stack; `export` is the name it is exported under, or ''."""

    key: str
    value: str
    export: str = ""


class Stack(Struct, frozen=True):
    """A stack as DescribeStacks tells it. `parameters` holds `****` for NoEcho values."""

    arn: str
    name: str
    status: str
    reason: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    tags: Mapping[str, str] = {}
    parameters: Mapping[str, str] = {}
    outputs: tuple[Output, ...] = ()
    termination_protection: bool = False
    drift: str = "NOT_CHECKED"
    drift_checked: datetime | None = None

    @property
    def pseudo_parameters(self) -> dict[str, str]:
        """What the pseudo parameters are in it; its ARN says so."""
        _, partition, _, region, account, *_ = self.arn.split(":")
        return {
            "AWS::AccountId": account,
            "AWS::Partition": partition,
            "AWS::Region": region,
            "AWS::StackId": self.arn,
            "AWS::StackName": self.name,
        }


class Event(Struct, frozen=True):
    """One stack event. `token` is the ClientRequestToken of the operation that caused it, or ''."""

    id: str
    stack_arn: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""
    token: str = ""
    time: datetime | None = None

    @property
    def of_stack(self) -> bool:
        """Whether it is about the stack itself, not about one of its resources (nor a nested stack)."""
        return self.physical_id == self.stack_arn


class Page(Struct, frozen=True):
    """One page of events, newest first, and the token of the next page, or ''."""

    events: tuple[Event, ...]
    next: str = ""


class Detail(Struct, frozen=True):
    """Why a resource changes: one property or attribute of it.

    `recreation` is Never, Conditionally, Always or ''; `before` and `after` are there where the service tells.
    `deployed` is what the last deployment set where the property has drifted from it: then `before` is what it is now.
    """

    attribute: str
    name: str = ""
    recreation: str = ""
    causing: str = ""
    deployed: str | None = None
    before: str | None = None
    after: str | None = None


class Change(Struct, frozen=True):
    """One row of a change set. `replacement` is True, False, Conditional or '' as the service writes it."""

    action: str
    logical_id: str
    physical_id: str
    type: str
    replacement: str = ""
    scope: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    policy_action: str = ""


class ChangeSet(Struct, frozen=True):
    """A change set with every page of its changes."""

    arn: str
    name: str
    stack_arn: str
    status: str
    reason: str = ""
    execution_status: str = ""
    description: str = ""
    changes: tuple[Change, ...] = ()


class Imported(Struct, frozen=True):
    """A resource that is there and comes into the stack: `identifier` says which it is."""

    logical_id: str
    type: str
    identifier: Mapping[str, str]


class ChangeSetRequest(Struct, frozen=True):
    """What CreateChangeSet is asked. `stack` is a name at first and an ARN once there is one.

    Exactly one of `body` and `url` is set. `unchanged` are parameters that keep the stack's values, hidden ones too.
    `imports` goes with the type IMPORT.
    """

    stack: str
    name: str
    type: str
    token: str
    description: str
    body: str = ""
    url: str = ""
    parameters: Mapping[str, str] = {}
    unchanged: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}
    imports: tuple[Imported, ...] = ()
    import_existing: bool = False
    express: bool = False
    rollback: bool = True
    revert_drift: bool = False


class Created(Struct, frozen=True):
    """The answer of CreateChangeSet: both ARNs, which every later call uses."""

    arn: str
    stack_arn: str


class Refactor(Struct, frozen=True):
    """A stack refactor. `status` is of its making, `execution` of its execution, as the service writes them."""

    id: str
    status: str
    reason: str = ""
    execution: str = ""
    execution_reason: str = ""
    description: str = ""


class StackResource(Struct, frozen=True):
    """A resource of a stack."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""


class PropertyDrift(Struct, frozen=True):
    """One property that is not what the template says; both values as JSON text or plain text."""

    path: str
    expected: str
    actual: str
    kind: str


class ResourceDrift(Struct, frozen=True):
    """A resource's drift: IN_SYNC, MODIFIED, DELETED, NOT_CHECKED or UNKNOWN."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    properties: tuple[PropertyDrift, ...] = ()


class DriftRun(Struct, frozen=True):
    """How far a drift detection is: DETECTION_IN_PROGRESS, DETECTION_FAILED or DETECTION_COMPLETE."""

    status: str
    reason: str = ""

    @property
    def running(self) -> bool:
        """Whether it is not over."""
        return self.status == "DETECTION_IN_PROGRESS"


class FailedValidation(Struct, frozen=True):
    """What DescribeEvents says of a change set that failed early validation or a hook."""

    logical_id: str
    name: str
    reason: str
    path: str = ""


class Answer(Struct, frozen=True):
    """What an invoked function returned. `error` is '' or the kind of error; `log` is the end of its log."""

    status: int
    payload: bytes
    error: str = ""
    log: str = ""


class Function(Struct, frozen=True):
    """A Lambda function as it is. `settings` are its properties by CloudFormation's names, with plain values."""

    arn: str
    code_sha256: str
    updating: bool = False
    failure: str = ""
    settings: Mapping[str, Any] = {}
    variables: Mapping[str, str] = {}
    layers: tuple[str, ...] = ()


class LogEvent(Struct, frozen=True):
    """One line of a log group; `time` in milliseconds since 1970."""

    id: str
    time: int
    message: str


class LogPage(Struct, frozen=True):
    """One page of log events, and the token of the next page, or ''."""

    events: tuple[LogEvent, ...]
    next: str = ""
