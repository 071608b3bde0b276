"""`sys`: where modules are looked for."""

from __future__ import annotations

from tapgen.proof.interpret.library.model import model
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import NONE, Library
from tapgen.proof.interpret.python.values import Values
from tapgen.proof.interpret.results import PathChange
from tapgen.proof.interpret.site import Site

PATH = Library("sys.path")


def _change(site: Site, _args: Arguments) -> Values:
    """Modules may come from any folder then."""
    site.report(PathChange())
    return NONE


def changed(site: Site, library: Library) -> None:
    """`sys.path[0:0] = folders`, `sys.path += folders`."""
    if library == PATH:
        site.report(PathChange())


MODEL = {
    **model("sys.path", append=_change, insert=_change, extend=_change),
    **model("site", addsitedir=_change),
}
