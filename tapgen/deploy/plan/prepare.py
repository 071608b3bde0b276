"""The first half of a deployment: from the request to a plan that only needs a yes. Whatever ends it cleans up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapgen.deploy.artifacts import facts
from tapgen.deploy.artifacts.upload import Source, upload
from tapgen.deploy.aws.model import ChangeSetRequest
from tapgen.deploy.plan import change_set as changeset
from tapgen.deploy.plan import fingerprint as stamp
from tapgen.deploy.plan import plan
from tapgen.deploy.plan.guard import guard, imported_exports, warn_drift
from tapgen.deploy.plan.plan import Plan
from tapgen.deploy.stack.failed_creation import clear_failed_creation
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import check_pins, is_ours, stack_ready
from tapgen.errors import TapgenError, suggestion
from tapgen.naming import ARTIFACT_BUCKET
from tapgen.template.document import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet, Identity, Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.plan.own_change_set import Attempt
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.views.view import View
    from tapgen.review.model import Review
    from tapgen.template.document import Document


@dataclass(frozen=True, slots=True)
class Situation:
    """What is there before the change set: who deploys, the stack, its template, and the review of the change.

    `stack` is None unless there is one to update; `absent` when the name is not even taken by an empty one; `body` is
    the template's text.
    """

    request: Deployment
    identity: Identity
    stack: Stack | None
    old: Document | None
    review: Review
    absent: bool
    body: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A deployment that waits for its yes. `plan` is None when nothing changes."""

    situation: Situation
    stamp: stamp.Stamp
    change_set: ChangeSet | None = None
    plan: Plan | None = None


def look(request: Deployment, client: Client, view: View, clock: Clock) -> Situation:
    """Read the target and review the change; nothing is written but the removal of a failed first creation.

    Raises:
        TapgenError: a parameter without value, wrong account or region, a running operation, a stuck stack, or a
            change that the guard refuses.
    """
    body = facts.body(request.document)
    packaged = {package.parameter: package.key for package in request.packages}
    bucket = {ARTIFACT_BUCKET: "named later"} if packaged else {}
    facts.parameters(request.document, {**request.parameters, **packaged, **bucket})
    options = request.options
    identity = check_pins(client, request.account, request.regions)
    stack = stack_ready(
        client,
        request.stack_name,
        view,
        clock,
        wait=options.wait,
        timeout=options.timeout,
        environment=request.environment,
    )
    if stack and state(stack.status).recovery == "clear":
        clear_failed_creation(client, stack, request, view, clock)
        stack = None
    _refuse_stuck(stack)
    exists = stack is not None and state(stack.status).change_set == "UPDATE"
    if stack and exists and request.ours and not is_ours(stack, request.ours):
        view.warn(f"{stack.name} does not carry this environment's tags: something else made it.")
    old = parse(client.template(stack.arn), stack.name) if stack and exists else None
    _warn_of_unknown(options.allow_loss, old or {}, request.document, view)
    from tapgen.review.assess import assess

    review = assess(
        old,
        request.document,
        old_parameters=stack.parameters if stack and exists else None,
        new_parameters={**(stack.parameters if stack and exists else {}), **request.parameters, **packaged},
    )
    guard(plan.refused(review, None, options.allow_loss))
    return Situation(request, identity, stack if exists else None, old, review, stack is None, body)


def _warn_of_unknown(allowed: frozenset[str], old: Document, new: Document, view: View) -> None:
    """A misspelt --allow-loss allows nothing; one that did its work in an earlier deployment is no error."""
    if "Transform" in old or "Transform" in new:
        return  # CloudFormation makes resources that neither text has
    known = {**old.get("Resources", {}), **new.get("Resources", {})}
    for name in sorted(allowed - known.keys()):
        view.warn(f"--allow-loss {name}: neither the stack nor the template has it; {suggestion(name, known)}")


def _refuse_stuck(stack: Stack | None) -> None:
    if stack is None:
        return
    row = state(stack.status)
    if not row.change_set:
        raise TapgenError(
            f"{stack.name} is {stack.status}: it cannot be deployed{f' ({stack.reason})' if stack.reason else ''}",
            row.advice,
            row.end,
        )


def prepare(situation: Situation, client: Client, attempt: Attempt, view: View, clock: Clock) -> Prepared:
    """Upload, create the change set, describe it, and let the guard look at it.

    Raises:
        TapgenError: CloudFormation refuses it, or the guard does.
    """
    request, source = upload(client, situation.request, situation.body, situation.identity.account, view)
    parameters = facts.parameters(request.document, request.parameters)
    mark = stamp.stamp(situation.old, request.document, parameters, request.tags)
    attempt.stack_is_new = situation.absent
    view.step(f"Creating a change set for {request.stack_name} in {client.region}")
    created = attempt.create(_change_set_request(situation, attempt, source, parameters, str(mark)))
    if created is None:
        return Prepared(situation, mark)
    found = changeset.wait_created(client, created.arn, clock)
    if changeset.empty(found):
        return Prepared(situation, mark)
    found = changeset.described(client, found)
    return planned(situation, client, found, mark, parameters, view)


def planned(
    situation: Situation,
    client: Client,
    change_set: ChangeSet,
    mark: stamp.Stamp,
    parameters: Mapping[str, str],
    view: View,
) -> Prepared:
    """Show the plan of a change set, and let the guard look at it.

    Raises:
        TapgenError: the guard refuses.
    """
    request, review = situation.request, situation.review
    shown = make_plan(situation, client.region, change_set, parameters)
    view.plan(shown)
    lost = plan.losses(change_set)
    imported = imported_exports(client, situation.stack, situation.old, request, parameters=parameters, lost=lost)
    guard((*plan.refused(review, change_set, request.options.allow_loss), *imported))
    warn_drift(client, situation.stack, change_set, view)
    return Prepared(situation, mark, change_set, shown)


def make_plan(situation: Situation, region: str, change_set: ChangeSet, parameters: Mapping[str, str]) -> Plan:
    """The change set and the review as one plan."""
    request, review, stack = situation.request, situation.review, situation.stack
    before = (stack.tags, stack.parameters) if stack else ({}, {})
    hidden = facts.hidden_parameters(request.document)
    return Plan(
        stack_name=request.stack_name,
        account=situation.identity.account,
        region=region,
        change_set=change_set.arn,
        creates=stack is None,
        rows=plan.rows(change_set),
        stack_changes=plan.stack_changes((before[0], request.tags), (before[1], parameters), hidden, review),
        security=plan.security(review),
        notes=tuple(note.message for note in review.notes),
        allowed=tuple(sorted(request.options.allow_loss)),
    )


def _change_set_request(
    situation: Situation, attempt: Attempt, source: Source, parameters: dict[str, str], description: str
) -> ChangeSetRequest:
    request, stack = situation.request, situation.stack
    return ChangeSetRequest(
        stack=stack.arn if stack else request.stack_name,
        name=attempt.name,
        type="UPDATE" if stack else "CREATE",
        token=attempt.token,
        description=description,
        body=source.body,
        url=source.url,
        parameters=parameters,
        capabilities=facts.capabilities(request.document),
        tags=request.tags,
        import_existing=request.options.import_existing,
    )
