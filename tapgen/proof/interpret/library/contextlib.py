"""`contextlib`, `copy`, `weakref`, `inspect`, `atexit`: what gives back the object that it is given."""

from __future__ import annotations

from tapgen.proof.interpret.boto3.borrowed import perhaps
from tapgen.proof.interpret.boto3.sdk import Sdk
from tapgen.proof.interpret.library.model import model, same
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import Values
from tapgen.proof.interpret.site import Site


def _at_exit(site: Site, args: Arguments) -> Values:
    """The function is called when the process ends, which Lambda ends without asking it."""
    for value in args.get(0, "func"):
        if isinstance(value, Sdk):
            value.call(perhaps(site), args.after(1))
        else:
            value.hand_over(site, "atexit")
    return same(site, args)


MODEL = {
    **model("contextlib", contextmanager=same, asynccontextmanager=same, closing=same, aclosing=same),
    **model("copy", copy=same, deepcopy=same),
    **model("weakref", ref=same, proxy=same),
    **model("inspect", unwrap=same),
    **model("atexit", register=_at_exit),
}
