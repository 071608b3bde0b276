"""The first half of a deployment: from the request to a plan that only needs a yes. Whatever ends it cleans up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.artifacts.capabilities import capabilities
from tapgen.deploy.artifacts.document import body
from tapgen.deploy.artifacts.parameters import hidden_parameters, parameter_values
from tapgen.deploy.artifacts.upload import upload
from tapgen.deploy.aws.model import ChangeSetRequest
from tapgen.deploy.plan.change_set import described, is_empty, wait_created
from tapgen.deploy.plan.changes import losses, planned_changes, referring
from tapgen.deploy.plan.exports import imported_exports
from tapgen.deploy.plan.guard import guard, refused, replaced_without_rollback
from tapgen.deploy.plan.plan import Plan
from tapgen.deploy.plan.plan_fingerprint import plan_fingerprint
from tapgen.deploy.plan.rename_record import refuse_under_way
from tapgen.deploy.plan.reviewed_changes import in_words_of
from tapgen.deploy.plan.stack_level import allowed_losses, lesser_losses, stack_changes
from tapgen.deploy.plan.stale import still_there
from tapgen.deploy.stack.failed_creation import clear_failed_creation
from tapgen.deploy.stack.states import state
from tapgen.deploy.stack.target import check_pins, is_ours, stack_ready
from tapgen.errors import TapgenError, suggestion
from tapgen.naming import ARTIFACT_BUCKET
from tapgen.review.assess import assess
from tapgen.template.document import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.artifacts.upload import Source
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet, Identity, Stack
    from tapgen.deploy.aws.polling import Clock
    from tapgen.deploy.plan.guard import Refused
    from tapgen.deploy.plan.own_change_set import OwnChangeSet
    from tapgen.deploy.plan.plan_fingerprint import PlanFingerprint
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.stack.reporter import Reporter
    from tapgen.review.model import Review
    from tapgen.template.document import Document


class Deployed(Struct, frozen=True):
    """A stack that can be updated, with its template as text and as a document."""

    stack: Stack
    text: str
    document: Document


class Situation(Struct, frozen=True):
    """What is there before the change set: who deploys, what is deployed, and the review of the change.

    `absent` when the name is not even taken by an empty stack; `body` is the new template's text.
    """

    request: Deployment
    identity: Identity
    deployed: Deployed | None
    review: Review
    absent: bool
    body: str


class Prepared(Struct, frozen=True):
    """A deployment that waits for its yes. `plan` is None when nothing changes; `refusals` are the guard's."""

    situation: Situation
    fingerprint: PlanFingerprint
    change_set: ChangeSet | None = None
    plan: Plan | None = None
    refusals: tuple[Refused, ...] = ()


def look(request: Deployment, client: Client, reporter: Reporter, clock: Clock) -> Situation:
    """Read the target and review the change; nothing is written but the removal of a failed first creation.

    Raises:
        TapgenError: a parameter without value, wrong account or region, a running operation, a stuck stack, or a
            change that the guard refuses.
    """
    text = body(request.document)
    packaged = {package.parameter: package.key for package in request.packages}
    bucket = {ARTIFACT_BUCKET: "named later"} if request.zips else {}
    parameter_values(request.document, {**request.parameters, **packaged, **bucket})
    identity = check_pins(client, request.account, request.regions)
    stack = _stack(request, client, reporter, clock)
    deployed = _deployed(client, stack)
    if deployed:
        refuse_under_way(deployed.document, request.environment, request.options.allow_loss)
    if deployed and request.ours and not is_ours(deployed.stack, request.ours):
        reporter.warn(f"{deployed.stack.name} does not carry this environment's tags: something else made it.")
    old = deployed.document if deployed else None
    _warn_of_unknown(request.options.allow_loss, old or {}, request.document, reporter)
    before = deployed.stack.parameters if deployed else None
    review = assess(
        old,
        request.document,
        old_parameters=before,
        new_parameters={**(before or {}), **request.parameters, **packaged},
        pseudo=deployed.stack.pseudo_parameters if deployed else None,
    )
    guard(refused(review, None, request.options.allow_loss))
    return Situation(request, identity, deployed, review, stack is None, text)


def _stack(request: Deployment, client: Client, reporter: Reporter, clock: Clock) -> Stack | None:
    """The stack when it is free and can be deployed; a failed first creation is cleared."""
    stack = stack_ready(
        client,
        request.stack_name,
        reporter,
        clock,
        wait=request.options.wait,
        timeout=request.options.timeout,
        environment=request.environment,
    )
    if stack is None:
        return None
    row = state(stack.status)
    if row.recovery == "clear":
        clear_failed_creation(client, stack, request, reporter, clock)
        return None
    if not row.change_set and (request.options.rollback or not row.continues):
        raise TapgenError(
            f"{stack.name} is {stack.status}: it cannot be deployed{f' ({stack.reason})' if stack.reason else ''}",
            row.advice_for(request.environment),
            row.end,
        )
    return stack


def _deployed(client: Client, stack: Stack | None) -> Deployed | None:
    if stack is None or state(stack.status).change_set == "CREATE":
        return None
    text = client.template(stack.arn)
    return Deployed(stack, text, parse(text, stack.name))


def _warn_of_unknown(allowed: frozenset[str], old: Document, new: Document, reporter: Reporter) -> None:
    """A misspelt --allow-loss allows nothing; one that did its work in an earlier deployment is no error."""
    if "Transform" in old or "Transform" in new:
        return  # CloudFormation makes resources that neither text has
    known = {**old.get("Resources", {}), **new.get("Resources", {})}
    for name in sorted(allowed - known.keys()):
        reporter.warn(f"--allow-loss {name}: neither the stack nor the template has it; {suggestion(name, known)}")


def prepare(situation: Situation, client: Client, own: OwnChangeSet, reporter: Reporter, clock: Clock) -> Prepared:
    """Upload, create the change set, describe it, and let the guard look at it.

    Raises:
        TapgenError: CloudFormation refuses it.
    """
    request, source = upload(client, situation.request, situation.body, situation.identity.account, reporter.step)
    parameters = parameter_values(request.document, request.parameters)
    old = situation.deployed.document if situation.deployed else None
    fingerprint = plan_fingerprint(old, request.document, parameters, request.tags)
    own.stack_is_new = situation.absent
    reporter.step(f"Creating a change set for {request.stack_name} in {client.region}")
    created = own.create(_change_set_request(situation, own, source, parameters, str(fingerprint)))
    if created is None:
        return Prepared(situation, fingerprint)
    with still_there(request.stack_name):
        found = wait_created(client, created.arn, clock)
        if is_empty(found):
            return Prepared(situation, fingerprint)
        found = described(client, found)
    return planned(situation, client, found, fingerprint, parameters)


def planned(
    situation: Situation,
    client: Client,
    change_set: ChangeSet,
    fingerprint: PlanFingerprint,
    parameters: Mapping[str, str],
) -> Prepared:
    """The plan of a change set, with what the guard refuses of it."""
    request, review, deployed = situation.request, situation.review, situation.deployed
    imported: tuple[Refused, ...] = ()
    if deployed:
        lost = losses(change_set)
        imported = imported_exports(
            client, deployed.stack, deployed.document, request, parameters=parameters, lost=lost
        )
    stay = () if request.options.rollback else replaced_without_rollback(change_set)
    refusals = (*refused(review, change_set, request.options.allow_loss), *imported, *stay)
    plan = make_plan(situation, client.region, change_set, parameters)
    return Prepared(situation, fingerprint, change_set, plan, refusals)


def make_plan(situation: Situation, region: str, change_set: ChangeSet, parameters: Mapping[str, str]) -> Plan:
    """The change set and the review as one plan."""
    request, review = situation.request, situation.review
    stack = situation.deployed.stack if situation.deployed else None
    tags, values = (stack.tags, stack.parameters) if stack else ({}, {})
    hidden = hidden_parameters(request.document)
    rows, quiet = planned_changes(change_set), frozenset[str]()
    if "Transform" not in request.document:  # else CloudFormation makes resources that the review does not know
        rows, quiet = in_words_of(review, change_set), referring(change_set, review)
    return Plan(
        stack_name=request.stack_name,
        account=situation.identity.account,
        region=region,
        change_set=change_set.arn,
        creates=stack is None,
        changes=tuple(one for one in rows if one.logical_id not in quiet),
        referring=tuple(one for one in rows if one.logical_id in quiet),
        stack_changes=stack_changes((tags, request.tags), (values, parameters), hidden, review),
        security=review.security,
        notes=tuple(note.message for note in review.notes),
        allowed=allowed_losses(review, request.options.allow_loss),
        losses=lesser_losses(review),
    )


def _change_set_request(
    situation: Situation, own: OwnChangeSet, source: Source, parameters: dict[str, str], description: str
) -> ChangeSetRequest:
    request, deployed = situation.request, situation.deployed
    return ChangeSetRequest(
        stack=deployed.stack.arn if deployed else request.stack_name,
        name=own.name,
        type="UPDATE" if deployed else "CREATE",
        token=own.token,
        description=description,
        body=source.body,
        url=source.url,
        parameters=parameters,
        capabilities=capabilities(request.document),
        tags=request.tags,
        import_existing=request.options.import_existing,
        express=request.options.express,
        rollback=request.options.rollback,
        revert_drift=request.options.revert_drift and deployed is not None,
    )
