"""The AWS operations that a deployment needs, as a Protocol: `aws.AwsClient` calls AWS, the tests script a cloud.

Every method may raise `errors.AwsError`; a throttled call has been retried already. After the first call a
stack and a change set are always named by ARN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tapgen.deploy.aws.model import (
        Answer,
        ChangeSet,
        ChangeSetRequest,
        Created,
        DriftRun,
        Event,
        FailedValidation,
        Function,
        Identity,
        LogPage,
        Page,
        Refactor,
        ResourceDrift,
        Stack,
        StackResource,
    )


class Client(Protocol):
    """AWS in one account and one region, as far as tapgen calls it."""

    @property
    def region(self) -> str:
        """The region of every call."""
        ...

    @property
    def emulated(self) -> bool:
        """Whether the endpoint is on this machine: it may be polled faster."""
        ...

    def identity(self) -> Identity:
        """The account that the credentials belong to (sts GetCallerIdentity)."""
        ...

    def stack(self, stack: str) -> Stack | None:
        """The stack of that name or ARN, or None where CloudFormation says that it does not exist."""
        ...

    def all_stacks(self) -> tuple[Stack, ...]:
        """Every stack of the account in the region that is not deleted (all pages)."""
        ...

    def template(self, stack: str) -> str:
        """The stack's original template."""
        ...

    def change_set_template(self, change_set: str) -> str:
        """The original template of a change set."""
        ...

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """Every resource of a stack (all pages)."""
        ...

    def events(self, stack: str, page: str = "") -> Page:
        """One page of the stack's events, newest first."""
        ...

    def importers(self, export: str) -> tuple[str, ...]:
        """The stacks that import an export; none where nobody does."""
        ...

    def create_change_set(self, request: ChangeSetRequest) -> Created | None:
        """Both ARNs; None where the endpoint says at once that there is nothing to change."""
        ...

    def change_set(self, arn: str, *, values: bool = False) -> ChangeSet:
        """The change set with every page of its changes; `values` asks for property values too."""
        ...

    def change_sets(self, stack: str) -> tuple[str, ...]:
        """The ARNs of the change sets of a stack."""
        ...

    def failed_validations(self, arn: str) -> tuple[FailedValidation, ...]:
        """Why a change set failed early validation or a hook (DescribeEvents); () where the endpoint has none."""
        ...

    def failed_events(self, stack: str) -> tuple[Event, ...]:
        """What failed in the operations of a stack, newest first, hooks and validations too (DescribeEvents).

        () where the endpoint has none.
        """
        ...

    def execute(self, change_set: str, token: str, *, rollback: bool = True) -> None:
        """Execute a change set; `token` marks the events of the operation. Without `rollback` a failure stays."""
        ...

    def delete_change_set(self, arn: str) -> None:
        """Delete a change set."""
        ...

    def create_refactor(
        self, stack: str, description: str, names: Mapping[str, str], *, body: str = "", url: str = ""
    ) -> str | None:
        """The id of a stack refactor by which resources get other logical ids; None where the endpoint has none."""
        ...

    def refactor(self, identity: str) -> Refactor:
        """How far a stack refactor is."""
        ...

    def executing_refactors(self) -> tuple[Refactor, ...]:
        """The stack refactors of the account and region that are being executed."""
        ...

    def execute_refactor(self, identity: str) -> None:
        """Execute a stack refactor."""
        ...

    def import_identifiers(self, stack: str) -> Mapping[str, tuple[str, ...]]:
        """Logical id -> the properties by which CloudFormation imports the resource; () and no row: not at all."""
        ...

    def delete_stack(self, stack: str, token: str, retain: Iterable[str] = (), *, express: bool = False) -> None:
        """Delete a stack; `retain` names resources that a DELETE_FAILED stack leaves behind."""
        ...

    def cancel_update(self, stack: str, token: str) -> None:
        """Cancel a running update: it is rolled back."""
        ...

    def continue_rollback(self, stack: str, token: str, skip: Iterable[str] = ()) -> None:
        """Continue a failed rollback; `skip` names resources that are taken as they are."""
        ...

    def rollback(self, stack: str, token: str) -> None:
        """Roll a CREATE_FAILED or UPDATE_FAILED stack back to its last stable state."""
        ...

    def stack_policy(self, stack: str) -> str:
        """The stack policy as JSON text, or ''."""
        ...

    def set_stack_policy(self, stack: str, policy: str) -> None:
        """Set the stack policy; JSON text."""
        ...

    def set_termination_protection(self, stack: str, *, on: bool) -> None:
        """Switch termination protection on or off."""
        ...

    def detect_drift(self, stack: str) -> str:
        """Begin a drift detection; its id."""
        ...

    def drift_run(self, detection: str) -> DriftRun:
        """How far a drift detection is."""
        ...

    def detect_resource_drift(self, stack: str, logical_id: str) -> ResourceDrift:
        """Look whether one resource has drifted, and wait for the answer."""
        ...

    def drifts(self, stack: str) -> tuple[ResourceDrift, ...]:
        """What the last drift detection found (all pages)."""
        ...

    def stored(self, bucket: str, key: str, owner: str) -> bool:
        """Whether the object is in the bucket of that account."""
        ...

    def store(self, bucket: str, key: str, body: bytes, owner: str) -> None:
        """Put an object into the bucket of that account."""
        ...

    def has_image(self, repository: str, tag: str) -> bool | None:
        """Whether a repository of the account has an image; None where there is no such repository."""
        ...

    def create_repository(self, name: str) -> None:
        """Create a repository of images, scanned when they are pushed."""
        ...

    def registry_login(self) -> tuple[str, str, str]:
        """User, password and host of the account's registry of images."""
        ...

    def object_url(self, bucket: str, key: str) -> str:
        """The object's https URL, as TemplateURL takes it."""
        ...

    def oidc_audiences(self, arn: str) -> tuple[str, ...] | None:
        """For whom the tokens of an identity provider are; None where IAM has no such provider."""
        ...

    def create_oidc_provider(self, url: str, audience: str) -> None:
        """Create an identity provider whose tokens are for an audience."""
        ...

    def has_role(self, name: str) -> bool:
        """Whether IAM has a role of that name."""
        ...

    def invoke(self, function: str, payload: bytes) -> Answer:
        """Invoke a function and wait for its answer, with the end of its log."""
        ...

    def function(self, name: str) -> Function:
        """A function as it is."""
        ...

    def update_code(self, name: str, package: bytes) -> None:
        """Give a function the code of a zip."""
        ...

    def update_configuration(self, name: str, changes: Mapping[str, Any]) -> None:
        """Change properties of a function, by the names of Lambda's API."""
        ...

    def tag_function(self, arn: str, tag: str) -> None:
        """Put a tag on a function."""
        ...

    def untag_function(self, arn: str, tag: str) -> None:
        """Take a tag off a function."""
        ...

    def publish_layer(self, name: str, package: bytes, runtimes: Iterable[str], architectures: Iterable[str]) -> str:
        """Publish a version of a Lambda layer; its ARN."""
        ...

    def latest_layer(self, name: str) -> tuple[str, str]:
        """The newest version of a Lambda layer: its ARN and its package's SHA-256 in base64; '' twice where none is."""
        ...

    def publish_version(self, name: str) -> str:
        """Publish a function as it is; the version's number, the last one's where nothing has changed since."""
        ...

    def update_alias(self, name: str, alias: str, version: str) -> None:
        """Let an alias of a function show a version."""
        ...

    def state_machine_definition(self, arn: str) -> str:
        """The definition of a state machine; JSON text."""
        ...

    def update_state_machine(self, arn: str, definition: str) -> None:
        """Give a state machine another definition; JSON text."""
        ...

    def tag_state_machine(self, arn: str, tag: str) -> None:
        """Put a tag on a state machine."""
        ...

    def untag_state_machine(self, arn: str, tag: str) -> None:
        """Take a tag off a state machine."""
        ...

    def tagged_resources(self, tag: str) -> tuple[str, ...]:
        """The ARNs of the functions and state machines of the account and region that have a tag."""
        ...

    def log_events(self, group: str, since: int, page: str = "") -> LogPage:
        """Events of a log group since a time in milliseconds, oldest first."""
        ...
