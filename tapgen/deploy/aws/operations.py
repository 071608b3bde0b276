"""The AWS operations of a deployment, as `client.Client` lists them: arguments in, frozen values out."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tapgen.deploy.aws import responses
from tapgen.deploy.aws.change_set_operations import ChangeSetOperations
from tapgen.deploy.aws.errors import AwsError, MalformedAnswerError
from tapgen.deploy.aws.function_operations import FunctionOperations
from tapgen.deploy.aws.iam_operations import IamOperations
from tapgen.deploy.aws.image_operations import ImageOperations
from tapgen.deploy.aws.model import Answer, DriftRun, Identity, LogPage, Page
from tapgen.deploy.aws.refactor_operations import RefactorOperations
from tapgen.deploy.aws.stack_set_operations import StackSetOperations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tapgen.deploy.aws.calls import Call
    from tapgen.deploy.aws.model import ResourceDrift, Stack, StackResource

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def on_this_machine(url: str) -> bool:
    """Whether an endpoint is an emulator's; what is no URL is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host in LOOPBACK or host.endswith(".localhost")


class AwsClient(
    ChangeSetOperations, RefactorOperations, StackSetOperations, FunctionOperations, IamOperations, ImageOperations
):
    """`client.Client` and `stack_set_client.StackSetClient` on AWS: see there for what each method means."""

    def __init__(self, call: Call, region: str, role: str = "", call_as: str = "") -> None:
        super().__init__(call, role)
        self._region = region
        self.call_as = call_as

    @property
    def region(self) -> str:
        """The region of every call."""
        return self._region

    @property
    def emulated(self) -> bool:
        """Whether the endpoint is on this machine."""
        return on_this_machine(self._call.endpoint("cloudformation"))

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

    def all_stacks(self) -> tuple[Stack, ...]:
        """DescribeStacks, of all."""
        return tuple(responses.stack(one) for page in self._pages("describe_stacks") for one in page["Stacks"])

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

    def detect_resource_drift(self, stack: str, logical_id: str) -> ResourceDrift:
        """DetectStackResourceDrift."""
        answer = self._cloudformation("detect_stack_resource_drift", StackName=stack, LogicalResourceId=logical_id)
        return responses.drift(answer["StackResourceDrift"])

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
        """PutObject of what its key names by its content: whoever was first has stored the same."""
        where = {"Bucket": bucket, "Key": key, "ExpectedBucketOwner": owner}
        try:
            self._call("s3", "put_object", **where, Body=body, IfNoneMatch="*")
        except AwsError as error:
            if error.code != "PreconditionFailed":
                raise

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


def _log(answer: Mapping[str, Any]) -> str:
    """The end of the log; '' where it cannot be read, for the answer itself matters more."""
    try:
        return base64.b64decode(answer.get("LogResult") or "").decode(errors="replace")
    except ValueError:
        return ""
