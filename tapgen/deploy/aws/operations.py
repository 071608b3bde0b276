"""The AWS operations of a deployment, as `client.Client` lists them: arguments in, frozen values out."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from tapgen.deploy.aws import responses
from tapgen.deploy.aws.error_codes import unknown_operation
from tapgen.deploy.aws.errors import AwsError, MalformedAnswerError
from tapgen.deploy.aws.function_operations import FunctionOperations
from tapgen.deploy.aws.model import Answer, Created, DriftRun, Identity, LogPage, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tapgen.deploy.aws.model import ChangeSet, ChangeSetRequest, Finding, ResourceDrift, Stack, StackResource

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
"""CloudFormation's own words for an empty change set, in StatusReason or in a ValidationError."""


def on_this_machine(url: str) -> bool:
    """Whether an endpoint is an emulator's."""
    host = urlsplit(url).hostname or ""
    return host in LOOPBACK or host.endswith(".localhost")


class Call(Protocol):
    """One call of AWS: `aws.Caller`."""

    def __call__(self, name: str, operation: str, **arguments: object) -> Mapping[str, Any]:
        """The answer of a service's operation."""
        ...

    def endpoint(self, name: str) -> str:
        """The URL that a service's calls go to."""
        ...

    def knows(self, name: str, operation: str) -> bool:
        """Whether the operation is there."""
        ...


class AwsClient(FunctionOperations):
    """`client.Client` on AWS: see there for what each method means."""

    def __init__(self, call: Call, region: str, role: str = "") -> None:
        self._call = call
        self._region = region
        self._role = {"RoleARN": role} if role else {}

    @property
    def region(self) -> str:
        """The region of every call."""
        return self._region

    @property
    def emulated(self) -> bool:
        """Whether the endpoint is on this machine."""
        return on_this_machine(self._call.endpoint("cloudformation"))

    def _cloudformation(self, operation: str, **arguments: object) -> Mapping[str, Any]:
        return self._call("cloudformation", operation, **arguments)

    def _pages(self, operation: str, **arguments: object) -> Iterator[Mapping[str, Any]]:
        """Every page: a service may answer an empty page with a token to the next."""
        page = self._cloudformation(operation, **arguments)
        yield page
        while page.get("NextToken"):
            page = self._cloudformation(operation, **arguments, NextToken=page["NextToken"])
            yield page

    # ------------------------------------------------------------------------------------------------ reading

    def identity(self) -> Identity:
        """GetCallerIdentity."""
        answer = self._call("sts", "get_caller_identity")
        return Identity(answer["Account"])

    def stack(self, stack: str) -> Stack | None:
        """DescribeStacks."""
        try:
            answer = self._cloudformation("describe_stacks", StackName=stack)
        except AwsError as error:
            if error.code == "ValidationError" and "does not exist" in error.text:
                return None  # this code with this text and nothing else says so
            raise
        if not answer["Stacks"]:
            raise MalformedAnswerError("DescribeStacks", "it names no stack")
        return responses.stack(answer["Stacks"][0])

    def template(self, stack: str) -> str:
        """GetTemplate, the original stage."""
        return self._template(StackName=stack)

    def change_set_template(self, change_set: str) -> str:
        """GetTemplate of a change set, the original stage."""
        return self._template(ChangeSetName=change_set)

    def expanded_template(self, stack: str) -> str:
        """GetTemplate of a stack, as its macros have expanded it."""
        return self._template("Processed", StackName=stack)

    def _template(self, stage: str = "Original", **which: str) -> str:
        body = self._cloudformation("get_template", **which, TemplateStage=stage).get("TemplateBody") or ""
        return body if isinstance(body, str) else json.dumps(body)  # botocore parses a JSON template into a mapping

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """ListStackResources."""
        pages = self._pages("list_stack_resources", StackName=stack)
        return tuple(responses.resource(one) for page in pages for one in page["StackResourceSummaries"])

    def events(self, stack: str, page: str = "") -> Page:
        """DescribeStackEvents, one page."""
        more = {"NextToken": page} if page else {}
        answer = self._cloudformation("describe_stack_events", StackName=stack, **more)
        return Page(tuple(responses.event(one) for one in answer["StackEvents"]), answer.get("NextToken") or "")

    def importers(self, export: str) -> tuple[str, ...]:
        """ListImports."""
        try:
            pages = list(self._pages("list_imports", ExportName=export))
        except AwsError as error:
            if error.code == "ValidationError" and "not imported by any stack" in error.text:
                return ()
            raise
        return tuple(name for page in pages for name in page.get("Imports", ()))

    # -------------------------------------------------------------------------------------------- change sets

    def create_change_set(self, request: ChangeSetRequest) -> Created | None:
        """CreateChangeSet."""
        source = {"TemplateURL": request.url} if request.url else {"TemplateBody": request.body}
        try:
            answer = self._cloudformation(
                "create_change_set",
                StackName=request.stack,
                ChangeSetName=request.name,
                ChangeSetType=request.type,
                ClientToken=request.token,
                Description=request.description,
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value} for key, value in request.parameters.items()
                ],
                Capabilities=list(request.capabilities),
                Tags=[{"Key": key, "Value": value} for key, value in request.tags.items()],
                **source,
                **_deployment(request),
                **self._role,
            )
        except AwsError as error:
            if error.code == "ValidationError" and any(words in error.text for words in NO_CHANGES):
                return None
            if error.code != "AlreadyExistsException":
                raise
            # The name holds our own random part: an attempt whose answer was lost has made it.
            found = self._cloudformation("describe_change_set", StackName=request.stack, ChangeSetName=request.name)
            return Created(found["ChangeSetId"], found["StackId"])
        return Created(answer["Id"], answer["StackId"])

    def change_set(self, arn: str, *, values: bool = False) -> ChangeSet:
        """DescribeChangeSet."""
        more = {"IncludePropertyValues": True} if values else {}
        return responses.change_set(self._pages("describe_change_set", ChangeSetName=arn, **more))

    def change_sets(self, stack: str) -> tuple[str, ...]:
        """ListChangeSets."""
        pages = self._pages("list_change_sets", StackName=stack)
        return tuple(one["ChangeSetId"] for page in pages for one in page["Summaries"])

    def change_set_findings(self, arn: str) -> tuple[Finding, ...]:
        """DescribeEvents."""
        if not self._call.knows("cloudformation", "describe_events"):
            return ()  # a botocore older than the operation
        try:
            pages = list(self._pages("describe_events", ChangeSetName=arn))
        except AwsError as error:
            if unknown_operation(error):
                return ()
            raise
        raw = (one for page in pages for one in page.get("OperationEvents", ()))
        return tuple(found for found in map(responses.finding, raw) if found)

    def execute(self, change_set: str, token: str, *, rollback: bool = True) -> None:
        """ExecuteChangeSet."""
        more = {} if rollback else {"DisableRollback": True}
        self._cloudformation("execute_change_set", ChangeSetName=change_set, ClientRequestToken=token, **more)

    def delete_change_set(self, arn: str) -> None:
        """DeleteChangeSet."""
        self._cloudformation("delete_change_set", ChangeSetName=arn)

    # ------------------------------------------------------------------------------------------------- stacks

    def delete_stack(self, stack: str, token: str, retain: Iterable[str] = (), *, express: bool = False) -> None:
        """DeleteStack."""
        kept = list(retain)
        more: dict[str, object] = {"RetainResources": kept} if kept else {}
        if express:
            more["DeploymentConfig"] = {"Mode": "EXPRESS"}
        self._cloudformation("delete_stack", StackName=stack, ClientRequestToken=token, **more, **self._role)

    def cancel_update(self, stack: str, token: str) -> None:
        """CancelUpdateStack."""
        self._cloudformation("cancel_update_stack", StackName=stack, ClientRequestToken=token)

    def continue_rollback(self, stack: str, token: str, skip: Iterable[str] = ()) -> None:
        """ContinueUpdateRollback."""
        skipped = list(skip)
        more = {"ResourcesToSkip": skipped} if skipped else {}
        self._cloudformation(
            "continue_update_rollback", StackName=stack, ClientRequestToken=token, **more, **self._role
        )

    def rollback(self, stack: str, token: str) -> None:
        """RollbackStack."""
        self._cloudformation("rollback_stack", StackName=stack, ClientRequestToken=token, **self._role)

    def stack_policy(self, stack: str) -> str:
        """GetStackPolicy."""
        return self._cloudformation("get_stack_policy", StackName=stack).get("StackPolicyBody") or ""

    def set_stack_policy(self, stack: str, policy: str) -> None:
        """SetStackPolicy."""
        self._cloudformation("set_stack_policy", StackName=stack, StackPolicyBody=policy)

    def set_termination_protection(self, stack: str, *, on: bool) -> None:
        """UpdateTerminationProtection."""
        self._cloudformation("update_termination_protection", StackName=stack, EnableTerminationProtection=on)

    # -------------------------------------------------------------------------------------------------- drift

    def detect_drift(self, stack: str) -> str:
        """DetectStackDrift."""
        detection: str = self._cloudformation("detect_stack_drift", StackName=stack)["StackDriftDetectionId"]
        return detection

    def drift_run(self, detection: str) -> DriftRun:
        """DescribeStackDriftDetectionStatus."""
        answer = self._cloudformation("describe_stack_drift_detection_status", StackDriftDetectionId=detection)
        return DriftRun(answer["DetectionStatus"], answer.get("DetectionStatusReason") or "")

    def drifts(self, stack: str) -> tuple[ResourceDrift, ...]:
        """DescribeStackResourceDrifts."""
        pages = self._pages("describe_stack_resource_drifts", StackName=stack)
        return tuple(responses.drift(one) for page in pages for one in page["StackResourceDrifts"])

    # --------------------------------------------------------------------------------- artifacts, functions, logs

    def stored(self, bucket: str, key: str, owner: str) -> bool:
        """HeadObject."""
        try:
            self._call("s3", "head_object", Bucket=bucket, Key=key, ExpectedBucketOwner=owner)
        except AwsError as error:
            if error.code in ("404", "NoSuchKey", "NotFound"):
                return False
            raise
        return True

    def store(self, bucket: str, key: str, body: bytes, owner: str) -> None:
        """PutObject."""
        self._call("s3", "put_object", Bucket=bucket, Key=key, Body=body, ExpectedBucketOwner=owner)

    def object_url(self, bucket: str, key: str) -> str:
        """The bucket as a path, which TemplateURL takes in every partition."""
        return f"{self._call.endpoint('s3')}/{bucket}/{key}"

    def invoke(self, function: str, payload: bytes) -> Answer:
        """Invoke, synchronously."""
        answer = self._call("lambda", "invoke", FunctionName=function, Payload=payload, LogType="Tail")
        return Answer(answer["StatusCode"], answer["Payload"], answer.get("FunctionError") or "", _log(answer))

    def log_events(self, group: str, since: int, page: str = "") -> LogPage:
        """FilterLogEvents, one page."""
        more = {"nextToken": page} if page else {}
        answer = self._call("logs", "filter_log_events", logGroupName=group, startTime=since, **more)
        return LogPage(tuple(responses.log_event(one) for one in answer["events"]), answer.get("nextToken") or "")


def _deployment(request: ChangeSetRequest) -> dict[str, object]:
    """How the change set is to be made and executed, where that is not as ever.

    Express mode leaves roll-back off unless told (CloudFormation user guide, "Express mode").
    """
    found: dict[str, object] = {}
    if request.import_existing:
        found["ImportExistingResources"] = True
    if request.revert_drift:
        found["DeploymentMode"] = "REVERT_DRIFT"
    if request.express:
        found["DeploymentConfig"] = {"Mode": "EXPRESS", "DisableRollback": not request.rollback}
    return found


def _log(answer: Mapping[str, Any]) -> str:
    """The end of the log; '' where it cannot be read, for the answer itself matters more."""
    try:
        return base64.b64decode(answer.get("LogResult") or "").decode(errors="replace")
    except ValueError:
        return ""
