"""What the in-memory CloudFormation does in an operation, event by event."""

import json
from datetime import timedelta

from tapgen.deploy.values import Output

STACK = "AWS::CloudFormation::Stack"


def queue_deployment(cloud, record, request, token):
    """Queue the events of a change set's execution, and what they leave behind."""
    from tests.unit.deploy.fake import START

    creating = record.status == "REVIEW_IN_PROGRESS"
    verb = "CREATE" if creating else "UPDATE"
    document = json.loads(request.body) if request.body else json.loads(cloud.bucket[_key(request.url, cloud)])
    changes = cloud.changes(record, request) if request.body else ()

    def later(logical_id, kind, status, reason=""):
        record.pending.append(lambda: cloud.happen(record, logical_id, kind, status, reason, token))

    def finish(status):
        def step():
            if not status.startswith(("ROLLBACK", "UPDATE_ROLLBACK")):
                record.template, record.tags = request.body or json.dumps(document), dict(request.tags)
                hidden = {n for n, p in document.get("Parameters", {}).items() if p.get("NoEcho")}
                record.parameters = {n: "****" if n in hidden else v for n, v in request.parameters.items()}
                outputs = document.get("Outputs", {})
                record.outputs = tuple(
                    Output(key, str(one["Value"]), "", str(one.get("Export", {}).get("Name", "")))
                    for key, one in outputs.items()
                )
                record.resources = {
                    name: cloud.resource(name, resource["Type"]) for name, resource in document["Resources"].items()
                }
            cloud.happen(record, record.name, STACK, status, "", token)

        record.pending.append(step)

    cloud.happen(record, record.name, STACK, f"{verb}_IN_PROGRESS", "User Initiated", token)
    record.updated = START + timedelta(seconds=cloud.time.now + 1)
    failed = False
    for change in changes:
        if change.action == "Remove":
            continue
        later(change.logical_id, change.type, f"{verb}_IN_PROGRESS")
    for change in changes:
        if change.action == "Remove":
            continue
        if change.logical_id in cloud.fails:
            later(change.logical_id, change.type, f"{verb}_FAILED", cloud.fails[change.logical_id])
            failed = True
        elif failed:
            later(change.logical_id, change.type, f"{verb}_FAILED", f"Resource {verb.lower()[:-1]}ion cancelled")
        else:
            later(change.logical_id, change.type, f"{verb}_COMPLETE")
    back = "ROLLBACK" if creating else "UPDATE_ROLLBACK"
    if failed:
        later(record.name, STACK, f"{back}_IN_PROGRESS", "The following resource(s) failed to create")
        for change in changes:
            if creating:
                later(change.logical_id, change.type, "DELETE_COMPLETE")
        finish(cloud.end.get(verb, f"{back}_COMPLETE"))
        return
    if not creating:
        later(record.name, STACK, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for change in changes:
            if change.action == "Remove":
                stuck = cloud.fails.get(change.logical_id)
                later(change.logical_id, change.type, "DELETE_FAILED" if stuck else "DELETE_COMPLETE", stuck or "")
    finish(cloud.end.get(verb, f"{verb}_COMPLETE"))


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


def _key(url, cloud):
    bucket, key = url.split("/", 4)[3:]
    return bucket, key, cloud.account
