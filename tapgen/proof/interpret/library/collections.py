"""`collections`: dicts, deques and named tuples."""

from __future__ import annotations

import ast

from tapgen.proof.interpret.cells import REST
from tapgen.proof.interpret.library.model import copy_items, model
from tapgen.proof.interpret.library.objects import library_object
from tapgen.proof.interpret.python import scopes
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.classes import Class
from tapgen.proof.interpret.python.containers import Container
from tapgen.proof.interpret.python.plain import Const, Library
from tapgen.proof.interpret.python.values import Values
from tapgen.proof.interpret.site import Site


def _default_dict(site: Site, args: Arguments) -> Values:
    result = site.container("dict")
    site.put(result.space, REST, site.call(args.get(0), Arguments()))
    result.merge(site, args.get(1))
    return frozenset({result})


def named_tuple(site: Site, args: Arguments) -> Values:
    """`namedtuple("Deps", "s3 table")`, `NamedTuple("Deps", [("s3", object)])`: a class with those fields."""
    names = tuple(name for name in _field_names(site, args.get(1, "field_names")) if name.isidentifier())
    if not names:
        return frozenset({library_object(site, "collections.namedtuple")})

    def make(number: int) -> Class:
        text = "class Fields:\n" + "".join(f"    {name}: object\n" for name in names)
        tree = next(one for one in ast.parse(text).body if isinstance(one, ast.ClassDef))
        return Class(number, tree, site.machine.inner_frame(tree, site.frame, scopes.block_scope(tree)))

    made = site.machine.once(("namedtuple", id(site.node), site.frame, names), make)
    site.write(made.bases, frozenset({Library("builtins.tuple")}))
    return frozenset({made})


def _field_names(site: Site, values: Values) -> list[str]:
    """The words of a text, the texts of a list, or the first texts of a list of pairs; in order."""
    names: list[str] = []
    for value in values:
        if isinstance(value, Const):
            names += str(value.value).replace(",", " ").split()
        elif isinstance(value, Container):
            for element in (site.find(value.space, index) for index in value.space.indexes()):
                pair = next((one for one in element if isinstance(one, Container)), None)
                names += _field_names(site, site.read(pair.space.cell(0)) if pair else element)
    return names


MODEL = model(
    "collections",
    OrderedDict=copy_items("dict"),
    deque=copy_items("list"),
    ChainMap=copy_items("dict"),
    namedtuple=named_tuple,
    defaultdict=_default_dict,
)
