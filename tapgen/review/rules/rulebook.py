"""The rule ids of a review, each with its title: the table in docs/review.md is generated from here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple


class Rule(NamedTuple):
    """A rule's title, and when a deployment refuses what it finds."""

    title: str
    refused: str = ""


ALWAYS: Final = "always"
UNLESS_ALLOWED: Final = "unless allowed"
BY_CASE: Final = "unless allowed, where something is lost"

RULES: Final = MappingProxyType(
    {
        # Data
        "L001": Rule("A resource that holds data is deleted, and its data with it.", BY_CASE),
        "L002": Rule(
            "A resource that holds data leaves the stack; its deletion policy keeps it or a snapshot of it.", BY_CASE
        ),
        "L003": Rule(
            "A resource that holds data is replaced: the new one starts empty and the old one is deleted.", BY_CASE
        ),
        "L004": Rule(
            "A resource that holds data is replaced: the new one starts empty; the old one or a snapshot is kept.",
            BY_CASE,
        ),
        "L005": Rule("A resource that holds data may be replaced.", BY_CASE),
        "L006": Rule("What protected data is taken away: deletion policy, deletion protection, backups."),
        "L007": Rule("Data is deleted sooner: a shorter retention, or a time to live."),
        # Public addresses
        "L101": Rule("The address of an API changes or disappears.", BY_CASE),
        "L102": Rule("A stage of an API, the first part of its path, is renamed, replaced or deleted.", BY_CASE),
        "L103": Rule("A custom domain, or what it points to, changes or disappears.", BY_CASE),
        "L104": Rule("A function URL is replaced or deleted.", BY_CASE),
        "L105": Rule("Another public address changes or disappears.", BY_CASE),
        "L106": Rule("A route is no longer answered."),
        # What must fail
        "L201": Rule(
            "A resource with a fixed name must be replaced: the new one cannot take the name of the old one.", ALWAYS
        ),
        "L202": Rule("More than one global secondary index of a table is created or deleted in one update.", ALWAYS),
        "L203": Rule("A logical id gets another type.", ALWAYS),
        "L204": Rule("An export that other stacks may import disappears or changes.", UNLESS_ALLOWED),
        "L205": Rule("Something refers to a resource, a parameter or a condition that is not in the template.", ALWAYS),
        "L206": Rule("The template is beyond a quota of CloudFormation.", ALWAYS),
        "L207": Rule("Resources depend on each other in a circle.", ALWAYS),
        "L208": Rule("A resource that refuses its own deletion is deleted or replaced.", UNLESS_ALLOWED),
        "L209": Rule("A resource is created under the fixed name of one that is still there.", ALWAYS),
        "L210": Rule("A property changes that CloudFormation neither updates nor replaces.", ALWAYS),
        # Security
        "S001": Rule("An IAM identity may do more or less."),
        "S002": Rule("A trust policy lets more or fewer assume a role."),
        "S003": Rule("A managed policy is attached or detached."),
        "S004": Rule("A permissions boundary comes, goes or changes."),
        "S005": Rule("A resource policy lets more or fewer in."),
        "S006": Rule("More or fewer may invoke a function."),
        "S007": Rule("A security group lets more or less in."),
        "S008": Rule("A security group lets more or less out."),
        "S009": Rule("A subnet becomes internet-facing, or stops being so."),
        "S010": Rule("A subnet gains or loses a way out."),
        "S011": Rule("A route of an API asks for more or less authorization."),
        "S012": Rule("A function URL asks for more or less authorization."),
        "S013": Rule("Pages of more or fewer origins may call."),
        "S014": Rule("A block on public access comes or goes."),
        "S015": Rule("A resource becomes reachable from the internet, or stops being so."),
        "S016": Rule("Encryption comes or goes."),
        "S017": Rule("Logging comes or goes."),
        "S018": Rule("An alarm comes, goes or falls silent."),
        "S019": Rule("The oldest TLS version that is taken changes."),
        "S020": Rule("A web application firewall or a throttling limit comes or goes."),
        "S021": Rule("A policy is written otherwise and means the same."),
        # The stack itself
        "S101": Rule("The stack's termination protection comes or goes."),
        "S102": Rule("The stack policy comes, goes or changes."),
    }
)
