"""Lambda functions that become functions of the settings; their roles and log groups stay what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tapgen import naming
from tapgen.starter.adopt.drafts import LAYER, Old, Proposal, given, number, referred, text, without_hash
from tapgen.template.intrinsics import function, scalar
from tapgen.template.kinds import kinds

Properties = Mapping[str, Any]


def propose(old: Old) -> Iterator[Proposal]:
    """Each function whose code is known; parts that it names in its environment are parts that it uses."""
    yield from _layers(old)
    for logical_id, properties in old.of_type("AWS::Lambda::Function"):
        code = old.code.get(logical_id)
        if code is None:
            continue
        name = old.part(logical_id, "functions", "Function")
        claims = {naming.function(name): logical_id}
        old.claimed.update(claims)
        settings = _settings(properties) | {"source": code.source}
        layers = properties.get("Layers")
        if isinstance(layers, list) and layers:
            settings["layers"] = [_layer(old, one) for one in layers]
        yield Proposal(("functions", name), given(settings | _variables(old, properties)), claims)


def _layers(old: Old) -> Iterator[Proposal]:
    """Layers whose code is known, and which a function has."""
    used = {referred(one) for _, its in old.of_type("AWS::Lambda::Function") for one in _listed(its.get("Layers"))}
    for logical_id, properties in old.of_type(LAYER):
        code = old.code.get(logical_id)
        if code is None or logical_id not in used:
            continue
        name = old.part(logical_id, "lambda_layers", "Layer", without_hash(logical_id))
        claims = {naming.layer(name): logical_id}
        old.claimed.update(claims)
        runtimes = properties.get("CompatibleRuntimes")
        settings = {
            "source": code.source,
            "description": text(properties.get("Description")),
            "runtimes": runtimes if isinstance(runtimes, list) and runtimes else None,
        }
        yield Proposal(("lambda_layers", name), given(settings), claims)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _layer(old: Old, value: Any) -> Any:
    found = old.refers(value, "lambda_layers")
    return found[1] if found else value_of(value)


def _settings(properties: Properties) -> dict[str, Any]:
    architectures = properties.get("Architectures") or ["x86_64"]
    logging = properties.get("LoggingConfig") or {}
    group = referred(logging.get("LogGroup"))
    return {
        "source": "",
        "entry_point": text(properties.get("Handler")),
        "runtime": text(properties.get("Runtime")),
        "architecture": text(architectures[0]) if isinstance(architectures, list) else None,
        "name": text(properties.get("FunctionName")) or False,
        "description": text(properties.get("Description")),
        "memory": number(properties.get("MemorySize", 128)),
        "timeout": number(properties.get("Timeout", 3)),
        "ephemeral_storage": number((properties.get("EphemeralStorage") or {}).get("Size")),
        "reserved_concurrency": number(properties.get("ReservedConcurrentExecutions")),
        "tracing": (properties.get("TracingConfig") or {}).get("Mode") == "Active",
        "role": text_of(value_of(properties.get("Role"))),
        "log_group": group or False,
        "log_format": "JSON" if logging.get("LogFormat") == "JSON" else "Text",
    }


def value_of(value: Any) -> Any:
    """Text as it is, and what the template makes itself."""
    call = function(value)
    if call == ("Fn::GetAtt", value.get("Fn::GetAtt") if isinstance(value, Mapping) else None):
        argument = call[1]
        return {"value": "${" + (argument if isinstance(argument, str) else ".".join(map(str, argument))) + "}"}
    if call and call[0] == "Ref":
        return {"value": "${" + str(call[1]) + "}"}
    if call and call[0] == "Fn::Sub" and isinstance(call[1], str) and "${!" not in call[1]:
        return {"value": call[1]}
    if call and call[0] == "Fn::ImportValue" and isinstance(call[1], str):
        return {"import": call[1]}
    return {"value": value} if call else value


def text_of(value: Any) -> Any:
    """A text with `${…}` in it, where that is all that a value says."""
    written = value.get("value") if isinstance(value, Mapping) else None
    return written if isinstance(written, str) else value


def _variables(old: Old, properties: Properties) -> dict[str, Any]:
    """The environment: values, and the parts that a variable names, as uses; its role is what allows them."""
    environment = (properties.get("Environment") or {}).get("Variables")
    found: dict[str, Any] = {"environment": {}}
    for variable, value in (
        environment.items() if isinstance(environment, Mapping) and not function(environment) else ()
    ):
        part = _part(old, value)
        if part and part[1] not in found.get(part[0], {}):
            found.setdefault(part[0], {})[part[1]] = {"variable": variable, "actions": []}
        elif function(value) is None and isinstance(value, str | int | float | bool):
            found["environment"][variable] = scalar(value).replace("${", "${!")
        else:
            found["environment"][variable] = text_of(value_of(value))
    return {key: value for key, value in found.items() if value}


def _part(old: Old, value: Any) -> tuple[str, str] | None:
    """The part that a variable holds, just as `variable` would."""
    found = old.refers(value)
    if found is None or found[0] == "functions":
        return None
    kind = kinds()[found[0]]
    attribute = kind.reference(kind.part.variable)
    called = function(value)
    is_ref = called is not None and (called[0] == "Ref" or (called[0] == "Fn::Sub" and "." not in str(called[1])))
    return found if is_ref == (attribute == "Ref") else None


def retry_settings(properties: Properties) -> dict[str, Any]:
    """What an AWS::Lambda::EventInvokeConfig says of asynchronous invocations."""
    return given(
        {
            "retries": number(properties.get("MaximumRetryAttempts")),
            "max_event_age": number(properties.get("MaximumEventAgeInSeconds")),
        }
    )


def url_settings(properties: Properties) -> dict[str, Any]:
    """What an AWS::Lambda::Url says."""
    return given(
        {
            "authorization": text(properties.get("AuthType")),
            "stream": True if properties.get("InvokeMode") == "RESPONSE_STREAM" else None,
        }
    )
