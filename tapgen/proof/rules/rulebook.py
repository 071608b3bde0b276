"""Every rule of `tapgen check`, by group; docs/rules.md is generated from this table."""

from __future__ import annotations

from tapgen.installing import with_extra
from tapgen.proof.rules.api import API_RULES
from tapgen.proof.rules.compute import COMPUTE_RULES
from tapgen.proof.rules.coverage import COVERAGE_RULES
from tapgen.proof.rules.data import DATA_RULES
from tapgen.proof.rules.deliveries import DELIVERY_RULES
from tapgen.proof.rules.exposure import EXPOSURE_RULES
from tapgen.proof.rules.handlers import HANDLER_RULES
from tapgen.proof.rules.imports import IMPORT_RULES
from tapgen.proof.rules.key_policies import KEY_RULES
from tapgen.proof.rules.limits import LIMIT_RULES
from tapgen.proof.rules.network import NETWORK_RULES
from tapgen.proof.rules.notifications import NOTIFICATION_RULES
from tapgen.proof.rules.permissions import CIRCLE, CIRCLE_OF_SEVERAL, PERMISSION_RULES
from tapgen.proof.rules.policies import POLICY_RULES
from tapgen.proof.rules.policy_forms import POLICY_FORM_RULES
from tapgen.proof.rules.policy_names import POLICY_NAME_RULES
from tapgen.proof.rules.references import REFERENCE_RULES
from tapgen.proof.rules.regions import REGION_UNKNOWN
from tapgen.proof.rules.roles import ROLE_RULES, WATCH_RULES
from tapgen.proof.rules.routes import ROUTE_RULES
from tapgen.proof.rules.rule import Rule
from tapgen.proof.rules.stored_secrets import STORED_SECRET_RULES
from tapgen.proof.rules.triggers import TRIGGER_RULES
from tapgen.proof.rules.trust import TRUST_RULES
from tapgen.proof.rules.versions import VERSION_RULES

SUPPRESSION_UNUSED = Rule(
    "suppression-unused",
    "warning",
    "A suppression in the settings accepts nothing",
    "What it accepted is gone, or its rule is misspelt; it would hide the next finding of its kind.",
    "Remove it from check.suppress.",
    'tapgen\'s documentation, "Accepting a finding"',
)
LINT_MISSING = Rule(
    "lint-missing",
    "warning",
    "The linter, cfn-lint, did not run",
    "What it finds (unknown properties, wrong types and values, circular references) was not looked for.",
    f"Install it: {with_extra('check')}; or pass --no-lint.",
    'tapgen\'s documentation, "cfn-lint"',
)

GROUPS: dict[str, tuple[Rule, ...]] = {
    "Permissions and reachability": PERMISSION_RULES,
    "Open to everybody": EXPOSURE_RULES,
    "Policies": (*POLICY_NAME_RULES, *POLICY_RULES, *POLICY_FORM_RULES, *TRUST_RULES),
    "Functions, alarms, secrets": (
        *(*IMPORT_RULES, *COMPUTE_RULES, *STORED_SECRET_RULES, *VERSION_RULES, *REFERENCE_RULES),
    ),
    "Triggers": (
        *(*TRIGGER_RULES, *ROLE_RULES, *WATCH_RULES, *DELIVERY_RULES, *NOTIFICATION_RULES, *KEY_RULES),
        *(CIRCLE, CIRCLE_OF_SEVERAL),
    ),
    "Data": DATA_RULES,
    "API": (*API_RULES, *ROUTE_RULES, *HANDLER_RULES),
    "Network": NETWORK_RULES,
    "Limits": LIMIT_RULES,
    "The check itself": (*COVERAGE_RULES, REGION_UNKNOWN, SUPPRESSION_UNUSED, LINT_MISSING),
}
ALL = tuple(rule for group in GROUPS.values() for rule in group)
BY_ID = {rule.id: rule for rule in ALL}
