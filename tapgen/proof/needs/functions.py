"""Each function of a document with its source analysed and everything that it needs."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from tapgen.errors import TapgenError
from tapgen.proof import calls
from tapgen.proof.needs import actions, buckets, configuration, encryption, imports, providers, requirements, variables
from tapgen.proof.needs.actions import Unmapped
from tapgen.proof.rules.imports import SOURCE_NEWER
from tapgen.proof.rules.permissions import (
    IMPORT_CYCLE,
    SOURCE_NOTE,
    SOURCE_PROBLEM,
    SOURCE_UNKNOWN,
    UNMAPPED,
    UNRESOLVED,
)
from tapgen.proof.subject import mapping
from tapgen.sources import read_source
from tapgen.syntax import Version, version_of
from tapgen.template.alternatives import REFERENCE, UNKNOWN, alternatives, listed

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.proof.needs.requirements import Requirement
    from tapgen.proof.subject import Subject

# What needs a permission but is no request to an endpoint of AWS: connecting to a database with a signed token.
NOT_CALLED = frozenset({"rds-db"})


class FunctionNeeds(Struct, frozen=True):
    """A function, its role, and what it must be allowed.

    `role` is None where it is not in the document; `services` are botocore's names of the services that the code
    calls, each with the (file, line) of its first call. `analysed` is False where its source is not known or cannot
    be read in full; `unresolved` are the services of the calls that could not be resolved, '' for any. `all_read` is
    False where a layer may do more, whose code is not known, or the handler names other code than what is there.
    """

    function: str
    role: str | None
    requirements: tuple[Requirement, ...]
    services: tuple[tuple[str, str, int], ...]
    findings: tuple[Finding, ...]
    analysed: bool
    unresolved: frozenset[str] = frozenset()
    all_read: bool = True


Analyse = Callable[[Path, str, calls.Elsewhere, Version | None], calls.Analysis]


def analyse_once() -> Analyse:
    """An analysis that remembers: the environments of one run share their sources."""
    return cache(calls.analyse)


def needs(subject: Subject, analyse: Analyse = calls.analyse) -> tuple[FunctionNeeds, ...]:
    """What each function of the document needs, by its code and by its configuration."""
    return tuple(_needs(function, subject, analyse) for function, _ in subject.of_type("AWS::Lambda::Function"))


def _needs(function: str, subject: Subject, analyse: Analyse) -> FunctionNeeds:
    properties = subject.properties(function)
    role = subject.arns.owner(properties.get("Role"))
    role = role if role and subject.type_of(role) == "AWS::IAM::Role" else None
    configured = configuration.required(function, subject)
    analysis, prefix = _source(function, subject, analyse)
    slips = tuple(_inline_handler(function, properties, subject))
    if analysis is None:
        found = (*slips, _not_read(function, properties))
        return FunctionNeeds(function, role, configured, (), found, analysed=False)
    needed: list[Requirement] = [*configured, *_traced(function, analysis)]
    findings = [*slips, *_findings(function, analysis, prefix)]
    if not any(problem.kind in ("missing", "link") for problem in analysis.problems):
        findings += _unpackable(function, subject)
    findings += variables.missing(function, analysis, partial(_file, prefix), subject)
    python = _python(properties)
    if python:
        installed = _installed(function, properties, subject)
        findings += imports.failing(
            function, analysis, partial(_file, prefix), python, installed, inline=function not in subject.sources
        )
    never, given = providers.not_called(function, subject), requirements.variables_of(function, subject)
    written = requirements.written_variables(function, subject)
    for call in analysis.calls:
        findings += buckets.refused(call, function, _file(prefix, call.file), subject)
        one = requirements.of_call(call, function, _file(prefix, call.file), subject)
        if isinstance(one, Unmapped):
            findings.append(
                UNMAPPED.finding(
                    f"{function} calls {call.service} {call.operation}: {one.reason}.",
                    ("Resources", function),
                    file=_file(prefix, call.file),
                    line=call.line,
                )
            )
        else:
            no_need = call.operation in never or variables.left_out(call, analysis, given, written)
            needed += (replace(need, optional=True) for need in one) if no_need else one
    for call in analysis.possible:
        one = requirements.of_call(call, function, _file(prefix, call.file), subject)
        needed += () if isinstance(one, Unmapped) else (replace(possible, optional=True) for possible in one)
    unresolved = {one.service for one in analysis.unresolved} | analysis.possible_services
    unmapped = {call.service for call in analysis.calls if isinstance(actions.needed(call), Unmapped)}
    services: dict[str, tuple[str, str, int]] = {}
    for call in analysis.calls:
        if call.service not in NOT_CALLED:
            services.setdefault(call.service, (call.service, _file(prefix, call.file), call.line))
    hidden = any(problem.kind != "cycle" for problem in analysis.problems)
    return FunctionNeeds(
        function,
        role,
        tuple(dict.fromkeys((*needed, *encryption.required(needed, subject)))),
        tuple(services.values()),
        tuple(findings),
        analysed=not hidden,
        unresolved=frozenset(unmapped | unresolved),
        all_read=not (slips or any(_unread_code(function, properties, subject))),
    )


_TRACERS = frozenset({"aws_xray_sdk", "aws_lambda_powertools", "opentelemetry"})


_PROFILER = "codeguru_profiler_agent"
_PROFILING = ("codeguru-profiler:ConfigureAgent", "codeguru-profiler:PostAgentProfile")
"""AmazonCodeGuruProfilerAgentAccess; CodeGuru Profiler user guide, "Integrate with AWS Lambda": by a decorator."""


def _traced(function: str, analysis: calls.Analysis) -> Iterator[Requirement]:
    """What a tracer may send where the caller of the function traces the request, though its own tracing is off.

    And what a profiler sends, which nobody calls either.
    """
    imported = {one.module.partition(".")[0] for one in analysis.imports}
    sent = (*configuration.TRACING_ACTIONS, *configuration.TRACING_OPTIONS) if imported & _TRACERS else ()
    for action in (*sent, *(_PROFILING if _PROFILER in imported else ())):
        yield requirements.Requirement(function, action, None, "", optional=True)


def _unread_code(function: str, properties: Mapping[str, Any], subject: Subject) -> Iterator[bool]:
    """Whether each layer, and what is installed, may hold what nobody has read: an extension of others, own code."""
    own = 0
    for layer in listed(properties.get("Layers")):
        for text in alternatives(layer):
            match = REFERENCE.fullmatch(text)
            made = bool(match and subject.type_of(match[1]))
            own += made
            yield not made and not configuration.LAYERS_OF_AWS.search(text)
    source = subject.sources.get(function)
    yield own > (source.layers if source else 0) or bool(source and source.unread)


def _source(function: str, subject: Subject, analyse: Analyse) -> tuple[calls.Analysis | None, str]:
    """The analysis of a function's source, and what stands before its file names; None where there is none to read."""
    properties = subject.properties(function)
    handlers = [text for text in alternatives(properties.get("Handler")) if "${" not in text]
    runtime = properties.get("Runtime")
    if isinstance(runtime, str) and not runtime.startswith("python3"):
        return None, ""
    source = subject.sources.get(function)
    entry_point = source.entry_point if source and source.entry_point else next(iter(handlers), None)
    if source and entry_point:
        analysis = analyse(source.folder, entry_point, source.elsewhere, _python(properties))
        return analysis, shown(source.folder, subject.root)
    inline = _inline(mapping(properties.get("Code")).get("ZipFile"))
    if inline is not None and handlers:
        import tempfile

        with tempfile.TemporaryDirectory() as temporary:
            Path(temporary, f"{INLINE}.py").write_text(inline, encoding="utf-8", errors="replace")
            entry_point = f"{INLINE}.{handlers[0].rpartition('.')[2]}"
            analysis = calls.analyse(Path(temporary), entry_point, (), _python(properties))
            return analysis, f"{function}.Code.ZipFile/"
    return None, ""


INLINE = "index"
"""The module that inline code is: AWS::Lambda::Function Code, `ZipFile`."""


def _inline_handler(function: str, properties: Mapping[str, Any], subject: Subject) -> Iterator[Finding]:
    """A handler of another module than inline code is put into: the function never starts."""
    if function in subject.sources or mapping(properties.get("Code")).get("ZipFile") is None:
        return
    handlers = [text.rpartition(".") for text in alternatives(properties.get("Handler")) if "${" not in text]
    wrong = [one for one in handlers if one[0].removeprefix("./") != INLINE]
    if not handlers or len(wrong) < len(handlers):
        return
    module, _, name = wrong[0]
    yield SOURCE_PROBLEM.finding(
        f"The handler of {function} names {module or 'no module'}, and code in the template is the module {INLINE}.",
        ("Resources", function, "Properties", "Handler"),
        hint=f"Write {INLINE}.{name}: CloudFormation puts inline code into a file of that name.",
    )


def _inline(value: Any) -> str | None:
    """Code in the template; what only the deployment knows stands in it as `${Table}`, or as 0 outside of strings."""
    if value is None or isinstance(value, str):
        return value
    import ast

    text = alternatives(value)[0]
    for code in (text, REFERENCE.sub("0", text)) if UNKNOWN not in text else ():
        try:
            ast.parse(code)
        except (SyntaxError, ValueError, RecursionError):
            continue
        return code
    return None


def _python(properties: Mapping[str, Any]) -> Version | None:
    """The version of Python that the function runs on, where there is only one that it may be."""
    versions = {version_of(text) for text in alternatives(properties.get("Runtime"))}
    return versions.pop() if len(versions) == 1 else None


def _installed(function: str, properties: Mapping[str, Any], subject: Subject) -> str | None:
    """The text of what is installed beside the source; "" for nothing, None where nobody knows."""
    source = subject.sources.get(function)
    layers = sum(1 for _ in listed(properties.get("Layers")))
    if layers > (source.layers if source else 0):
        return None  # what such a layer holds is not in the settings
    return source.requirements if source else ""


def _not_read(function: str, properties: Mapping[str, Any]) -> Finding:
    """Why nobody knows what the code needs: it is not Python, or not there."""
    runtime = properties.get("Runtime")
    other = isinstance(runtime, str) and not runtime.startswith("python3")
    if properties.get("PackageType") == "Image" or other:
        kind = f"code for {runtime}" if other else "a container image"
        return SOURCE_UNKNOWN.finding(
            f"{function} is {kind}, which is not read.",
            ("Resources", function),
            hint="Nothing: see to it that its role allows what it calls, and no more.",
        )
    return SOURCE_UNKNOWN.finding(f"The source of {function} is not known.", ("Resources", function))


def _unpackable(function: str, subject: Subject) -> Iterator[Finding]:
    """A source that can be analysed, yet not be packaged."""
    source = subject.sources.get(function)
    if source and source.missing:
        yield SOURCE_PROBLEM.finding(f'There is no file "{source.missing}" of requirements.', ("Resources", function))
    try:
        if source:
            read_source(source.folder)
    except TapgenError as error:
        yield SOURCE_PROBLEM.finding(_sentence(error.message), ("Resources", function))


def _file(prefix: str, file: str) -> str:
    """A file of a source as it is seen from the project: one of another folder leads there by `..`."""
    return posixpath.normpath(prefix + file) if file.startswith("..") else prefix + file


def shown(folder: Path, root: Path) -> str:
    """What stands before the names of a folder's files in findings: the way to it from the project, "" for itself."""
    folder, root = folder.resolve(), root.resolve()
    shown = folder.relative_to(root) if folder.is_relative_to(root) else folder
    return "" if shown == Path() else f"{shown.as_posix()}/"


def _findings(function: str, analysis: calls.Analysis, prefix: str) -> Iterator[Finding]:
    path = ("Resources", function)
    for problem in analysis.problems:
        rule = {"cycle": IMPORT_CYCLE, "newer": SOURCE_NEWER}.get(problem.kind, SOURCE_PROBLEM)
        if problem.file:
            yield rule.finding(_sentence(problem.message), path, file=_file(prefix, problem.file), line=problem.line)
        else:
            hint = "Name a source and an entry point that are there."
            yield rule.finding(_sentence(problem.message), path, hint=hint)
    for place in analysis.unresolved:
        yield UNRESOLVED.finding(_sentence(place.reason), path, file=_file(prefix, place.file), line=place.line)
    for note in analysis.notes:
        yield SOURCE_NOTE.finding(_sentence(note.message), path, file=_file(prefix, note.file), line=note.line)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
