"""Settings as typed values: the kinds of parts that a project has are imported, the others are not.

A struct costs about 0.3 ms to define and to compile: all kinds would be a tenth of rendering the smallest project.
"""

from __future__ import annotations

import sys
import types
import typing
from functools import cache
from importlib import import_module
from typing import Any

import msgspec
from msgspec import Struct, inspect

from tapgen.settings import kinds
from tapgen.settings.descriptions import WRITTEN_AS
from tapgen.settings.functions import Function
from tapgen.settings.model import Environment
from tapgen.settings.names import Name

LAZY = (kinds.Parts, kinds.Triggers)


def environment(settings: dict[str, Any]) -> Environment:
    """The environment of these settings.

    Raises:
        msgspec.ValidationError: a value does not fit.
    """
    made: Environment = _sections(msgspec.convert(settings, Environment), kinds.Parts)
    functions = {
        name: msgspec.structs.replace(function, triggers=_sections(function.triggers, kinds.Triggers))
        for name, function in made.functions.items()
        if function.triggers != kinds.Triggers()
    }
    if functions:
        made = msgspec.structs.replace(made, functions={**made.functions, **functions})
    if any(function.existing is not None for function in made.functions.values()):
        own = {name: function for name, function in made.functions.items() if function.existing is None}
        others = {name: function for name, function in made.functions.items() if name not in own}
        made = msgspec.structs.replace(made, functions=own, existing_functions=others)
    return made


def _sections(value: Any, struct: type[Struct]) -> Any:
    """The struct with its sections converted, those that have something."""
    converted = {}
    for word, annotation in struct.__annotations__.items():
        section = getattr(value, word)
        if isinstance(section, dict) and any(not isinstance(value, Struct) for value in section.values()):
            converted[word] = msgspec.convert(section, _type(word, annotation))
    return msgspec.structs.replace(value, **converted) if converted else value


@cache
def _type(word: str, annotation: str) -> Any:
    """The type of a section, its module imported."""
    return eval(annotation, vars(kinds) | vars(_module(word)))  # noqa: S307 - an annotation of ours


def _module(word: str) -> Any:
    return import_module(f"tapgen.settings.{kinds.MODULES.get(word, word)}")


@cache
def whole() -> inspect.StructType:
    """The model with every kind in it, for whoever asks what may stand in the settings."""
    for struct in LAZY:
        for word in struct.__annotations__:
            if word != "encryption":
                _module(word)
    names = {
        name: value
        for module in [module for path, module in sorted(sys.modules.items()) if path.startswith("tapgen.settings.")]
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Struct) and value.__module__ == module.__name__
    }
    names["Triggers"] = _resolved(kinds.Triggers, names)
    names["Function"] = _resolved(Function, names)
    kind = inspect.type_info(_resolved(Environment, names))
    assert isinstance(kind, inspect.StructType)  # noqa: S101 - it is one
    return kind


def _resolved(struct: type[Struct], names: dict[str, Any]) -> type[Struct]:
    """A struct like this one with the types that its annotations mean."""
    hints = typing.get_type_hints(struct, localns=names, include_extras=True)
    if struct is Environment:
        by_name = types.GenericAlias(dict, (Name, names["Function"]))
        hints |= {"functions": by_name, "existing_functions": by_name}
    fields = [(field.name, hints[field.name], _default(field)) for field in msgspec.structs.fields(struct)]
    return msgspec.defstruct(
        struct.__name__,
        fields,
        namespace={"__doc__": struct.__doc__, WRITTEN_AS: struct},
        frozen=True,
        forbid_unknown_fields=True,
        kw_only=True,
    )


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return msgspec.field(default=field.default, name=field.encode_name)
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory, name=field.encode_name)
    return msgspec.field(name=field.encode_name)
