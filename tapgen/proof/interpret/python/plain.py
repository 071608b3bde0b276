"""Plain values: literals, environment variables, and names of code outside the source."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeGuard

from tapgen.proof.interpret.python.values import (
    EMPTY,
    UNKNOWN,
    Value,
    Values,
    stable_hash,
    store_item_loosely,
    store_loosely,
)
from tapgen.proof.interpret.results import Guard, VariableRead

if TYPE_CHECKING:
    from tapgen.proof.interpret.python.arguments import Arguments
    from tapgen.proof.interpret.site import Site


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A literal: text, number, None, True, False."""

    value: str | int | None

    constant = True
    sure = False

    def __hash__(self) -> int:
        value = self.value
        return stable_hash(value) if isinstance(value, str) else 2 if value is None else hash(value)

    @property
    def text(self) -> str | None:
        """The literal if it is a text."""
        return self.value if isinstance(self.value, str) else None

    def tells_apart(self) -> bool:
        """Only texts tell calls apart: a number is seldom what decides on a service or a table."""
        return isinstance(self.value, str)

    def literal(self) -> str | int | None:
        """The value itself."""
        return self.value

    def attribute(self, site: Site, name: str) -> Values:
        """A method of `str`; `value` is that of an enumeration's member."""
        if name == "value":
            return frozenset({self})
        if self.text is not None:
            return site.machine.libraries.text_attribute(self, name)
        return EMPTY if self.value is None else frozenset({Library(f"builtins.str.{name}")})

    def call(self, _site: Site, _args: Arguments) -> Values:
        """Nothing: a literal cannot be called."""
        return EMPTY

    def iterate(self, _site: Site) -> Values:
        """The characters of a text; None gives nothing."""
        return EMPTY if self.value is None else UNKNOWN

    def keywords(self, _site: Site) -> tuple[dict[str, Values], Values]:
        """Nothing of None, which stands for options that are not given."""
        return {}, EMPTY if self.value is None else UNKNOWN

    def entered(self, _site: Site) -> Values:
        """Nothing: a literal is no context manager."""
        return EMPTY


@dataclass(frozen=True, slots=True)
class Variable(Value):
    """The value of an environment variable, with what stands in for it where it is not set."""

    name: str
    default: str | None = None
    strict: bool = False
    """It was read in a way that fails where it is not set."""
    vague: bool = False
    """What stands in for it is no text, and not known."""

    constant = True

    def __hash__(self) -> int:
        return stable_hash(self.name, self.default or "")

    def tells_apart(self) -> bool:
        """A table's name decides on a request's resource."""
        return True

    def attribute(self, site: Site, name: str) -> Values:
        """A method of `str`."""
        return site.machine.libraries.text_attribute(self, name)

    def asked(self, site: Site) -> None:
        """The code gets on where it is not set, unless it demands that it is."""
        if site.machine.demanding:
            site.report(VariableRead(*site.place(), self.name, guarded=False))
        else:
            site.report(Guard(self.name, presence=not self.strict))


DEEPEST_PATH = 6
"""Dots in the longest path of a library name; `node = node.parent` would make endless ones."""


@dataclass(frozen=True, slots=True)
class Library(Value):
    """A name of the standard library, of the built-ins or of boto3, by its path: `os.environ`, `boto3.client`."""

    path: str

    def __hash__(self) -> int:
        return stable_hash(self.path)

    def attribute(self, site: Site, name: str) -> Values:
        """The name below it, and what was stored there."""
        stored = site.find(site.machine.loose, name)
        if self == DATA or self.path.count(".") >= DEEPEST_PATH:
            return stored | {DATA}
        return stored | {Library(f"{self.path}.{name}")}

    def any_attribute(self, site: Site) -> Values:
        """Unresolved where it may be boto3's own `client`."""
        if self.path.startswith("boto3"):
            site.unresolved("the attribute of boto3 is computed at run time")
        return UNKNOWN

    def store(self, site: Site, name: str, values: Values) -> None:
        """Remembered by the name alone."""
        site.machine.libraries.has(site, Library(f"{self.path}.{name}"), EMPTY)
        site.write(site.machine.loose.cell(name), values)

    def item(self, site: Site, keys: Values) -> Values:
        """A variable of `os.environ`; a parametrised type otherwise."""
        return site.machine.libraries.item(site, self, keys)

    def store_item(self, site: Site, keys: Values, _values: Values) -> None:
        """`os.environ[key] = value`."""
        site.machine.libraries.has(site, self, keys)

    def has(self, site: Site, keys: Values) -> None:
        """`key in os.environ`."""
        site.machine.libraries.has(site, self, keys)

    def call(self, site: Site, args: Arguments) -> Values:
        """What the library's model says."""
        return site.machine.libraries.call(site, self.path, args)

    def escape(self, site: Site, what: str) -> Values:
        """Unresolved where it makes clients."""
        if self.path in _FACTORIES:
            site.unresolved(f"{self.path} is passed to {what}")
        return EMPTY


DATA = Library("data")
"""Plain data or a harmless object of the standard library: nothing that it is given comes out of it again."""


STORED = ("s3://", "s3a://")
"""How the address of an object or folder in S3 begins."""

_TELLING = re.compile(
    r"s3a?://|(?:[^\n]{0,200}[;&|/]\s*)?aws\s|bedrock[/:]|\w+\+auroradataapi:|awsathena|\s*(?:SELECT|INSERT|UPDATE|DELETE|EXISTS)\b",
    re.IGNORECASE,
)


GAP = "\0"


@dataclass(frozen=True, slots=True)
class Beginning(Value):
    """How a text begins that goes on with what is not known: `f"s3://{bucket}/{key}"`.

    `following` is the environment variable that comes next, if it is one: `f"SELECT * FROM {TABLE} WHERE …"`. `whole`
    is the whole text of a formatted one, with a `GAP` for each part that is not known.
    """

    text: str
    following: Variable | None = None
    whole: str = ""

    constant = True
    sure = False

    def __hash__(self) -> int:
        return stable_hash("beginning", self.text, self.following.name if self.following else "")

    def tells_apart(self) -> bool:
        """As any text does."""
        return True

    def attribute(self, site: Site, name: str) -> Values:
        """A method of `str`."""
        return site.machine.libraries.text_attribute(self, name)


def completed(values: Values, whole: str) -> Values:
    """The same beginnings, with what is known of the whole text."""
    return frozenset(replace(one, whole=whole) if isinstance(one, Beginning) else one for one in values)


def continued(values: Values, following: Values = EMPTY) -> Values:
    """Texts that go on with what is not known; their beginnings are kept where they tell that requests are made."""
    variables = [value for value in following if isinstance(value, Variable)]
    only = variables[0] if len(variables) == len(following) == 1 else None
    begun = {Beginning(value.text, only) for value in values if isinstance(value, Const) and tells(value.text)}
    begun |= {value for value in values if isinstance(value, Beginning)}
    known = begun and all(isinstance(value, Beginning) or tells(value.literal()) for value in values)
    return frozenset(begun) if known else UNKNOWN | begun


def tells(text: object) -> TypeGuard[str]:
    """Whether a text is one by whose beginning requests can be told: an address, a command, a statement."""
    return isinstance(text, str) and _TELLING.match(text) is not None


def beginning(value: Value) -> str:
    """What is known of how the text begins; "" where it is no text, or nothing is known of it."""
    return (value.text or "") if isinstance(value, Const | Beginning) else ""


_FACTORIES = frozenset({"boto3", "boto3.client", "boto3.resource", "boto3.Session", "boto3.session.Session"})


@dataclass(frozen=True, slots=True)
class External(Value):
    """A name of a third-party package, by its path: `requests.get`."""

    path: str

    foreign = True
    sure = False

    def __hash__(self) -> int:
        return stable_hash("external", self.path)

    def attribute(self, site: Site, name: str) -> Values:
        """The name below it, and what was stored there."""
        stored = site.find(site.machine.loose, name)
        return stored | {self if self.path.count(".") >= DEEPEST_PATH else External(f"{self.path}.{name}")}

    def store(self, site: Site, name: str, values: Values) -> None:
        """Remembered by the name alone."""
        store_loosely(site, name, values)

    def item(self, _site: Site, _keys: Values) -> Values:
        """A parametrised type."""
        return frozenset({self})

    def store_any(self, site: Site, values: Values) -> None:
        """Lost: nobody can tell from where it is read again."""
        store_loosely(site, "", values)

    def store_item(self, site: Site, keys: Values, values: Values) -> None:
        """Remembered by the key alone."""
        store_item_loosely(site, keys, values)

    def call(self, site: Site, args: Arguments) -> Values:
        """What the package's model says, if there is one."""
        return site.machine.libraries.call_external(site, self.path, args)

    def decorate(self, site: Site, values: Values) -> Values:
        """What the package's model says; wrapped by any other."""
        return site.machine.libraries.decorate_external(site, self.path, values)

    def hinted(self, site: Site) -> Values:
        """A boto3 object where the package is one of boto3's typed stubs."""
        return site.machine.libraries.hinted(self.path)


@lru_cache(maxsize=8192, typed=True)
def constant(value: str | int | None) -> Values:
    """The set that holds that literal alone."""
    return frozenset({Const(value)})


NONE: Values = constant(None)
