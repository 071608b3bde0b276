"""`dataclasses`: fields with their defaults."""

from __future__ import annotations

from tapgen.proof.interpret.library.collections import named_tuple
from tapgen.proof.interpret.library.model import model, optional_decorator
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import EMPTY, Values
from tapgen.proof.interpret.site import Site


def made_field(site: Site, args: Arguments) -> Values:
    """The default, or what its factory makes."""
    factory = args.keywords.get("default_factory", EMPTY) | args.keywords.get("factory", EMPTY)  # dataclasses, attrs
    return args.keywords.get("default", EMPTY) | site.call(factory, Arguments())


MODEL = model("dataclasses", field=made_field, make_dataclass=named_tuple, dataclass=optional_decorator)
