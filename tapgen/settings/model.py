"""The typed settings: every default and meaning lives in this folder; docs/settings.md is generated from it.

Annotations are text where their types are not needed until somebody sets the field (`late`), and nowhere else: msgspec
would compile each of them anew at start-up.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct

from tapgen.errors import TapgenError
from tapgen.settings.alarms import Alarms, Logs
from tapgen.settings.apis import Api
from tapgen.settings.destinations import SECTIONS, find_destination
from tapgen.settings.functions import Function
from tapgen.settings.kinds import Parts, parts
from tapgen.settings.late import late
from tapgen.settings.local import Local
from tapgen.settings.names import LogicalId, Name, TagKey, TagValue
from tapgen.settings.network import Network
from tapgen.settings.packaging import LambdaLayer, requirements_text
from tapgen.settings.suppressions import Check
from tapgen.settings.tables import VIEWS

if TYPE_CHECKING:
    from tapgen.settings.accounts import AccountId, PolicyArn, Region, RoleArn, StackName
    from tapgen.settings.identity_pools import IdentityPool
    from tapgen.settings.interface import Output, Parameter
    from tapgen.settings.invocations import Destination
    from tapgen.settings.sites import Site
    from tapgen.settings.stack_sets import OrganizationalUnit, StackSet

GIVEN = ("name", "user", "root", "existing_functions")
"""Fields that are no settings: the environment's name and user, its file's folder, the functions made elsewhere."""


@late
class Environment(Parts, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One environment: the project's settings with the environment's own merged in.

    ```toml
    application = "shop"
    description = "Orders of the shop"
    regions = ["eu-central-1", "us-east-1"]
    layers = ["layers.queue"]
    tags.Team = "shop"
    ```
    """

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    user: str = ""
    root: Path
    existing_functions: "dict[Name, Function]" = {}
    application: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
    """First part of the stack's name; lower case"""
    description: Annotated[str, Meta(max_length=1024)] = ""
    """The template's description"""
    format: Literal["yaml", "json"] = "yaml"
    """What `tapgen render` writes"""
    protected: bool = False
    """Keep data: deletion protection, backups, retained tables, termination protection"""
    stack: "StackName | None" = None
    """Name of the stack where it has another one already; default: `<application>-<environment>`"""
    account: "AccountId | None" = None
    """The only account that it may be deployed to"""
    region: "Region | None" = None
    """The only region that it may be deployed to"""
    regions: "tuple[Region, ...]" = ()
    """Several regions, deployed side by side"""
    accounts: "tuple[AccountId, ...]" = ()
    """Several accounts: the environment is a StackSet; beside `organizational_units` only these of theirs"""
    organizational_units: "tuple[OrganizationalUnit, ...]" = ()
    """All accounts of these units of the organization: the environment is a StackSet"""
    stack_set: "StackSet | None" = None
    """How a StackSet is deployed"""
    personal: bool = False
    """Each user may have one of their own, such as `--env dev/alice`; not where it is protected"""
    expires: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}[hdw]$")] | None = None
    """How long after its last deployment a personal one is too old, such as "7d": see `tapgen envs --stacks`"""
    express: bool = False
    """Deploy without waiting until resources are ready; not where it is protected"""
    deploy_role: "RoleArn | None" = None
    """The role that tapgen assumes for everything that it asks of AWS"""
    cloudformation_role: "RoleArn | None" = None
    """The role that CloudFormation assumes to change resources"""
    permissions_boundary: "PolicyArn | None" = None
    """The boundary of every role: a managed policy's ARN, or its name in the stack's own account"""
    network: "Network | None" = None
    """The VPC; without this table the functions are in none"""
    function_defaults: "Function | None" = None
    """What every function of the stack's own has unless it says otherwise; tables, such as environment, are merged"""
    functions: "dict[Name, Function]" = {}
    """Lambda functions by name"""
    lambda_layers: "dict[Name, LambdaLayer]" = {}
    """Lambda layers that the stack publishes, by name"""
    api: "Api" = Api()
    """The API that a route belongs to unless it names another one"""
    apis: "dict[Name, Api]" = {}
    """Further APIs by name"""
    sites: "dict[Name, Site]" = {}
    """Static sites by name: a bucket's files behind CloudFront"""
    identity_pools: "dict[Name, IdentityPool]" = {}
    """Cognito identity pools by name"""
    alarms: "Alarms" = Alarms()
    """Alarms"""
    logs: "Logs" = Logs()
    """Log groups"""
    tags: dict[TagKey, TagValue] = {}
    """More tags on every resource, or other values for Environment, Application, ManagedBy"""
    layers: tuple[str, ...] = ()
    """Modules of your own with `build(template, environment, stack)`"""
    custom: dict[str, Any] = {}
    """Settings of your own layers: anything, overlaid by an environment as all else"""
    parameters: "dict[LogicalId, Parameter]" = {}
    """Template parameters by name, given at deployment"""
    conditions: dict[LogicalId, dict[str, Any]] = {}
    """Conditions as CloudFormation has them, for `condition` and for { "Fn::If" = […] } in resources"""
    mappings: dict[LogicalId, dict[str, dict[str, Any]]] = {}
    """Mappings as CloudFormation has them, for { "Fn::FindInMap" = […] }"""
    rules: dict[LogicalId, dict[str, Any]] = {}
    """Rules as CloudFormation has them: what the parameters must fit"""
    outputs: "dict[LogicalId, Output]" = {}
    """More outputs by name"""
    main_function: Name | None = None
    """The function whose outputs have the plain names, such as LambdaFunctionNameOutput; unset: the only one"""
    main_table: Name | None = None
    """The table whose output has the plain name, DynamoTableNameOutput; unset: the only one of the stack's own"""
    own_outputs: bool = True
    """Outputs that tapgen gives for parts, functions and APIs; false: only `outputs`, of which a template takes 200"""
    exports: bool = False
    """Export every output, as `<stack>-<output>`"""
    logical_ids: dict[LogicalId, LogicalId] = {}
    """Other logical ids, such as { OrdersTable = "Table" }: those that another tool gave"""
    local: "Local" = Local()
    """What only `tapgen local` gets"""
    check: "Check" = Check()
    """What `tapgen check` may pass over, with the reason"""

    def stream_of(self, table: str) -> str | None:
        """What the stream of a table of the stack's own shows; None where it has none."""
        starts = any(table in function.triggers.tables for function in self.functions.values())
        written = self.tables[table].stream
        needed = starts or self.tables[table].replicas
        return str(written) if written is not None else VIEWS[0] if needed else None

    def is_main(self, section: str, name: str) -> bool:
        """The outputs of this function or table of the stack's own have the plain names."""
        main: str | None = {"functions": self.main_function, "tables": self.main_table}[section]
        if main is not None:
            return name == main
        return not any(one != name and part.existing is None for one, part in getattr(self, section).items())

    @property
    def vpc(self) -> Network | None:
        """The network that the functions are in, None for none."""
        return self.network if self.network and self.network.enabled else None

    def logical_id(self, title: str) -> str:
        """The logical id of what tapgen calls so: another one where the settings say it."""
        return self.logical_ids.get(title, title)

    def title(self, logical_id: str) -> str:
        """What tapgen itself calls a resource: the reverse of `logical_id`."""
        return next((title for title, other in self.logical_ids.items() if other == logical_id), logical_id)

    def layer_runtimes(self, name: str) -> tuple[str, ...]:
        """The runtimes of a Lambda layer: its own, or those of the functions that name it."""
        using = (one.runtime for one in self.functions.values() if name in one.layers)
        return self.lambda_layers[name].runtimes or tuple(sorted(set(using)))

    def layer_architectures(self, name: str) -> tuple[str, ...]:
        """The instruction sets of a Lambda layer: its own, or those of the functions that name it."""
        own = self.lambda_layers[name].architecture
        using = (one.architecture for one in self.functions.values() if name in one.layers)
        return (own,) if own else tuple(sorted(set(using)))

    def modules_elsewhere(self, function: str) -> tuple[tuple[str, Path], ...]:
        """Top-level modules that a function gets from other folders, by `include` or a Lambda layer of the stack's own.

        Each with the folder that holds it; nothing where a source cannot be read.
        """
        settings = self.functions[function]
        layers = [self.lambda_layers[str(name)] for name in settings.layers if name in self.lambda_layers]
        if not settings.include and not layers:
            return ()
        try:
            found = settings.read_source(self.root).modules_elsewhere()
            for layer in layers:
                found |= layer.modules(self.root)
        except TapgenError:
            return ()
        return tuple(sorted(found.items()))

    def requirements_text(self, function: str) -> str | None:
        """What is installed into a function's package and the stack's own layers that it has, "" for nothing.

        None where that is not written in files of requirements, or one cannot be read.
        """
        settings = self.functions[function]
        own = [self.lambda_layers[str(name)] for name in settings.layers if name in self.lambda_layers]
        try:
            texts = [
                requirements_text(self.root, source, wanted, read(self.root))
                for source, wanted, read in (
                    (settings.source, settings.requirements, settings.read_source),
                    *((layer.source, layer.requirements, layer.read_source) for layer in own),
                )
            ]
        except TapgenError:
            return None
        if len(own) < len(settings.layers) or None in texts:
            return None
        return "\n".join(filter(None, texts))

    def destination(self, value: "Destination | str") -> tuple[str, str]:
        """(kind, name) of where records go: "queue", "topic", "bus", "bucket" or "function".

        Raises:
            LookupError: there is no such part, or there are several of that name.
        """
        return find_destination(value, {kind: parts(self, section) for kind, section in SECTIONS.items()})

    @property
    def table(self) -> str:
        """The name of its table in the settings: of `dev/alice` it is `dev`."""
        return self.name.removesuffix(f"-{self.user}") if self.user else self.name

    @property
    def reference(self) -> str:
        """What `--env` takes for it: its name, or `dev/alice`."""
        return f"{self.table}/{self.user}" if self.user else self.name

    @property
    def stack_name(self) -> str:
        """`<application>-<environment>`, unless `stack` says otherwise."""
        return self.stack or f"{self.application}-{self.name}"

    @property
    def target_regions(self) -> tuple[str, ...]:
        """The pinned regions; empty when the standard AWS configuration decides."""
        return self.regions or ((self.region,) if self.region else ())

    @property
    def is_stack_set(self) -> bool:
        """Whether it is deployed to several accounts by a StackSet, and not as a stack."""
        return bool(self.accounts or self.organizational_units)

    @property
    def service_managed(self) -> bool:
        """Whether the organization's own roles deploy the StackSet."""
        chosen = self.stack_set.permissions if self.stack_set else None
        return chosen == "service-managed" or (chosen is None and bool(self.organizational_units))

    @property
    def home_region(self) -> str:
        """Where its StackSet is kept; '' where no region is named."""
        kept = self.stack_set.region if self.stack_set else None
        return kept or next(iter(self.target_regions), "")

    @property
    def has_automatic_actions(self) -> bool:
        """The code of a function has to be read to know what it may do."""
        return any(function.has_automatic_actions for function in self.functions.values())


class Project(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings file and its environments, each already merged and checked."""

    file: Path
    environments: dict[str, Environment]

    @property
    def root(self) -> Path:
        """The folder of the settings file; `templates_out` and sources are relative to it."""
        return self.file.parent

    def environment(self, name: str) -> Environment:
        """The environment of that name, or a user's own of it: `dev/alice`.

        Raises:
            UsageError: there is none.
        """
        if name in self.environments:
            return self.environments[name]
        from tapgen.settings.personal import find

        return find(name, self.environments)
