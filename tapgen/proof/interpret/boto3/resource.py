"""boto3 resources and collections, by boto3's resource models: attributes, sub-resources, actions, waiters."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Mapping

from tapgen.proof.interpret.boto3 import client, models
from tapgen.proof.interpret.boto3.models import Param, ResourceModel, Target, snake
from tapgen.proof.interpret.boto3.requests import MOST_COMBINATIONS, bindings, record
from tapgen.proof.interpret.boto3.sdk import BatchWriter, Collection, Resource, SdkData, SdkMethod
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python.values import EMPTY, REST, UNKNOWN, Arguments, Const, Frame, Values
from tapgen.proof.interpret.results import Binding, EnvironmentVariable, Literal, Unknown

_ITERATORS = frozenset({"all", "filter", "limit", "page_size", "pages"})

INJECTED_LOADS = {("s3", "Bucket"): "ListBuckets", ("s3", "ObjectSummary"): "HeadObject"}
"""`load` steps that boto3 adds in code, not in its models (boto3 `s3/inject.py`)."""

INJECTED_ACTIONS = {("ec2", "create_tags"): "CreateTags", ("ec2", "delete_tags"): "DeleteTags"}
"""Actions that boto3 adds in code (boto3 `ec2/createtags.py`, `ec2/deletetags.py`)."""


def _transfers(resource: Resource) -> tuple[str, ...]:
    return tuple(client.TRANSFERS) if resource.service == "s3" and resource.type in {"Bucket", "Object"} else ()


def attribute(machine: Machine, frame: Frame, node: ast.AST, resource: Resource, name: str) -> Values:
    """An attribute of a resource; nothing when boto3 has none of that name. Reading data makes a request."""
    model = models.resource(resource.service, resource.type)
    if model is None:
        return EMPTY
    if _is_method(resource, model, name):
        return frozenset({SdkMethod(resource, name)})
    aliases = {one.name: snake(one.member) for one in model.identifiers if one.member}
    for identifier, value in resource.identifiers:
        if name in {snake(identifier), aliases.get(identifier)}:
            return _value(value)
    for key in model.has_many:
        if snake(key) == name:
            return frozenset({Collection(resource, key)})
    if name == "meta":
        return frozenset({SdkData(resource, name)})
    return _data(machine, frame, node, resource, model, name)


def _is_method(resource: Resource, model: ResourceModel, name: str) -> bool:
    if any(snake(action) == name for action in model.actions) or name in _transfers(resource):
        return True
    if name in {"load", "reload"} and _load_operation(resource, model):
        return True
    if any(f"wait_until_{snake(waiter)}" == name for waiter in model.waiters):
        return True
    if (resource.service, resource.type, name) == ("dynamodb", "Table", "batch_writer"):
        return True
    if name == "get_available_subresources" or (resource.service, name) in INJECTED_ACTIONS:
        return True
    return _target(resource, model, name) is not None


def _target(resource: Resource, model: ResourceModel, name: str) -> Target | None:
    """The sub-resource that a method such as `Table` makes; None for references, which need data."""
    if name in model.has:
        target = model.has[name].resource
        return target if all(one.source in {"input", "identifier"} for one in target.identifiers) else None
    if not resource.type:
        found = models.resource(resource.service, name) if name else None
        if found is not None:
            return Target(name, [Param(one.name, "input") for one in found.identifiers])
    return None


def _data(machine: Machine, frame: Frame, node: ast.AST, resource: Resource, model: ResourceModel, name: str) -> Values:
    reference = next((one.resource for key, one in model.has.items() if snake(key) == name), None)
    service = models.service(resource.service)
    members = service.shapes.get(model.shape, ()) if service else ()
    if reference is None and not any(snake(member) == name for member in members):
        return EMPTY
    if not resource.loaded:
        _load(machine, frame, node, resource, model)
    if reference is None:
        return UNKNOWN
    return frozenset({Resource(resource.service, reference.type, _unknown_identifiers(resource, reference))})


def _unknown_identifiers(resource: Resource, target: Target) -> tuple[tuple[str, Binding], ...]:
    known = dict(resource.identifiers)
    return tuple(
        (one.target, known.get(one.name, Unknown()) if one.source == "identifier" else Unknown())
        for one in target.identifiers
    )


def _load_operation(resource: Resource, model: ResourceModel) -> str | None:
    injected = INJECTED_LOADS.get((resource.service, resource.type))
    return injected or (model.load.request.operation if model.load and model.load.request else None)


def _load(machine: Machine, frame: Frame, node: ast.AST, resource: Resource, model: ResourceModel) -> None:
    operation = _load_operation(resource, model)
    if operation is None:
        return
    params = model.load.request.params if model.load and model.load.request else []
    fixed = _fixed(resource, params)
    if (resource.service, operation) == ("s3", "HeadObject"):
        names = dict(resource.identifiers)
        fixed = {"Bucket": (names.get("BucketName", Unknown()),), "Key": (names.get("Key", Unknown()),)}
    record(machine, frame, node, resource.service, operation, Arguments(), fixed)


def _fixed(resource: Resource, params: list[Param]) -> dict[str, tuple[Binding, ...]]:
    """The request parameters that the resource's identifiers fill."""
    known = dict(resource.identifiers)
    found: dict[str, tuple[Binding, ...]] = {}
    for param in params:
        target = param.target.partition("[")[0].partition(".")[0]
        if param.source == "identifier":
            found[target] = (known.get(param.name, Unknown()),)
        elif param.source == "data":
            found[target] = (Unknown(),)
    return found


def _value(binding: Binding) -> Values:
    if isinstance(binding, Literal):
        return frozenset({Const(binding.value)})
    return frozenset({binding}) if isinstance(binding, EnvironmentVariable) else UNKNOWN


def call(machine: Machine, frame: Frame, node: ast.AST, method: SdkMethod, args: Arguments) -> Values:
    """A call of a method of a resource, collection or batch writer."""
    owner, name = method.owner, method.name
    if isinstance(owner, Collection):
        return _collect(machine, frame, node, owner, name, args)
    if isinstance(owner, BatchWriter):
        names = dict(owner.table.identifiers)
        fixed = {"TableName": (names.get("Name", Unknown()),)}
        record(machine, frame, node, "dynamodb", "BatchWriteItem", Arguments(), fixed)
        return UNKNOWN
    if not isinstance(owner, Resource):
        return EMPTY
    model = models.resource(owner.service, owner.type)
    return _act(machine, frame, node, owner, model, name, args) if model else EMPTY


def _act(
    machine: Machine,
    frame: Frame,
    node: ast.AST,
    resource: Resource,
    model: ResourceModel,
    name: str,
    args: Arguments,
) -> Values:
    action = next((one for key, one in model.actions.items() if snake(key) == name), None)
    if action and action.request:
        fixed = _fixed(resource, action.request.params)
        record(machine, frame, node, resource.service, action.request.operation, args, fixed)
        return _made(machine, frame, node, resource, action.resource, args) if action.resource else UNKNOWN
    target = _target(resource, model, name)
    if target is not None:
        return _sub_resources(machine, frame, resource, target, args)
    if name == "batch_writer":
        return frozenset({BatchWriter(resource)})
    waiter = next((one for key, one in model.waiters.items() if f"wait_until_{snake(key)}" == name), None)
    service = models.service(resource.service)
    if waiter and service:
        operation = service.waiters[snake(waiter.waiter)]
        record(machine, frame, node, resource.service, operation, args, _fixed(resource, waiter.params))
    elif name in {"load", "reload"}:
        _load(machine, frame, node, resource, model)
    elif (resource.service, name) in INJECTED_ACTIONS:
        record(machine, frame, node, resource.service, INJECTED_ACTIONS[resource.service, name], args)
    elif name in _transfers(resource):
        names = dict(resource.identifiers)
        bucket = "Name" if resource.type == "Bucket" else "BucketName"
        fixed = {"Bucket": (names.get(bucket, Unknown()),)}
        fixed |= {"Key": (names.get("Key", Unknown()),)} if resource.type == "Object" else {}
        client.transfer(machine, frame, node, name, args, fixed)
    return UNKNOWN


def _sub_resources(machine: Machine, frame: Frame, resource: Resource, target: Target, args: Arguments) -> Values:
    known = dict(resource.identifiers)
    choices: list[list[tuple[str, Binding]]] = []
    position = 0
    for one in target.identifiers:
        if one.source == "identifier":
            found: tuple[Binding, ...] = (known.get(one.name, Unknown()),)
        else:
            found = bindings(machine.known(frame, args.get(position, snake(one.target))))
            if not found:
                return EMPTY  # not known yet
            position += 1
        choices.append([(one.target, value) for value in found])
    combinations = list(itertools.islice(itertools.product(*choices), MOST_COMBINATIONS + 1))
    if len(combinations) > MOST_COMBINATIONS:
        combinations = [tuple((one.target, Unknown()) for one in target.identifiers)]
    return frozenset(Resource(resource.service, target.type, tuple(one)) for one in combinations)


def _made(machine: Machine, frame: Frame, node: ast.AST, resource: Resource, target: Target, args: Arguments) -> Values:
    """The resource that an action gives, or the list of them where the answer holds several."""
    known = dict(resource.identifiers)
    identifiers: list[tuple[str, Binding]] = []
    for one in target.identifiers:
        binding: Binding = Unknown()
        if one.source == "identifier":
            binding = known.get(one.name, Unknown())
        elif one.source == "requestParameter":
            found = bindings(args.keywords.get(one.path, EMPTY))
            binding = found[0] if len(found) == 1 else Unknown()
        elif (resource.service, target.type, one.target) == ("sqs", "Queue", "Url"):
            found = bindings(args.keywords.get("QueueName", EMPTY))
            binding = found[0] if len(found) == 1 else Unknown()
        identifiers.append((one.target, binding))
    made = Resource(resource.service, target.type, tuple(identifiers), loaded=bool(target.path))
    if not any("[]" in path for path in (target.path, *(one.path for one in target.identifiers))):
        return frozenset({made})
    several = machine.container(frame, node, "list", made)
    machine.put(several.space, REST, frozenset({made}))
    return frozenset({several})


def collection_attribute(_machine: Machine, _frame: Frame, _node: ast.AST, collection: Collection, name: str) -> Values:
    """An attribute of a collection."""
    batch = _batch_actions(collection)
    known = name in _ITERATORS or name in batch
    return frozenset({SdkMethod(collection, name)}) if known else EMPTY


def batch_attribute(_machine: Machine, _frame: Frame, _node: ast.AST, writer: BatchWriter, name: str) -> Values:
    """An attribute of a batch writer."""
    return frozenset({SdkMethod(writer, name)}) if name in {"put_item", "delete_item"} else EMPTY


def _many(collection: Collection) -> models.Action:
    model = models.resource(collection.owner.service, collection.owner.type)
    return model.has_many[collection.name] if model else models.Action()


def _batch_actions(collection: Collection) -> Mapping[str, models.Action]:
    target = _many(collection).resource
    model = models.resource(collection.owner.service, target.type) if target else None
    return {snake(name): action for name, action in model.batch_actions.items()} if model else {}


def _collect(
    machine: Machine, frame: Frame, node: ast.AST, collection: Collection, name: str, args: Arguments
) -> Values:
    owner = collection.owner
    request = _many(collection).request
    if request:
        record(machine, frame, node, owner.service, request.operation, args, _fixed(owner, request.params))
    batch = _batch_actions(collection).get(name)
    if batch is None:
        return frozenset({collection})
    if batch.request:
        one = member(collection)
        record(machine, frame, node, owner.service, batch.request.operation, args, _fixed(one, batch.request.params))
    return UNKNOWN


def member(collection: Collection) -> Resource:
    """The resource that a collection's members are; what is known of its identifiers is what the owner knows."""
    target = _many(collection).resource or Target("")
    identifiers = _unknown_identifiers(collection.owner, target)
    return Resource(collection.owner.service, target.type, identifiers, loaded=bool(target.path))
