"""`itertools`: chains of iterables."""

from __future__ import annotations

from tapgen.proof.interpret.cells import REST
from tapgen.proof.interpret.library.model import model
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import Values
from tapgen.proof.interpret.site import Site


def _chain(site: Site, args: Arguments) -> Values:
    result = site.container("list")
    for values in (*args.positional, args.star):
        site.put(result.space, REST, site.iterate(values))
    return frozenset({result})


def _from_iterable(site: Site, args: Arguments) -> Values:
    return _chain(site, site.arguments(site.iterate(args.get(0, "iterable"))))


MODEL = {**model("itertools", chain=_chain), **model("itertools.chain", from_iterable=_from_iterable)}
