"""The check: every rule on a document, with the sources of its functions, and what the settings accept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tapgen import naming
from tapgen.proof import reasons
from tapgen.proof.findings import Finding, ordered, suppress
from tapgen.proof.needs import functions
from tapgen.proof.report import expanded, places
from tapgen.proof.rules import handlers, regions
from tapgen.proof.rules import rulebook as rules
from tapgen.proof.rules.coverage import NOT_CHECKED, NULL_VALUE, empty
from tapgen.proof.rules.rule import apply
from tapgen.proof.subject import Source, Subject
from tapgen.proof.verdicts import circles, contracts, permissions, reachability
from tapgen.settings import served
from tapgen.settings.checks_sources import missing_requirements
from tapgen.template.masking import Mask, mask_of

if TYPE_CHECKING:
    from tapgen.compose import Origin
    from tapgen.proof.lint import Lint
    from tapgen.settings.model import Environment
    from tapgen.settings.suppressions import Suppression
    from tapgen.template.document import Document, DocumentPath

Origins = Mapping[str, "Origin"]
_NAMED = 3
"""How many of the resources that one finding is about are named."""
_LINT_RULE = re.compile(r"[EWI]\d{4}")


class Target(Struct, frozen=True):
    """One document to check; `regions` are the ones that it is deployed to.

    `place` gives a finding its line, and leaves out what is about nothing that a person wrote.
    """

    subject: Subject
    place: Callable[[Finding], Finding | None]
    suppressions: tuple[Suppression, ...] = ()
    regions: tuple[str, ...] = ()
    contracts: Mapping[str, Path] = {}
    """The OpenAPI file that an API is held against, by the API's logical id."""
    unread: Mapping[str, str] = {}
    """Why a part of a resource is not known, by logical id; '' is the whole template."""
    written: Document | None = None
    """What stands in the file, where the subject's document is what a transform makes of it."""

    @property
    def linted(self) -> tuple[Document, ...]:
        """What cfn-lint looks at: what is written, and what a transform makes of it where it left nothing out.

        Of two, the second has the errors, and the first what is said of the writing.
        """
        if self.written is None:
            return (self.subject.document,)
        whole = all(name in self.subject.document["Resources"] for name in self.unread)
        return (self.written, self.subject.document) if whole else (self.written,)


def check(
    environment: Environment, document: Document, *, lint: bool, origins: Origins = MappingProxyType({})
) -> tuple[Finding, ...]:
    """What is wrong with an environment's document; `lint` runs cfn-lint on it too."""
    return check_all([of_environment(environment, document, origins)], with_lint=lint)[0]


def of_environment(environment: Environment, document: Document, origins: Origins = MappingProxyType({})) -> Target:
    """A document that tapgen rendered, with the sources that the settings name.

    What is wrong with a resource of a project's own layer is to be mended there: `origins` know where that is.
    """
    sources = {
        environment.logical_id(naming.function(name)): Source(
            environment.root / function.source,
            function.entry_point,
            environment.modules_elsewhere(name),
            environment.requirements_text(name),
            len(function.layers),
            missing_requirements(environment.root, function),
        )
        for name, function in environment.functions.items()
        if function.is_python
    }
    existing = environment.vpc.existing_paths if environment.vpc else None
    subject = Subject(document, environment.protected, sources, environment.root, existing)
    settings_places = places.settings_places(environment.root)
    return Target(
        subject,
        lambda finding: places.in_settings(
            places.advised(places.in_layer(finding, environment, origins), environment),
            subject.type_of(finding.logical_id or ""),
            environment,
            settings_places,
        ),
        environment.check.suppress,
        environment.target_regions,
        {
            environment.logical_id(api.title): environment.root / api.settings.openapi
            for api in served.apis(environment).values()
            if api.settings.openapi
        },
    )


def of_template(
    file: Path,
    text: str,
    document: Document,
    sources: Mapping[str, Path | Source],
    written: Document | None = None,
    unread: Mapping[str, str] = MappingProxyType({}),
) -> Target:
    """A document that tapgen did not make, with the sources that the command line names, or that were found.

    `written` is what stands in the file where the document is what a transform makes of it, `unread` says of which
    resources that is not known, and why.
    """
    from tapgen.template.document import locate
    from tapgen.template.placeholders import MARK, filled_in

    lines = locate(text)
    document = filled_in(document) if MARK in text else document
    known = {name: one if isinstance(one, Source) else Source(one) for name, one in sources.items()}
    subject = Subject(document, sources=known, root=Path.cwd())

    def place(finding: Finding) -> Finding | None:
        told = finding if written is None else expanded.written(finding, written, document)
        return told and places.in_template(told, str(file), lines, text)

    return Target(subject, place, written=written, unread=unread)


def check_all(
    targets: Sequence[Target],
    *,
    with_lint: bool,
    start: Callable[..., Lint | None] | None = None,
    analyse: functions.Analyse | None = None,
) -> tuple[tuple[Finding, ...], ...]:
    """The findings of each target; one cfn-lint for all of them, begun by `start`, runs beside our own rules."""
    if with_lint and start is None:
        from tapgen.proof.lint import start
    subjects = [(document, one.regions, one.subject.root) for one in targets for document in one.linted]
    running = start(subjects) if with_lint and start else None
    try:
        analyse = analyse or functions.analyse_once()
        own = [
            [
                *_own(target.subject, analyse),
                *contracts.findings(target.subject, target.contracts),
                *_unread(target),
                *empty(target.subject.document),
                *regions.unknown(target.regions),
            ]
            for target in targets
        ]
        linted: list[list[Finding]] | str = running.findings() if running else []
    finally:
        if running:
            running.stop()
    if isinstance(linted, str):
        hint = "Run cfn-lint by itself to see why, or pass --no-lint."
        told = [[rules.LINT_MISSING.finding(f"cfn-lint failed: {linted}.", hint=hint)] for _ in targets]
    elif with_lint and running is None:
        told = [[rules.LINT_MISSING.finding("cfn-lint is not installed.")] for _ in targets]
    else:
        found = iter(linted)
        told = [_linted(*(next(found, []) for _ in target.linted)) for target in targets]
    return tuple(
        _finish([*mine, *theirs], target, with_lint=with_lint)
        for target, mine, theirs in zip(targets, own, told, strict=True)
    )


def _linted(written: list[Finding], expanded: list[Finding] | None = None) -> list[Finding]:
    if expanded is None:
        return written
    errors = [one for one in expanded if one.severity == "error"]
    return [*errors, *(one for one in written if one.severity != "error")]


def _unread(target: Target) -> Iterator[Finding]:
    for name, why in target.unread.items():
        path = ("Resources", name) if name else ("Transform",)
        yield NOT_CHECKED.finding(f"{why}." if why[-1] not in ".!?" else why, path)


def _own(subject: Subject, analyse: functions.Analyse) -> list[Finding]:
    needs = functions.needs(subject, analyse)
    found = [
        *(finding for one in needs for finding in one.findings),
        *permissions.findings(needs, subject),
        *reachability.findings(needs, subject),
        *circles.findings(needs, subject),
        *handlers.findings(subject),
        *apply(rules.ALL, subject),
    ]
    return [one for one in found if not subject.may_have(rules.BY_ID[one.rule].lacks)]


def _finish(findings: Sequence[Finding], target: Target, *, with_lint: bool) -> tuple[Finding, ...]:
    marked, unused = suppress(findings, target.suppressions)
    marked = _together(reasons.accept(finding, target.subject.document) for finding in marked)
    left = [
        rules.SUPPRESSION_UNUSED.finding(_unused(suppression))
        for suppression in unused
        if with_lint or not _LINT_RULE.fullmatch(suppression.rule)
    ]
    mask = mask_of(target.subject.document) if marked or left else Mask()
    placed = (
        one if one.rule == rules.LINT_MISSING.id else target.place(replace(one, path=_path(one, target)))
        for one in (*marked, *left)  # what this machine lacks stands in no file
    )
    return ordered(replace(one, message=mask(one.message), hint=mask(one.hint)) for one in placed if one)


def _path(finding: Finding, target: Target) -> DocumentPath:
    """Where it stands in the document as it is written, which cfn-lint reads."""
    linted = _LINT_RULE.fullmatch(finding.rule)
    unread = finding.rule == NOT_CHECKED.id and finding.logical_id in target.unread
    as_written = linted or unread or finding.rule == NULL_VALUE.id
    return finding.path if as_written else target.subject.written(finding.path)


def _together(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The open findings of a rule that one change mends as one, in the place of the first, which names the others."""
    kept: list[Finding] = []
    alike: dict[str, list[Finding]] = {}
    for finding in findings:
        rule = rules.BY_ID.get(finding.rule)
        if rule is None or not rule.many or finding.suppressed_reason is not None:
            kept.append(finding)
        else:
            alike.setdefault(finding.rule, []).append(finding)
    for rule_id, (first, *others) in alike.items():
        names = [str(one.logical_id) for one in (first, *others)]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        message = f"{len(names)} {rules.BY_ID[rule_id].many}: {', '.join(names[:_NAMED])}{more}."
        kept.append(replace(first, message=message) if others else first)
    return tuple(kept)


def _unused(suppression: Suppression) -> str:
    from tapgen.errors import suggestion

    if suppression.rule not in rules.BY_ID and not _LINT_RULE.fullmatch(suppression.rule):
        return (
            f'check.suppress names "{suppression.rule}", which is no rule; {suggestion(suppression.rule, rules.BY_ID)}'
        )
    where = f" of {suppression.resource}" if suppression.resource else ""
    return f"check.suppress accepts {suppression.rule}{where}, which was not found."
