"""Imports by a name that is a value."""

from __future__ import annotations

from tapgen.proof.interpret.library.model import model
from tapgen.proof.interpret.python import modules
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import Const
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values
from tapgen.proof.interpret.site import Site


def import_by_name(site: Site, args: Arguments) -> Values:
    """`__import__` and `importlib.import_module`."""
    found = EMPTY
    for value in site.known(args.get(0, "name")):
        if isinstance(value, Const) and value.text is not None:
            found |= modules.load(site, value.text)
        else:
            site.unresolved("the module that is imported here is computed at run time")
            found |= UNKNOWN
    return found


MODEL = model("importlib", import_module=import_by_name)
