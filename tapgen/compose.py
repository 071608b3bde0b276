"""The wiring diagram: which layer is built when, and what it is handed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import troposphere
from msgspec import Struct
from troposphere import Sub, Tags

from tapgen import naming
from tapgen.bare_errors import OURS, translated
from tapgen.errors import DocumentError
from tapgen.layers import api, compute, data, identity, invocation, lambda_layers, monitoring, network
from tapgen.layers.destinations import invoked
from tapgen.layers.interface import add_outputs as add_stack_outputs
from tapgen.layers.interface import add_parameters
from tapgen.layers.parts import add_outputs
from tapgen.layers.refs import ApiRefs, ComputeRefs, PartRefs, Parts
from tapgen.settings import kinds as settings_kinds
from tapgen.stack import Stack
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from tapgen.settings.model import Environment


PARTS: tuple[str, ...] = (
    "keys",
    "tables",
    "secrets",
    "ssm_parameters",
    "streams",
    "buses",
    "topics",
    "queues",
    "buckets",
    "user_pools",
    "state_machines",
)
"""The kinds of parts that have a layer of their own, `layers/<kind>.py`, in the order in which they are built."""

TRIGGERS: tuple[str, ...] = (
    "tables",
    "streams",
    "queues",
    "topics",
    "schedules",
    "events",
    "buckets",
    "secrets",
    "user_pools",
    "kafka",
    "mq",
    "iot",
    "logs",
)
"""The kinds whose layer has `start`: what makes a part, or a rule, start a function."""


class Origin(Struct, frozen=True):
    """Where a resource was made: the layer's name, and file and line of its `add_resource`."""

    layer: str
    file: str
    line: int


class Template(troposphere.Template):
    """A template that knows where each of its resources was made."""

    def __init__(self, description: str) -> None:
        super().__init__(Description=description or None)
        self.set_version("2010-09-09")
        self.layer = ""
        self.takes_outputs = True
        self.origins: dict[str, Origin] = {}

    def add_output(self, output: Any) -> Any:
        """Add it, unless the settings want none of tapgen's own."""
        return super().add_output(output) if self.takes_outputs else output

    def add_resource(self, resource: Any) -> Any:
        """Add it, and note who did."""
        caller = sys._getframe(1)  # noqa: SLF001 - inspect.stack() reads every source file on the way
        origin = Origin(self.layer, caller.f_code.co_filename, caller.f_lineno)
        if origin.file.startswith(OURS):  # a layer of the project's own may mend its line instead
            self._refuse_a_second(resource)
        if len(self.resources) < troposphere.MAX_RESOURCES:
            added = super().add_resource(resource)
        else:  # so that `render` can say how many there are, and what to switch off
            added = resource
            self.resources.update((one.title, one) for one in (added if isinstance(added, list) else [added]))
        self.origins.update((one.title, origin) for one in (added if isinstance(added, list) else [added]))
        return added

    def _refuse_a_second(self, resource: Any) -> None:
        """Two names of the settings, or one and a name that tapgen gives, may come to the same logical id."""
        for one in resource if isinstance(resource, list) else [resource]:
            if one.title in self.resources or one.title in self.parameters:
                first = self.origins[one.title].layer if one.title in self.resources else "parameters"
                raise DocumentError(
                    f'two things would have the logical id "{one.title}": one of {first}, one of {self.layer}',
                    "Give the one that is yours another name in the settings.",
                )


def compose(environment: Environment) -> Template:
    """The environment's template.

    Raises:
        DocumentError: a layer gives CloudFormation something that it cannot take.
    """
    if environment.has_automatic_actions:
        raise DocumentError('actions = "auto" was not filled in', "Name the actions, such as dynamodb:GetItem.")
    template = Template(environment.description)
    template.takes_outputs = environment.own_outputs
    add_parameters(template, environment)
    with _layer(template, "network"):
        network_refs = network.build(template, environment)
    parts = _add_parts(template, environment)
    with _layer(template, "data"):
        data_refs = data.build(template, environment, parts)
    if environment.resources:
        from tapgen.layers import resources

        with _layer(template, "resources"):
            resources.build(template, environment)
    with _layer(template, "identity"):
        identity_refs = identity.build(template, environment, network_refs, data_refs)
    with _layer(template, "compute"):
        layers = lambda_layers.build(template, environment)
        compute_refs = compute.build(template, environment, network_refs, data_refs, identity_refs, layers)
        invocation.build(template, environment, compute_refs, data_refs)
    with _layer(template, "api"):
        api_refs = api.build(template, environment, compute_refs, identity_refs, data_refs.parts, network_refs)
    _add_for_pages(template, environment, data_refs.parts, api_refs)
    _add_triggers(template, environment, data_refs.parts, compute_refs)
    with _layer(template, "monitoring"):
        alarms = monitoring.build(template, environment, data_refs, compute_refs, api_refs)
    if any(function.deployment for function in environment.functions.values()):
        from tapgen.layers import deployments

        with _layer(template, "deployments"):
            deployments.build(template, environment, alarms)
    stack = Stack(template, data_refs, network_refs, identity_refs, compute_refs, api_refs.get(""), api_refs)
    _add_own_layers(template, environment, stack)
    with _layer(template, "compute"):
        compute.publish(template, environment)
    if network_refs:
        with _layer(template, "network"):
            network.restrict(network_refs, identity_refs)
    with _layer(template, "api"):
        api.publish(template, environment, data_refs, network_refs, api_refs)
    template.takes_outputs = True
    add_stack_outputs(template, environment)
    with _layer(template, "tags"):
        _tag(template, naming.tags(environment))
    if environment.permissions_boundary:
        with _layer(template, "boundary"):
            _bound(template, environment.permissions_boundary)
    return template


def _add_own_layers(template: Template, environment: Environment, stack: Stack) -> None:
    """Let the project's own layers add what they will, outputs too."""
    for module in environment.layers:
        from tapgen.extension import load_layer

        build = load_layer(module, environment.root)
        template.takes_outputs = True
        with _layer(template, module):
            build(template, environment, stack)
        template.takes_outputs = environment.own_outputs


def _add_parts(template: Template, environment: Environment) -> Parts:
    """Add the parts kind by kind, each with its outputs; a later kind may refer to an earlier one."""
    parts: dict[str, Mapping[str, PartRefs]] = {"functions": invoked(environment)}
    if any(api.kind == "websocket" for api in environment.apis.values()):
        from tapgen.layers.api import websocket

        parts["apis"] = websocket.used(environment)
    for word in PARTS:
        if settings_kinds.parts(environment, word):
            with _layer(template, word):
                parts[word] = import_module(f"tapgen.layers.{word}").build(template, environment, parts)
                add_outputs(template, kinds()[word], parts[word])
    return parts


def _add_for_pages(template: Template, environment: Environment, parts: Parts, apis: Mapping[str, ApiRefs]) -> None:
    """Add what pages are served by, and what they may do in AWS themselves."""
    if environment.identity_pools:
        from tapgen.layers import identity_pools

        with _layer(template, "identity_pools"):
            identity_pools.build(template, environment, parts)
    if environment.sites:
        from tapgen.layers import sites

        with _layer(template, "sites"):
            sites.build(template, environment, parts, apis)


def _add_triggers(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add what starts the functions, kind by kind."""
    for word in TRIGGERS:
        if settings_kinds.starts(environment, word):
            with _layer(template, word):
                import_module(f"tapgen.layers.{word}").start(template, environment, parts, compute)


@contextmanager
def _layer(template: Template, name: str) -> Iterator[None]:
    """Resources added inside belong to this layer; what troposphere says of them is said as one clear error."""
    template.layer = name
    with translated(f"layer {name}"):
        yield


def _tag(template: Template, tags: dict[str, str]) -> None:
    """Tag every resource that takes tags, as a list or as a mapping; a resource's own tags win."""
    for resource in template.resources.values():
        kind = resource.props.get("Tags", (None,))[0]
        own = resource.properties.get("Tags")
        if kind is dict:
            resource.Tags = {**tags, **(own or {})}
        elif kind is Tags or callable(kind):
            resource.Tags = _all_tags(tags, own)


def _bound(template: Template, policy: str) -> None:
    """Give every role and user the boundary; their own wins. A name is a policy of the stack's own account."""
    named = not policy.startswith("arn:")
    boundary = Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{policy}") if named else policy
    for resource in template.resources.values():
        if "PermissionsBoundary" in resource.props and "PermissionsBoundary" not in resource.properties:
            resource.PermissionsBoundary = boundary


def _all_tags(tags: dict[str, str], own: Any) -> Tags | list[Any]:
    """The tags, and a resource's own as troposphere takes them: Tags, or a list of Key and Value."""
    listed = own if isinstance(own, list) else own.to_dict() if own else []
    present = {tag.get("Key") for tag in listed if isinstance(tag, dict)}
    given = Tags({key: value for key, value in tags.items() if key not in present})
    return [*given.to_dict(), *listed] if isinstance(own, list) else given + (own or Tags())
