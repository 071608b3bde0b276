"""The first step of `deploy`: check, tell, and refuse where there is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.plan.check import check, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.compose import Origin
    from tapgen.deploy.outcome import Outcome
    from tapgen.deploy.views.view import View
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document


def check_first(
    environment: Environment, document: Document, view: View, origins: Mapping[str, Origin] | None = None
) -> Outcome | None:
    """How the deployment ends where there is an error, None where it may go on."""
    checked = check(environment, document, origins)
    view.checked(checked)
    outcome = refusal(checked, environment.stack_name)
    if outcome:
        view.outcome(outcome)
    return outcome
