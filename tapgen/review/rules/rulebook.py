"""The rules of a review, each with its severity and refusal: the table in docs/review.md is generated from here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

from tapgen.review.model import Direction, Finding, Refusal, Severity


class Rule(NamedTuple):
    """A rule's title, how loud it is, and whether a deployment refuses what it finds; a lesser case may lower both."""

    title: str
    severity: Severity
    refusal: Refusal = Refusal.NONE


RULES: Final = MappingProxyType(
    {
        # Data
        "L001": Rule(
            "A resource that holds data is deleted, and its data with it.", Severity.HIGH, Refusal.UNLESS_ALLOWED
        ),
        "L002": Rule(
            "A resource that holds data leaves the stack; its deletion policy keeps it or a snapshot of it.",
            Severity.MEDIUM,
            Refusal.UNLESS_ALLOWED,
        ),
        "L003": Rule(
            "A resource that holds data is replaced: the new one starts empty and the old one is deleted.",
            Severity.HIGH,
            Refusal.UNLESS_ALLOWED,
        ),
        "L004": Rule(
            "A resource that holds data is replaced: the new one starts empty; the old one or a snapshot is kept.",
            Severity.MEDIUM,
            Refusal.UNLESS_ALLOWED,
        ),
        "L005": Rule("A resource that holds data may be replaced.", Severity.MEDIUM, Refusal.UNLESS_ALLOWED),
        "L006": Rule(
            "What protected data is taken away: deletion policy, deletion protection, backups.", Severity.MEDIUM
        ),
        "L007": Rule("Data is deleted sooner: a shorter retention, or a time to live.", Severity.LOW),
        # Public addresses
        "L101": Rule("The address of an API changes or disappears.", Severity.HIGH, Refusal.UNLESS_ALLOWED),
        "L102": Rule(
            "A stage of an API, the first part of its path, is renamed, replaced or deleted.",
            Severity.HIGH,
            Refusal.UNLESS_ALLOWED,
        ),
        "L103": Rule(
            "A custom domain, or what it points to, changes or disappears.", Severity.HIGH, Refusal.UNLESS_ALLOWED
        ),
        "L104": Rule("A function URL is replaced or deleted.", Severity.HIGH, Refusal.UNLESS_ALLOWED),
        "L105": Rule("Another public address changes or disappears.", Severity.HIGH, Refusal.UNLESS_ALLOWED),
        "L106": Rule("A route is no longer answered.", Severity.MEDIUM),
        # What must fail
        "L201": Rule(
            "A resource with a fixed name must be replaced: the new one cannot take the name of the old one.",
            Severity.HIGH,
            Refusal.ALWAYS,
        ),
        "L202": Rule(
            "More than one global secondary index of a table is created or deleted in one update.",
            Severity.HIGH,
            Refusal.ALWAYS,
        ),
        "L203": Rule("A logical id gets another type.", Severity.HIGH, Refusal.ALWAYS),
        "L204": Rule(
            "An export that other stacks may import disappears or changes.", Severity.MEDIUM, Refusal.UNLESS_ALLOWED
        ),
        "L205": Rule(
            "Something refers to a resource, a parameter or a condition that is not in the template.",
            Severity.HIGH,
            Refusal.ALWAYS,
        ),
        "L206": Rule("The template is beyond a quota of CloudFormation.", Severity.HIGH, Refusal.ALWAYS),
        "L207": Rule("Resources depend on each other in a circle.", Severity.HIGH, Refusal.ALWAYS),
        "L208": Rule(
            "A resource that refuses its own deletion is deleted or replaced.", Severity.HIGH, Refusal.UNLESS_ALLOWED
        ),
        "L209": Rule(
            "A resource is created under the fixed name of one that is still there.", Severity.HIGH, Refusal.ALWAYS
        ),
        "L210": Rule(
            "A property changes that CloudFormation neither updates nor replaces.", Severity.HIGH, Refusal.ALWAYS
        ),
        "L211": Rule("A path of an API is created where the API's body has left it.", Severity.HIGH, Refusal.ALWAYS),
        # Security
        "S001": Rule("An IAM identity may do more or less.", Severity.HIGH),
        "S002": Rule("A trust policy lets more or fewer assume a role.", Severity.HIGH),
        "S003": Rule("A managed policy is attached or detached.", Severity.HIGH),
        "S004": Rule("A permissions boundary comes, goes or changes.", Severity.HIGH),
        "S005": Rule("A resource policy lets more or fewer in.", Severity.HIGH),
        "S006": Rule("More or fewer may invoke a function.", Severity.HIGH),
        "S007": Rule("A security group lets more or less in.", Severity.HIGH),
        "S008": Rule("A security group lets more or less out.", Severity.LOW),
        "S009": Rule("A subnet becomes internet-facing, or stops being so.", Severity.HIGH),
        "S010": Rule("A subnet gains or loses a way out.", Severity.LOW),
        "S011": Rule("A route of an API asks for more or less authorization.", Severity.HIGH),
        "S012": Rule("A function URL asks for more or less authorization.", Severity.HIGH),
        "S013": Rule("Pages of more or fewer origins may call.", Severity.MEDIUM),
        "S014": Rule("A block on public access comes or goes.", Severity.HIGH),
        "S015": Rule("A resource becomes reachable from the internet, or stops being so.", Severity.HIGH),
        "S016": Rule("Encryption comes or goes.", Severity.HIGH),
        "S017": Rule("Logging comes or goes.", Severity.MEDIUM),
        "S018": Rule("An alarm comes, goes or falls silent.", Severity.MEDIUM),
        "S019": Rule("The oldest TLS version that is taken changes.", Severity.MEDIUM),
        "S020": Rule("A web application firewall or a throttling limit comes or goes.", Severity.MEDIUM),
        "S021": Rule("A policy is written otherwise and means the same.", Severity.INFO),
        # The stack itself
        "S101": Rule("The stack's termination protection comes or goes.", Severity.HIGH),
        "S102": Rule("The stack policy comes, goes or changes.", Severity.MEDIUM),
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
    severity: Severity | None = None,
    spared: bool = False,
    details: tuple[str, ...] = (),
    subject: str = "",
) -> Finding:
    """A finding as its rule says; of a lesser case with another severity, or `spared` by a deployment's guard.

    What closes something is information, whatever the rule.
    """
    closes = direction in ("narrowed", "same")
    return Finding(
        rule,
        logical_id,
        kind,
        message,
        Severity.INFO if closes else RULES[rule].severity if severity is None else severity,
        hint,
        direction,
        Refusal.NONE if spared else RULES[rule].refusal,
        details,
        subject,
    )
