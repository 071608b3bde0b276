"""What an application has on an AWS, asked directly: what a command says is held against it."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

REGIONS = ("us-east-1", "eu-west-1")
BUCKETS = "tapgen-bootstrap"


@dataclass(frozen=True)
class Stack:
    status: str
    template: str
    parameters: tuple
    protected: bool
    policy: str
    change_sets: tuple


@dataclass(frozen=True)
class Set:
    instances: int
    team: str
    template: str
    operations: int


@dataclass(frozen=True)
class State:
    """Everything of one application; two are equal where nothing was done between them."""

    stacks: dict = field(default_factory=dict)
    sets: dict = field(default_factory=dict)
    memory: dict = field(default_factory=dict)  # function -> MB
    code: dict = field(default_factory=dict)  # function -> SHA-256

    def left_behind(self, before):
        """Change sets and empty stacks or StackSets that were not there before."""
        for name, one in self.stacks.items():
            known = before.stacks.get(name)
            if one.status == "REVIEW_IN_PROGRESS":
                yield f"the empty stack {name}"
            yield from (
                f"the change set {one}" for one in one.change_sets if known is None or one not in known.change_sets
            )
        for name, one in self.sets.items():
            if name not in before.sets and not one.instances and not one.operations:
                yield f"the empty StackSet {name}"

    def less_protected(self, before):
        """What was protected and is not, and policies that are others although the template is the same."""
        for name, one in before.stacks.items():
            now = self.stacks.get(name)
            if now is None:
                continue
            if one.protected and not now.protected:
                yield f"{name} is not protected against termination any more"
            if one.policy and now.policy != one.policy and now.template == one.template:
                yield f"{name} has another stack policy"


def state(stage, running=False):
    """The state, after what is running has ended, or where that is asked for while it runs."""
    found = {}
    for region in REGIONS:
        for one in _stacks(stage.client("cloudformation", region), running):
            name = one["StackName"]
            if name.startswith((stage.name, BUCKETS)) or "github" in name:
                key = name if name.startswith(stage.name) else f"{name} {region}"
                found[key] = _stack(stage.client("cloudformation", region), one)
    memory, code = {}, {}
    if not stage.aws.moto:
        for one in stage.client("lambda").list_functions()["Functions"]:
            if one["FunctionName"].startswith(stage.name):
                name = one["FunctionName"].rpartition("-")[2]
                memory[name], code[name] = one["MemorySize"], one["CodeSha256"]
    return State(
        found, _sets(stage, stage.client("cloudformation", REGIONS[1])) if stage.aws.moto else {}, memory, code
    )


def _stacks(client, running):
    while True:
        found = [one for page in client.get_paginator("describe_stacks").paginate() for one in page["Stacks"]]
        busy = [
            one for one in found if one["StackStatus"].endswith("_IN_PROGRESS") and "REVIEW" not in one["StackStatus"]
        ]
        if running or not busy:
            return [one for one in found if one["StackStatus"] != "DELETE_COMPLETE"]
        time.sleep(0.02)


def _stack(client, one):
    name = one["StackName"]
    template, policy, sets = "", "", ()
    with suppress(ClientError):
        template = _text(client.get_template(StackName=name)["TemplateBody"])
    with suppress(ClientError):
        policy = _normal(client.get_stack_policy(StackName=name).get("StackPolicyBody") or "")
    with suppress(ClientError):
        listed = client.list_change_sets(StackName=name)["Summaries"]
        sets = tuple(it["ChangeSetName"] for it in listed if not it.get("ExecutionStatus", "").startswith("EXECUTE_"))
    parameters = tuple(sorted((it["ParameterKey"], it.get("ParameterValue")) for it in one.get("Parameters", ())))
    return Stack(one["StackStatus"], template, parameters, bool(one.get("EnableTerminationProtection")), policy, sets)


def _text(template):
    """The template, written in one way."""
    if isinstance(template, str):
        with suppress(ValueError):
            return _normal(template)
        return template
    return json.dumps(template, sort_keys=True)


def _normal(text):
    return json.dumps(json.loads(text), sort_keys=True) if text else ""


def _sets(stage, client):
    found = {}
    for one in client.list_stack_sets(Status="ACTIVE")["Summaries"]:
        name = one["StackSetName"]
        if not name.startswith(stage.name) or one["Status"] != "ACTIVE":
            continue
        described = client.describe_stack_set(StackSetName=name)["StackSet"]
        tags = {it["Key"]: it["Value"] for it in described.get("Tags", ())}
        instances = client.list_stack_instances(StackSetName=name)["Summaries"]
        operations = client.list_stack_set_operations(StackSetName=name)["Summaries"]
        found[name] = Set(len(instances), tags.get("Team", ""), described.get("TemplateBody", ""), len(operations))
    return found
