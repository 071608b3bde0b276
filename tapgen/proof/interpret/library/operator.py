"""`operator`: calls by name, which are not followed."""

from __future__ import annotations

from tapgen.proof.interpret.library.model import model
from tapgen.proof.interpret.library.objects import library_object
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import Values
from tapgen.proof.interpret.site import Site


def _by_name(site: Site, _args: Arguments) -> Values:
    site.unresolved("the call made through operator.methodcaller or attrgetter is not followed")
    return frozenset({library_object(site, "operator")})


MODEL = model("operator", methodcaller=_by_name, attrgetter=_by_name)
