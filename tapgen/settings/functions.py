"""Lambda functions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tapgen.settings.kinds import Uses
from tapgen.settings.late import late
from tapgen.settings.names import Concurrency, LogicalId, Name, Runtime, TagKey, TagValue, VariableName
from tapgen.settings.packaging import EXCLUDED, Pattern, RequirementsGroup
from tapgen.settings.parts import Existing
from tapgen.settings.references import Reference
from tapgen.settings.route_tables import RouteTable
from tapgen.sources import Selection, Source, read_source

if TYPE_CHECKING:
    from tapgen.settings.accounts import ExistingRole, ManagedPolicy
    from tapgen.settings.callers import Caller
    from tapgen.settings.invocations import (
        Alias,
        DeploymentPreference,
        Destination,
        FileSystem,
        Image,
        Url,
    )
    from tapgen.settings.statements import Statement
    from tapgen.settings.values import Value

DEFAULT_ALIAS = "live"


@late
class Function(Uses, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A Lambda function, its role, its log group and its routes.

    ```toml
    [functions.Orders]
    source = "functions/orders"
    entry_point = "orders.handler"
    memory = 512
    environment.LOG_LEVEL = "INFO"
    routes = ["GET /orders", "ANY /orders/{orderId}"]
    tables.Orders = { variable = "TABLE_NAME" }
    deployment = "canary-10-5m"

    [tables.Orders]
    partition_key = { name = "orderId" }
    ```
    """

    existing: "Existing | None" = None
    """It was made elsewhere: its name or ARN, as text or looked up; in place of its other keys. Functions of the stack
    may invoke it, and name it in on_success and on_failure
    """
    source: Annotated[str, Meta(min_length=1)] = ""
    """Folder of the source, relative to the settings file; needed unless there is an `image`"""
    entry_point: Annotated[str, Meta(pattern=r"^[^\s]+$", max_length=128)] = "index.handler"
    """module.function, as in Lambda's Handler; folders may be parted by `/` or `.`"""
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | bool | None = None
    """Physical name; false: CloudFormation gives it one; unset: `<stack>-<name>`"""
    description: Annotated[str, Meta(max_length=256)] = ""
    """Shown in the console"""
    runtime: Runtime = "python3.13"
    """Lambda runtime; the source of one that is not Python is packaged as it is"""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """Instruction set"""
    memory: Annotated[int, Meta(ge=128, le=10240)] = 256
    """MiB"""
    timeout: Annotated[int, Meta(ge=1, le=900)] = 10
    """Seconds"""
    ephemeral_storage: Annotated[int, Meta(ge=512, le=10240)] = 512
    """MiB of /tmp"""
    network: bool = True
    """In the environment's network; false: outside, for what has no path out of it"""
    reserved_concurrency: Concurrency | None = None
    """Most invocations at once; unset: the account's pool"""
    environment: "dict[VariableName, str | Value]" = {}
    """Environment variables: text in which `${…}` is a logical id, an attribute of one or a parameter, { secret = "…",
    key = "…" } or { ssm_parameter = "…" }
    """
    encryption: Name | None = None
    """One of `keys` that encrypts its variables; unset: the top's `encryption`, else AWS's own"""
    routes: "tuple[str | RouteTable, ...]" = ()
    """Such as "GET /orders/{orderId}"; the method may be ANY; or a table with what it asks for"""
    statements: "tuple[Statement, ...]" = ()
    """What it may do with things that are no part of the stack"""
    managed_policies: "Annotated[tuple[ManagedPolicy | Reference, ...], Meta(max_length=10)]" = ()
    """Policies that its role has besides: names of AWS's own, ARNs (with `${AWS::AccountId}` in them), or references"""
    depends_on: "tuple[LogicalId, ...]" = ()
    """Logical ids of what must be there before, such as a mount target"""
    role: "ExistingRole | Reference | None" = None
    """An existing execution role by its ARN, or `${Role.Arn}` of one of `resources`: then nothing is granted"""
    layers: "Annotated[tuple[str | Reference, ...], Meta(max_length=5)]" = ()
    """Lambda layers: names under `lambda_layers`, ARNs of versions (with `${AWS::Region}` in them), or references"""
    include: tuple[Pattern, ...] = ()
    """More files and folders of the package, such as "../common": patterns relative to the source, or else to the
    settings file; each stands under its own name, or its path from where the wildcards begin
    """
    exclude: tuple[Pattern, ...] = EXCLUDED
    """What is left out of the package: patterns of names, or of paths where they have a `/`"""
    requirements: "str | RequirementsGroup | None" = None
    """A file of requirements or a lock file (uv.lock, pylock.toml), relative to the settings file or else to the
    source, or a dependency group; unset: `requirements.txt` in the source
    """
    image: "Image | None" = None
    """A container image in place of a packaged source"""
    alias: "Alias | None" = None
    """Alias that is invoked; a version is published for it; "live" where one is needed"""
    deployment: "DeploymentPreference | None" = None
    """How the alias moves to a new version, rolled back by the function's alarms: canary-10-5m (10 %, all after 5
    minutes), linear-10-1m (10 % each minute), all-at-once
    """
    provisioned_concurrency: Annotated[int, Meta(ge=1)] | None = None
    """Environments of the alias that are kept warm"""
    snap_start: bool = False
    """Versions start from a snapshot"""
    retries: Annotated[int, Meta(ge=0, le=2)] | None = None
    """Of a failed asynchronous invocation; unset: 2"""
    max_event_age: Annotated[int, Meta(ge=60, le=21600)] | None = None
    """Seconds that an asynchronous invocation may wait; unset: 21600"""
    on_success: "Destination | Name | None" = None
    """Where records of asynchronous invocations that succeeded go: a part, by name or kind and name"""
    on_failure: "Destination | Name | None" = None
    """Where records of those that failed go"""
    url: "Url | None" = None
    """An HTTPS address of the function itself"""
    callers: "dict[Name, Caller]" = {}
    """Who else may invoke it, by a name of their own: services that no trigger is of, other accounts"""
    file_systems: "Annotated[tuple[FileSystem, ...], Meta(max_length=1)]" = ()
    """An EFS access point that it mounts"""
    tracing: bool = True
    """X-Ray tracing"""
    log_group: bool | LogicalId = True
    """Where it logs: true: a group of the stack's own; false: the one that Lambda makes, /aws/lambda/ and its name; or
    one of `resources`
    """
    log_format: Literal["JSON", "Text"] = "JSON"
    """Lines of its log: JSON, or text as it writes it"""
    tags: dict[TagKey, TagValue] = {}
    """Its own tags, beside and before those of the whole stack"""

    def selection(self, root: Path) -> Selection:
        """Which files its package takes; `root` is the folder of the settings file."""
        return Selection(self.exclude, self.include, root, as_it_is=not self.is_python)

    def read_source(self, root: Path) -> Source:
        """The files of its package, but for its requirements.

        Raises:
            TapgenError: a file or folder of it cannot be read.
        """
        return read_source(root / self.source, self.selection(root))

    @property
    def files_key(self) -> tuple[object, ...]:
        """What its files and its entry point follow from: functions of the same key have the same."""
        return self.source, self.entry_point, self.runtime, self.include, self.exclude, self.requirements

    @property
    def is_python(self) -> bool:
        """Its source can be read: it is Python, and not inside of an image."""
        return bool(self.source) and self.runtime.startswith("python")

    @property
    def alias_name(self) -> str | None:
        """The alias that is invoked; None where it is the function itself."""
        needed = self.deployment or self.provisioned_concurrency or self.snap_start
        return self.alias or (DEFAULT_ALIAS if needed else None)

    @property
    def has_invoke_config(self) -> bool:
        """Something is said of asynchronous invocations."""
        return any(value is not None for value in (self.retries, self.max_event_age, self.on_success, self.on_failure))
