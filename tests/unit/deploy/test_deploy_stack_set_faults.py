"""A fault at every call on a StackSet: what is said is so, nothing is left behind, the same command goes on."""

from functools import partial
from itertools import product

import pytest

from tapgen.deploy.artifacts.upload import BUCKET_OUTPUT
from tapgen.deploy.request import Package
from tapgen.deploy.stack_sets.deploy import DeployStackSet
from tapgen.deploy.stack_sets.destroy import DestroyStackSet
from tapgen.deploy.stack_sets.watch import StopStackSet, WatchStackSet
from tapgen.errors import ExitCode
from tapgen.naming import BOOTSTRAP_STACK
from tests.table import each
from tests.unit.deploy.fake import output
from tests.unit.deploy.faulty import BEFORE, FAULTS, Faulty, at_every_call
from tests.unit.deploy.scene import NAME, TAGS, Seen, document, request, topic
from tests.unit.deploy.set_cloud import HOME, SetCloud
from tests.unit.deploy.test_deploy_stack_sets import ACCOUNTS, EVERYWHERE, nowhere, target

DONE = ("what had begun is done", "its stacks are deleted", "goes on")
"""What is said where something was done; the last one where its end was not seen."""
BEGIN = ("create_instances", "update_stack_set", "delete_instances")


def made(kind, client, clock, where=None, wanted=None, **options):
    asked = request(wanted or document(Topic=topic("new")), account=HOME, options=options)
    return kind(asked, client, Seen(), where or target(), elsewhere=nowhere, clock=clock)


def first(client, clock, **options):
    return made(DeployStackSet, client, clock, **options).run(lambda _: True, {})


def update(client, clock, **options):
    return made(DeployStackSet, client, clock, target((*ACCOUNTS, HOME)), **options).run(lambda _: True, {})


def destroy(client, clock, **options):
    return made(DestroyStackSet, client, clock, **options).run(lambda _: True)


def scene(command):
    cloud = SetCloud()
    cloud.step = 3
    if command is not first:
        cloud.ready(NAME, document(), EVERYWHERE, tags=dict(TAGS))
    return cloud


def calls(command):
    cloud = scene(command)
    assert command(cloud, cloud.time.clock).code == ExitCode.OK
    return len(cloud.calls)


def finished(command, cloud):
    if command is destroy:
        return not cloud.there and not cloud.sets_of_stacks
    return len(cloud.there) == (4 if command is first else 6) and {one.status for one in cloud.there.values()} == {
        "CURRENT"
    }


@pytest.mark.parametrize("command", [first, update, destroy])
def test_one_fault_at_one_call_on_a_stack_set(command):
    at_every_call(calls(command), partial(one_fault_at_one_call_on_a_stack_set, command))


def one_fault_at_one_call_on_a_stack_set(command, index, when, fault):
    cloud = scene(command)
    faulty = Faulty(cloud, index, when, fault)
    outcome = command(faulty, cloud.time.clock)
    assert faulty.met
    running = any(one.status == "RUNNING" for one in cloud.operations)
    if outcome.ok:
        assert finished(command, cloud)
    elif running:
        assert outcome.code in {ExitCode.CONTINUES, ExitCode.INTERRUPTED}
        assert "goes on" in outcome.message
        assert "tapgen watch" in outcome.hint
    elif cloud.operations:  # what had begun is over, and the rest was not begun, or its end was not seen
        assert outcome.code in {ExitCode.FAILED, ExitCode.INTERRUPTED, ExitCode.CONTINUES}
        assert any(words in outcome.message for words in DONE)
    else:
        assert outcome.code in {ExitCode.FAILED, ExitCode.INTERRUPTED}
        assert "goes on" not in outcome.message
        assert bool(cloud.sets_of_stacks) == (command is not first)
        assert len(cloud.there) == (0 if command is first else 4)
    if faulty.met in BEGIN and when == "before" and not outcome.ok:
        assert outcome.code in {ExitCode.FAILED, ExitCode.INTERRUPTED}
        assert "goes on" not in outcome.message, "what never arrived is not under way"
    again = made(WatchStackSet, cloud, cloud.time.clock).run() if running else None
    assert again is None or again.ok
    if command is destroy and not cloud.sets_of_stacks:
        return  # a second one has nothing to delete, and says so
    assert command(cloud, cloud.time.clock, wait=True).ok
    assert finished(command, cloud)


def test_an_upload_to_a_region_that_breaks_executes_nothing_and_is_made_up_for():
    each(product(("stack", "stored", "store"), FAULTS, BEFORE), an_upload_to_a_region_breaks)


def an_upload_to_a_region_breaks(operation, when, fault):
    """What is in one region's bucket already is not sent there again."""
    regional = {}
    for region in ("eu-west-1", "us-east-1"):
        regional[region] = SetCloud(region=region)
        regional[region].put(BOOTSTRAP_STACK, outputs=(output(BUCKET_OUTPUT, f"bucket-{region}"),))
    index = {"stack": 1, "stored": 2, "store": 3}[operation]
    faulty = Faulty(regional["us-east-1"], index, when, fault)
    cloud = scene(first)
    wanted = {**document(), "Parameters": {"Key": {"Type": "String"}}}
    asked = request(wanted, account=HOME, packages=(Package("Key", "1.zip", lambda: b"zip"),))

    def deploy(clients):
        run = DeployStackSet(asked, cloud, Seen(), target(), elsewhere=nowhere, clock=cloud.time.clock)
        return run.run(lambda _: True, clients)

    outcome = deploy({**regional, "us-east-1": faulty})
    assert faulty.met == operation
    assert outcome.code in {ExitCode.FAILED, ExitCode.INTERRUPTED}
    assert not cloud.sets_of_stacks
    assert deploy(regional).ok
    assert regional["eu-west-1"].count("store") == 1
    assert regional["us-east-1"].bucket == {("bucket-us-east-1", "1.zip", HOME): b"zip"}


def test_a_lost_answer_of_a_stop_is_no_success():
    each(product(FAULTS, BEFORE), a_lost_answer_of_a_stop)


def a_lost_answer_of_a_stop(when, fault):
    cloud = scene(update)
    update(cloud, cloud.time.clock, detach=True)
    index = len(cloud.calls) + 4  # who, what, which operation, stop
    faulty = Faulty(cloud, index, when, fault)
    outcome = made(StopStackSet, faulty, cloud.time.clock).run()
    assert faulty.met == "stop_set_operation"
    assert not outcome.ok
    assert "Traceback" not in outcome.message


def test_what_nobody_can_be_asked_about_is_not_known():
    cloud = scene(first)
    cloud.lost_answers = {"create_instances"}
    cloud.faults = {"set_operation": [BEFORE["no network"]("DescribeStackSetOperation")]}
    outcome = first(cloud, cloud.time.clock)
    assert outcome.code == ExitCode.CONTINUES
    assert "whether the operation on tap-dev has begun is not known" in outcome.message
    assert cloud.sets_of_stacks, "a StackSet that may have stacks is not taken back"
