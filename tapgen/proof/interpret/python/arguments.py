"""The arguments of a call."""

from __future__ import annotations

from dataclasses import dataclass, field

from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Value, Values


@dataclass(slots=True)
class Arguments:
    """The arguments of one call. `star` and `extra` hold what `*args` and `**kwargs` of unknown content may pass.

    `settled` are the positions and keywords whose values are written at the call, so that they can be nothing else.
    """

    positional: list[Values] = field(default_factory=list)
    keywords: dict[str, Values] = field(default_factory=dict)
    star: Values = EMPTY
    extra: Values = EMPTY
    settled: frozenset[int | str] = frozenset()

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
        settled = frozenset(key + 1 if isinstance(key, int) else key for key in self.settled)
        return Arguments([frozenset({first}), *self.positional], self.keywords, self.star, self.extra, settled)


def anything() -> Arguments:
    """The arguments that unknown code passes when it calls back."""
    return Arguments(star=UNKNOWN, extra=UNKNOWN)
