"""`os`: the environment of the function."""

from __future__ import annotations

from tapgen.proof.interpret.library.model import model
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import Const, Library, Variable
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values, names_of
from tapgen.proof.interpret.site import Site

ENVIRONMENT = Library("os.environ")


def variables(keys: Values, default: str | None) -> Values:
    """The environment variables of those names."""
    return frozenset(Variable(str(name), default) for name in names_of(keys)) or (UNKNOWN if keys else EMPTY)


def _variable(_site: Site, args: Arguments) -> Values:
    """`os.getenv(name, default)`."""
    defaults = args.get(1, "default")
    texts = [one.value for one in defaults if isinstance(one, Const) and isinstance(one.value, str)]
    only = texts[0] if len(texts) == len(defaults) == 1 else None
    return variables(args.get(0, "key"), only)


MODEL = {
    **model("os", getenv=_variable),
    **model("os.environ", get=_variable, setdefault=_variable, pop=_variable, __getitem__=_variable),
}
