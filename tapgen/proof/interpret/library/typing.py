"""`typing`, `abc`, `enum`, `types`, `warnings`: what is said of code without changing it."""

from __future__ import annotations

from tapgen.proof.interpret.library.collections import named_tuple
from tapgen.proof.interpret.library.model import descriptor, model, same
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import Values
from tapgen.proof.interpret.site import Site


def _cast(_site: Site, args: Arguments) -> Values:
    return args.get(1, "val")


_MARKS = ("override", "final", "overload", "no_type_check", "runtime_checkable", "dataclass_transform")

MODEL = {
    **model("typing", **dict.fromkeys(_MARKS, same)),
    **model("typing", cast=_cast, NamedTuple=named_tuple),
    **model("abc", abstractmethod=same, abstractproperty=descriptor("property")),
    **model("enum", unique=same),
    **model("warnings", deprecated=same),
    **model("types", MappingProxyType=same, coroutine=same),
}
