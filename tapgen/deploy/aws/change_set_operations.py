"""The operations of change sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.aws import responses
from tapgen.deploy.aws.calls import CloudFormationCalls
from tapgen.deploy.aws.error_codes import unknown_operation
from tapgen.deploy.aws.errors import NOT_FOUND, AwsError
from tapgen.deploy.aws.model import Created

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.deploy.aws.model import ChangeSet, ChangeSetRequest, Event, FailedValidation

NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
"""CloudFormation's own words for an empty change set, in StatusReason or in a ValidationError."""


class ChangeSetOperations(CloudFormationCalls):
    """The part of `client.Client` that makes, reads, executes and deletes change sets."""

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
                    *({"ParameterKey": key, "ParameterValue": value} for key, value in request.parameters.items()),
                    *({"ParameterKey": key, "UsePreviousValue": True} for key in request.unchanged),
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
            return self._made_before(request, error)
        return Created(answer["Id"], answer["StackId"])

    def _made_before(self, request: ChangeSetRequest, error: AwsError) -> Created:
        """The change set of an attempt whose answer was lost: its name holds our own random part.

        Raises:
            AwsError: `error`, which speaks of the stack, where there is none.
        """
        try:
            found = self._cloudformation("describe_change_set", StackName=request.stack, ChangeSetName=request.name)
        except AwsError as other:
            raise error if other.code in NOT_FOUND else other from None
        return Created(found["ChangeSetId"], found["StackId"])

    def change_set(self, arn: str, *, values: bool = False) -> ChangeSet:
        """DescribeChangeSet."""
        more = {"IncludePropertyValues": True} if values else {}
        return responses.change_set(self._pages("describe_change_set", ChangeSetName=arn, **more))

    def change_sets(self, stack: str) -> tuple[str, ...]:
        """ListChangeSets."""
        pages = self._pages("list_change_sets", StackName=stack)
        return tuple(one["ChangeSetId"] for page in pages for one in page["Summaries"])

    def failed_validations(self, arn: str) -> tuple[FailedValidation, ...]:
        """DescribeEvents of a change set."""
        return tuple(
            found for found in map(responses.failed_validation, self._operation_events(ChangeSetName=arn)) if found
        )

    def failed_events(self, stack: str) -> tuple[Event, ...]:
        """DescribeEvents of a stack, what failed alone."""
        raw = self._operation_events(StackName=stack, Filters={"FailedEvents": True})
        return tuple(found for found in map(responses.failed_event, raw) if found)

    def _operation_events(self, **which: object) -> tuple[Mapping[str, Any], ...]:
        if not self._call.knows("cloudformation", "describe_events"):
            return ()  # a botocore older than the operation
        try:
            pages = list(self._pages("describe_events", **which))
        except AwsError as error:
            if unknown_operation(error):
                return ()
            raise
        return tuple(one for page in pages for one in page.get("OperationEvents", ()))

    def execute(self, change_set: str, token: str, *, rollback: bool = True) -> None:
        """ExecuteChangeSet."""
        more = {} if rollback else {"DisableRollback": True}
        self._cloudformation("execute_change_set", ChangeSetName=change_set, ClientRequestToken=token, **more)

    def delete_change_set(self, arn: str) -> None:
        """DeleteChangeSet."""
        self._cloudformation("delete_change_set", ChangeSetName=arn)


def _deployment(request: ChangeSetRequest) -> dict[str, object]:
    """How the change set is to be made and executed, where that is not as ever.

    Express mode leaves roll-back off unless told (CloudFormation user guide, "Express mode").
    """
    found: dict[str, object] = {}
    if request.imports:
        found["ResourcesToImport"] = [
            {
                "ResourceType": one.type,
                "LogicalResourceId": one.logical_id,
                "ResourceIdentifier": dict(one.identifier),
            }
            for one in request.imports
        ]
    if request.import_existing:
        found["ImportExistingResources"] = True
    if request.revert_drift:
        found["DeploymentMode"] = "REVERT_DRIFT"
    if request.express:
        found["DeploymentConfig"] = {"Mode": "EXPRESS", "DisableRollback": not request.rollback}
    return found
