"""A small CloudFormation in memory behind `client.Client`: it pages, runs operations step by step, and can be told to fail.

An operation's events come out one `batch` at each look at the stack. `faults` lists what the n-th call of an operation
meets; `hook` sees every call before it happens.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache

from msgspec.structs import replace

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.model import (
    Change,
    ChangeSet,
    Created,
    DriftRun,
    Identity,
    LogPage,
    Output,
    Page,
    Refactor,
    ResourceDrift,
    Stack,
)
from tests.unit.deploy.ledger import ACCOUNT, REGION, Ledger, Time
from tests.unit.deploy.operation import START, Execution, parameters_of, queue_deletion

__all__ = ["ACCOUNT", "REGION", "START", "Cloud", "Time", "output"]


@lru_cache(maxsize=64)
def parsed(template):
    """A template's document, to be read alone: it is asked for at every look at a change set."""
    return json.loads(template)


class Cloud(Ledger):
    """The service in one account and region."""

    # ------------------------------------------------------------------------------------------------- reading

    def identity(self):
        self._call("identity")
        return Identity(self.account)

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

    def all_stacks(self):
        self._call("all_stacks")
        return tuple(self._shape(one) for one in self.stacks.values() if one.status != "DELETE_COMPLETE")

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
            record.drift_checked,
        )

    def template(self, stack):
        self._call("template")
        return self._need(stack).template

    def change_set_template(self, change_set):
        self._call("change_set_template")
        return self.sets[change_set]["request"].body

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
        arn = f"arn:aws:cloudformation:{self.region}:{self.account}:changeSet/{request.name}/{next(self.ids)}"
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
        old, new = parsed(record.template), parsed(request.body or "{}")
        return (
            record.status == "REVIEW_IN_PROGRESS"
            or dict(request.tags) != record.tags
            or parameters_of(record, request) != record.parameters
            or old.get("Outputs") != new.get("Outputs")
        )

    def changes(self, record, request):
        old = parsed(record.template)["Resources"]
        new = parsed(request.body or "{}").get("Resources", {})
        rows = []
        imported = {one.logical_id for one in request.imports}
        for logical_id, resource in new.items():
            physical = f"{logical_id.lower()}-1"
            if logical_id in imported:
                rows.append(Change("Import", logical_id, physical, resource["Type"]))
            elif logical_id not in old:
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

    def failed_validations(self, arn):
        self._call("failed_validations")
        return self.findings

    def failed_events(self, stack):
        self._call("failed_events")
        return tuple(self.failed_found)

    def execute(self, change_set, token, *, rollback=True):
        lost = self._call("execute")
        self.rollbacks.append(rollback)
        kept = self.sets[change_set]
        if kept["status"] != "AVAILABLE":
            raise AwsError("InvalidChangeSetStatus", f"it is {kept['status']}", "ExecuteChangeSet")
        record = self.stacks[kept["stack"]]
        kept["status"] = "EXECUTE_IN_PROGRESS"
        Execution(self, record, kept["request"], token, rollback and kept["request"].rollback).queue()
        self._lost(lost, "ExecuteChangeSet")

    def delete_change_set(self, arn):
        self._call("delete_change_set")
        self.sets.pop(arn, None)

    # ---------------------------------------------------------------------------------------------- refactors

    def create_refactor(self, stack, description, names, *, body="", url=""):
        lost = self._call("create_refactor")
        if self.refactors is None:
            return None
        record = self._need(stack)
        identity = f"refactor-{next(self.ids)}"
        failed = "StackPolicy" if record.policy else self.refactor_failure
        self.refactors[identity] = {
            "stack": record,
            "description": description,
            "names": names,
            "body": body,
            "status": ["CREATE_IN_PROGRESS", "CREATE_FAILED" if failed else "CREATE_COMPLETE"],
            "reason": failed,
            "execution": ["AVAILABLE"],
        }
        self._lost(lost, "CreateStackRefactor")
        return identity

    def refactor(self, identity):
        self._call("refactor")
        return self._refactor(identity)

    def _refactor(self, identity):
        kept = self.refactors[identity]
        status, execution = (one.pop(0) if len(one) > 1 else one[0] for one in (kept["status"], kept["execution"]))
        if kept["execution"][0] in {"EXECUTE_COMPLETE", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "EXECUTE_FAILED"}:
            self._end_refactor(kept)
        return Refactor(identity, status, kept["reason"], execution, "", kept["description"])

    def _end_refactor(self, kept):
        record = kept["stack"]
        record.status = "UPDATE_COMPLETE"
        names = kept.pop("names", {}) if kept["execution"][0] == "EXECUTE_COMPLETE" else {}
        if names:
            record.template = kept["body"]
            record.resources = {
                names.get(name, name): replace(one, logical_id=names.get(name, name))
                for name, one in record.resources.items()
            }

    def executing_refactors(self):
        self._call("executing_refactors")
        running = [key for key, one in (self.refactors or {}).items() if one["execution"][0] == "EXECUTE_IN_PROGRESS"]
        return tuple(self._refactor(identity) for identity in running)

    def execute_refactor(self, identity):
        lost = self._call("execute_refactor")
        kept = self.refactors[identity]
        kept["stack"].status = "UPDATE_IN_PROGRESS"
        kept["execution"] = ["EXECUTE_IN_PROGRESS", "EXECUTE_IN_PROGRESS", self.refactor_end]
        self._lost(lost, "ExecuteStackRefactor")

    def import_identifiers(self, stack):
        self._call("import_identifiers")
        return self.identifiers

    # ------------------------------------------------------------------------------------------------- stacks

    def delete_stack(self, stack, token, retain=(), *, express=False):
        lost = self._call("delete_stack")
        self.express_deletions.append(express)
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

    def detect_resource_drift(self, stack, logical_id):
        self._call("detect_resource_drift")
        known = [one for one in self.drift_found if one.logical_id == logical_id]
        return known[0] if known else ResourceDrift(logical_id, "", "", "IN_SYNC")

    def drifts(self, stack):
        self._call("drifts")
        return tuple(self.drift_found)

    def stored(self, bucket, key, owner):
        self._call("stored")
        return (bucket, key, owner) in self.bucket

    def store(self, bucket, key, body, owner):
        self._call("store")
        self.bucket[bucket, key, owner] = body

    def has_image(self, repository, tag):
        self._call("has_image")
        return tag in self.images[repository] if repository in self.images else None

    def create_repository(self, name):
        self._call("create_repository")
        self.images[name] = set()

    def registry_login(self):
        self._call("registry_login")
        return "AWS", "secret", f"{self.account}.dkr.ecr.{self.region}.amazonaws.com"

    def object_url(self, bucket, key):
        return f"https://s3.{self.region}.amazonaws.com/{bucket}/{key}"

    def function(self, name):
        self._call("function")
        return self.functions[name]

    def update_code(self, name, package):
        lost = self._call("update_code")
        sha256 = base64.b64encode(hashlib.sha256(package).digest()).decode()
        self.functions[name] = replace(self.functions[name], code_sha256=sha256)
        self._lost(lost, "UpdateFunctionCode")

    def update_configuration(self, name, changes):
        self._call("update_configuration")
        old = self.functions[name]
        settings = {**old.settings, **{key: value for key, value in changes.items() if key != "Environment"}}
        if "EphemeralStorage" in changes:
            settings["EphemeralStorage"] = changes["EphemeralStorage"]["Size"]
        variables = changes.get("Environment", {}).get("Variables", old.variables)
        if "TracingConfig" in changes:
            settings["TracingConfig"] = changes["TracingConfig"]["Mode"]
        layers = tuple(changes.get("Layers", old.layers))
        self.functions[name] = replace(old, settings=settings, variables=variables, layers=layers)

    def tag_function(self, arn, tag):
        self._call("tag_function")
        self.marks.add(arn)

    def untag_function(self, arn, tag):
        self._call("untag_function")
        self.marks.discard(arn)

    def publish_layer(self, name, package, runtimes, architectures):
        self._call("publish_layer")
        self.layers.setdefault(name, []).append(package)
        return f"arn:aws:lambda:{self.region}:{self.account}:layer:{name}:{len(self.layers[name]) + 1}"

    def latest_layer(self, name):
        self._call("latest_layer")
        found = self.layers.get(name, [b"old"])
        arn = f"arn:aws:lambda:{self.region}:{self.account}:layer:{name}:{len(self.layers.get(name, ())) + 1}"
        return arn, base64.b64encode(hashlib.sha256(found[-1]).digest()).decode()

    def publish_version(self, name):
        self._call("publish_version")
        return str(self.functions[name].code_sha256)

    def update_alias(self, name, alias, version):
        self._call("update_alias")
        self.aliases[name, alias] = version

    def state_machine_definition(self, arn):
        self._call("state_machine_definition")
        return json.dumps(self.definitions.get(arn, {}))

    def update_state_machine(self, arn, definition):
        self._call("update_state_machine")
        self.definitions[arn] = json.loads(definition)

    def tag_state_machine(self, arn, tag):
        self._call("tag_state_machine")
        self.marks.add(arn)

    def untag_state_machine(self, arn, tag):
        self._call("untag_state_machine")
        self.marks.discard(arn)

    def tagged_resources(self, tag):
        self._call("tagged_resources")
        return tuple(sorted(self.marks))

    def oidc_audiences(self, arn):
        self._call("oidc_audiences")
        return self.audiences

    def create_oidc_provider(self, url, audience):
        lost = self._call("create_oidc_provider")
        if self.audiences is not None:
            raise AwsError("EntityAlreadyExists", "it exists", "CreateOpenIDConnectProvider")
        self.audiences = (audience,)
        self._lost(lost, "CreateOpenIDConnectProvider")

    def has_role(self, name):
        self._call("has_role")
        return name in self.roles

    def invoke(self, function, payload):
        self._call("invoke")
        self.invoked = (function, payload)
        return self.answer

    def log_events(self, group, since, page=""):
        self._call("log_events")
        self.log_group = group
        return self.log_pages.pop(0) if self.log_pages else LogPage(())


def output(key, value, export=""):
    return Output(key, value, export)
