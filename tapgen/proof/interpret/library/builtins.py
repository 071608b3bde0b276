"""Built-in functions."""

from __future__ import annotations

from collections.abc import Mapping

from tapgen.proof.interpret.cells import REST
from tapgen.proof.interpret.library import callbacks
from tapgen.proof.interpret.library.importlib import import_by_name
from tapgen.proof.interpret.library.model import Handler, anything, copy_items, descriptor, model, same
from tapgen.proof.interpret.python import protocols
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.instances import Instance, Super
from tapgen.proof.interpret.python.modules import ModuleValue
from tapgen.proof.interpret.python.plain import NONE, Const
from tapgen.proof.interpret.python.texts import text_of
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values
from tapgen.proof.interpret.site import Site


def _getattr(site: Site, args: Arguments) -> Values:
    found = args.get(2) if len(args.positional) > 2 else EMPTY
    for name in site.known(args.get(1)):
        if isinstance(name, Const) and name.text is not None:
            found |= site.load(args.get(0), name.text)
        else:
            found = found.union(*(value.any_attribute(site) for value in args.get(0)))
    return found


def _setattr(site: Site, args: Arguments) -> Values:
    for name in args.get(1):
        text = name.text if isinstance(name, Const) else None
        for owner in args.get(0):
            if text is not None:
                owner.store(site, text, args.get(2))
            else:
                owner.store_any(site, args.get(2))
    return NONE


def _super(site: Site, args: Arguments) -> Values:
    function = site.frame.unit.function
    around: Values = frozenset({function.owner}) if function and function.owner else EMPTY
    owners = args.get(0) if args.positional else around
    receivers = args.get(1) if len(args.positional) > 1 else _receiver(site)
    classes = [owner for owner in owners if isinstance(owner, Class)]
    return frozenset(Super(owner, receiver) for owner in classes for receiver in receivers) or UNKNOWN


def _receiver(site: Site) -> Values:
    function = site.frame.unit.function
    if function is None:
        return EMPTY
    args = function.node.args
    first = [*args.posonlyargs, *args.args][:1]
    return site.read(site.frame.unit.cell(first[0].arg)) if first else EMPTY


def _type(_site: Site, args: Arguments) -> Values:
    return frozenset(value.cls for value in args.get(0) if isinstance(value, Instance)) or UNKNOWN


def _new_object(site: Site, args: Arguments) -> Values:
    classes = [one for one in args.get(0) if isinstance(one, Class)]
    return frozenset(site.machine.instance(site.frame, site.node, one) for one in classes) or UNKNOWN


def _elements(site: Site, args: Arguments) -> Values:
    """`next`, `min`, `max`: an element, or one of the arguments."""
    found = args.everything() | site.iterate(args.get(0))
    site.call(args.keywords.get("key", EMPTY), Arguments([found]))
    return found


def _map(site: Site, args: Arguments) -> Values:
    passed = [site.iterate(values) for values in args.positional[1:]]
    result = site.container("generator")
    site.put(result.space, REST, site.call(args.get(0), Arguments(passed)))
    return frozenset({result})


def _filter(site: Site, args: Arguments) -> Values:
    passed = site.iterate(args.get(1))
    site.call(args.get(0), Arguments([passed]))
    result = site.container("generator")
    site.put(result.space, REST, passed)
    return frozenset({result})


def _tuples(site: Site, args: Arguments) -> Values:
    """`zip` and `enumerate`: tuples of one element each."""
    pair = site.container("tuple", "pair")
    shift = 1 if len(args.positional) == 1 else 0
    if shift:
        site.put(pair.space, 0, UNKNOWN)
    for index, values in enumerate(args.positional):
        site.put(pair.space, index + shift, site.iterate(values))
    result = site.container("generator")
    site.put(result.space, REST, frozenset({pair}))
    return frozenset({result})


def _globals(site: Site, _args: Arguments) -> Values:
    """The module's own names, as a dict that can be written to."""
    return _names_of_module(site, site.frame.module)


def _names_of_module(site: Site, name: str) -> Values:
    module = site.machine.modules[name]
    return frozenset({site.machine.once(("dict", module), lambda number: Container(number, "dict", module))})


def _locals(site: Site, _args: Arguments) -> Values:
    """The names around, as a dict of their own."""
    result = site.container("dict")
    for space in (site.machine.modules[site.frame.module], site.frame.unit):
        site.rest(space)
        for name in space.names():
            site.put(result.space, name, site.find(space, name))
    return frozenset({result})


def _vars(site: Site, args: Arguments) -> Values:
    """`vars(x)`, which is `x.__dict__`."""
    if not args.positional:
        return _locals(site, args)
    found = EMPTY
    for value in args.get(0):
        if isinstance(value, ModuleValue) and value.name in site.machine.modules:
            found |= _names_of_module(site, value.name)
        elif isinstance(value, Instance):
            found |= value.attribute(site, "__dict__")
    return found or UNKNOWN


def _text(site: Site, args: Arguments) -> Values:
    """`str(x)`: a text or an environment variable is itself."""
    protocols.special(site, args.everything(), ("__str__", "__repr__"))
    return text_of(args.get(0)) if args.positional else UNKNOWN


def _run_text(site: Site, _args: Arguments) -> Values:
    site.unresolved("code that is built at run time cannot be analysed")
    return UNKNOWN


_ITERATED = ("__iter__",)

_ASKING: Mapping[str, tuple[str, ...]] = {
    "len": ("__len__",), "bool": protocols.TRUTH, "print": ("__str__", "__repr__"),
    "format": protocols.TEXT, "repr": ("__repr__",), "ascii": ("__repr__",), "int": ("__int__", "__index__"),
    "float": ("__float__", "__index__"), "bytes": ("__bytes__", "__iter__"), "hash": ("__hash__",),
    "abs": ("__abs__",), "round": ("__round__",), "any": _ITERATED, "all": _ITERATED, "sum": _ITERATED,
    "isinstance": (), "issubclass": (), "id": (), "callable": (), "hasattr": (), "range": (), "open": (), "ord": (),
    "chr": (), "input": (),
}  # fmt: skip
"""Built-in function that gives plain data -> the methods that it calls of what it is given, the first that there is."""


def _asking(names: tuple[str, ...]) -> Handler:
    def handler(site: Site, args: Arguments) -> Values:
        if names == _ITERATED:
            site.iterate(args.get(0))
        protocols.special(site, args.everything(), names)
        callbacks.possible(site, args)
        return UNKNOWN

    return handler


MODEL = {
    **model("builtins", **{name: _asking(methods) for name, methods in _ASKING.items()}),
    **model("builtins", **dict.fromkeys(("sorted", "reversed"), copy_items("list"))),
    **model("builtins", **dict.fromkeys(("set", "frozenset"), copy_items("set"))),
    **model("builtins", **dict.fromkeys(("next", "anext", "min", "max"), _elements)),
    **model("builtins", **dict.fromkeys(("zip", "enumerate"), _tuples)),
    **model("builtins", **dict.fromkeys(("iter", "aiter"), same)),
    **model("builtins", **dict.fromkeys(("eval", "exec"), _run_text)),
    **model("builtins", **dict.fromkeys(("object", "compile"), anything)),
    **model(
        "builtins",
        str=_text,
        list=copy_items("list", ordered=True),
        tuple=copy_items("tuple", ordered=True),
        dict=copy_items("dict"),
        getattr=_getattr,
        setattr=_setattr,
        super=_super,
        type=_type,
        map=_map,
        filter=_filter,
        globals=_globals,
        locals=_locals,
        vars=_vars,
        property=descriptor("property"),
        staticmethod=descriptor("staticmethod"),
        classmethod=descriptor("classmethod"),
        __import__=import_by_name,
    ),
    **model("builtins.object", __setattr__=_setattr, __new__=_new_object),
}
