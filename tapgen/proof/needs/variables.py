"""Environment variables that a function's code reads and that the function does not set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from tapgen.proof import calls
from tapgen.proof.needs.requirements import variables_of
from tapgen.proof.rules.permissions import VARIABLE_MISSING
from tapgen.template.alternatives import alternatives

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.proof.subject import Subject

# Lambda developer guide, "Defined runtime environment variables"; the SDK's own are set by the runtime too.
RUNTIME_VARIABLES = frozenset({"_HANDLER", "_X_AMZN_TRACE_ID", "LANG", "PATH", "TZ", "PYTHONPATH", "LD_LIBRARY_PATH"})
RUNTIME_PREFIXES = ("AWS_", "LAMBDA_")

WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
"""Names a script that starts the runtime, and may set what it likes (Lambda developer guide, "Wrapper scripts")."""


def missing(
    function: str, analysis: calls.Analysis, shown: Callable[[str], str], subject: Subject
) -> Iterator[Finding]:
    """One finding for each variable, at its first place; `shown` gives a file of the source as people see it."""
    given = variables_of(function, subject)
    if _open(given):
        return
    told: set[str] = set()
    for name, what, file, line in (*_of_calls(analysis), *_of_reads(analysis)):
        if name in told or not _unset(name, given):
            continue
        told.add(name)
        yield VARIABLE_MISSING.finding(
            f"{function}'s code reads {name}{what}; the function does not set it.",
            ("Resources", function, "Properties", "Environment"),
            file=shown(file),
            line=line,
        )


def left_out(
    call: calls.Call, analysis: calls.Analysis, given: Mapping[str, object], written: Mapping[str, object]
) -> bool:
    """Whether the code leaves a call out: it asks first for a variable, which the function sets otherwise or not.

    `given` are the function's variables, `written` the same as the template writes them.
    """
    if not _open(given) and any(_never_met(one, given, written) for one in call.under):
        return True
    names = (one.value for one in call.parameters if isinstance(one.value, calls.EnvironmentVariable))
    unset = {one.name for one in names if one.default is None and _unset(one.name, given)}
    return bool(unset and not _open(given) and analysis.tested & {*unset, "*"})


def _never_met(condition: calls.Condition, given: Mapping[str, object], written: Mapping[str, object]) -> bool:
    """Whether the variable does not meet the condition, as the template writes it: a parameter may say anything."""
    name = condition.variable
    if name in given:
        return not isinstance(written.get(name, {}), dict) and not any(map(condition.met, alternatives(given[name])))
    return (_unset(name, given) or name in _NEVER_SET) and not condition.met(None)


_NEVER_SET = frozenset({"AWS_SAM_LOCAL"})
"""Set by `sam local` alone, and never by Lambda (SAM developer guide, "sam local invoke")."""


def _open(given: Mapping[str, object]) -> bool:
    """Whether nobody knows which variables there are."""
    return WRAPPER in given or any(name == "Ref" or name.startswith("Fn::") for name in given)


def _unset(name: str, given: Mapping[str, object]) -> bool:
    return name not in given and name not in RUNTIME_VARIABLES and not name.startswith(RUNTIME_PREFIXES)


Read = tuple[str, str, str, int]
"""A variable, what it is read for, file and line."""


def _of_calls(analysis: calls.Analysis) -> Iterator[Read]:
    """Variables that a request's resource is read from, unless the code asks first whether there is one."""
    for call in analysis.calls:
        parts = [parameter for part in call.parts for parameter in part.parameters]
        for parameter in (*call.parameters, *parts):
            value = parameter.value
            if not isinstance(value, calls.EnvironmentVariable) or value.default is not None:
                continue
            if not analysis.tested & {value.name, "*"}:
                yield value.name, f" for {call.operation}'s {parameter.name}", call.file, call.line


def _of_reads(analysis: calls.Analysis) -> Iterator[Read]:
    """Variables without which reading them fails."""
    for read in analysis.variables:
        if not read.guarded:
            yield read.name, "", read.file, read.line
