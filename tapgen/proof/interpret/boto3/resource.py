"""Resources and batch writers, by boto3's resource models: attributes, sub-resources, actions, waiters."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.boto3.batch_writer import BatchWriter
from tapgen.proof.interpret.boto3.bindings import MOST_COMBINATIONS, bindings
from tapgen.proof.interpret.boto3.client import SdkData
from tapgen.proof.interpret.boto3.injected import INJECTED_ACTIONS, INJECTED_LOADS, VERSIONED
from tapgen.proof.interpret.boto3.models import Param, ResourceModel, Target, snake
from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.boto3.sdk import Sdk, SdkMethod
from tapgen.proof.interpret.boto3.transfers import TRANSFERS, transfer
from tapgen.proof.interpret.cells import REST
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import Const, Variable
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values, stable_hash
from tapgen.proof.interpret.results import Binding, EnvironmentVariable, Literal, Unknown

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site

_ITERATORS = frozenset({"all", "filter", "limit", "page_size", "pages"})

Identifiers = tuple[tuple[str, Binding], ...]


@dataclass(frozen=True, slots=True)
class Resource(Sdk):
    """A boto3 resource: the service's own (`type` is "") or one such as Table, with what is known of its identifiers.

    `loaded`: its data came with the answer that made it, so reading an attribute makes no request.
    """

    service: str
    type: str
    identifiers: Identifiers = ()
    loaded: bool = False

    def __hash__(self) -> int:
        return stable_hash("resource", self.service, self.type, *(name for name, _ in self.identifiers))

    def __str__(self) -> str:
        return f"the {self.service} resource {self.type}".rstrip()

    @property
    def model(self) -> ResourceModel | None:
        """boto3's model of its type."""
        return models.resource(self.service, self.type)

    def known(self, identifier: str) -> Binding:
        """What is known of the identifier."""
        return dict(self.identifiers).get(identifier, Unknown())

    def attribute(self, site: Site, name: str) -> Values:
        """A method, identifier, collection, or data; nothing when boto3 has none of that name."""
        model = self.model
        if model is None:
            return EMPTY
        if self._is_method(model, name):
            return frozenset({SdkMethod(self, name)})
        aliases = {one.name: snake(one.member) for one in model.identifiers if one.member}
        for identifier, value in self.identifiers:
            if name in {snake(identifier), aliases.get(identifier)}:
                return _value(value)
        for key in model.has_many:
            if snake(key) == name:
                return frozenset({Collection(self, key)})
        if name == "meta":
            return frozenset({SdkData(self.service, name)})
        return self._data(site, model, name)

    def _is_method(self, model: ResourceModel, name: str) -> bool:
        if any(snake(action) == name for action in model.actions) or name in self._transfers():
            return True
        if name in {"load", "reload"} and self._load_operation(model):
            return True
        if any(f"wait_until_{snake(waiter)}" == name for waiter in model.waiters):
            return True
        if (self.service, self.type, name) == ("dynamodb", "Table", "batch_writer"):
            return True
        if name == "get_available_subresources" or (self.service, name) in INJECTED_ACTIONS:
            return True
        return self._target(model, name) is not None

    def _transfers(self) -> tuple[str, ...]:
        return tuple(TRANSFERS) if self.service == "s3" and self.type in {"Bucket", "Object"} else ()

    def _target(self, model: ResourceModel, name: str) -> Target | None:
        """The sub-resource that a method such as `Table` makes; None for references, which need data."""
        if name in model.has:
            target = model.has[name].resource
            return target if all(one.source in {"input", "identifier"} for one in target.identifiers) else None
        if not self.type:
            found = models.resource(self.service, name) if name else None
            if found is not None:
                return Target(name, [Param(one.name, "input") for one in found.identifiers])
        return None

    # ------------------------------------------------------------------------------------------------ data

    def _data(self, site: Site, model: ResourceModel, name: str) -> Values:
        """Data of the resource, or another one that it names; reading it makes a request."""
        reference = next((one.resource for key, one in model.has.items() if snake(key) == name), None)
        service = models.service(self.service)
        members = service.shapes.get(model.shape, ()) if service else ()
        if reference is None and not any(snake(member) == name for member in members):
            return EMPTY
        if not self.loaded:
            self._load(site, model)
        if reference is None:
            return UNKNOWN
        return frozenset({Resource(self.service, reference.type, self.identifiers_of(reference))})

    def operation(self, name: str) -> str:
        """The request that it makes; of a version of an object it is told apart, as IAM does."""
        return VERSIONED.get(name, name) if (self.service, self.type) == ("s3", "ObjectVersion") else name

    def identifiers_of(self, target: Target) -> Identifiers:
        """The identifiers of a resource that this one leads to, as far as they are its own."""
        return tuple(
            (one.target, self.known(one.name) if one.source == "identifier" else Unknown())
            for one in target.identifiers
        )

    def _load_operation(self, model: ResourceModel) -> str | None:
        injected = INJECTED_LOADS.get((self.service, self.type))
        return injected or (model.load.request.operation if model.load and model.load.request else None)

    def _load(self, site: Site, model: ResourceModel) -> None:
        operation = self._load_operation(model)
        if operation is None:
            return
        fixed = self.fixed(model.load.request.params if model.load and model.load.request else [])
        if (self.service, operation) == ("s3", "HeadObject"):
            fixed = {"Bucket": (self.known("BucketName"),), "Key": (self.known("Key"),)}
        record(site, self.service, operation, Arguments(), fixed)

    def fixed(self, params: list[Param]) -> dict[str, tuple[Binding, ...]]:
        """The request parameters that the resource's identifiers fill."""
        found: dict[str, tuple[Binding, ...]] = {}
        for param in params:
            target = param.target.partition("[")[0].partition(".")[0]
            if param.source == "identifier":
                found[target] = (self.known(param.name),)
            elif param.source == "data":
                found[target] = (Unknown(),)
        return found

    # ------------------------------------------------------------------------------------------------ methods

    def invoke(self, site: Site, name: str, args: Arguments) -> Values:
        """An action, a sub-resource, a batch writer, a waiter, or one of boto3's helpers."""
        model = self.model
        if model is None:
            return EMPTY
        action = next((one for key, one in model.actions.items() if snake(key) == name), None)
        if action and action.request:
            record(
                site, self.service, self.operation(action.request.operation), args, self.fixed(action.request.params)
            )
            return self._made(site, action.resource, args) if action.resource else UNKNOWN
        target = self._target(model, name)
        if target is not None:
            return self._sub_resources(site, target, args)
        if name == "batch_writer":
            return frozenset({BatchWriter(self)})
        self._help(site, model, name, args)
        return UNKNOWN

    def _help(self, site: Site, model: ResourceModel, name: str, args: Arguments) -> None:
        waiter = next((one for key, one in model.waiters.items() if f"wait_until_{snake(key)}" == name), None)
        service = models.service(self.service)
        if waiter and service:
            operation = service.waiters[snake(waiter.waiter)]
            record(site, self.service, operation, args, self.fixed(waiter.params))
        elif name in {"load", "reload"}:
            self._load(site, model)
        elif (self.service, name) in INJECTED_ACTIONS:
            record(site, self.service, INJECTED_ACTIONS[self.service, name], args)
        elif name in self._transfers():
            fixed = {"Bucket": (self.known("Name" if self.type == "Bucket" else "BucketName"),)}
            fixed |= {"Key": (self.known("Key"),)} if self.type == "Object" else {}
            transfer(site, name, args, fixed)

    def _sub_resources(self, site: Site, target: Target, args: Arguments) -> Values:
        choices: list[list[tuple[str, Binding]]] = []
        position = 0
        for one in target.identifiers:
            if one.source == "identifier":
                found: tuple[Binding, ...] = (self.known(one.name),)
            else:
                found = bindings(site.known(args.get(position, snake(one.target))))
                if not found:
                    return EMPTY  # not known yet
                position += 1
            choices.append([(one.target, value) for value in found])
        combinations = list(itertools.islice(itertools.product(*choices), MOST_COMBINATIONS + 1))
        if len(combinations) > MOST_COMBINATIONS:
            combinations = [tuple((one.target, Unknown()) for one in target.identifiers)]
        return frozenset(Resource(self.service, target.type, tuple(one)) for one in combinations)

    def _made(self, site: Site, target: Target, args: Arguments) -> Values:
        """The resource that an action gives, or the list of them where the answer holds several."""
        identifiers: list[tuple[str, Binding]] = []
        for one in target.identifiers:
            passed = {"requestParameter": one.path}.get(one.source)
            if (self.service, target.type, one.target) == ("sqs", "Queue", "Url"):
                passed = "QueueName"
            found = bindings(args.keywords.get(passed, EMPTY)) if passed else ()
            binding = self.known(one.name) if one.source == "identifier" else Unknown()
            identifiers.append((one.target, found[0] if len(found) == 1 else binding))
        made = Resource(self.service, target.type, tuple(identifiers), loaded=bool(target.path))
        if not any("[]" in path for path in (target.path, *(one.path for one in target.identifiers))):
            return frozenset({made})
        several = site.container("list", made)
        site.put(several.space, REST, frozenset({made}))
        return frozenset({several})


def _value(binding: Binding) -> Values:
    if isinstance(binding, Literal):
        return frozenset({Const(binding.value)})
    if isinstance(binding, EnvironmentVariable):
        return frozenset({Variable(binding.name, binding.default)})
    return UNKNOWN


@dataclass(frozen=True, slots=True)
class Collection(Sdk):
    """A collection of resources, such as `bucket.objects`."""

    owner: Resource
    name: str

    def __hash__(self) -> int:
        return hash((self.owner, stable_hash(self.name)))

    def __str__(self) -> str:
        return f"the {self.owner.service} collection {self.name!r}"

    def calls(self) -> str:
        """The service of its resource."""
        return self.owner.service

    @property
    def _many(self) -> models.Action:
        model = self.owner.model
        return model.has_many[self.name] if model else models.Action()

    def _batch_actions(self) -> Mapping[str, models.Action]:
        target = self._many.resource
        model = models.resource(self.owner.service, target.type) if target else None
        return {snake(name): action for name, action in model.batch_actions.items()} if model else {}

    def attribute(self, _site: Site, name: str) -> Values:
        """Its iterators, and actions on all members at once."""
        known = name in _ITERATORS or name in self._batch_actions()
        return frozenset({SdkMethod(self, name)}) if known else EMPTY

    def invoke(self, site: Site, name: str, args: Arguments) -> Values:
        """The request that lists the members, and the action on them."""
        owner, request = self.owner, self._many.request
        if request:
            record(site, owner.service, request.operation, args, owner.fixed(request.params))
        batch = self._batch_actions().get(name)
        if batch is None:
            return frozenset({self})
        if batch.request:
            member = self._member()
            fixed = member.fixed(batch.request.params)
            record(site, owner.service, member.operation(batch.request.operation), args, fixed)
        return UNKNOWN

    def iterate(self, _site: Site) -> Values:
        """The members."""
        return frozenset({self._member()})

    def _member(self) -> Resource:
        """Any member; what is known of its identifiers is what the owner knows."""
        target = self._many.resource or Target("")
        identifiers = self.owner.identifiers_of(target)
        return Resource(self.owner.service, target.type, identifiers, loaded=bool(target.path))
