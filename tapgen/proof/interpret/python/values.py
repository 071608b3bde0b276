"""What an expression can be: abstract values, and the cells in which the interpreter keeps sets of them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TypeAlias

from tapgen.proof.interpret.boto3.sdk import (
    BatchWriter,
    Client,
    Collection,
    Paginator,
    Resource,
    SdkData,
    SdkMethod,
    Session,
    Waiter,
)
from tapgen.proof.interpret.results import EnvironmentVariable


class Cell:
    """All values that one variable, attribute, item or return value can have, and the units that read it."""

    __slots__ = ("readers", "values", "wide")

    def __init__(self) -> None:
        self.values: Values = EMPTY
        self.readers: set[Frame] = set()
        self.wide = False


class Space:
    """Named cells: the variables of a frame, the attributes of an instance, the items of a container."""

    __slots__ = ("cells",)

    def __init__(self) -> None:
        self.cells: dict[str | int, Cell] = {}

    def cell(self, key: str | int) -> Cell:
        """The cell of that name, made when it is not there yet."""
        found = self.cells.get(key)
        if found is None:
            found = self.cells[key] = Cell()
        return found


@dataclass(frozen=True, slots=True)
class Scope:
    """What Python's compiler knows of a block: which names it binds, and whether it yields or returns a value."""

    kind: str
    bound: frozenset[str]
    outer: frozenset[str] = frozenset()
    top: frozenset[str] = frozenset()
    yields: bool = False
    returns: bool = False


class Frame(Space):
    """One analysed activation of a block. `unit` is the function or module frame that is evaluated as a whole."""

    __slots__ = (
        "active", "callees", "function", "module", "node", "parent", "queued", "receiver", "reports", "scope", "stars",
        "unit",
    )  # fmt: skip

    def __init__(self, scope: Scope, node: ast.AST, parent: Frame | None, module: str) -> None:
        super().__init__()
        self.scope = scope
        self.node = node
        self.parent = parent
        self.module = module
        self.unit: Frame = self
        self.function: Function | None = None
        self.receiver: Value | None = None
        self.reports: set[object] = set()
        self.callees: set[Frame] = set()
        self.stars: list[str] = []
        self.queued = False
        self.active = False


@dataclass(frozen=True, slots=True)
class Const:
    """A literal: text, number, None, True, False."""

    value: str | int | None


@dataclass(frozen=True, slots=True)
class Opaque:
    """Anything at all that is not a boto3 object, a function or a class of the analysed source."""


@dataclass(frozen=True, slots=True)
class Library:
    """A name of the standard library, of the built-ins or of boto3, by its path: `os.environ`, `boto3.client`."""

    path: str


@dataclass(frozen=True, slots=True)
class External:
    """A name of a third-party package, by its path: `requests.get`."""

    path: str


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """An imported local module."""

    name: str


@dataclass(eq=False, slots=True)
class Function:
    """A function or lambda of the source, closed over the frame that it was defined in.

    `space` holds the values of the parameters' defaults (`=name`) and attributes set on the function.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    parent: Frame
    scope: Scope
    owner: Class | None = None
    space: Space = field(default_factory=Space)

    @property
    def name(self) -> str:
        """Its name, for messages."""
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name


@dataclass(eq=False, slots=True)
class Class:
    """A class of the source. `bases` may hold classes, library names and unknown values."""

    node: ast.ClassDef
    frame: Frame
    bases: Cell = field(default_factory=Cell)
    subclasses: Cell = field(default_factory=Cell)
    instances: Cell = field(default_factory=Cell)


@dataclass(eq=False, slots=True)
class Instance:
    """The objects that one expression makes of one class."""

    cls: Class
    space: Space = field(default_factory=Space)


@dataclass(frozen=True, slots=True)
class Bound:
    """A method bound to its object or class."""

    function: Function
    receiver: Value


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A function wrapped by `property`, `cached_property`, `staticmethod` or `classmethod`."""

    kind: str
    function: Function


@dataclass(eq=False, slots=True)
class Container:
    """A dict, list, tuple, set or generator made by one expression: a cell per constant key, `*` for all others."""

    kind: str
    space: Space = field(default_factory=Space)


@dataclass(eq=False, slots=True)
class Bag:
    """An object of the standard library: whatever it was given, it may give back."""

    path: str
    space: Space = field(default_factory=Space)


@dataclass(frozen=True, slots=True)
class BagMethod:
    """A method of such an object: `executor.submit`."""

    bag: Bag
    name: str


@dataclass(frozen=True, slots=True)
class ContainerMethod:
    """A method of a built-in container: `clients.get`."""

    container: Container
    name: str


@dataclass(eq=False, slots=True)
class Partial:
    """What `functools.partial` gives; the cells hold the function, its positional and its keyword arguments."""

    space: Space = field(default_factory=Space)


@dataclass(frozen=True, slots=True)
class Super:
    """What `super()` gives."""

    cls: Class
    receiver: Value


Value: TypeAlias = (
    Const | EnvironmentVariable | Opaque | Library | External | Session | Client | Resource | Collection | Paginator
    | Waiter | BatchWriter | SdkData | SdkMethod | ModuleValue | Function | Class | Instance | Bound | Descriptor
    | Container | Bag | BagMethod | ContainerMethod | Partial | Super
)  # fmt: skip
Values: TypeAlias = frozenset[Value]

EMPTY: Values = frozenset()
OPAQUE = Opaque()
UNKNOWN: Values = frozenset({OPAQUE})
NONE: Values = frozenset({Const(None)})
REST = "*"
KEYS = "<keys>"
RETURN = "<return>"
YIELD = "<yield>"
DATA = Library("data")
"""Plain data or a harmless object of the standard library: nothing that it is given comes out of it again."""
CALLABLE = (Function, Bound, Partial, Descriptor)


@dataclass(slots=True)
class Arguments:
    """The arguments of one call. `star` and `extra` hold what `*args` and `**kwargs` of unknown content may pass."""

    positional: list[Values] = field(default_factory=list)
    keywords: dict[str, Values] = field(default_factory=dict)
    star: Values = EMPTY
    extra: Values = EMPTY

    def everything(self) -> Values:
        """All values that are passed, in whatever place."""
        return EMPTY.union(self.star, self.extra, *self.positional, *self.keywords.values())

    def get(self, index: int, keyword: str = "") -> Values:
        """What is passed at the position or by the keyword."""
        if index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(keyword, EMPTY) | (self.star if keyword not in self.keywords else EMPTY)

    def after(self, count: int) -> Arguments:
        """The same without the first `count` positional arguments."""
        return Arguments(self.positional[count:], self.keywords, self.star, self.extra)

    def led_by(self, first: Value) -> Arguments:
        """The same with one more positional argument in front."""
        return Arguments([frozenset({first}), *self.positional], self.keywords, self.star, self.extra)


def anything() -> Arguments:
    """The arguments that unknown code passes when it calls back."""
    return Arguments(star=UNKNOWN, extra=UNKNOWN)
