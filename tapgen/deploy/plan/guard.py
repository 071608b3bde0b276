"""The guard: what is refused before anything is executed, and what is only warned of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.plan.exports import endangered
from tapgen.deploy.plan.plan import Refused
from tapgen.errors import ExitCode, TapgenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import ChangeSet, Stack
    from tapgen.deploy.request import Deployment
    from tapgen.deploy.views.view import View
    from tapgen.template.document import Document


class RefusedError(TapgenError):
    """The guard says no; nothing was executed."""

    exit_code = ExitCode.REFUSED


def guard(refusals: tuple[Refused, ...]) -> None:
    """Raise where there is something to refuse.

    Raises:
        RefusedError: with every refusal, and what to do about each.
    """
    if not refusals:
        return
    lines = ["refused, nothing was executed:"]
    for one in refusals:
        lines.append(f"  {one.message}" if one.logical_id in one.message else f"  {one.logical_id}: {one.message}")
        if one.hint:
            lines.append(f"    {one.hint}")
    allowable = sorted({one.logical_id for one in refusals if one.allowable})
    hint = ""
    if allowable and all(one.allowable for one in refusals):
        flags = " ".join(f"--allow-loss {logical_id}" for logical_id in allowable)
        hint = f"If that is what you want, name it: {flags}"
    raise RefusedError("\n".join(lines), hint)


def imported_exports(
    client: Client,
    stack: Stack | None,
    old: Document | None,
    request: Deployment,
    *,
    parameters: Mapping[str, str],
    lost: frozenset[str],
) -> tuple[Refused, ...]:
    """A refusal for each export that goes or changes while another stack imports it: the update would fail."""
    if stack is None or old is None:
        return ()
    known = {**parameters, "AWS::StackName": stack.name, "AWS::Region": client.region, "AWS::StackId": stack.arn}
    known["AWS::AccountId"] = stack.arn.split(":")[4]
    refusals = []
    for export in endangered(stack, old, request.document, known, lost):
        users = client.importers(export)
        if users:
            refusals.append(
                Refused(
                    export,
                    f"the export {export} goes or changes, but {', '.join(users)} imports it",
                    "Change the importing stacks first.",
                )
            )
    return tuple(refusals)


def warn_drift(client: Client, stack: Stack | None, change_set: ChangeSet, view: View) -> None:
    """Warn of resources that change and that the last drift detection found drifted: the drift is overwritten."""
    if stack is None or stack.drift != "DRIFTED":
        return
    touched = {change.logical_id for change in change_set.changes}
    for drift in client.drifts(stack.arn):
        if drift.logical_id in touched and drift.status in {"MODIFIED", "DELETED"}:
            paths = ", ".join(one.path for one in drift.properties)
            view.warn(f"{drift.logical_id} has drifted{f' ({paths})' if paths else ''}: this overwrites it.")
