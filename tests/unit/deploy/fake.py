"""A small CloudFormation in memory behind `ports.Client`: it pages, runs operations step by step, and can be told to fail.

An operation's events come out one `batch` at each look at the stack. `faults` lists what the n-th call of an operation
meets; `hook` sees every call before it happens.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tapgen.deploy.faults import AwsError
from tapgen.deploy.pace import Clock
from tapgen.deploy.values import (
    Answer,
    Change,
    ChangeSet,
    Created,
    DriftRun,
    Event,
    Identity,
    LogPage,
    Output,
    Page,
    Stack,
    StackResource,
)

ACCOUNT = "123456789012"
REGION = "eu-west-1"
START = datetime(2030, 1, 1, tzinfo=UTC)


class Time:
    """A clock that only sleeping moves; `interrupt` is the number of the sleep that Ctrl-C ends."""

    def __init__(self):
        self.now = 0.0
        self.sleeps = []
        self.interrupt = 0

    def sleep(self, seconds):
        self.sleeps.append(seconds)
        self.now += seconds
        if self.interrupt and len(self.sleeps) == self.interrupt:
            raise KeyboardInterrupt

    @property
    def clock(self):
        return Clock(lambda: self.now, self.sleep)


@dataclass
class Record:
    """A stack as the service keeps it."""

    arn: str
    name: str
    status: str
    template: str = "{}"
    tags: dict = field(default_factory=dict)
    parameters: dict = field(default_factory=dict)
    outputs: tuple = ()
    events: list = field(default_factory=list)  # newest first
    resources: dict = field(default_factory=dict)
    pending: list = field(default_factory=list)  # what the operation will still do
    policy: str = ""
    protection: bool = False
    updated: object = None
    drift: str = "NOT_CHECKED"
    reason: str = ""


class Cloud:
    """The service in one account and region."""

    def __init__(self, time=None, *, emulated=False, region=REGION):
        self.time = time or Time()
        self.emulated = emulated
        self.region = region
        self.account = ACCOUNT
        self.stacks = {}
        self.sets = {}
        self.calls = []  # (operation, time)
        self.faults = {}  # operation -> list of exceptions or None, one for each call
        self.lost_answers = set()  # operations whose next answer is lost after they were done
        self.hook = lambda index, operation: None
        self.page = 100
        self.batch = 4
        self.fails = {}  # logical id -> reason: its creation or update fails
        self.end = {}  # what an operation ends in instead: {"UPDATE": "UPDATE_ROLLBACK_FAILED"}
        self.replacement = {}  # logical id -> True, False, Conditional
        self.drop_changes = frozenset()  # logical ids that IncludePropertyValues drops
        self.set_delay = 1  # descriptions before a change set is made
        self.set_failure = ""  # StatusReason of a change set that fails
        self.findings = ()
        self.imports = {}
        self.drift_found = ()
        self.drift_status = ["DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"]
        self.bucket = {}
        self.stale = 0  # answers of DescribeStacks that are older than the execution
        self.answer = Answer(200, b"{}", "", "END")
        self.log_pages = []
        self._ids = itertools.count(1)

    # ------------------------------------------------------------------------------------------------ plumbing

    def _call(self, operation):
        self.calls.append((operation, self.time.now))
        self.hook(len(self.calls), operation)
        queue = self.faults.get(operation)
        if queue:
            error = queue.pop(0)
            if error is not None:
                raise error
        if operation in self.lost_answers:
            self.lost_answers.discard(operation)
            return True
        return False

    def _lost(self, lost, operation):
        from tapgen.deploy.faults import UnreachableError

        if lost:
            raise UnreachableError("ConnectionClosedError", "the connection was closed", operation)

    def count(self, *operations):
        return sum(1 for operation, _ in self.calls if operation in operations)

    def names(self):
        return [operation for operation, _ in self.calls]

    def put(self, name, status="CREATE_COMPLETE", document=None, **more):
        """A stack that is there from the start."""
        number = next(self._ids)
        arn = f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{name}/{number}"
        record = Record(arn, name, status, json.dumps(document or {"Resources": {}}), **more)
        for logical_id, resource in (document or {}).get("Resources", {}).items():
            record.resources.setdefault(logical_id, self.resource(logical_id, resource["Type"]))
        self.stacks[arn] = record
        return record

    def resource(self, logical_id, kind, status="CREATE_COMPLETE", reason=""):
        return StackResource(logical_id, f"{logical_id.lower()}-1", kind, status, reason)

    def event(self, record, logical_id, kind, status, reason="", token="", physical=None):
        number = next(self._ids)
        physical = physical or (record.arn if logical_id == record.name else f"{logical_id.lower()}-1")
        time = START + timedelta(seconds=self.time.now)
        return Event(f"e{number}", record.arn, logical_id, physical, kind, status, reason, token, time)

    def happen(self, record, logical_id, kind, status, reason="", token="", physical=None):
        """An event now."""
        record.events.insert(0, self.event(record, logical_id, kind, status, reason, token, physical))
        if logical_id == record.name:
            record.status, record.reason = status, reason

    def _find(self, stack):
        if stack in self.stacks:
            return self.stacks[stack]
        living = [one for one in self.stacks.values() if one.name == stack and one.status != "DELETE_COMPLETE"]
        return living[-1] if living else None

    def _need(self, stack):
        record = self._find(stack)
        if record is None:
            raise AwsError("ValidationError", f"Stack with id {stack} does not exist", "any")
        return record

    def advance(self, record):
        for step in record.pending[: self.batch]:
            step()
        del record.pending[: self.batch]

    def _later(self, record, *event, token=""):
        record.pending.append(lambda: self.happen(record, *event, token=token))

    # ------------------------------------------------------------------------------------------------- reading

    def identity(self):
        self._call("identity")
        return Identity(self.account, f"arn:aws:iam::{self.account}:user/ada", self.region)

    def stack(self, stack):
        self._call("stack")
        record = self._find(stack)
        if record is None:
            return None
        if self.stale and record.pending:
            self.stale -= 1
            return self._shape(
                replace(record, status="REVIEW_IN_PROGRESS" if record.updated is None else record.status)
            )
        self.advance(record)
        return self._shape(record)

    def _shape(self, record):
        return Stack(
            record.arn,
            record.name,
            record.status,
            record.reason,
            START,
            record.updated,
            dict(record.tags),
            dict(record.parameters),
            record.outputs,
            record.protection,
            record.drift,
        )

    def template(self, stack, change_set=""):
        self._call("template")
        return self.sets[change_set]["request"].body if change_set else self._need(stack).template

    def resources(self, stack):
        self._call("resources")
        return tuple(self._need(stack).resources.values())

    def events(self, stack, page=""):
        self._call("events")
        record = self._need(stack)
        if not page:
            self.advance(record)
        begin = int(page or 0)
        # A page token holds on to the events of its first page: new events do not shift it.
        events = record.events[len(record.events) - begin :] if page else record.events
        rest = len(events) - self.page
        return Page(tuple(events[: self.page]), str(rest) if rest > 0 else "")

    def importers(self, export):
        self._call("importers")
        return tuple(self.imports.get(export, ()))

    # -------------------------------------------------------------------------------------------- change sets

    def create_change_set(self, request):
        lost = self._call("create_change_set")
        record = self._find(request.stack)
        if request.type == "CREATE" and record is None:
            record = self.put(request.stack, "REVIEW_IN_PROGRESS", tags=dict(request.tags))
            self.happen(record, record.name, "AWS::CloudFormation::Stack", "REVIEW_IN_PROGRESS")
        arn = f"arn:aws:cloudformation:{self.region}:{self.account}:changeSet/{request.name}/{next(self._ids)}"
        self.sets[arn] = {"request": request, "stack": record.arn, "status": "AVAILABLE", "delay": self.set_delay}
        self._lost(lost, "CreateChangeSet")
        return Created(arn, record.arn)

    def change_set(self, arn, *, values=False):
        self._call("change_set_values" if values else "change_set")
        if arn not in self.sets:
            raise AwsError("ChangeSetNotFound", f"ChangeSet [{arn}] does not exist", "DescribeChangeSet")
        kept = self.sets[arn]
        request, record = kept["request"], self.stacks[kept["stack"]]
        base = ChangeSet(arn, request.name, record.arn, "CREATE_IN_PROGRESS", "", "UNAVAILABLE", request.description)
        if kept["delay"]:
            kept["delay"] -= 1
            return base
        if kept["status"].startswith("EXECUTE_"):
            return replace(base, status="CREATE_COMPLETE", execution_status=kept["status"])
        changes = self.changes(record, request)
        if values:
            changes = tuple(change for change in changes if change.logical_id not in self.drop_changes)
        if self.set_failure:
            return replace(base, status="FAILED", reason=self.set_failure)
        if not self.changes(record, request) and not self._stack_level(record, request):
            reason = "The submitted information didn't contain changes. Submit different information."
            return replace(base, status="FAILED", reason=reason)
        return replace(base, status="CREATE_COMPLETE", execution_status=kept["status"], changes=changes)

    def _stack_level(self, record, request):
        old, new = json.loads(record.template), json.loads(request.body or "{}")
        return (
            record.status == "REVIEW_IN_PROGRESS"
            or dict(request.tags) != record.tags
            or dict(request.parameters) != record.parameters
            or old.get("Outputs") != new.get("Outputs")
        )

    def changes(self, record, request):
        old = json.loads(record.template)["Resources"]
        new = json.loads(request.body or "{}").get("Resources", {})
        rows = []
        for logical_id, resource in new.items():
            physical = f"{logical_id.lower()}-1"
            if logical_id not in old:
                rows.append(Change("Add", logical_id, "", resource["Type"]))
            elif old[logical_id] != resource:
                replaced = self.replacement.get(logical_id, "False")
                rows.append(Change("Modify", logical_id, physical, resource["Type"], replaced, ("Properties",)))
        for logical_id, resource in old.items():
            if logical_id not in new:
                policy = {"Retain": "Retain"}.get(resource.get("DeletionPolicy"), "Delete")
                rows.append(
                    Change("Remove", logical_id, f"{logical_id.lower()}-1", resource["Type"], policy_action=policy)
                )
        return tuple(rows)

    def change_sets(self, stack):
        self._call("change_sets")
        return tuple(arn for arn, kept in self.sets.items() if kept["stack"] == self._need(stack).arn)

    def change_set_findings(self, arn):
        self._call("change_set_findings")
        return self.findings

    def execute(self, change_set, token):
        lost = self._call("execute")
        kept = self.sets[change_set]
        if kept["status"] != "AVAILABLE":
            raise AwsError("InvalidChangeSetStatus", f"it is {kept['status']}", "ExecuteChangeSet")
        record = self.stacks[kept["stack"]]
        kept["status"] = "EXECUTE_IN_PROGRESS"
        self._run(record, kept["request"], token)
        self._lost(lost, "ExecuteChangeSet")

    def _run(self, record, request, token):
        from tests.unit.deploy.operation import queue_deployment

        queue_deployment(self, record, request, token)

    def delete_change_set(self, arn):
        self._call("delete_change_set")
        self.sets.pop(arn, None)

    # ------------------------------------------------------------------------------------------------- stacks

    def delete_stack(self, stack, token, retain=()):
        lost = self._call("delete_stack")
        from tests.unit.deploy.operation import queue_deletion

        queue_deletion(self, self._need(stack), token, tuple(retain))
        self._lost(lost, "DeleteStack")

    def cancel_update(self, stack, token):
        self._call("cancel_update")
        record = self._need(stack)
        record.pending.clear()
        self._roll_back(record, token)

    def continue_rollback(self, stack, token, skip=()):
        self._call("continue_rollback")
        self.skipped = tuple(skip)
        self._roll_back(self._need(stack), token)

    def rollback(self, stack, token):
        self._call("rollback")
        self._roll_back(self._need(stack), token)

    def _roll_back(self, record, token):
        stack = (record.name, "AWS::CloudFormation::Stack")
        self.happen(record, *stack, "UPDATE_ROLLBACK_IN_PROGRESS", token=token)
        self._later(record, *stack, self.end.get("ROLLBACK", "UPDATE_ROLLBACK_COMPLETE"), token=token)

    def stack_policy(self, stack):
        self._call("stack_policy")
        return self._need(stack).policy

    def set_stack_policy(self, stack, policy):
        self._call("set_stack_policy")
        self._need(stack).policy = policy

    def set_termination_protection(self, stack, *, on):
        self._call("set_termination_protection")
        self._need(stack).protection = on

    # --------------------------------------------------------------------------------- drift, artifacts, functions

    def detect_drift(self, stack):
        self._call("detect_drift")
        return "detection-1"

    def drift_run(self, detection):
        self._call("drift_run")
        status = self.drift_status.pop(0) if len(self.drift_status) > 1 else self.drift_status[0]
        return DriftRun(status, "denied" if status == "DETECTION_FAILED" else "")

    def drifts(self, stack):
        self._call("drifts")
        return tuple(self.drift_found)

    def stored(self, bucket, key, owner):
        self._call("stored")
        return (bucket, key, owner) in self.bucket

    def store(self, bucket, key, body, owner):
        self._call("store")
        self.bucket[bucket, key, owner] = body

    def object_url(self, bucket, key):
        return f"https://s3.{self.region}.amazonaws.com/{bucket}/{key}"

    def invoke(self, function, payload):
        self._call("invoke")
        self.invoked = (function, payload)
        return self.answer

    def log_events(self, group, since, page=""):
        self._call("log_events")
        self.log_group = group
        return self.log_pages.pop(0) if self.log_pages else LogPage(())


def output(key, value, export=""):
    return Output(key, value, "", export)
