"""Functions of the standard library whose effect on their arguments is known exactly."""

from __future__ import annotations

import ast

from tapgen.proof.interpret.library.builtins import Handler, copy_items, descriptor, import_by_name
from tapgen.proof.interpret.machine import Machine
from tapgen.proof.interpret.python import items, scopes
from tapgen.proof.interpret.python.values import (
    EMPTY,
    REST,
    Arguments,
    Class,
    Const,
    Container,
    Frame,
    Library,
    Partial,
    Values,
)


def _partial(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    partial: Partial = machine.once(("partial", id(node), frame), Partial)
    machine.write(partial.space.cell("<func>"), args.get(0))
    for index, values in enumerate(args.positional[1:]):
        machine.write(partial.space.cell(index), values)
    for name, values in args.keywords.items():
        machine.write(partial.space.cell(name), values)
    machine.write(partial.space.cell(REST), args.extra | args.star)
    return frozenset({partial})


def _variable(_machine: Machine, _frame: Frame, _node: ast.AST, args: Arguments) -> Values:
    """`os.getenv(name, default)`."""
    defaults = args.get(1, "default")
    texts = [one.value for one in defaults if isinstance(one, Const) and isinstance(one.value, str)]
    only = texts[0] if len(texts) == len(defaults) == 1 else None
    return items.variables(args.get(0, "key"), only)


def _field(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`dataclasses.field`: the default, or what its factory makes."""
    factory = args.keywords.get("default_factory", EMPTY)
    return args.keywords.get("default", EMPTY) | machine.call(machine, frame, node, factory, Arguments())


def _cast(_machine: Machine, _frame: Frame, _node: ast.AST, args: Arguments) -> Values:
    return args.get(1, "val")


def _default_dict(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    result = machine.container(frame, node, "dict")
    machine.put(result.space, REST, machine.call(machine, frame, node, args.get(0), Arguments()))
    items.merge(machine, frame, result, args.get(1))
    return frozenset({result})


def _method_caller(machine: Machine, frame: Frame, node: ast.AST, _args: Arguments) -> Values:
    machine.unresolved(frame, node, "the call made through operator.methodcaller or attrgetter is not followed")
    return frozenset({machine.bag(frame, node, "operator")})


def _reduce(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`functools.reduce`: what the function gives is passed to it again."""
    result = machine.container(frame, node, "list").space.cell(REST)
    elements = items.spill(machine, frame, node, args.get(1))
    machine.write(result, args.get(2) if len(args.positional) > 2 else elements)
    passed = Arguments([machine.read(frame, result), elements])
    machine.write(result, machine.call(machine, frame, node, args.get(0), passed))
    return machine.read(frame, result)


def _named_tuple(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`namedtuple("Deps", "s3 table")`, `NamedTuple("Deps", [("s3", object)])`: a class with those fields."""
    names = tuple(name for name in _field_names(machine, frame, args.get(1, "field_names")) if name.isidentifier())
    if not names:
        return frozenset({machine.bag(frame, node, "collections.namedtuple")})

    def make() -> Class:
        tree = ast.parse("class Fields:\n" + "".join(f"    {name}: object\n" for name in names)).body[0]
        assert isinstance(tree, ast.ClassDef)  # noqa: S101  the text says so
        return Class(tree, machine.inner_frame(tree, frame, scopes.block_scope(tree)))

    made = machine.once(("namedtuple", id(node), frame, names), make)
    machine.write(made.bases, frozenset({Library("builtins.tuple")}))
    return frozenset({made})


def _field_names(machine: Machine, frame: Frame, values: Values) -> list[str]:
    """The words of a text, the texts of a list, or the first texts of a list of pairs; in order."""
    names: list[str] = []
    for value in values:
        if isinstance(value, Const):
            names += str(value.value).replace(",", " ").split()
        elif isinstance(value, Container):
            indexes = sorted(key for key in value.space.cells if isinstance(key, int))
            for element in (machine.read(frame, value.space.cell(index)) for index in indexes):
                pair = next((one for one in element if isinstance(one, Container)), None)
                names += _field_names(machine, frame, machine.read(frame, pair.space.cell(0)) if pair else element)
    return names


def _gather(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    """`asyncio.gather`, `itertools.chain`: the results of all, in a list."""
    result = machine.container(frame, node, "list")
    for index, values in enumerate(args.positional):
        machine.put(result.space, index, values)
    machine.put(result.space, REST, args.star)
    return frozenset({result})


def _chain(machine: Machine, frame: Frame, node: ast.AST, args: Arguments) -> Values:
    result = machine.container(frame, node, "list")
    for values in args.positional:
        machine.put(result.space, REST, items.spill(machine, frame, node, values))
    return frozenset({result})


STANDARD: dict[str, Handler] = {
    "collections.OrderedDict": copy_items("dict"),
    "collections.deque": copy_items("list"),
    "collections.ChainMap": copy_items("dict"),
    "functools.cached_property": descriptor("property"),
    "abc.abstractproperty": descriptor("property"),
    "importlib.import_module": import_by_name,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "os.getenv": _variable,
    "os.environ.get": _variable,
    "os.environ.setdefault": _variable,
    "os.environ.pop": _variable,
    "os.environ.__getitem__": _variable,
    "dataclasses.field": _field,
    "typing.cast": _cast,
    "functools.reduce": _reduce,
    "collections.namedtuple": _named_tuple,
    "typing.NamedTuple": _named_tuple,
    "dataclasses.make_dataclass": _named_tuple,
    "collections.defaultdict": _default_dict,
    "operator.methodcaller": _method_caller,
    "operator.attrgetter": _method_caller,
    "asyncio.gather": _gather,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain,
}
