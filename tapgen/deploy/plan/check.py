"""The check before a deployment: the fast part of `tapgen check`, before anything is asked of AWS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from tapgen.deploy.outcome import Outcome
from tapgen.errors import ExitCode
from tapgen.proof.check import check as prove
from tapgen.proof.report.places import below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.compose import Origin
    from tapgen.proof.findings import Finding
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document


class CheckResult(Struct, frozen=True):
    """What was found in an environment and no setting accepts; `root` is the folder that the findings' files are in."""

    environment: str
    root: Path
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that refuse a deployment."""
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def warnings(self) -> int:
        """How many findings are only counted."""
        return sum(one.severity == "warning" for one in self.findings)


def check(environment: Environment, document: Document, origins: Mapping[str, Origin] | None = None) -> CheckResult:
    """The check without cfn-lint, which takes longer than everything else before the change set."""
    here = Path.cwd()
    found = (
        one for one in prove(environment, document, lint=False, origins=origins or {}) if one.suppressed_reason is None
    )
    root = here if environment.root.is_relative_to(here) else environment.root
    return CheckResult(environment.reference, root, tuple(below(environment.root, here, found)))


def refusal(checked: CheckResult, stack_name: str) -> Outcome | None:
    """How the deployment ends where the check found an error, None where it may go on."""
    if not checked.errors:
        return None
    count = f"{len(checked.errors)} error{'' if len(checked.errors) == 1 else 's'}"
    environment = checked.environment
    return Outcome(
        ExitCode.REFUSED,
        f"the check found {count} in {environment}, nothing was asked of AWS",
        stack_name,
        hint=f"`tapgen check --env {environment}` shows everything it finds; `--no-check` deploys all the same.",
    )
