"""The books of the in-memory CloudFormation: its clock, its stacks and their events, the calls it met."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import timedelta

from tapgen.deploy.aws.errors import AwsError, LostAnswerError
from tapgen.deploy.aws.model import Answer, Event, StackResource
from tapgen.deploy.aws.polling import Clock
from tests.unit.deploy.operation import START

ACCOUNT = "123456789012"
REGION = "eu-west-1"


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
    drift_checked: object = None
    reason: str = ""


class Ledger:
    """What the service knows and what it was told to do; `fake.Cloud` adds the operations."""

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
        self.failed_found = ()  # what DescribeEvents says has failed
        self.imports = {}
        self.drift_found = ()
        self.drift_status = ["DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"]
        self.bucket = {}
        self.images = {}
        self.stale = 0  # answers of DescribeStacks that are older than the execution
        self.answer = Answer(200, b"{}", "", "END")
        self.log_pages = []
        self.functions = {}  # name -> model.Function
        self.outside = set()  # physical ids of what has left its stack and lives on
        self.refactors = None  # by id; None: an endpoint that knows none
        self.refactor_failure = ""
        self.refactor_end = "EXECUTE_COMPLETE"
        self.identifiers = {}  # logical id -> keys to import it by
        self.roles = set()  # names in IAM of what no stack has made
        self.audiences = None  # of the identity provider
        self.marks = set()  # the ARNs of functions and state machines that carry the tag
        self.layers = {}  # name -> the packages that were published
        self.aliases = {}  # (function, alias) -> version
        self.definitions = {}  # ARN of a state machine -> its definition
        self.tokenless = False  # an endpoint whose events carry no token
        self.rollbacks = []  # of each execution
        self.express_deletions = []  # of each deletion
        self.ids = itertools.count(1)

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
        if lost:
            raise LostAnswerError("ConnectionClosedError", "the connection was closed", operation)

    def count(self, *operations):
        return sum(1 for operation, _ in self.calls if operation in operations)

    def names(self):
        return [operation for operation, _ in self.calls]

    def put(self, name, status="CREATE_COMPLETE", document=None, **more):
        """A stack that is there from the start."""
        number = next(self.ids)
        arn = f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{name}/{number}"
        record = Record(arn, name, status, json.dumps(document or {"Resources": {}}), **more)
        for logical_id, resource in (document or {}).get("Resources", {}).items():
            record.resources.setdefault(logical_id, self.resource(logical_id, resource["Type"]))
        self.stacks[arn] = record
        return record

    def resource(self, logical_id, kind, status="CREATE_COMPLETE", reason=""):
        return StackResource(logical_id, f"{logical_id.lower()}-1", kind, status, reason)

    def event(self, record, logical_id, kind, status, reason="", token="", physical=None):
        number = next(self.ids)
        physical = physical or (record.arn if logical_id == record.name else f"{logical_id.lower()}-1")
        time = START + timedelta(seconds=self.time.now)
        shown = "" if self.tokenless else token
        return Event(f"e{number}", record.arn, logical_id, physical, kind, status, reason, shown, time)

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
