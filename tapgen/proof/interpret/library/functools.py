"""`functools`: partial applications, caches and decorators."""

from __future__ import annotations

from tapgen.proof.interpret.cells import CALLEE, REST
from tapgen.proof.interpret.library.external import (
    PackageClass,
    PackageObject,
    harmless_method,
    package_object,
    register,
)
from tapgen.proof.interpret.library.model import decorator, descriptor, model, optional_decorator, same
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.functions import Partial
from tapgen.proof.interpret.python.values import Values
from tapgen.proof.interpret.site import Site


def _partial(site: Site, args: Arguments) -> Values:
    partial = site.machine.once(("partial", id(site.node), site.frame), Partial)
    site.write(partial.space.cell(CALLEE), args.get(0))
    for index, values in enumerate(args.positional[1:]):
        site.write(partial.space.cell(index), values)
    for name, values in args.keywords.items():
        site.write(partial.space.cell(name), values)
    site.write(partial.space.cell(REST), args.extra | args.star)
    return frozenset({partial})


def _call_any(site: Site, owner: PackageObject, args: Arguments) -> Values:
    """The implementation for the argument's type: any of them."""
    return site.call(site.rest(owner.space), args)


_DISPATCHER = PackageClass(methods={"register": register, "__call__": _call_any}, other=harmless_method)


def _dispatcher(site: Site, args: Arguments) -> Values:
    """`@singledispatch`: a function to which others are registered."""
    made = package_object(site, "functools.singledispatch", _DISPATCHER, Arguments())
    site.put(made.space, REST, args.get(0))
    return frozenset({made})


def _reduce(site: Site, args: Arguments) -> Values:
    """What the function gives is passed to it again."""
    result = site.container("list").space.cell(REST)
    elements = site.iterate(args.get(1))
    site.write(result, args.get(2) if len(args.positional) > 2 else elements)
    site.write(result, site.call(args.get(0), Arguments([site.read(result), elements])))
    return site.read(result)


MODEL = model(
    "functools",
    partial=_partial,
    partialmethod=_partial,
    reduce=_reduce,
    cached_property=descriptor("property"),
    lru_cache=optional_decorator,
    wraps=decorator,
    cache=same,
    singledispatch=_dispatcher,
    total_ordering=same,
    update_wrapper=same,
)
