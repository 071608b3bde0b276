"""What the analysis of a handler's source says, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal as OneOf


@dataclass(frozen=True, order=True)
class Literal:
    """A request parameter whose value is written in the source: `Table("items")`."""

    value: str


@dataclass(frozen=True, order=True)
class EnvironmentVariable:
    """A request parameter that is read from the function's environment: `os.environ["TABLE_NAME"]`.

    `default` is the value used when the variable is not set: `os.environ.get("TABLE_NAME", "items")`.
    """

    name: str
    default: str | None = None


@dataclass(frozen=True, order=True)
class Unknown:
    """A request parameter whose value cannot be read from the source (an event's field, a parsed answer)."""


Binding = Literal | EnvironmentVariable | Unknown


@dataclass(frozen=True)
class Parameter:
    """One request parameter that names a resource, by its botocore name: `TableName`, `IndexName`, `Bucket`.

    A parameter that the call certainly does not pass is absent from `Call.parameters`; one that it may pass
    (`query(**options)`) is there as `Unknown`.
    """

    name: str
    value: Binding


@dataclass(frozen=True)
class Part:
    """What one entry of a composite request does: an item of a DynamoDB transaction, a PartiQL statement.

    `kind` is the entry's key (`Put`, `Update`, `Delete`, `Get`, `ConditionCheck`), or the statement's verb
    (`SELECT`, `INSERT`, `UPDATE`, `DELETE`, `EXISTS`).
    """

    kind: str
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, order=True)
class Condition:
    """What has to hold of an environment variable where a call is made.

    It is one of `texts`, in lower case where `folded`, or any that is not empty; or, without `holds`, it is not.
    `default` stands in where it is not set.
    """

    variable: str
    texts: tuple[str, ...] | None
    holds: bool
    default: str | None
    folded: bool = False

    def met(self, value: str | None) -> bool:
        """Whether that value, None where it is not set, lets the call be made."""
        given = self.default if value is None else value
        if self.texts is None:
            return bool(given) is self.holds
        return ((given.lower() if given and self.folded else given) in self.texts) is self.holds


@dataclass(frozen=True)
class Call:
    """One AWS request that the code can make, at one place, on one combination of resources.

    `service` is botocore's name (`dynamodb`, `stepfunctions`), `operation` the API's (`PutItem`). `file` is relative
    to the analysed folder, with forward slashes. A call on one of two tables is two `Call`s. `parts` is empty for
    an ordinary request; for a composite one it being empty means that its entries could not be read.
    `passed` are the dotted names of all members that it may pass (`Target.RoleArn`, "*" for more than can be read),
    `certain` those that are written at the call, `roles` those whose name says that they hold a role, `buckets` those
    of a stored object (`S3Object.Bucket`).
    """

    service: str
    operation: str
    parameters: tuple[Parameter, ...]
    file: str
    line: int
    parts: tuple[Part, ...] = ()
    passed: tuple[str, ...] = ()
    certain: tuple[str, ...] = ()
    roles: tuple[Parameter, ...] = ()
    buckets: tuple[Parameter, ...] = ()
    borrowed: bool = False
    """It is signed with keys that the code passes itself, such as those of a role that it assumed."""
    under: frozenset[Condition] = field(default=frozenset(), repr=False)
    """What the code asks of environment variables before it gets here."""

    def binding(self, parameter: str) -> Binding | None:
        """What is known of the request parameter; None when the call does not pass it."""
        return next((one.value for one in self.parameters if one.name == parameter), None)


@dataclass(frozen=True, order=True)
class Unresolved:
    """A place where the code may make AWS calls that the analysis cannot name; `service` where it knows of which."""

    reason: str
    file: str
    line: int
    service: str = ""


@dataclass(frozen=True, order=True)
class Note:
    """Something worth a look that does not weaken the result, such as a function that nothing calls."""

    message: str
    file: str
    line: int


@dataclass(frozen=True, order=True)
class VariableRead:
    """A place where the code reads an environment variable.

    `guarded`: it gets on without: `os.environ.get`, a default, `except KeyError`, `if "X" in os.environ`.
    """

    file: str
    line: int
    name: str
    guarded: bool


@dataclass(frozen=True, order=True)
class Guard:
    """The code asks for a variable, or sets it, before it relies on it.

    `presence`: it may be missing (`if "X" in os.environ`, `if os.environ.get("X")`), so that what reads it may be taken
    to run only where it is there; otherwise it is asked for its content alone. The name `*` stands for any.
    """

    name: str
    presence: bool


@dataclass(frozen=True, order=True)
class ForeignImport:
    """An import of a module that is not in the source, made each time the function starts.

    Those inside of functions, under a condition, or in a `try` that catches their failure are left out.
    """

    file: str
    line: int
    module: str


@dataclass(frozen=True)
class PathChange:
    """The code looks for modules in folders of its own choice, so that none can be said to be missing."""


@dataclass(frozen=True, order=True)
class AbsentName:
    """An import of a name that a module of the source does not have; `name` may be a module below a package."""

    file: str
    line: int
    module: str
    name: str


@dataclass(frozen=True, order=True)
class EntryProblem:
    """Why Lambda cannot call the entry point as it calls handlers: with an event and a context, not awaited."""

    message: str
    file: str
    line: int


ProblemKind = OneOf["syntax", "encoding", "binary", "size", "link", "missing", "cycle", "unreadable", "depth", "newer"]


@dataclass(frozen=True, order=True)
class Problem:
    """A source that cannot be analysed in full. `cycle` is a hazard at import; every other kind hides calls.

    `newer` may be right for the function's runtime: tapgen's own Python is too old to tell.
    """

    kind: ProblemKind
    message: str
    file: str
    line: int


@dataclass(frozen=True)
class Analysis:
    """Everything that one entry point can do; each tuple is sorted by file and line and free of repetition."""

    calls: tuple[Call, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()
    possible: tuple[Call, ...] = ()
    """Further calls: if code that is not analysed calls functions that it was given to wrap or register; if keys that
    the code passes itself are the function's own.

    Nothing proves that they are needed, nor that a permission for them is unused.
    """
    possible_services: frozenset[str] = frozenset()
    """Services of which such functions make requests that are not resolved, "" for any."""
    variables: tuple[VariableRead, ...] = ()
    """Every reading of an environment variable whose name is known."""
    tested: frozenset[str] = frozenset()
    """Variables of which the code asks whether they are set."""
    imports: tuple[ForeignImport, ...] = ()
    absent: tuple[AbsentName, ...] = ()
    entry: tuple[EntryProblem, ...] = ()
    files: tuple[str, ...] = ()
    """The source files that were read, relative to the analysed folder."""
