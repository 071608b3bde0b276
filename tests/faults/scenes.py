"""What meets the faults: a command, the project and the AWS that it begins with, and what must be true when it worked."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tapgen.errors import ExitCode
from tests.faults.stage import CLASH, HOME, LONG, OLD, OTHER, PACKAGED, PLAIN, STACK_SET, THIRD, WAITING, Stage
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
    words: tuple[str, ...] = ()
    """The command of a scene that shares its stage with others."""
    once: bool = False
    """Whether the command refuses where it is done already."""
    code: int = 0
    """Its exit code without a fault."""
    holds: bool = False
    """Whether an operation is running that goes on only when the command or `end` lets it."""
    end: Callable[[Stage], None] = lambda _: None
    then: tuple[str, Callable[[Stage], None]] | None = None
    """An operation, and what happens when it has been carried out."""


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


def clashing(stage):
    """Let the parameter exist that the next deployment would make."""
    stage.client("ssm").put_parameter(Name=f"/{stage.name}/clash", Value="x", Type="String")
    stage.settings(tables=CLASH.format(name=stage.name))


def clear(stage):
    stage.source()
    clashing(stage)
    assert stage.tapgen(*deploy("dev")).code == ExitCode.ROLLED_BACK
    return ("recover", "--env", "dev", "--yes")


def roll_back(stage):
    deployed(stage, "dev")
    clashing(stage)
    assert stage.tapgen(*deploy("dev", "--no-rollback")).code == ExitCode.STUCK
    return ("recover", "--env", "dev", "--yes")


def roll_on(stage):
    """The roll-back of the function has failed, since the package of before was not there."""
    deployed(stage, "dev")
    client = stage.client("s3")
    packages = [
        (bucket["Name"], one["Key"])
        for bucket in client.list_buckets()["Buckets"]
        for one in client.list_objects_v2(Bucket=bucket["Name"]).get("Contents", ())
    ]
    kept = {where: client.get_object(Bucket=where[0], Key=where[1])["Body"].read() for where in packages}
    for bucket, key in kept:
        client.delete_object(Bucket=bucket, Key=key)
    stage.source(2)
    clashing(stage)
    assert stage.tapgen(*deploy("dev")).code == ExitCode.STUCK
    for (bucket, key), body in kept.items():
        client.put_object(Bucket=bucket, Key=key, Body=body)
    return ("recover", "--env", "dev", "--yes")


def ended(status):
    def wanted(stage, state):
        found = state.stacks.get(stack(stage, "dev"))
        return (found.status if found else "") == status

    return wanted


def cancel(stage):
    deployed(stage, "dev")
    stage.settings(tables=WAITING)
    assert stage.tapgen(*deploy("dev", "--detach")).code == ExitCode.CONTINUES
    return ("cancel", "--env", "dev")


def release(stage):
    """Let the resource be made at which the update waits."""
    if stage.released:
        return
    stage.released = True
    client = stage.client("cloudformation")
    while True:
        with suppress(client.exceptions.ClientError):  # it is not waiting yet
            client.signal_resource(
                StackName=stack(stage, "dev"), LogicalResourceId="Wait", UniqueId="1", Status="SUCCESS"
            )
            return
        time.sleep(0.02)


def drift(stage):
    deployed(stage)
    client = stage.client("lambda")
    [name] = [
        one["FunctionName"]
        for one in client.list_functions()["Functions"]
        if one["FunctionName"].startswith(stage.name)
    ]
    client.update_function_configuration(FunctionName=name, MemorySize=512)
    return ("drift", "--env", "prod")


def drift_in_review(stage):
    drift(stage)
    stage.settings(memory=256)
    return ("diff", "--deployed", "--drift", "--env", "prod")


def invoke(stage):
    deployed(stage)
    (stage.folder / "event.json").write_text("{}")
    return ("invoke", "Item", "--env", "prod", "--payload", str(stage.folder / "event.json"))


def rename(stage):
    deployed(stage, tables=OLD)
    stage.settings(tables=OLD.replace("tables.Old", "tables.New"))
    return ("rename", "Old", "New", "--env", "prod", "--yes")


def standing(stage):
    """A stack that is only read."""
    deployed(stage)
    return ()


def reads(name, *words, **more):
    return Scene(name, standing, anything, reads=True, words=(*words, "--env", "prod"), **more)


def logged(stage):
    """A function that has run, so that there is something to read."""
    stage.must(*invoke(stage))
    return ("logs", "Item", "--env", "prod", "--since", "1d")


def adopt(stage):
    stage.settings(PLAIN)
    stage.must(*deploy())
    return ("adopt", "--stack", stack(stage), "--name", "taken", "--to", str(stage.folder / "adopted"))


def forget(stage):
    shutil.rmtree(stage.folder / "adopted", ignore_errors=True)


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


def set_standing(stage):
    set_deployed(stage)
    return ()


def reads_set(name, *words):
    words = (*words, "--env", "prod")
    return Scene(name, set_standing, anything, moto=True, reads=True, words=words)


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
    Scene("destroy", destroy, gone, once=True),
    Scene("sync", sync, synced),
    Scene("bootstrap", bootstrap, lambda stage, state: "tapgen-bootstrap us-east-1" in state.stacks, alone=True),
    Scene("bootstrap --github", roles, lambda stage, state: any("github" in name for name in state.stacks), alone=True),
    Scene("recover after a creation", clear, ended(""), once=True),
    Scene("recover after an update", roll_back, ended("UPDATE_ROLLBACK_COMPLETE")),
    Scene("recover after a roll-back", roll_on, ended("UPDATE_ROLLBACK_COMPLETE")),
    Scene(
        "cancel",
        cancel,
        ended("UPDATE_ROLLBACK_COMPLETE"),
        once=True,
        holds=True,
        end=release,
        then=("CancelUpdateStack", release),
    ),
    Scene("drift", drift, anything, reads=True, code=ExitCode.CHANGES),
    Scene("diff --deployed --drift", drift_in_review, anything, reads=True),
    Scene("invoke", invoke, anything, reads=True),
    reads("status", "status"),
    reads("outputs", "outputs"),
    reads("events", "events"),
    reads("watch", "watch"),
    reads("diff --deployed", "diff", "--deployed"),
    Scene("envs --stacks", standing, anything, reads=True, words=("envs", "--stacks")),
    Scene("logs", logged, anything, reads=True),
    Scene("adopt", adopt, anything, reads=True, end=forget),
    Scene("StackSet create", set_create, instances(4), moto=True),
    Scene("StackSet upload", set_upload, instances(4), moto=True),
    Scene("StackSet update", set_update, instances(6, "two"), moto=True),
    Scene("StackSet destroy", set_destroy, set_gone, moto=True, once=True),
    Scene("StackSet destroy --account", set_destroy_account, instances(4), moto=True, once=True),
    Scene("StackSet bootstrap", set_bootstrap, buckets, alone=True),
    reads_set("StackSet status", "status"),
    reads_set("StackSet events", "events"),
    reads_set("StackSet watch", "watch"),
    Scene(
        "rename",
        rename,
        lambda stage, state: complete(stage, state) and "NewTable" in state.stacks[stack(stage)].template,
    ),
)
SAMPLE = {
    "create": ("ExecuteChangeSet", "silence after", "first"),
    "update": ("CreateChangeSet", "reset after", "last"),
    "loss": ("SetStackPolicy", "denied", "first"),
    "large": ("PutObject", "truncated", "first"),
    "unchanged": ("DescribeChangeSet", "malformed", "first"),
    "plan only": ("DescribeStacks", "throttled", "last"),
    "reviewed plan": ("ExecuteChangeSet", "500", "last"),
    "destroy": ("DeleteStack", "denied", "first"),
    "sync": ("UpdateFunctionCode", "reset before", "last"),
    "recover after a creation": ("DeleteStack", "reset after", "first"),
    "recover after an update": ("RollbackStack", "empty", "first"),
    "recover after a roll-back": ("ContinueUpdateRollback", "answered twice", "first"),
    "cancel": ("CancelUpdateStack", "truncated", "last"),
    "drift": ("DetectStackDrift", "silence before", "first"),
    "diff --deployed --drift": ("DescribeStackResourceDrifts", "slow", "first"),
    "invoke": ("Invoke", "reset after", "first"),
    "status": ("DescribeStacks", "500", "last"),
    "outputs": ("DescribeStacks", "expired", "first"),
    "events": ("DescribeStackEvents", "throttled", "first"),
    "watch": ("DescribeStackEvents", "malformed", "first"),
    "diff --deployed": ("GetTemplate", "truncated", "last"),
    "envs --stacks": ("DescribeStacks", "denied", "first"),
    "logs": ("FilterLogEvents", "500", "first"),
    "adopt": ("GetTemplate", "reset after", "last"),
    "StackSet create": ("CreateStackInstances", "reset after", "first"),
    "StackSet upload": ("PutObject", "500", "last"),
    "StackSet update": ("UpdateStackSet", "answered twice", "first"),
    "StackSet destroy": ("DeleteStackInstances", "denied", "first"),
    "StackSet destroy --account": ("DeleteStackInstances", "truncated", "last"),
    "StackSet status": ("DescribeStackSet", "malformed", "first"),
    "StackSet events": ("ListStackSetOperations", "reset before", "first"),
    "StackSet watch": ("DescribeStackSetOperation", "throttled", "last"),
    "rename": ("ExecuteChangeSet", "expired", "first"),
    "bootstrap": ("ExecuteChangeSet", "carried out twice", "first"),
    "bootstrap --github": ("CreateChangeSet", "web page", "first"),
    "StackSet bootstrap": ("CreateChangeSet", "reset before", "last"),
}
"""One case of each scene, by the operation that meets the fault: what every run of the tests tries, in an order in
which the AWS is emptied seldom."""
