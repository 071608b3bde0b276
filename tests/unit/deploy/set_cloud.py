"""StackSets for the in-memory CloudFormation: an operation moves some stacks forward at each look, as told.

`set_fails` names what cannot be deployed: (account, region) -> reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.model import PropertyDrift, ResourceDrift
from tapgen.deploy.aws.stack_set_model import (
    DriftCounts,
    Instance,
    InstancePage,
    Result,
    ResultPage,
    SetOperation,
    StackSet,
)
from tests.unit.deploy.fake import ACCOUNT, Cloud

PAGE = 100  # the most that a page of the API holds


@dataclass
class Running:
    """An operation: what it has to do, and how far each stack is."""

    id: str
    action: str
    todo: list
    tolerance: int
    results: dict = field(default_factory=dict)  # (account, region) -> (status, reason)
    status: str = "RUNNING"
    drift: DriftCounts = field(default_factory=DriftCounts)


class SetCloud(Cloud):
    """The service, with StackSets."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.sets_of_stacks = {}  # name -> request
        self.there = {}  # (account, region) -> Instance
        self.operations = []  # newest first
        self.set_fails = {}
        self.step = 1000  # stacks that each look at an operation moves forward
        self.members = {}  # organizational unit -> accounts
        self.drifted = ()  # (account, region)
        self.requests = []

    def ready(self, name, document, targets, *, template=None, **request):
        """A StackSet that was deployed before."""
        import json

        self.sets_of_stacks[name] = StackSet(f"{name}:1", name, template or json.dumps(document), **request)
        for one in targets:
            self.there[one] = Instance(*one, f"arn:aws:cloudformation:{one[1]}:{one[0]}:stack/{name}", "CURRENT")

    # ------------------------------------------------------------------------------------------------- the sets

    def stack_set(self, name):
        self._call("stack_set")
        return self.sets_of_stacks.get(name)

    def create_stack_set(self, request, token):
        lost = self._call("create_stack_set")
        if request.name in self.sets_of_stacks:
            raise AwsError("NameAlreadyExistsException", "it exists", "CreateStackSet")
        self._keep(request)
        self._lost(lost, "CreateStackSet")

    def _keep(self, request, old=None):
        self.requests.append(request)
        self.sets_of_stacks[request.name] = StackSet(
            f"{request.name}:1",
            request.name,
            request.body,
            parameters=dict(request.parameters),
            tags=dict(request.tags),
            service_managed=request.permissions.service_managed,
            automatic=request.permissions.automatic,
            units=old.units if old else (),
            regions=old.regions if old else (),
        )

    def update_stack_set(self, request, preferences, operation):
        lost = self._call("update_stack_set")
        self._free()
        self._keep(request, self.sets_of_stacks[request.name])
        self._begin(operation, "UPDATE", list(self.there), preferences)
        self._lost(lost, "UpdateStackSet")
        return operation

    def delete_stack_set(self, name):
        self._call("delete_stack_set")
        if self.there:
            raise AwsError("StackSetNotEmptyException", "StackSet is not empty", "DeleteStackSet")
        self.sets_of_stacks.pop(name, None)

    # -------------------------------------------------------------------------------------------- the operations

    def create_instances(self, name, targets, preferences, operation):
        lost = self._call("create_instances")
        self._free()
        self._begin(operation, "CREATE", self._pairs(targets), preferences)
        old = self.sets_of_stacks[name]
        if targets.units:
            from msgspec.structs import replace

            units = tuple(dict.fromkeys((*old.units, *targets.units)))
            regions = tuple(dict.fromkeys((*old.regions, *targets.regions)))
            self.sets_of_stacks[name] = replace(old, units=units, regions=regions)
        self._lost(lost, "CreateStackInstances")
        return operation

    def delete_instances(self, name, targets, preferences, operation):
        lost = self._call("delete_instances")
        self._free()
        self._begin(operation, "DELETE", [one for one in self._pairs(targets) if one in self.there], preferences)
        self._lost(lost, "DeleteStackInstances")
        return operation

    def detect_set_drift(self, name, preferences, operation):
        self._call("detect_set_drift")
        self._begin(operation, "DETECT_DRIFT", list(self.there), preferences)
        return operation

    def stop_set_operation(self, name, operation):
        self._call("stop_set_operation")
        self._operation(operation).status = "STOPPING"

    def _pairs(self, targets):
        accounts = targets.accounts
        if targets.units:
            inside = [account for unit in targets.units for account in self.members[unit]]
            accounts = [one for one in inside if not targets.accounts or one in targets.accounts]
        return [(account, region) for region in targets.regions for account in accounts]

    def _free(self):
        if any(one.status in {"RUNNING", "STOPPING"} for one in self.operations):
            raise AwsError("OperationInProgressException", "Another Operation is in progress", "any")

    def _begin(self, operation, action, todo, preferences):
        share = preferences.failure_tolerance
        tolerance = int(share.rstrip("%")) * len(todo) // 100 if isinstance(share, str) else share
        made = Running(operation, action, todo, tolerance)
        made.results = dict.fromkeys(todo, ("PENDING", ""))
        self.operations.insert(0, made)

    def _operation(self, operation):
        return next((one for one in self.operations if one.id == operation), None)

    def _advance(self, running):
        """Some stacks further, or to the end."""
        if running.status == "STOPPING":
            self._cancel(running, "STOPPED")
        if running.status != "RUNNING":
            return
        for one in running.todo[: self.step]:
            self._do(running, one)
        del running.todo[: self.step]
        failed = sum(status == "FAILED" for status, _ in running.results.values())
        if failed > running.tolerance:
            self._cancel(running, "FAILED")
        elif not running.todo:
            running.status = "SUCCEEDED"
            total, drifted = len(running.results), len(self.drifted)
            if running.action == "DETECT_DRIFT":
                running.drift = DriftCounts("DRIFTED" if drifted else "IN_SYNC", total, drifted, total - drifted)

    def _cancel(self, running, status):
        for one in running.todo:
            running.results[one] = ("CANCELLED", "Cancelled since failure tolerance has exceeded")
        running.todo.clear()
        running.status = status

    def _do(self, running, one):
        reason = self.set_fails.get(one, "")
        running.results[one] = ("FAILED", reason) if reason else ("SUCCEEDED", "")
        if running.action == "DELETE" and not reason:
            self.there.pop(one, None)
        elif running.action in {"CREATE", "UPDATE"}:
            arn = f"arn:aws:cloudformation:{one[1]}:{one[0]}:stack/StackSet-x"
            self.there[one] = Instance(*one, arn, "OUTDATED" if reason else "CURRENT", reason=reason)

    def set_operation(self, name, operation):
        self._call("set_operation")
        running = self._operation(operation)
        if running is None:
            return None
        self._advance(running)
        return self._shown(running)

    def _shown(self, running):
        failed = sum(status == "FAILED" for status, _ in running.results.values())
        return SetOperation(running.id, running.action, running.status, failed=failed, drift=running.drift)

    def set_operations(self, name):
        self._call("set_operations")
        return tuple(self._shown(one) for one in self.operations)

    def set_results(self, name, operation, page="", *, status=""):
        self._call("set_results")
        results = self._operation(operation).results.items()
        found = [Result(*one, *result) for one, result in results if not status or result[0] == status]
        begin = int(page or 0)
        more = str(begin + PAGE) if begin + PAGE < len(found) else ""
        return ResultPage(tuple(found[begin : begin + PAGE]), more)

    # -------------------------------------------------------------------------------------------------- instances

    def instances(self, name, page="", *, account="", drifted=False):
        self._call("instances")
        found = [
            one
            for key, one in self.there.items()
            if (not account or one.account == account) and (not drifted or key in self.drifted)
        ]
        begin = int(page or 0)
        more = str(begin + PAGE) if begin + PAGE < len(found) else ""
        return InstancePage(tuple(found[begin : begin + PAGE]), more)

    def instance(self, name, account, region):
        self._call("instance")
        return self.there.get((account, region))

    def instance_drifts(self, name, instance, operation):
        self._call("instance_drifts")
        wrong = PropertyDrift("/DisplayName", "items", "other", "NOT_EQUAL")
        return (ResourceDrift("Topic", "topic-1", "AWS::SNS::Topic", "MODIFIED", (wrong,)),)


OTHER = "111111111111"
THIRD = "222222222222"
HOME = ACCOUNT
