"""`asyncio`: a coroutine is taken for its result, so that waiting for it gives itself."""

from __future__ import annotations

from tapgen.proof.interpret.cells import REST
from tapgen.proof.interpret.library.model import model, same
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import Values
from tapgen.proof.interpret.site import Site


def _gather(site: Site, args: Arguments) -> Values:
    """The results of all, in a list."""
    result = site.container("list")
    for index, values in enumerate(args.positional):
        site.put(result.space, index, values)
    site.put(result.space, REST, args.star)
    return frozenset({result})


_SAME = ("create_task", "ensure_future", "run", "shield", "run_coroutine_threadsafe")

MODEL = {**model("asyncio", **dict.fromkeys(_SAME, same)), **model("asyncio", gather=_gather)}
