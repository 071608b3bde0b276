"""Rules about the names of actions and condition keys in policies, held against AWS's lists of them.

The lists grow older than what AWS takes: a name that they do not have is an error where something speaks for a slip,
and is not proven otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tapgen.proof.needs import actions
from tapgen.proof.rules import slips
from tapgen.proof.rules.policies import every_statement
from tapgen.proof.rules.rule import Hit, Rule
from tapgen.template.alternatives import literal
from tapgen.template.catalogue import any_fits, condition_keys_of, global_condition_keys
from tapgen.template.tables import mentions

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.policies import Statement

# Keys that are in the context of requests to every service: IAM user guide, "AWS global condition context keys", and
# the guides of the services whose workloads make the requests.
WORKLOAD_KEYS = frozenset(
    {
        "lambda:sourcefunctionarn",
        "ec2:sourceinstancearn",
        "ec2:roledelivery",
        "ssm:sourceinstancearn",
        "glue:roleassumedby",
        "glue:credentialissuingservice",
        "aws:sourceowner",  # SNS developer guide, "Using identity-based policies": the default policy of a topic has it
    }
)
# SNS developer guide, "Example cases for Amazon SNS access control": a topic's default policy; Kinesis Data Analytics
# developer guide, "Permissions policy for reading from a streaming source".
UNLISTED = frozenset({"sns:receive", "firehose:get*"})


def _strange_actions(subject: Subject) -> Iterator[tuple[Statement, str, str]]:
    """(statement, pattern, what speaks for a slip) of each action that IAM's list does not have."""
    for statement in every_statement(subject):
        for pattern in (*statement.actions, *statement.not_actions):
            if pattern != "*" and literal(pattern) and not _known(pattern):
                yield statement, pattern, slips.of_action(pattern)


def _unknown_actions(subject: Subject) -> Iterator[Hit]:
    for statement, pattern, slip in _strange_actions(subject):
        if slip:
            yield Hit(f"{pattern} is no action that IAM knows.", statement.path, slip)


def _unlisted_actions(subject: Subject) -> Iterator[Hit]:
    for statement, pattern, slip in _strange_actions(subject):
        if not slip:
            yield Hit(f"{pattern} is not in AWS's list of actions, of which tapgen has a copy.", statement.path)


def _known(pattern: str) -> bool:
    """An action of the reference, or one that AWS uses itself although the reference has dropped or left it out."""
    return bool(actions.matching(pattern)) or pattern.lower() in UNLISTED or mentions("managed_policies", pattern)


def _strange_keys(subject: Subject) -> Iterator[tuple[Statement, str, tuple[actions.Action, ...]]]:
    """(statement, key, what it allows or denies) of each condition key that is in the list of none of its actions."""
    for statement in every_statement(subject):
        for _, key, _ in statement.conditions:
            if not literal(key) or _of_others(key) or actions.global_condition_key(key):
                continue
            acted = tuple(one for pattern in statement.actions for one in actions.matching(pattern))
            known = {one for action in acted for one in action.condition_keys}
            if acted and not any_fits(known, key) and _stem(key) not in map(_stem, known):
                yield statement, key, acted


def _condition_keys(subject: Subject) -> Iterator[Hit]:
    for statement, key, acted in _strange_keys(subject):
        slip, meant = _key_slip(key, acted)
        if slip:
            yield Hit(f"No action of the statement knows the condition key {key}.", statement.path, meant)


def _unlisted_keys(subject: Subject) -> Iterator[Hit]:
    for statement, key, acted in _strange_keys(subject):
        if not _key_slip(key, acted)[0]:
            yield Hit(f"AWS lists the condition key {key} for no action of the statement.", statement.path)


def _key_slip(key: str, acted: tuple[actions.Action, ...]) -> tuple[bool, str]:
    """Whether a key cannot be in the requests of the actions, and what may have been meant.

    A key that another action has, or another service, is none of these actions'. What is in no list may be newer than
    the list, or, as `lambda:SourceFunctionArn`, come with every request of a kind of workload.
    """
    prefix = key.lower().partition(":")[0]
    known = {one for action in acted for one in action.condition_keys}
    if prefix == "aws":
        meant = slips.of_condition_key(key, (*known, *global_condition_keys()))
        return bool(meant), meant
    listed = condition_keys_of(prefix)
    meant = slips.of_condition_key(key, {*known, *listed})
    return bool(meant) or any_fits(listed, key) or _stem(key) in map(_stem, listed), meant


def _stem(key: str) -> str:
    return key.lower().partition("/")[0]


def _of_others(key: str) -> bool:
    """A key of the provider that vouched for the caller (`cognito-identity.amazonaws.com:sub`), or of the workload."""
    prefix = key.lower().partition(":")[0]
    return "." in prefix or prefix in ("saml", "sts") or key.lower() in WORKLOAD_KEYS


_SAR = "Service Authorization Reference"

POLICY_NAME_RULES = (
    Rule(
        "action-unknown",
        "error",
        "A policy names an action that does not exist",
        "IAM accepts it silently, and it allows or denies nothing.",
        "Correct the action's name.",
        _SAR,
        _unknown_actions,
    ),
    Rule(
        "action-unlisted",
        "warning",
        "A policy names an action that is not in AWS's list",
        "It may be newer than the list, or gone with its service; an action that does not exist allows nothing.",
        "Compare it with the page of its service in the Service Authorization Reference.",
        _SAR,
        _unlisted_actions,
    ),
    Rule(
        "condition-key",
        "error",
        "A condition uses a key that none of the statement's actions knows",
        "The key is absent from the request, so the condition is never true (or, negated, always).",
        "Use a key that the action lists, or a global one.",
        f"{_SAR}, condition keys of each action",
        _condition_keys,
    ),
    Rule(
        "condition-key-unlisted",
        "warning",
        "A condition uses a key that AWS lists for none of the statement's actions",
        "It may be newer than the list; a key that is absent from the request makes a condition never true.",
        "Compare it with the page of the action's service in the Service Authorization Reference.",
        f"{_SAR}, condition keys of each action",
        _unlisted_keys,
    ),
)
