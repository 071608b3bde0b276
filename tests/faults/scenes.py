"""What meets the faults: a command, the project and the AWS that it begins with, and what must be true when it worked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.stage import HOME, LONG, OLD, OTHER, PACKAGED, STACK_SET, THIRD, Stage
from tests.faults.state import State


@dataclass(frozen=True)
class Scene:
    """`begin` sets the stage and returns the command's words; `wanted` says whether the state is what it is for."""

    name: str
    begin: Callable[[Stage], tuple[str, ...]]
    wanted: Callable[[Stage, State], bool]
    moto: bool = False
    alone: bool = False  # the AWS is emptied first
    again: Callable[[Stage, tuple[str, ...]], tuple[str, ...]] = lambda _, words: words
    reads: bool = False
    code: int = 0
    """Its exit code without a fault."""
    holds: bool = False
    """Whether an operation is running that goes on only when the command or `end` lets it."""
    end: Callable[[Stage], None] = lambda _: None


def stack(stage, environment="prod"):
    return f"{stage.name}-{environment}"


def deployed(stage, environment="prod", **values):
    stage.settings(**values)
    stage.source()
    stage.must("deploy", "--env", environment, "--yes", "--no-check")


def deploy(environment="prod", *more):
    return ("deploy", "--env", environment, "--yes", "--no-check", *more)


def complete(stage, state, environment="prod", **facts):
    """Whether the stack is complete, protected where it must be, and says these facts."""
    found = state.stacks.get(stack(stage, environment))
    if found is None or found.status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}:
        return False
    if environment == "prod" and not (found.protected and found.policy):
        return False
    return all(re.search(pattern, found.template) for pattern in facts.values())


def create(stage):
    stage.settings()
    stage.source()
    return deploy()


def update(stage):
    deployed(stage)
    stage.settings(memory=256)
    stage.source(2)
    return deploy()


def loss(stage):
    deployed(stage, tables=OLD)
    stage.settings()
    return deploy("prod", "--allow-loss", "OldTable")


def large(stage):
    stage.settings(more=LONG)
    stage.source()
    return deploy("dev")


def unchanged(stage):
    deployed(stage)
    return deploy()


def plan_only(stage):
    deployed(stage)
    stage.settings(memory=256)
    return ("deploy", "--env", "prod", "--plan-only", "--no-check")


def reviewed(stage):
    done = stage.must(*plan_only(stage), "--json")
    [plan] = {one["change_set"] for one in map(json.loads, done.out.splitlines()) if one.get("kind") == "plan"}
    return deploy("prod", "--plan", plan)


def destroy(stage):
    deployed(stage)
    return ("destroy", "--env", "prod", "--yes", "--disable-protection", "--confirm", stack(stage))


def gone(stage, state):
    return stack(stage) not in state.stacks


def sync(stage):
    deployed(stage, "dev")
    stage.settings(memory=256)
    stage.source(2)
    return ("sync", "--env", "dev")


def synced(stage, state):
    return state.memory.get("Item") == 256


def bootstrap(stage):
    stage.settings()
    return ("bootstrap", "--yes")


def roles(stage):
    stage.settings()
    stage.source()
    return ("bootstrap", "--github", "acme/shop", "--env", "prod", "--yes")


def invoke(stage):
    deployed(stage)
    (stage.folder / "event.json").write_text("{}")
    return ("invoke", "Item", "--env", "prod", "--payload", str(stage.folder / "event.json"))


def rename(stage):
    deployed(stage, tables=OLD)
    stage.settings(tables=OLD.replace("tables.Old", "tables.New"))
    return ("rename", "Old", "New", "--env", "prod", "--yes")


def reading(*words):
    def begin(stage):
        deployed(stage)
        return (*words, "--env", "prod")

    return begin


def anything(stage, state):
    return True


# ------------------------------------------------------------------------------------------------------- StackSets


def set_create(stage):
    stage.settings(STACK_SET)
    return deploy()


def set_deployed(stage, **values):
    stage.settings(STACK_SET, **values)
    stage.must(*deploy())


def set_update(stage):
    set_deployed(stage)
    stage.settings(STACK_SET, team="two", accounts=json.dumps([HOME, OTHER, THIRD]))
    return deploy()


def set_upload(stage):
    stage.source()
    stage.settings(STACK_SET, functions=PACKAGED)
    return deploy()


def set_destroy(stage):
    set_deployed(stage)
    return ("destroy", "--env", "prod", "--yes")


def set_destroy_account(stage):
    set_deployed(stage, accounts=json.dumps([HOME, OTHER, THIRD]))
    return ("destroy", "--env", "prod", "--yes", "--account", THIRD)


def set_reading(*words):
    def begin(stage):
        set_deployed(stage)
        return (*words, "--env", "prod")

    return begin


def set_bootstrap(stage):
    stage.settings(STACK_SET)
    return ("bootstrap", "--env", "prod", "--yes")


def instances(count, team=""):
    def wanted(stage, state):
        found = state.sets.get(stack(stage))
        return found is not None and found.instances == count and (not team or found.team == team)

    return wanted


def set_gone(stage, state):
    return stack(stage) not in state.sets


def buckets(stage, state):
    return {"tapgen-bootstrap us-east-1", "tapgen-bootstrap eu-west-1"} <= state.stacks.keys()


def no_more(stage, words):
    """What is left to do after a destruction: nothing, which a second one says."""
    return words


SCENES = (
    Scene("create", create, lambda stage, state: complete(stage, state, memory='"MemorySize": 128')),
    Scene("update", update, lambda stage, state: complete(stage, state, memory='"MemorySize": 256')),
    Scene(
        "loss",
        loss,
        lambda stage, state: complete(stage, state) and "OldTable" not in state.stacks[stack(stage)].template,
    ),
    Scene("large", large, lambda stage, state: complete(stage, state, "dev")),
    Scene("unchanged", unchanged, complete),
    Scene("plan only", plan_only, complete),
    Scene(
        "reviewed plan",
        reviewed,
        lambda stage, state: complete(stage, state, memory='"MemorySize": 256'),
        again=lambda stage, words: deploy(),
    ),
    Scene("destroy", destroy, gone),
    Scene("sync", sync, synced),
    Scene("bootstrap", bootstrap, lambda stage, state: "tapgen-bootstrap us-east-1" in state.stacks, alone=True),
    Scene("bootstrap --github", roles, lambda stage, state: any("github" in name for name in state.stacks), alone=True),
    Scene("invoke", invoke, anything, reads=True),
    Scene(
        "rename",
        rename,
        lambda stage, state: complete(stage, state) and "NewTable" in state.stacks[stack(stage)].template,
    ),
    Scene("status", reading("status"), anything, reads=True),
    Scene("outputs", reading("outputs"), anything, reads=True),
    Scene("events", reading("events"), anything, reads=True),
    Scene("watch", reading("watch"), anything, reads=True),
    Scene("diff --deployed", reading("diff", "--deployed"), anything, reads=True),
    Scene("StackSet create", set_create, instances(4), moto=True),
    Scene("StackSet upload", set_upload, instances(4), moto=True),
    Scene("StackSet update", set_update, instances(6, "two"), moto=True),
    Scene("StackSet destroy", set_destroy, set_gone, moto=True),
    Scene("StackSet destroy --account", set_destroy_account, instances(4), moto=True),
    Scene("StackSet bootstrap", set_bootstrap, buckets, alone=True),
    Scene("StackSet status", set_reading("status"), anything, moto=True, reads=True),
    Scene("StackSet events", set_reading("events"), anything, moto=True, reads=True),
    Scene("StackSet watch", set_reading("watch"), anything, moto=True, reads=True),
)
