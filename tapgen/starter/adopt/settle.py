"""Which proposals stand: the settings are rendered, and what differs from the template is overridden or given up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from tapgen.errors import DocumentError, SettingsError, TapgenError
from tapgen.overrides import NO_VALUE, is_plain_mapping
from tapgen.starter.adopt import apis, functions, parts, state_machines, triggers
from tapgen.starter.adopt.drafts import LAYER, Code, Old, Proposal
from tapgen.template.intrinsics import canonical

if TYPE_CHECKING:
    from tapgen.template.document import Document

Render = Callable[[Mapping[str, Any]], "Document"]
"""Settings, as tables, to the document that tapgen renders of them."""

DEFAULTS: Final[Mapping[tuple[str, str], Any]] = {
    ("AWS::ApiGateway::RestApi", "EndpointConfiguration"): {"Types": ["EDGE"]},
    ("AWS::ApiGateway::Stage", "TracingEnabled"): "false",
    ("AWS::DynamoDB::Table", "BillingMode"): "PROVISIONED",
    ("AWS::Events::Rule", "State"): "ENABLED",
    ("AWS::Kinesis::Stream", "RetentionPeriodHours"): "24",
    ("AWS::Lambda::EventSourceMapping", "BisectBatchOnFunctionError"): "false",
    ("AWS::Lambda::EventSourceMapping", "Enabled"): "true",
    ("AWS::Lambda::EventSourceMapping", "MaximumRecordAgeInSeconds"): "-1",
    ("AWS::Lambda::EventSourceMapping", "MaximumRetryAttempts"): "-1",
    ("AWS::Lambda::EventSourceMapping", "ParallelizationFactor"): "1",
    ("AWS::Lambda::Function", "Architectures"): ["x86_64"],
    ("AWS::Lambda::Function", "Description"): "",
    ("AWS::Lambda::Function", "EphemeralStorage"): {"Size": "512"},
    ("AWS::Lambda::Function", "MemorySize"): "128",
    ("AWS::Lambda::Function", "PackageType"): "Zip",
    ("AWS::Lambda::Function", "Timeout"): "3",
    ("AWS::Lambda::Function", "TracingConfig"): {"Mode": "PassThrough"},
    ("AWS::SNS::Topic", "FifoTopic"): "false",
    ("AWS::SQS::Queue", "DelaySeconds"): "0",
    ("AWS::SQS::Queue", "FifoQueue"): "false",
    ("AWS::SQS::Queue", "MessageRetentionPeriod"): "345600",
    ("AWS::SQS::Queue", "ReceiveMessageWaitTimeSeconds"): "0",
    ("AWS::SQS::Queue", "SqsManagedSseEnabled"): "true",
    ("AWS::SQS::Queue", "VisibilityTimeout"): "30",
    ("AWS::Scheduler::Schedule", "ScheduleExpressionTimezone"): "UTC",
    ("AWS::Scheduler::Schedule", "State"): "ENABLED",
    ("AWS::SecretsManager::Secret", "Description"): "",
}
"""What a property is where a template does not say it, as the services' API references have it."""

ANSWERED: Final = frozenset(
    {
        ("AWS::ApiGateway::RestApi", "Body"),
        ("AWS::ApiGateway::Stage", "DeploymentId"),
        ("AWS::ApiGatewayV2::Api", "Body"),
        ("AWS::Lambda::EventSourceMapping", "FunctionName"),
        ("AWS::Lambda::Function", "Code"),
        ("AWS::Lambda::Function", "Handler"),
        ("AWS::Lambda::Function", "PackageType"),
        ("AWS::Lambda::LayerVersion", "Content"),
        ("AWS::StepFunctions::StateMachine", "Definition"),
        ("AWS::StepFunctions::StateMachine", "DefinitionString"),
        ("AWS::StepFunctions::StateMachine", "DefinitionSubstitutions"),
    }
)
"""Properties that a part answers for: a source decides the code, and a function's name and ARN are one to a poller."""
MARKS: Final = frozenset({"lambda:createdBy", "httpapi:createdBy", "stateMachine:createdBy"})
"""Tags by which SAM marks what it has made."""
TOOL_METADATA: Final = ("aws:cdk:", "aws:asset:", "SamResourceId", "SamTransformMetrics", "BuildMethod")
"""Metadata that only the other tool reads."""


class Settled(Struct, frozen=True):
    """The proposals that stand, what they override, and why others do not."""

    proposals: tuple[Proposal, ...]
    overrides: Mapping[str, Mapping[str, Any]]
    given_up: Mapping[str, str]


Assemble = Callable[[tuple[Proposal, ...], Mapping[str, Any]], Mapping[str, Any]]
"""Proposals and overrides to settings."""

Judge = Callable[["Document"], Mapping[str, str]]
"""What a deployment of a document would lose, by logical id."""


def settle(
    resources: Mapping[str, Any], code: Mapping[str, Code], assemble: Assemble, render: Render, judge: Judge
) -> Settled:
    """Proposals for the resources, less those that cannot be rendered as they are, or that would lose something."""
    given_up: dict[str, str] = {}
    while True:
        old = Old(resources, frozenset(given_up), code)
        proposals = (
            *parts.propose(old),
            *functions.propose(old),
            *state_machines.propose(old),
            *apis.propose(old),
            *triggers.propose(old),
        )
        refused, document = _tried(proposals, assemble, render)
        if document is not None:
            overrides, refused = _compared(proposals, resources, document)
        if document is not None and not refused:
            refused = _judged(proposals, judge(render(assemble(proposals, overrides))))
        if not refused:
            return Settled(proposals, overrides, given_up)
        given_up |= refused


def _judged(proposals: tuple[Proposal, ...], lost: Mapping[str, str]) -> dict[str, str]:
    owners = {old: proposal.main for proposal in proposals for old in proposal.claims.values()}
    return {owners[logical_id]: why for logical_id, why in lost.items() if logical_id in owners}


def _tried(
    proposals: tuple[Proposal, ...], assemble: Assemble, render: Render
) -> tuple[dict[str, str], Document | None]:
    try:
        return {}, render(assemble(proposals, {}))
    except SettingsError as error:
        refused = dict(_blamed(proposals, error))
        if not refused:
            raise
        return refused, None
    except DocumentError:
        wrong = _first_wrong(proposals, assemble, render)
        if wrong is None:
            raise
        return {wrong[0].main: wrong[1]}, None


def _first_wrong(proposals: tuple[Proposal, ...], assemble: Assemble, render: Render) -> tuple[Proposal, str] | None:
    """The first proposal with which the ones before it cannot be rendered, and why; None where it is none of them."""
    fits, fails, why = -1, len(proposals), ""
    while fails - fits > 1:
        middle = (fits + fails) // 2
        try:
            render(assemble(proposals[:middle], {}))
        except TapgenError as error:
            fails, why = middle, error.message
        else:
            fits = middle
    return (proposals[fails - 1], why) if 0 < fails < len(proposals) + 1 and fits >= 0 else None


def _blamed(proposals: tuple[Proposal, ...], error: SettingsError) -> Iterator[tuple[str, str]]:
    """The proposals whose settings a problem is about: the longest path that it begins with."""
    for problem in error.problems:
        path, _, message = re.sub(r"^\S+:\d+:\d+\s+", "", str(problem)).partition(": ")
        steps = tuple(path.split("."))
        of_routes = [one for one in proposals if one.path[2:3] == ("routes",) and steps[:3] == one.path[:3]]
        fitting = of_routes or [one for one in proposals if steps[: len(one.path)] == one.path]
        if fitting:
            yield max(fitting, key=lambda one: len(one.path)).main, f"{'.'.join(steps)}: {message}"


def _compared(
    proposals: tuple[Proposal, ...], resources: Mapping[str, Any], document: Document
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """What to override of each claimed resource, and the proposals that something stands in the way of."""
    claims = {title: old for proposal in proposals for title, old in proposal.claims.items()}
    known = {*claims.values(), *resources}
    overrides: dict[str, dict[str, Any]] = {}
    refused = {}
    made = document["Resources"]
    for proposal in proposals:
        for title, old in proposal.claims.items():
            if old not in made:
                refused[proposal.main] = f"tapgen renders no {title} for it"
            elif made[old]["Type"] != resources[old]["Type"]:
                refused[proposal.main] = f"tapgen renders a {made[old]['Type']} for it"
            elif difference := _difference(resources[old], made[old]):
                overrides[title] = difference
    refused |= dict(_other_apis([one for one in proposals if one.main not in refused], resources, made))
    for extra in made.keys() - known:
        if not _comes_with_an_api(made[extra]):
            overrides[extra] = {"absent": True}
    return overrides, refused


def _other_apis(
    proposals: list[Proposal], resources: Mapping[str, Any], made: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """The APIs that would be others for those who call them."""
    for proposal in proposals:
        if proposal.path[0] in ("api", "apis"):
            before, after = (apis.describe(one, proposal.main) for one in (resources, made))
            if before != after:
                yield proposal.main, "its routes, authorizers or CORS would be others"


def _comes_with_an_api(resource: Mapping[str, Any]) -> bool:
    """What tapgen adds to an adopted API: its deployment, and the permissions that follow its routes."""
    principal = (resource.get("Properties") or {}).get("Principal")
    is_permission = resource["Type"] == "AWS::Lambda::Permission" and principal == "apigateway.amazonaws.com"
    return is_permission or resource["Type"] == "AWS::ApiGateway::Deployment"


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What of a rendered resource is to be otherwise, so that it is the old one."""
    kind = old["Type"]
    before, after = old.get("Properties") or {}, new.get("Properties") or {}
    properties = {}
    for name in (*before, *(name for name in after if name not in before)):
        if (kind, name) in ANSWERED or (name == "Tags" and _only_more(before, after)):
            continue
        default = DEFAULTS.get((kind, name))
        if _same(before.get(name, default), after.get(name, default)):
            continue
        properties[name] = _otherwise(before.get(name, NO_VALUE), after.get(name))
    found: dict[str, Any] = {"properties": properties}
    if _dependencies(old) != _dependencies(new):
        found["depends_on"] = sorted(_dependencies(old))
    for theirs, ours in (("DeletionPolicy", "deletion_policy"), ("UpdateReplacePolicy", "update_replace_policy")):
        kept = kind == LAYER and theirs == "UpdateReplacePolicy"  # functions that go back to a version must find it
        if old.get(theirs, "Delete") != new.get(theirs, "Delete") and not kept:
            found[ours] = old.get(theirs, "Delete")
    own = {name: value for name, value in (old.get("Metadata") or {}).items() if not name.startswith(TOOL_METADATA)}
    if own:
        found["metadata"] = own
    return {key: value for key, value in found.items() if value or key == "depends_on"}


def _otherwise(before: Any, after: Any) -> Any:
    """What turns the value after into the one before: of a mapping just what differs, since overrides are merged."""
    if not (is_plain_mapping(before) and is_plain_mapping(after)):
        return before
    found = {key: NO_VALUE for key in after if key not in before}
    for key, value in before.items():
        if key not in after or not _same(value, after[key]):
            found[key] = _otherwise(value, after.get(key))
    return found


def _same(one: Any, other: Any) -> bool:
    return bool(canonical(_plain(one)) == canonical(_plain(other)))


def _plain(value: Any) -> Any:
    """Without what says nothing: empty values, and AWS::NoValue."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item != NO_VALUE}
    return [_plain(item) for item in value if item != NO_VALUE] if isinstance(value, list) else value


def _dependencies(resource: Mapping[str, Any]) -> set[str]:
    given = resource.get("DependsOn") or ()
    return {given} if isinstance(given, str) else set(given)


def _only_more(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """The tags after have all those before, but for the other tool's marks."""
    own, now = _tags(before.get("Tags")), _tags(after.get("Tags"))
    return own is not None and now is not None and own.items() <= now.items()


def _tags(tags: Any) -> dict[str, str] | None:
    """The tags by key; None where they are not written out."""
    if tags is None:
        return {}
    pairs = tags.items() if isinstance(tags, Mapping) else ((one.get("Key"), one.get("Value")) for one in tags)
    found = dict(pairs)
    if any(not isinstance(key, str) or isinstance(value, dict | list) for key, value in found.items()):
        return None
    return {key: str(value) for key, value in found.items() if key not in MARKS}
