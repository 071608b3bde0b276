"""Schedules of EventBridge Scheduler, and what it refuses."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from tapgen.errors import suggestion
from tapgen.settings.accounts import ExistingRole
from tapgen.settings.parts import Delivered, Problem
from tapgen.settings.references import Reference
from tapgen.settings.references import problems as reference_problems

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FIELDS: tuple[tuple[str, int, int, tuple[str, ...], str], ...] = (
    ("minutes", 0, 59, (), ""),
    ("hours", 0, 23, (), ""),
    ("day of month", 1, 31, (), "?LW"),
    ("month", 1, 12, MONTHS, ""),
    ("day of week", 1, 7, DAYS, "?L#"),
    ("year", 1970, 2199, (), ""),
)
"""Name, least, most, words and special signs of cron()'s fields: EventBridge Scheduler user guide, "Cron-based"."""

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_AT = re.compile(r"at\(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\)")
_CRON = re.compile(r"cron\((.+)\)")
_PARAMETER = re.compile(r"\$\{([A-Za-z0-9]+)\}")


class ScheduleTrigger(Delivered, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A schedule starts the function.

    ```toml
    [functions.Cleanup]
    source = "src"
    triggers.schedules.Nightly = { expression = "cron(0 3 * * ? *)", timezone = "Europe/Berlin", input = { days = 30 } }
    ```
    """

    expression: Annotated[str, Meta(min_length=1, max_length=256)]
    """"cron(0 3 * * ? *)", "rate(5 minutes)", "at(…)"; parameters hold it or parts of it: "${Nightly}" """
    timezone: Annotated[str, Meta(min_length=1, max_length=50)] = "UTC"
    """IANA name, such as Europe/Berlin"""
    input: Any = None
    """The event that the handler gets; unset: the scheduler's own"""
    flexible_window: Annotated[int, Meta(ge=1, le=1440)] | None = None
    """Minutes within which it may start; unset: at once"""
    role: ExistingRole | Reference | None = None
    """An existing role by which the scheduler starts it; unset: one of the stack's own"""

    def values_problems(self, environment: "Environment") -> Iterator[Problem]:
        """What the scheduler refuses of the expression and the time zone."""
        yield from reference_problems(self.role, ("role",), environment.parameters)
        for name in _PARAMETER.findall(self.expression):
            if name not in environment.parameters:
                better = suggestion(name, environment.parameters)
                yield ("expression",), f'there is no parameter "{name}"; {better}'
        if _PARAMETER.search(self.expression):
            pass  # what the parameters make of it is known when it is deployed
        elif message := expression_problem(self.expression):
            yield ("expression",), f'"{self.expression}": {message}'
        if self.timezone != "UTC":
            yield from ((("timezone",), message) for message in _zone_problem(self.timezone))


def _zone_problem(name: str) -> Iterator[str]:
    """A name that the machine's list of time zones has not; nothing where it has no list."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if zones := available_timezones():
            better = suggestion(name, zones)
            better = better if better.startswith("did you mean") else 'such as "Europe/Berlin"'
            yield f'"{name}" is not a time zone; {better}'


def expression_problem(expression: str) -> str:
    """Why the scheduler refuses an expression; '' where it takes it."""
    if rate := _RATE.fullmatch(expression):
        count, unit, plural = int(rate[1]), rate[2], bool(rate[3])
        if count == 0:
            return "a rate is at least 1"
        return "" if plural == (count > 1) else f"write {count} {unit}{'s' if count > 1 else ''}"
    if _AT.fullmatch(expression):
        return ""
    if cron := _CRON.fullmatch(expression):
        return _cron_problem(cron[1].split())
    return 'it is none of cron(minutes hours day-of-month month day-of-week year), rate(5 minutes) and at(date"T"time)'


def _cron_problem(fields: list[str]) -> str:
    if len(fields) != len(FIELDS):
        names = ", ".join(name for name, *_ in FIELDS)
        return f"cron has six fields ({names}), not {len(fields)}"
    if (fields[2] == "?") == (fields[4] == "?"):
        return "one of day of month and day of week must be ?, and not both"
    for field, (name, least, most, words, special) in zip(fields, FIELDS, strict=True):
        if not all(_fits(item, least, most, words, special) for item in field.split(",")):
            return f'"{field}" is no {name}, {least} to {most}' + (f" or {words[0]} to {words[-1]}" if words else "")
    return ""


def _fits(item: str, least: int, most: int, words: tuple[str, ...], special: str) -> bool:
    start, slash, step = item.partition("/")
    if slash and not (step.isdigit() and int(step) > 0):
        return False
    if start == "*" or (start in ("?", "L") and start in special):
        return True
    if "#" in special and (nth := re.fullmatch(r"(\w+)#([1-5])", start)):
        start = nth[1]
    if "L" in special and len(start) > 1:
        start = start.removesuffix("L")
    if "W" in special and len(start) > 1:
        start = start.removesuffix("W") or "1"
    values = [
        str(words.index(value.upper()) + least) if value.upper() in words else value for value in start.split("-")
    ]
    return len(values) < 3 and all(value.isdigit() and least <= int(value) <= most for value in values)
