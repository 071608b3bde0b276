"""Frames: one analysed activation of a module, function, class body or comprehension."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapgen.proof.interpret.cells import Space

if TYPE_CHECKING:
    from tapgen.proof.interpret.python.functions import Function
    from tapgen.proof.interpret.python.values import Value
    from tapgen.proof.interpret.results import Condition


@dataclass(frozen=True, slots=True)
class Scope:
    """What Python's compiler knows of a block: which names it binds, and whether it yields or returns a value."""

    kind: str
    bound: frozenset[str]
    outer: frozenset[str] = frozenset()
    top: frozenset[str] = frozenset()
    yields: bool = False
    returns: bool = False
    assigned: frozenset[str] = frozenset()
    """Names that are bound otherwise than as parameters."""


class Frame(Space):
    """One analysed activation of a block. `unit` is the function or module frame that is evaluated as a whole."""

    __slots__ = (
        "active", "callees", "catching", "function", "module", "node", "open", "parent", "queued", "receiver",
        "reports", "scope", "stars", "started", "uncertain", "under", "unit",
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
        self.callees: dict[Frame, frozenset[Condition]] = {}
        """The frames that it leads to, with what holds of environment variables wherever it does."""
        self.under: frozenset[Condition] = frozenset()
        self.stars: list[str] = []
        self.started = False
        self.queued = False
        self.active = False
        self.open = False
        """Names come from a star import of a module that is not in the source."""
        self.uncertain = 0
        """How many blocks are open that need not run, or whose failure to import is caught."""
        self.catching = 0
        """How many `try` blocks are open that catch a missing key."""

    def leads_to(self, callee: Frame) -> None:
        """Its unit calls or imports another."""
        callees, under = self.unit.callees, self.unit.under
        callees[callee] = callees[callee] & under if callee in callees else under
