"""What a deployment of a StackSet knows before it asks: what is there, what would change, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.artifacts.parameters import hidden_parameters
from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.plan.guard import guard, refused
from tapgen.deploy.plan.plan import Plan
from tapgen.deploy.plan.reviewed_changes import changes_of
from tapgen.deploy.plan.stack_level import allowed_losses, lesser_losses, stack_changes
from tapgen.deploy.stack_sets.plan import set_fingerprint, target_lines
from tapgen.deploy.stack_sets.survey import INOPERABLE, left_over, missing
from tapgen.errors import TapgenError
from tapgen.review.assess import assess
from tapgen.template.document import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.stack_set_model import Instance, StackSet, Targets
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.stack.reporter import Reporter
    from tapgen.deploy.stack_sets.causes import Elsewhere
    from tapgen.deploy.stack_sets.plan import SetFingerprint
    from tapgen.deploy.stack_sets.survey import Survey
    from tapgen.deploy.stack_sets.target import SetTarget
    from tapgen.review.model import Review
    from tapgen.template.document import Document

UNPROTECTED = (
    "the stacks of a StackSet have neither termination protection nor a stack policy: CloudFormation gives them none"
)


class SetSituation(Struct, frozen=True):
    """What is there and what is wanted. `updates`: the stacks that are there get the template (again)."""

    request: Deployment
    target: SetTarget
    account: str
    found: StackSet | None
    seen: Survey
    parameters: Mapping[str, str]
    review: Review
    fingerprint: SetFingerprint
    make: tuple[Targets, ...]
    updates: bool


def situation(
    request: Deployment,
    target: SetTarget,
    account: str,
    found: StackSet | None,
    seen: Survey,
    parameters: Mapping[str, str],
) -> SetSituation:
    """Compare what is there with what is wanted.

    Raises:
        RefusedError: what changes is refused.
    """
    old = parse(found.template, found.name) if found else None
    before = found.parameters if found else None
    review = assess(old, request.document, old_parameters=before, new_parameters={**(before or {}), **parameters})
    guard(refused(review, None, request.options.allow_loss))
    fingerprint = set_fingerprint(
        old, request.document, parameters, request.tags, name=request.stack_name, target=target, seen=seen
    )
    return SetSituation(
        request=request,
        target=target,
        account=account,
        found=found,
        seen=seen,
        parameters=parameters,
        review=review,
        fingerprint=fingerprint,
        make=missing(target.targets, found, seen),
        updates=found is not None
        and (_moves(request, target, found, parameters, fingerprint) or seen.of("OUTDATED") > 0),
    )


def _moves(
    request: Deployment,
    target: SetTarget,
    found: StackSet,
    parameters: Mapping[str, str],
    fingerprint: SetFingerprint,
) -> bool:
    """Whether template, parameters, tags or automatic deployment are others; a hidden value cannot be compared."""
    hidden = hidden_parameters(request.document)
    before = {name: value for name, value in found.parameters.items() if name not in hidden}
    after = {name: value for name, value in parameters.items() if name not in hidden}
    plan = fingerprint.of_template
    if found.service_managed and found.automatic != target.permissions.automatic:
        return True
    return plan.base != plan.template or before != after or dict(found.tags) != dict(request.tags)


def plan_of(found: SetSituation, region: str) -> Plan:
    """The plan, as it is shown."""
    request, review, there = found.request, found.review, found.found
    tags, values = (there.tags, there.parameters) if there else ({}, {})
    hidden = hidden_parameters(request.document)
    left = left_over(found.target.targets, found.seen)
    notes = [note.message for note in review.notes]
    if request.protected:
        notes.append(UNPROTECTED)
    if left:
        notes.append(f"the settings do not name these any more, and their stacks stay as they are: {', '.join(left)}")
    return Plan(
        stack_name=request.stack_name,
        account=found.account,
        region=region,
        change_set=str(found.fingerprint),
        creates=there is None,
        targets=target_lines(there, found.seen, found.make, found.updates),
        changes=changes_of(review),
        stack_changes=stack_changes((tags, request.tags), (values, found.parameters), hidden, review),
        security=review.security,
        notes=tuple(notes),
        allowed=allowed_losses(review, request.options.allow_loss),
        losses=lesser_losses(review),
    )


def guard_astray(found: SetSituation, elsewhere: Elsewhere, reporter: Reporter) -> None:
    """Hold the templates of stacks that are not current against the new one, where they can be read.

    Raises:
        RefusedError: one of them would lose something that the StackSet's own template does not show.
    """
    seen = found.seen
    if seen.current == seen.total:
        return
    first = ", ".join(f"{one.account}/{one.region} {one.status}" for one in seen.astray[:3])
    reporter.warn(f"{seen.total - seen.current} of {seen.total} stacks are not as the StackSet says, such as {first}.")
    if seen.of("INOPERABLE"):
        reporter.warn(f"{INOPERABLE}.")
    unread = 0
    for instance in seen.astray:
        old = _template(instance, elsewhere)
        if old is None:
            unread += 1
            continue
        review = assess(old, found.request.document, new_parameters=found.parameters)
        guard(refused(review, None, found.request.options.allow_loss))
    if unread or seen.total - seen.current > len(seen.astray):
        reporter.warn("What some of them have now cannot be read from here: what they lose is not known.")


def _template(instance: Instance, elsewhere: Elsewhere) -> Document | None:
    try:
        there = elsewhere(instance.account, instance.region)
        if there is None:
            return None
        client, stack = there
        return parse(client.template(stack), instance.account)
    except (AwsError, TapgenError):
        return None
