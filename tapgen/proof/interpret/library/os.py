"""`os`: the environment of the function."""

from __future__ import annotations

import posixpath

from tapgen.proof.interpret.library.model import model
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import DATA, GAP, NONE, Beginning, Const, Library, Variable, constant
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values, names_of
from tapgen.proof.interpret.results import Guard, VariableRead
from tapgen.proof.interpret.site import Site

ENVIRONMENT = Library("os.environ")


ANY = "*"


def read(site: Site, keys: Values, default: str | None = None, *, strict: bool, vague: bool = False) -> Values:
    """The environment variables of those names; `strict` reading fails where one is not set."""
    names = sorted(map(str, names_of(keys)))
    site.machine.reads_environment = True
    for name in names:
        guarded = not strict or site.frame.unit.catching > 0
        site.report(VariableRead(*site.place(), name, guarded))
    return frozenset(Variable(name, default, strict, vague) for name in names) or (UNKNOWN if keys else EMPTY)


def present(site: Site, keys: Values) -> None:
    """The code asks whether the variables of those names are there, or sets them."""
    site.machine.reads_environment = True
    for name in map(str, names_of(keys)):
        if site.machine.demanding:
            site.report(VariableRead(*site.place(), name, guarded=False))
        else:
            site.report(Guard(name, presence=True))


def _get(site: Site, args: Arguments) -> Values:
    """`os.getenv(name, default)`."""
    defaults = args.get(1, "default")
    texts = [one.value for one in defaults if isinstance(one, Const) and isinstance(one.value, str)]
    only = texts[0] if len(texts) == len(defaults) == 1 else None
    vague = only is None and any(not isinstance(one, Const) or one.value for one in defaults)
    return read(site, args.get(0, "key"), only, strict=False, vague=vague)


def _set_default(site: Site, args: Arguments) -> Values:
    present(site, args.get(0, "key"))
    return _get(site, args)


def _pop(site: Site, args: Arguments) -> Values:
    return _get(site, args) if len(args.positional) > 1 else read(site, args.get(0), strict=True)


def _item(site: Site, args: Arguments) -> Values:
    return read(site, args.get(0), strict=True)


def _update(site: Site, args: Arguments) -> Values:
    """`os.environ.update(X="y")`, `os.environ.update(values)`."""
    for name in args.keywords:
        site.report(Guard(name, presence=True))
    for value in args.get(0):
        named, rest = value.keywords(site)
        for name in [*named, *([ANY] if rest else [])]:
            site.report(Guard(name, presence=True))
    return NONE


def load_file(site: Site, _args: Arguments) -> Values:
    """`dotenv.load_dotenv()`: any variable may be set by a file."""
    site.report(Guard(ANY, presence=True))
    return UNKNOWN


def _join(_site: Site, args: Arguments) -> Values:
    """`os.path.join(folder, "aws")`: its last part where that is known, and all of it where all are."""
    parts = [[one.text for one in values if isinstance(one, Const) and one.text] for values in args.positional]
    if args.star or not parts or any(len(one) != 1 for one in parts[-1:]) or not parts[-1]:
        return frozenset({DATA})
    if all(len(one) == len(values) == 1 for one, values in zip(parts, args.positional, strict=True)):
        return constant(posixpath.join(*(str(one[0]) for one in parts)))
    return frozenset({Beginning("", whole=f"{GAP}/{parts[-1][0]}")})


MODEL = {
    **model("os.path", join=_join),
    **model("os", getenv=_get),
    **model("os.environ", get=_get, setdefault=_set_default, pop=_pop, __getitem__=_item, update=_update),
}
