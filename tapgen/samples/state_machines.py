"""What a state machine sends to a function: the payload of the state that calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tapgen.samples.application import NOWHERE, TIME, Application, digest, identifier
from tapgen.samples.sample import BODY, Event, Given, Sample
from tapgen.samples.targets import Target, mapping
from tapgen.template.model import Resource, Template
from tapgen.template.text import text

_JSONATA = ("{%", "%}")


def task(application: Application, function: Resource, given: Given) -> Event:
    """The payload, with the execution's input (the body, or {}) and the context object filled in."""
    machine, name, state = next(_calling(application, function))
    entered = json.loads(given.body) if given.body else {}
    arguments = mapping(state.get("Parameters") or state.get("Arguments"))
    if "Payload" not in arguments and "Payload.$" not in arguments:
        return (
            _filled(dict(arguments), entered, {})
            if "invoke" not in text(state.get("Resource")) and arguments
            else entered
        )
    context = _context(application, machine, name, entered)
    chosen = {key: value for key, value in arguments.items() if key.startswith("Payload")}
    return _filled(chosen, entered, context)["Payload"]


def _filled(value: Any, entered: Any, context: Mapping[str, Any]) -> Any:
    """The value with JSONPath (`"x.$": "$.y"`) and the plain JSONata (`{% $states.input.y %}`) evaluated."""
    match value:
        case dict():
            filled = {}
            for key, item in value.items():
                if key.endswith(".$") and isinstance(item, str):
                    filled[key[:-2]] = _at(item, entered, context)
                else:
                    filled[key] = _filled(item, entered, context)
            return filled
        case list():
            return [_filled(item, entered, context) for item in value]
        case str() if value.startswith(_JSONATA[0]) and value.endswith(_JSONATA[1]):
            path = value[2:-2].strip()
            roots = {"$states.input": "$", "$states.context": "$$"}
            root = next((one for one in roots if path == one or path.startswith(one + ".")), "")
            return _at(roots[root] + path[len(root) :], entered, context) if root else path
        case _:
            return value


def _at(path: str, entered: Any, context: Mapping[str, Any]) -> Any:
    """What a reference path names; its own text where it is more than names, or nothing is there."""
    value: Any = context if path.startswith("$$") else entered
    for step in path.lstrip("$").split(".")[1:]:
        if not isinstance(value, Mapping) or step not in value:
            return path
        value = value[step]
    return value


def _context(application: Application, machine: Resource, state: str, entered: Any) -> dict[str, Any]:
    """The context object (Step Functions developer guide, "Accessing execution data from the Context object")."""
    arn, name = application.arn(machine.logical_id), identifier("execution")
    return {
        "Execution": {
            "Id": f"{arn.replace(':stateMachine:', ':execution:')}:{name}",
            "Input": entered,
            "Name": name,
            "RoleArn": application.text(machine.properties.get("RoleArn", ""), "role"),
            "StartTime": TIME,
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": arn, "Name": application.name(machine.logical_id)},
        "State": {"EnteredTime": TIME, "Name": state, "RetryCount": 0},
        "Task": {"Token": digest("token", 64)},
    }


def _calling(application: Application, function: Resource) -> Iterator[tuple[Resource, str, Mapping[str, Any]]]:
    """The state machine, the name and the definition of each state that calls the function."""
    template = application.template
    for machine in template.of_type("AWS::StepFunctions::StateMachine"):
        given = mapping(machine.properties.get("DefinitionSubstitutions"))
        names = {"${" + key + "}" for key, value in given.items() if _is(template, value, function)}
        for name, state in _states(_definition(application, machine)):
            arguments = mapping(state.get("Parameters") or state.get("Arguments"))
            called = (arguments.get("FunctionName", ""), state.get("Resource", ""))
            if any(_is(template, value, function) or any(one in text(value) for one in names) for value in called):
                yield machine, name, state


def _is(template: Template, value: Any, function: Resource) -> bool:
    """Whether a value is the function or an address of it; its ARN may be written from its name."""
    name = text(function.properties.get("FunctionName", ""))
    return template.target(value) == function or bool(name and text(value).endswith(f":function:{name}"))


def _definition(application: Application, machine: Resource) -> Mapping[str, Any]:
    definition = application.written(machine, "Definition")
    if definition is not None:
        return mapping(definition)
    try:
        return mapping(json.loads(text(machine.properties.get("DefinitionString", ""))))
    except ValueError:
        return {}


def _states(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, state in mapping(definition.get("States")).items():
        inside = mapping(state)
        yield name, inside
        for branch in inside.get("Branches") or ():
            yield from _states(mapping(branch))
        yield from _states(mapping(inside.get("ItemProcessor") or inside.get("Iterator")))


SAMPLES = (
    Sample(
        kind="step-functions",
        title="A state of a state machine calls a function",
        target=Target(
            word="function",
            types=("AWS::Lambda::Function",),
            fits=lambda template, function: any(_calling(Application(template, NOWHERE), function)),
            what="a function that a state machine calls",
        ),
        make=task,
        takes=BODY,
        source="Step Functions developer guide, “Invoke an AWS Lambda function with Step Functions”",
    ),
)
