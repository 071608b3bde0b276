"""Which cases there are: each fault at the first and at the last attempt of each call, each signal at each call."""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults.proxy import FAULTS, NOT_RETRIED, REAL_SILENCE, STOPS, WHEN
from tests.faults.scenes import SAMPLE, SCENES

CHANGES = ("Execute", "Delete", "Update", "Continue", "Rollback", "Cancel", "Invoke", "Create", "Detect", "Put")
"""How operations begin whose answer matters most."""


@dataclass(frozen=True)
class Case:
    """One fault at one attempt of one call of a scene: of its number from 1, or the first of an operation."""

    scene: str
    call: int | str
    fault: str
    when: str


def scenes_of(given):
    """The names of the scenes that are asked for."""
    name = given.only.partition(":")[0]
    return [
        one.name for one in SCENES if name in {"", one.name} and given.on in {None, "moto" if one.moto else "embedded"}
    ]


def chosen(name, calls, given):
    """The cases of a scene that are asked for; an invocation is sent once, so its first attempt is its last."""
    if given.real:
        return list(real(name, calls))
    fault = given.only.partition(":")[2]
    names = ([] if given.kind == "signals" else [*FAULTS]) + ([] if given.kind == "faults" else [*STOPS])
    found = [
        Case(name, number, one, when)
        for number, operation in enumerate(calls, 1)
        for one in names
        for when in WHEN
        if (when == "first" or retried(one, operation))
        and (not fault or one == fault)
        and (not given.call or number == given.call)
    ]
    return found[:: given.each]


def sample():
    """One case of each scene."""
    return [Case(scene, *rest) for scene, rest in SAMPLE.items()]


def retried(fault, operation):
    """Whether the last attempt is another case than the first: an answer that arrives is the same at both."""
    return not (fault in STOPS or fault in NOT_RETRIED or operation == "Invoke" or FAULTS[fault].passes)


def real(name, calls):
    """The call whose answer matters most, with silence of its real length."""
    weight = [next((n for n, start in enumerate(CHANGES) if one.startswith(start)), len(CHANGES)) for one in calls]
    for fault in REAL_SILENCE:
        yield Case(name, calls[weight.index(min(weight))], fault, "first")
