"""Settings as typed values: first what every project has, then what this one sets (see `late`)."""

from __future__ import annotations

import sys
import typing
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from tapgen.settings.descriptions import WRITTEN_AS
from tapgen.settings.late import late_fields, late_structs, type_of
from tapgen.settings.model import Environment

if typing.TYPE_CHECKING:
    from msgspec import inspect


def environment(settings: dict[str, Any]) -> Environment:
    """The environment of these settings.

    Raises:
        msgspec.ValidationError: a value does not fit.
    """
    made: Environment = _completed(msgspec.convert(settings, Environment), settings)
    if any(function.existing is not None for function in made.functions.values()):
        own = {name: function for name, function in made.functions.items() if function.existing is None}
        others = {name: function for name, function in made.functions.items() if name not in own}
        made = msgspec.structs.replace(made, functions=own, existing_functions=others)
    return made


def _completed(value: Any, given: Any) -> Any:
    """The value with its late fields converted, as far as they were given, at any depth."""
    if isinstance(value, dict) and isinstance(given, dict):
        return {key: _completed(item, given[key]) for key, item in value.items()}
    if not isinstance(value, Struct) or not isinstance(given, dict):
        return value
    struct = type(value)
    converted = {
        field: _completed(msgspec.convert(given[field], _type(struct, field)), given[field])
        for field in late_fields(struct)
        if field in given
    }
    return msgspec.structs.replace(value, **converted) if converted else value


_type = cache(type_of)


@cache
def whole() -> inspect.StructType:
    """The model with every type in it, for whoever asks what may stand in the settings."""
    from msgspec import inspect

    known: dict[str, Any] = {}
    for struct in late_structs():
        known[struct.__name__] = _resolved(struct, known)
    kind = inspect.type_info(known["Environment"])
    assert isinstance(kind, inspect.StructType)  # noqa: S101 - it is one
    return kind


def _resolved(struct: type[Struct], known: dict[str, Any]) -> type[Struct]:
    """A struct like this one with the types that its annotations mean."""
    names = vars(sys.modules[struct.__module__]) | known
    hints = typing.get_type_hints(struct, localns=names, include_extras=True)
    hints |= {field: type_of(struct, field, known) for field in late_fields(struct)}
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
