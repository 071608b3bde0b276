"""What an expression can be: abstract values that know what their attributes, items, calls and iterations give.

Each kind of value overrides what it does differently from an object of which nothing is known. Hashes do not depend
on the process, so that sets of values are gone through in the same order in every run.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from tapgen.proof.interpret.cells import LooseItem

if TYPE_CHECKING:
    from tapgen.proof.interpret.python.arguments import Arguments
    from tapgen.proof.interpret.python.classes import Class
    from tapgen.proof.interpret.site import Site


class Value:
    """One thing that an expression can be; by default an object that may be anything."""

    __slots__ = ()

    constant: ClassVar[bool] = False
    """Widened to "anything" where one cell holds too many."""
    kept: ClassVar[bool] = False
    """Never widened, not even by the coarsest analysis: it makes requests, or holds what does."""
    complete: ClassVar[bool] = False
    """All attributes are known: one that it does not have is a mistake, or a call that cannot be named."""
    foreign: ClassVar[bool] = False
    """It comes from code that is not analysed, and nothing is known of it."""
    sure: ClassVar[bool] = True
    """An attribute that it gives is there; of other values one can only say that it may be."""

    def tells_apart(self) -> bool:
        """Context sensitivity: whether calls that are given different ones are analysed apart."""
        return False

    def literal(self) -> str | int | None:
        """The text or number that it is."""
        return None

    def attribute(self, site: Site, name: str) -> Values:
        """`value.name`; nothing when it has none of that name."""
        return UNKNOWN | site.read(site.machine.loose.cell(name))

    def any_attribute(self, _site: Site) -> Values:
        """`getattr(value, name)` with a name that is computed at run time."""
        return UNKNOWN

    def store(self, site: Site, name: str, values: Values) -> None:
        """`value.name = values`."""

    def store_any(self, site: Site, values: Values) -> None:
        """`setattr(value, name, values)` with a name that is computed at run time."""

    def item(self, _site: Site, _keys: Values) -> Values:
        """`value[keys]`."""
        return UNKNOWN

    def store_item(self, site: Site, keys: Values, values: Values) -> None:
        """`value[keys] = values`."""

    def has(self, site: Site, keys: Values) -> None:
        """`keys in value`."""

    def asked(self, site: Site) -> None:
        """`if value:`, `value is None`."""

    def call(self, _site: Site, _args: Arguments) -> Values:
        """`value(…)`."""
        return UNKNOWN

    def decorate(self, site: Site, values: Values) -> Values:
        """`@value` above a function or class."""
        from_call = self.call(site, site.arguments(values))
        return from_call - UNKNOWN if from_call & values else from_call

    def iterate(self, _site: Site) -> Values:
        """What `for x in value` gives."""
        return UNKNOWN

    def element(self, site: Site, _index: int | None) -> Values:
        """What unpacking gives at a position; None stands for any."""
        return self.iterate(site)

    def contents(self, _site: Site) -> Values:
        """What it holds, as far as one can look into it."""
        return UNKNOWN

    def inside(self, _site: Site) -> Values:
        """What unknown code finds in it beside the value itself."""
        return EMPTY

    def elements(self, _site: Site) -> Values:
        """What a library may take out of it to pass it on."""
        return EMPTY

    def positional(self, site: Site) -> tuple[list[Values], Values]:
        """`*value` in a call: what stands at each position, and what may stand anywhere."""
        return [], self.iterate(site) or UNKNOWN

    def keywords(self, _site: Site) -> tuple[dict[str, Values], Values]:
        """`**value` in a call: what is passed by name, and what may be passed by any."""
        return {}, UNKNOWN

    def awaited(self, _site: Site) -> Values:
        """`await value`."""
        return frozenset({self})

    def entered(self, _site: Site) -> Values:
        """`with value as …`."""
        return frozenset({self})

    def special(self, _site: Site, _names: tuple[str, ...], *_passed: Values) -> Values:
        """What the first of these special methods that it has gives."""
        return EMPTY

    def bind(self, _site: Site, _receiver: Value, _cls: Class) -> Values:
        """What it is when it is read, as an attribute of the class, from an object of that class."""
        return frozenset({self})

    def unbound(self, _site: Site, _cls: Class) -> Values:
        """What it is when it is read from the class itself."""
        return frozenset({self})

    def escape(self, _site: Site, _what: str) -> Values:
        """Code that is not analysed gets hold of it; gives what that code may hand back of it."""
        return EMPTY

    def hand_over(self, site: Site, what: str) -> Values:
        """Code that is not analysed gets hold of it while modules are imported, where it registers or wraps functions.

        It is no caller: what it makes of them may call them later.
        """
        return self.escape(site, what)

    def leak(self, site: Site, where: str) -> None:
        """It is stored where the analysis does not follow."""

    def called_back(self, _site: Site, _passed: Values) -> Values:
        """A library is given it and may call it, with any of what else it was passed."""
        return EMPTY

    def hinted(self, _site: Site) -> Values:
        """What a parameter may be whose annotation it is."""
        return EMPTY


Values: TypeAlias = frozenset[Value]
"""A set of alternatives. The empty one is bottom: nothing is known to get there (yet)."""

EMPTY: Values = frozenset()


def stable_hash(*texts: str) -> int:
    """A hash of texts that is the same in every process, unlike Python's own."""
    code = 0
    for text in texts:
        code = zlib.crc32(text.encode("utf-8", "surrogatepass"), code)
    return code


@dataclass(frozen=True, slots=True)
class Opaque(Value):
    """Top: anything at all that is not a boto3 object, a function or a class of the analysed source."""

    foreign = True
    sure = False

    def __hash__(self) -> int:
        return 1

    def item(self, site: Site, keys: Values) -> Values:
        """What was stored under that key in an object that is not analysed, or anything."""
        return UNKNOWN.union(*(site.read(site.machine.loose.cell(LooseItem(key))) for key in names_of(keys)))

    def store(self, site: Site, name: str, values: Values) -> None:
        """Remembered by the name alone: it may be read from any object that is not analysed."""
        store_loosely(site, name, values)

    def store_any(self, site: Site, values: Values) -> None:
        """Lost: nobody can tell from where it is read again."""
        store_loosely(site, "", values)

    def store_item(self, site: Site, keys: Values, values: Values) -> None:
        """Remembered by the key alone."""
        store_item_loosely(site, keys, values)

    def call(self, site: Site, args: Arguments) -> Values:
        """It may call whatever it is given, and hand it back."""
        return site.escape(args, "a function that is not known")

    def decorate(self, site: Site, values: Values) -> Values:
        """The function, wrapped."""
        return site.hand_over(values, "a decorator that is not known")


OPAQUE = Opaque()
UNKNOWN: Values = frozenset({OPAQUE})


def names_of(keys: Values) -> list[str | int]:
    """The literals among the keys."""
    return [literal for literal in (key.literal() for key in keys) if literal is not None]


def store_loosely(site: Site, name: str, values: Values) -> None:
    """Keep what is stored in an attribute of an object that is not analysed."""
    if name:
        site.write(site.machine.loose.cell(name), values)
    which = f"the attribute {name!r}" if name else "an attribute"
    here = site.aside(name) if name else site
    for value in values:
        value.leak(here, f"{which} of an object that is not analysed")


def store_item_loosely(site: Site, keys: Values, values: Values) -> None:
    """Keep what is stored in an item of an object that is not analysed."""
    here = site
    for key in names_of(keys):
        here = site.aside(LooseItem(key))
        site.write(site.machine.loose.cell(LooseItem(key)), values)
    for value in values:
        value.leak(here, "an item of an object that is not analysed")
