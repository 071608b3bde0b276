"""The rules of a review, each with its severity and refusal: the table in docs/review.md is generated from here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

from tapgen.review.model import Direction, Impact, Refusal, Risk


class ImpactRule(NamedTuple):
    """A rule's title, how loud it is, and whether a deployment refuses what it finds; a lesser case may lower both."""

    title: str
    severity: Risk
    refusal: Refusal = Refusal.NONE


RULES: Final = MappingProxyType(
    {
        # Data
        "L001": ImpactRule(
            "A resource that holds data is deleted, and its data with it.", Risk.HIGH, Refusal.UNLESS_ALLOWED
        ),
        "L002": ImpactRule(
            "A resource that holds data leaves the stack; its deletion policy keeps it or a snapshot of it.",
            Risk.MEDIUM,
            Refusal.UNLESS_ALLOWED,
        ),
        "L003": ImpactRule(
            "A resource that holds data is replaced: the new one starts empty and the old one is deleted.",
            Risk.HIGH,
            Refusal.UNLESS_ALLOWED,
        ),
        "L004": ImpactRule(
            "A resource that holds data is replaced: the new one starts empty; the old one or a snapshot is kept.",
            Risk.MEDIUM,
            Refusal.UNLESS_ALLOWED,
        ),
        "L005": ImpactRule("A resource that holds data may be replaced.", Risk.MEDIUM, Refusal.UNLESS_ALLOWED),
        "L006": ImpactRule(
            "What protected data is taken away: deletion policy, deletion protection, backups.", Risk.MEDIUM
        ),
        "L007": ImpactRule("Data is deleted sooner: a shorter retention, or a time to live.", Risk.LOW),
        # Public addresses
        "L101": ImpactRule("The address of an API changes or disappears.", Risk.HIGH, Refusal.UNLESS_ALLOWED),
        "L102": ImpactRule(
            "A stage of an API, the first part of its path, is renamed, replaced or deleted.",
            Risk.HIGH,
            Refusal.UNLESS_ALLOWED,
        ),
        "L103": ImpactRule(
            "A custom domain, or what it points to, changes or disappears.", Risk.HIGH, Refusal.UNLESS_ALLOWED
        ),
        "L104": ImpactRule("A function URL is replaced or deleted.", Risk.HIGH, Refusal.UNLESS_ALLOWED),
        "L105": ImpactRule("Another public address changes or disappears.", Risk.HIGH, Refusal.UNLESS_ALLOWED),
        "L106": ImpactRule("A route is no longer answered.", Risk.MEDIUM),
        # What must fail
        "L201": ImpactRule(
            "A resource with a fixed name must be replaced: the new one cannot take the name of the old one.",
            Risk.HIGH,
            Refusal.ALWAYS,
        ),
        "L202": ImpactRule(
            "More than one global secondary index of a table is created or deleted in one update.",
            Risk.HIGH,
            Refusal.ALWAYS,
        ),
        "L203": ImpactRule("A logical id gets another type.", Risk.HIGH, Refusal.ALWAYS),
        "L204": ImpactRule(
            "An export that other stacks may import disappears or changes.", Risk.MEDIUM, Refusal.UNLESS_ALLOWED
        ),
        "L205": ImpactRule(
            "Something refers to a resource, a parameter or a condition that is not in the template.",
            Risk.HIGH,
            Refusal.ALWAYS,
        ),
        "L206": ImpactRule("The template is beyond a quota of CloudFormation.", Risk.HIGH, Refusal.ALWAYS),
        "L207": ImpactRule("Resources depend on each other in a circle.", Risk.HIGH, Refusal.ALWAYS),
        "L208": ImpactRule(
            "A resource that refuses its own deletion is deleted or replaced.", Risk.HIGH, Refusal.UNLESS_ALLOWED
        ),
        "L209": ImpactRule(
            "A resource is created under the fixed name of one that is still there.", Risk.HIGH, Refusal.ALWAYS
        ),
        "L210": ImpactRule(
            "A property changes that CloudFormation neither updates nor replaces.", Risk.HIGH, Refusal.ALWAYS
        ),
        "L211": ImpactRule("A path of an API is created where the API's body has left it.", Risk.HIGH, Refusal.ALWAYS),
        # Security
        "S001": ImpactRule("An IAM identity may do more or less.", Risk.HIGH),
        "S002": ImpactRule("A trust policy lets more or fewer assume a role.", Risk.HIGH),
        "S003": ImpactRule("A managed policy is attached or detached.", Risk.HIGH),
        "S004": ImpactRule("A permissions boundary comes, goes or changes.", Risk.HIGH),
        "S005": ImpactRule("A resource policy lets more or fewer in.", Risk.HIGH),
        "S006": ImpactRule("More or fewer may invoke a function.", Risk.HIGH),
        "S007": ImpactRule("A security group lets more or less in.", Risk.HIGH),
        "S008": ImpactRule("A security group lets more or less out.", Risk.LOW),
        "S009": ImpactRule("A subnet becomes internet-facing, or stops being so.", Risk.HIGH),
        "S010": ImpactRule("A subnet gains or loses a way out.", Risk.LOW),
        "S011": ImpactRule("A route of an API asks for more or less authorization.", Risk.HIGH),
        "S012": ImpactRule("A function URL asks for more or less authorization.", Risk.HIGH),
        "S013": ImpactRule("Pages of more or fewer origins may call.", Risk.MEDIUM),
        "S014": ImpactRule("A block on public access comes or goes.", Risk.HIGH),
        "S015": ImpactRule("A resource becomes reachable from the internet, or stops being so.", Risk.HIGH),
        "S016": ImpactRule("Encryption comes or goes.", Risk.HIGH),
        "S017": ImpactRule("Logging comes or goes.", Risk.MEDIUM),
        "S018": ImpactRule("An alarm comes, goes or falls silent.", Risk.MEDIUM),
        "S019": ImpactRule("The oldest TLS version that is taken changes.", Risk.MEDIUM),
        "S020": ImpactRule("A web application firewall or a throttling limit comes or goes.", Risk.MEDIUM),
        "S021": ImpactRule("A policy is written otherwise and means the same.", Risk.INFO),
        "S022": ImpactRule("An authorizer takes tokens of or for more or fewer.", Risk.HIGH),
        # The stack itself
        "S101": ImpactRule("The stack's termination protection comes or goes.", Risk.HIGH),
        "S102": ImpactRule("The stack policy comes, goes or changes.", Risk.MEDIUM),
    }
)


def found(
    rule: str,
    logical_id: str,
    kind: str,
    message: str,
    hint: str = "",
    *,
    direction: Direction = "",
    severity: Risk | None = None,
    spared: bool = False,
    details: tuple[str, ...] = (),
    subject: str = "",
    everybody: bool = False,
) -> Impact:
    """An impact as its rule says; of a lesser case with another severity, or `spared` by a deployment's guard.

    What closes something is information, whatever the rule.
    """
    closes = direction in ("narrowed", "same")
    return Impact(
        rule,
        logical_id,
        kind,
        message,
        Risk.INFO if closes else RULES[rule].severity if severity is None else severity,
        hint,
        direction,
        Refusal.NONE if spared else RULES[rule].refusal,
        details,
        subject,
        everybody,
    )
