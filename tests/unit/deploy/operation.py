"""What the in-memory CloudFormation does in an operation, event by event."""

import json
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from tapgen.deploy.aws.model import Output

START = datetime(2030, 1, 1, tzinfo=UTC)
STACK = "AWS::CloudFormation::Stack"


class Execution:
    """One execution of a change set: it queues events on the stack's record."""

    def __init__(self, cloud, record, request, token, rollback=True):
        self.rollback = rollback
        self.cloud, self.record, self.request, self.token = cloud, record, request, token
        self.creating = record.status == "REVIEW_IN_PROGRESS"
        self.verb = "IMPORT" if request.type == "IMPORT" else "CREATE" if self.creating else "UPDATE"
        self.document = json.loads(request.body)
        self.changes = cloud.changes(record, request)

    def queue(self):
        """Queue all of it."""
        self.cloud.happen(
            self.record, self.record.name, STACK, f"{self.verb}_IN_PROGRESS", "User Initiated", self.token
        )
        self.record.updated = START + timedelta(seconds=self.cloud.time.now + 1)
        if self.make():
            if self.rollback:
                self.roll_back()
            else:
                self.later(self.record.name, STACK, f"{self.verb}_FAILED", "The following resource(s) failed to update")
        else:
            self.clean_up()

    def later(self, logical_id, kind, status, reason=""):
        self.record.pending.append(lambda: self.cloud.happen(self.record, logical_id, kind, status, reason, self.token))

    def make(self):
        """Queue what becomes of each resource; whether one failed."""
        failed = self.refused()
        made = [change for change in self.changes if change.action != "Remove"]
        for change in made:
            self.later(change.logical_id, change.type, f"{self.verb}_IN_PROGRESS")
        for change in made:
            reason = self.cloud.fails.get(change.logical_id, "")
            if failed:
                reason = f"Resource {self.verb.lower()[:-1]}ion cancelled".replace("updation", "update")
            failed = failed or bool(reason)
            status = "FAILED" if reason else "COMPLETE"
            self.later(change.logical_id, change.type, f"{self.verb}_{status}", reason)
        return failed

    def refused(self):
        """Whether the stack policy denies to take something out, or what is to be imported is not there."""
        reasons = {}
        for change in self.changes:
            if change.action == "Remove" and denies(self.record.policy, change.logical_id):
                reasons[change.logical_id] = "Action denied by stack policy"
        for one in self.request.imports:
            if physical_id(one) not in self.cloud.outside:
                reasons[one.logical_id] = "it was not found"
        for logical_id, reason in reasons.items():
            self.later(logical_id, "any", f"{self.verb}_FAILED", reason)
        return bool(reasons)

    def roll_back(self):
        back = "ROLLBACK" if self.creating else f"{self.verb}_ROLLBACK"
        self.later(self.record.name, STACK, f"{back}_IN_PROGRESS", "The following resource(s) failed to create")
        for change in self.changes if self.creating else ():
            self.later(change.logical_id, change.type, "DELETE_COMPLETE")
        self.later(self.record.name, STACK, self.cloud.end.get(self.verb, f"{back}_COMPLETE"))

    def clean_up(self):
        if self.verb == "UPDATE":
            self.later(self.record.name, STACK, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for change in self.changes:
            if change.action == "Remove":
                stuck = self.cloud.fails.get(change.logical_id, "")
                self.later(change.logical_id, change.type, "DELETE_FAILED" if stuck else "DELETE_COMPLETE", stuck)
        self.record.pending.append(self.keep)
        self.later(self.record.name, STACK, self.cloud.end.get(self.verb, f"{self.verb}_COMPLETE"))

    def keep(self):
        """What the stack is from now on."""
        record, request, document = self.record, self.request, self.document
        hidden = {name for name, one in document.get("Parameters", {}).items() if one.get("NoEcho")}
        record.template, record.tags = request.body, dict(request.tags)
        values = parameters_of(record, request)
        record.parameters = {name: "****" if name in hidden else value for name, value in values.items()}
        for change in self.changes:
            if change.action == "Remove" and change.policy_action == "Retain":
                self.cloud.outside.add(record.resources[change.logical_id].physical_id)
        imported = {one.logical_id: physical_id(one) for one in request.imports}
        self.cloud.outside -= set(imported.values())
        record.resources = {
            name: replace(self.cloud.resource(name, resource["Type"]), physical_id=imported[name])
            if name in imported
            else record.resources.get(name) or self.cloud.resource(name, resource["Type"])
            for name, resource in document["Resources"].items()
        }
        record.outputs = tuple(
            Output(key, resolved(record, one["Value"]), str(one.get("Export", {}).get("Name", "")))
            for key, one in document.get("Outputs", {}).items()
        )


def physical_id(imported):
    return list(imported.identifier.values())[-1]


def parameters_of(record, request):
    """The values of the parameters after an update: given, kept, or a new one's default."""
    declared = json.loads(request.body or "{}").get("Parameters", {})
    defaults = {name: one["Default"] for name, one in declared.items() if "Default" in one}
    known = {**defaults, **{name: record.parameters[name] for name in request.unchanged}, **request.parameters}
    return {name: value for name, value in known.items() if name in declared or name in request.parameters}


def resolved(record, value):
    """The value of an output."""
    match value:
        case {"Ref": name} if name in record.resources:
            return record.resources[name].physical_id
        case {"Ref": name} if name in record.parameters:
            return record.parameters[name]
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{record.resources[name].physical_id}/{attribute}"
    return str(value)


def denies(policy, logical_id):
    """Whether a stack policy denies to delete a resource."""
    statements = json.loads(policy or "{}").get("Statement", ())
    resource = f"LogicalResourceId/{logical_id}"
    return any(one["Effect"] == "Deny" and resource in one["Resource"] for one in statements)


def queue_deletion(cloud, record, token, retain):
    """Queue the events of a deletion; `fails` names what cannot be deleted."""
    cloud.happen(record, record.name, STACK, "DELETE_IN_PROGRESS", "User Initiated", token)
    stuck = []
    for logical_id, resource in list(record.resources.items()):
        reason = cloud.fails.get(logical_id, "")
        document = json.loads(record.template)["Resources"].get(logical_id, {})
        kept = document.get("DeletionPolicy") == "Retain" or logical_id in retain
        status = "DELETE_SKIPPED" if kept else "DELETE_FAILED" if reason else "DELETE_COMPLETE"
        if status == "DELETE_FAILED":
            stuck.append(logical_id)
            record.resources[logical_id] = cloud.resource(logical_id, resource.type, status, reason)
        record.pending.append(
            lambda one=resource, end=status, why=reason: cloud.happen(
                record, one.logical_id, one.type, end, "" if end == "DELETE_SKIPPED" else why, token
            )
        )
    end = "DELETE_FAILED" if stuck else "DELETE_COMPLETE"
    reason = f"The following resource(s) failed to delete: {stuck}. " if stuck else ""
    record.pending.append(lambda: cloud.happen(record, record.name, STACK, end, reason, token))
