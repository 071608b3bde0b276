"""Which exports a new template takes away or changes: CloudFormation fails while another stack imports one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.artifacts.fingerprint import normal
from tapgen.deploy.plan.guard import Refused
from tapgen.template.intrinsics import Scope, canonical, references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.client import Client
    from tapgen.deploy.aws.model import Stack
    from tapgen.deploy.request import Deployment
    from tapgen.template.document import Document


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


def endangered(
    stack: Stack, old: Document, new: Document, values: Mapping[str, str], replaced: frozenset[str]
) -> tuple[str, ...]:
    """The names of exports that go, are renamed, or get another value.

    `values` are what Ref gives in the new template (parameters and pseudo parameters); `replaced` are the
    logical ids of resources that are replaced or removed: an export that reads one changes too.
    """
    before: Mapping[str, Any] = old.get("Outputs", {})
    after: Mapping[str, Any] = new.get("Outputs", {})
    kept = {_name(output, values): output for output in after.values()}
    gone = []
    for output in stack.outputs:
        if not output.export:
            continue
        successor = kept.get(output.export)
        if successor is None and _same_name(before.get(output.key), after.get(output.key)):
            successor = after[output.key]
        if (
            successor is None
            or _moved(before.get(output.key), successor)
            or replaced.intersection(one.target for one in references(canonical(successor["Value"])))
        ):
            gone.append(output.export)
    return tuple(sorted(gone))


def _same_name(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    if before is None or after is None:
        return False
    return bool(normal(before.get("Export")) == normal(after.get("Export")))


def _moved(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    return before is not None and bool(normal(before.get("Value")) != normal(after.get("Value")))


def _name(output: Mapping[str, Any], values: Mapping[str, str]) -> str | None:
    """The export's name; None where there is none, or where it is not known beforehand."""
    name = canonical(output.get("Export", {}).get("Name", {}), Scope(values))
    return name if isinstance(name, str) else None
