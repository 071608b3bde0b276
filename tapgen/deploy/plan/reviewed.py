"""Execute exactly what was reviewed: take up a change set that `--plan-only` has left, if nothing has moved since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.artifacts.fingerprint import fingerprint
from tapgen.deploy.artifacts.parameters import hidden_parameters, parameter_values
from tapgen.deploy.artifacts.upload import find_bucket
from tapgen.deploy.aws.errors import NOT_FOUND, AwsError
from tapgen.deploy.plan.changes import merge
from tapgen.deploy.plan.guard import RefusedError
from tapgen.deploy.plan.plan_fingerprint import moved, plan_fingerprint, read_fingerprint
from tapgen.deploy.plan.prepare import Prepared, planned
from tapgen.deploy.plan.stale import refuse_executed
from tapgen.deploy.stack.target import WrongTargetError
from tapgen.naming import ARTIFACT_BUCKET
from tapgen.template.document import parse

if TYPE_CHECKING:
    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet
    from tapgen.deploy.plan.prepare import Situation
    from tapgen.deploy.request import Deployment

_AGAIN = "Make a new plan with --plan-only and review it."


def prepare_reviewed(situation: Situation, client: Client) -> Prepared:
    """The plan of an existing change set; it is never deleted here, for somebody else may have made it.

    Raises:
        TapgenError: it is another stack's, not a plan of tapgen, not executable (any more), or template, parameters,
            tags or the deployed stack have moved since.
    """
    request = situation.request
    found = _find(client, request.options.plan)
    name = found.stack_arn.split("/")[1] if "/" in found.stack_arn else ""
    if name != request.stack_name:
        raise WrongTargetError(f"the plan is for the stack {name}, --env means {request.stack_name}")
    reviewed = read_fingerprint(found.description)
    if reviewed is None:
        raise RefusedError(f"{found.name} is no plan of tapgen: nothing says what it was made from", _AGAIN)
    refuse_executed(found, request.environment)
    if found.status != "CREATE_COMPLETE" or found.execution_status != "AVAILABLE":
        raise RefusedError(f"the plan cannot be executed: it is {found.execution_status or found.status}", _AGAIN)
    parameters = parameter_values(request.document, _with_packages(situation, client))
    old = situation.deployed.document if situation.deployed else None
    now = plan_fingerprint(old, request.document, parameters, request.tags)
    theirs = fingerprint(parse(client.change_set_template(found.arn), found.name))
    gone = moved(reviewed, now)
    if theirs != now.template and "the template" not in gone:
        gone = (*gone, "the change set's own template")
    if gone:
        raise RefusedError(f"the plan is stale: {', '.join(gone)} moved since it was made", _AGAIN)
    described = merge(found, client.change_set(found.arn, values=True))
    return planned(situation, client, described, now, parameters)


def _with_packages(situation: Situation, client: Client) -> dict[str, str]:
    """The parameter values as they would be sent now; nothing is uploaded, the plan has done that."""
    request = situation.request
    values = dict(request.parameters)
    if request.zips:
        values[ARTIFACT_BUCKET] = find_bucket(client)
    if request.packages:
        values.update({package.parameter: package.key for package in request.packages})
    return values


def check_arn(arn: str, region: str) -> None:
    """Refuse what is no change set of the region; nothing is called for it.

    Raises:
        WrongTargetError: it is something else, or elsewhere.
    """
    if not arn.startswith("arn:") or ":changeSet/" not in arn:
        raise WrongTargetError(f"{arn}: not the ARN of a change set", "`tapgen deploy --plan-only` prints it.")
    there = arn.split(":")[3]
    if there != region:
        raise WrongTargetError(f"the plan is in {there}, the region is {region}", f"Pass --region {there}.")


def how_to_execute(request: Deployment, region: str, change_set: str) -> list[str]:
    """The command that executes a plan: in its own region, with the parameters that must be as they were."""
    hidden = hidden_parameters(request.document)
    words = ["tapgen", "deploy", "--env", request.environment]
    words += [] if request.regions == (region,) else ["--region", region]
    words += [] if request.options.rollback or request.options.express else ["--no-rollback"]
    for name in sorted(request.options.allow_loss):
        words += ["--allow-loss", name]
    for name, value in request.parameters.items():
        words += ["--parameter", f"{name}={'VALUE' if name in hidden else value}"]
    return [*words, "--plan", change_set]


def _find(client: Client, arn: str) -> ChangeSet:
    try:
        return client.change_set(arn)
    except AwsError as error:
        if error.code in NOT_FOUND:
            raise RefusedError(f"there is no plan {arn}: it was deleted or executed", _AGAIN) from None
        raise
