"""The rule ids of a review, each with its title: the table in docs/review.md is generated from here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

RULES: Final = MappingProxyType(
    {
        # Data
        "L001": "A resource that holds data is deleted, and its data with it.",
        "L002": "A resource that holds data leaves the stack; its deletion policy keeps it or a snapshot of it.",
        "L003": "A resource that holds data is replaced: the new one starts empty and the old one is deleted.",
        "L004": "A resource that holds data is replaced: the new one starts empty; the old one or a snapshot is kept.",
        "L005": "A resource that holds data may be replaced.",
        "L006": "What protected data is taken away: deletion policy, deletion protection, backups.",
        "L007": "Data is deleted sooner: a shorter retention, or a time to live.",
        # Public addresses
        "L101": "The address of an API changes or disappears.",
        "L102": "A stage of an API, the first part of its path, is renamed, replaced or deleted.",
        "L103": "A custom domain, or what it points to, changes or disappears.",
        "L104": "A function URL is replaced or deleted.",
        "L105": "Another public address changes or disappears.",
        "L106": "A route is no longer answered.",
        # What must fail
        "L201": "A resource with a fixed name must be replaced: the new one cannot take the name of the old one.",
        "L202": "More than one global secondary index of a table is created or deleted in one update.",
        "L203": "A logical id gets another type.",
        "L204": "An export that other stacks may import disappears or changes.",
        "L205": "Something refers to a resource, a parameter or a condition that is not in the template.",
        "L206": "The template is beyond a quota of CloudFormation.",
        "L207": "Resources depend on each other in a circle.",
        "L208": "A resource that refuses its own deletion is deleted or replaced.",
        "L209": "A resource is created under the fixed name of one that is still there.",
        # Security
        "S001": "An IAM identity may do more or less.",
        "S002": "A trust policy lets more or fewer assume a role.",
        "S003": "A managed policy is attached or detached.",
        "S004": "A permissions boundary comes, goes or changes.",
        "S005": "A resource policy lets more or fewer in.",
        "S006": "More or fewer may invoke a function.",
        "S007": "A security group lets more or less in.",
        "S008": "A security group lets more or less out.",
        "S009": "A subnet becomes internet-facing, or stops being so.",
        "S010": "A subnet gains or loses a way out.",
        "S011": "A route of an API asks for more or less authorization.",
        "S012": "A function URL asks for more or less authorization.",
        "S013": "Pages of more or fewer origins may call.",
        "S014": "A block on public access comes or goes.",
        "S015": "A resource becomes reachable from the internet, or stops being so.",
        "S016": "Encryption comes or goes.",
        "S017": "Logging comes or goes.",
        "S018": "An alarm comes, goes or falls silent.",
        "S019": "The oldest TLS version that is taken changes.",
        "S020": "A web application firewall or a throttling limit comes or goes.",
        "S021": "A policy is written otherwise and means the same.",
        # The stack itself
        "S101": "The stack's termination protection comes or goes.",
        "S102": "The stack policy comes, goes or changes.",
    }
)
