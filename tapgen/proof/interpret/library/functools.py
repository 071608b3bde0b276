"""`functools`: partial applications, caches and decorators."""

from __future__ import annotations

from tapgen.proof.interpret.cells import CALLEE, REST
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
    singledispatch=same,
    total_ordering=same,
    update_wrapper=same,
)
