"""The operations of stack refactoring, and what CloudFormation imports a resource by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.deploy.aws.calls import CloudFormationCalls
from tapgen.deploy.aws.error_codes import unknown_operation
from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.aws.model import Refactor

if TYPE_CHECKING:
    from collections.abc import Mapping


class RefactorOperations(CloudFormationCalls):
    """The part of `client.Client` that gives resources other logical ids."""

    def create_refactor(
        self, stack: str, description: str, names: Mapping[str, str], *, body: str = "", url: str = ""
    ) -> str | None:
        """CreateStackRefactor."""
        if not self._call.knows("cloudformation", "create_stack_refactor"):
            return None
        template = {"TemplateURL": url} if url else {"TemplateBody": body}
        mappings = [
            {
                "Source": {"StackName": stack, "LogicalResourceId": old},
                "Destination": {"StackName": stack, "LogicalResourceId": new},
            }
            for old, new in names.items()
        ]
        try:
            answer = self._cloudformation(
                "create_stack_refactor",
                Description=description,
                StackDefinitions=[{"StackName": stack, **template}],
                ResourceMappings=mappings,
            )
        except AwsError as error:
            if unknown_operation(error):
                return None
            raise
        made: str = answer["StackRefactorId"]
        return made

    def refactor(self, identity: str) -> Refactor:
        """DescribeStackRefactor."""
        return _refactor(self._cloudformation("describe_stack_refactor", StackRefactorId=identity))

    def executing_refactors(self) -> tuple[Refactor, ...]:
        """ListStackRefactors."""
        if not self._call.knows("cloudformation", "list_stack_refactors"):
            return ()
        running = ["EXECUTE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"]
        try:
            pages = list(self._pages("list_stack_refactors", ExecutionStatusFilter=running))
        except AwsError as error:
            if unknown_operation(error):
                return ()
            raise
        return tuple(_refactor(one) for page in pages for one in page["StackRefactorSummaries"])

    def execute_refactor(self, identity: str) -> None:
        """ExecuteStackRefactor."""
        self._cloudformation("execute_stack_refactor", StackRefactorId=identity)

    def import_identifiers(self, stack: str) -> Mapping[str, tuple[str, ...]]:
        """GetTemplateSummary."""
        answer = self._cloudformation("get_template_summary", StackName=stack)
        return {
            logical_id: tuple(one.get("ResourceIdentifiers", ()))
            for one in answer.get("ResourceIdentifierSummaries", ())
            for logical_id in one.get("LogicalResourceIds", ())
        }


def _refactor(raw: Mapping[str, Any]) -> Refactor:
    return Refactor(
        raw["StackRefactorId"],
        raw.get("Status") or "",
        raw.get("StatusReason") or "",
        raw.get("ExecutionStatus") or "",
        raw.get("ExecutionStatusReason") or "",
        raw.get("Description") or "",
    )
