"""Faults at every call of destroy, recover and cancel: what is said of the stack is so, and it is never less protected."""

from functools import partial

import pytest

from tapgen.deploy.aws.model import Function
from tapgen.deploy.commands.cancel import Cancel
from tapgen.deploy.commands.destroy import Destroy
from tapgen.deploy.commands.recover import Recover
from tapgen.deploy.commands.sync import Sync
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.faulty import Faulty, at_every_call
from tests.unit.deploy.scene import NAME, Seen, deployed, document, request, run
from tests.unit.deploy.test_deploy_sync import FLOW, LAYERS, layer_package, layered, with_layer_and_alias

STACK = "AWS::CloudFormation::Stack"


def destroy(client, view):
    command = Destroy(request(protected=True), client, view, client.time.clock)
    return command.run(lambda _: True, disable_protection=True)


def recover(client, view):
    return Recover(request(), client, view, client.time.clock).run((), lambda _: True)


def cancel(client, view):
    return Cancel(request(), client, view, client.time.clock).run()


COMMANDS = {
    destroy: ("CREATE_COMPLETE", "delete_stack"),
    recover: ("UPDATE_ROLLBACK_FAILED", "continue_rollback"),
    cancel: ("UPDATE_IN_PROGRESS", "cancel_update"),
}


def scene(command):
    cloud = Cloud()
    record = deployed(cloud, protection=command is destroy)
    status, _ = COMMANDS[command]
    cloud.happen(record, NAME, STACK, "CREATE_COMPLETE", token="before")
    if status != "CREATE_COMPLETE":
        cloud.happen(record, NAME, STACK, "UPDATE_IN_PROGRESS", token="theirs")
        cloud.happen(record, NAME, STACK, status, token="theirs")
    return cloud, record


def calls(command):
    cloud, _ = scene(command)
    assert command(cloud, Seen()).code == ExitCode.OK
    return len(cloud.calls)


@pytest.mark.rule(28)
@pytest.mark.parametrize("command", COMMANDS)
def test_one_fault_at_one_call_of_a_command(command):
    at_every_call(calls(command), partial(one_fault_at_one_call_of_a_command, command))


def one_fault_at_one_call_of_a_command(command, index, when, fault):
    cloud, record = scene(command)
    status, changes = COMMANDS[command]
    faulty = Faulty(cloud, index, when, fault)
    view = Seen()
    outcome = command(faulty, view)
    assert faulty.met
    done = cloud.count(changes) - (faulty.met == changes and when == "before")
    if done:
        assert outcome.code in {ExitCode.OK, ExitCode.CONTINUES, ExitCode.INTERRUPTED}
        assert "is not known" not in outcome.message
    else:
        assert outcome.code in {ExitCode.FAILED, ExitCode.INTERRUPTED}
        assert "goes on" not in outcome.message
        assert (record.status, record.protection) == (status, command is destroy)


def functions():
    """Two functions of which only the code changes, and the cloud that runs them."""
    before, after = (document(One=function(code), Two=function(code)) for code in ("old", "new"))
    cloud = Cloud()
    record = deployed(cloud, before)
    for name in ("one-1", "two-1"):
        cloud.functions[name] = Function(f"arn:{name}", "old", settings={"MemorySize": 128, "Handler": "index.handler"})
    return cloud, record, request(after)


def function(code):
    properties = {"Code": {"ZipFile": code}, "MemorySize": 128, "Handler": "index.handler"}
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def everything():
    """A function with an alias and a layer, and a state machine, of all of which something changes."""
    cloud = layered()
    [record] = cloud.stacks.values()
    return cloud, record, request(with_layer_and_alias("second", flow=2), **layer_package())


def calls_of_all():
    cloud, _, made = everything()
    assert Sync(made, cloud, Seen(), cloud.time.clock).run().code == ExitCode.OK
    return len(cloud.calls)


def test_one_fault_while_layers_aliases_and_state_machines_are_synced():
    at_every_call(calls_of_all(), one_fault_while_everything_is_synced)


def one_fault_while_everything_is_synced(index, when, fault):
    """What was touched is marked, the same command goes on to the end, and a deployment puts all of it right."""
    cloud, _, made = everything()
    faulty = Faulty(cloud, index, when, fault)
    outcome = Sync(made, faulty, Seen(), cloud.time.clock).run()
    assert faulty.met
    denied_tags = faulty.met == "tagged_resources" and fault == "denied"
    assert outcome.code in ({ExitCode.OK} if denied_tags else {ExitCode.FAILED, ExitCode.INTERRUPTED})
    changed = {one.arn for one in cloud.functions.values() if one.code_sha256 != "deployed"} | set(cloud.definitions)
    assert changed <= cloud.marks
    assert Sync(made, cloud, Seen(), cloud.time.clock).run().code == ExitCode.OK
    [one] = cloud.functions.values()
    assert cloud.aliases["one-1", "live"] == one.code_sha256 != "deployed"
    assert one.layers[0].endswith(f":{len(cloud.layers['tap-Common']) + 1}")
    assert cloud.definitions[FLOW]["States"]["A"]["Seconds"] == 2
    before = request(with_layer_and_alias(), parameters={"ArtifactBucket": "b", "CommonKey": "old"})
    assert run(cloud, before).ok
    assert cloud.functions["one-1"].layers == LAYERS
    assert not cloud.marks


def calls_of_sync():
    cloud, _, made = functions()
    assert Sync(made, cloud, Seen(), cloud.time.clock).run().code == ExitCode.OK
    return len(cloud.calls)


def test_one_fault_at_one_call_of_sync():
    at_every_call(calls_of_sync(), one_fault_at_one_call_of_sync)


def one_fault_at_one_call_of_sync(index, when, fault):
    """It says so, names what was done, marks what it touched, and the same command succeeds."""
    cloud, record, made = functions()
    faulty = Faulty(cloud, index, when, fault)
    view = Seen()
    outcome = Sync(made, faulty, view, cloud.time.clock).run()
    assert faulty.met
    denied_tags = faulty.met == "tagged_resources" and fault == "denied"
    expected = {ExitCode.OK} if denied_tags else {ExitCode.FAILED, ExitCode.INTERRUPTED}
    assert outcome.code in expected
    changed = {one.arn for one in cloud.functions.values() if one.code_sha256 != "old"}
    assert changed <= cloud.marks
    said = " ".join(view.warnings)
    told = {arn for arn, name in (("arn:one-1", "One"), ("arn:two-1", "Two")) if name in said}
    assert outcome.ok or changed <= told, "what was changed, or may have been, is said"
    assert record.status == "CREATE_COMPLETE"
    assert Sync(made, cloud, Seen(), cloud.time.clock).run().code == ExitCode.OK
    assert len({one.code_sha256 for one in cloud.functions.values()} - {"old"}) == 1
