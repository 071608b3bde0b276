"""What CloudFormation says, as frozen values: the words of its API reference in Python's spelling.

`responses` makes them of botocore's answers; everything else in this package reads only these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks (STS GetCallerIdentity)."""

    account: str


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a stack; `export` is the name it is exported under, or ''."""

    key: str
    value: str
    export: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as DescribeStacks tells it. `parameters` holds `****` for NoEcho values."""

    arn: str
    name: str
    status: str
    reason: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()
    termination_protection: bool = False
    drift: str = "NOT_CHECKED"


@dataclass(frozen=True, slots=True)
class Event:
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


@dataclass(frozen=True, slots=True)
class Page:
    """One page of events, newest first, and the token of the next page, or ''."""

    events: tuple[Event, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
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


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a change set. `replacement` is True, False, Conditional or '' as the service writes it."""

    action: str
    logical_id: str
    physical_id: str
    type: str
    replacement: str = ""
    scope: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    policy_action: str = ""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set with every page of its changes."""

    arn: str
    name: str
    stack_arn: str
    status: str
    reason: str = ""
    execution_status: str = ""
    description: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeSetRequest:
    """What CreateChangeSet is asked. `stack` is a name at first and an ARN once there is one.

    Exactly one of `body` and `url` is set.
    """

    stack: str
    name: str
    type: str
    token: str
    description: str
    body: str = ""
    url: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    import_existing: bool = False
    express: bool = False
    rollback: bool = True
    revert_drift: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    """The answer of CreateChangeSet: both ARNs, which every later call uses."""

    arn: str
    stack_arn: str


@dataclass(frozen=True, slots=True)
class StackResource:
    """A resource of a stack."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PropertyDrift:
    """One property that is not what the template says; both values as JSON text or plain text."""

    path: str
    expected: str
    actual: str
    kind: str


@dataclass(frozen=True, slots=True)
class ResourceDrift:
    """A resource's drift: IN_SYNC, MODIFIED, DELETED, NOT_CHECKED or UNKNOWN."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    properties: tuple[PropertyDrift, ...] = ()


@dataclass(frozen=True, slots=True)
class DriftRun:
    """How far a drift detection is: DETECTION_IN_PROGRESS, DETECTION_FAILED or DETECTION_COMPLETE."""

    status: str
    reason: str = ""

    @property
    def running(self) -> bool:
        """Whether it is not over."""
        return self.status == "DETECTION_IN_PROGRESS"


@dataclass(frozen=True, slots=True)
class Finding:
    """What DescribeEvents says of a change set that failed early validation or a hook."""

    logical_id: str
    name: str
    reason: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invoked function returned. `error` is '' or the kind of error; `log` is the end of its log."""

    status: int
    payload: bytes
    error: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function as it is. `settings` are its properties by CloudFormation's names, with plain values."""

    arn: str
    code_sha256: str
    updating: bool = False
    failure: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One line of a log group; `time` in milliseconds since 1970."""

    id: str
    time: int
    message: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page of log events, and the token of the next page, or ''."""

    events: tuple[LogEvent, ...]
    next: str = ""
