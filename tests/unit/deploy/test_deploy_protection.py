"""Protection: termination protection and stack policies."""

import json

import pytest

from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.stack.stack_policy import same, stack_policy
from tapgen.errors import ExitCode
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import TABLE, TOPIC, Seen, deployed, document, request, run, topic

CHANGED = document(Topic=topic("changed"))


WITHOUT_TABLE = document(ItemTable=None)


WRITES = ("create_change_set", "execute", "set_stack_policy", "set_termination_protection", "delete_stack", "store")


@pytest.mark.rule(28)
@pytest.mark.rule(30)
def test_a_protected_environment_is_protected_after_success():
    cloud = Cloud()
    assert run(cloud, request(protected=True)).code == ExitCode.OK
    [record] = cloud.stacks.values()
    assert record.protection is True
    [allow, deny] = json.loads(record.policy)["Statement"]
    assert (allow["Effect"], allow["Action"], allow["Resource"]) == ("Allow", "Update:*", "*")
    assert deny["Action"] == ["Update:Replace", "Update:Delete"]
    assert deny["Resource"] == ["LogicalResourceId/ItemTable"]


@pytest.mark.rule(28)
def test_protection_comes_after_success_only_and_other_environments_have_none():
    cloud = Cloud()
    assert run(cloud, request()).code == ExitCode.OK
    assert cloud.count("set_termination_protection", "set_stack_policy") == 0
    failing = Cloud()
    failing.fails["Topic"] = "no"
    assert run(failing, request(protected=True)).code == ExitCode.ROLLED_BACK
    assert failing.count("set_termination_protection", "set_stack_policy") == 0


@pytest.mark.rule(28)
def test_lost_protection_is_mended_by_a_deployment_without_changes():
    cloud = Cloud()
    run(cloud, request(protected=True))
    [record] = cloud.stacks.values()
    record.protection, record.policy = False, ""
    assert run(cloud, request(protected=True)).message.startswith("no changes")
    assert record.protection is True
    assert "ItemTable" in record.policy
    before = cloud.count("set_termination_protection", "set_stack_policy")
    run(cloud, request(protected=True))
    assert cloud.count("set_termination_protection", "set_stack_policy") == before


@pytest.mark.rule(28)
def test_a_deployment_that_cannot_be_protected_is_no_success():
    cloud = Cloud()
    cloud.faults["set_stack_policy"] = [AwsError("AccessDenied", "no", "SetStackPolicy")]
    outcome = run(cloud, request(protected=True))
    assert outcome.code == ExitCode.FAILED
    assert outcome.message == "tap-dev is CREATE_COMPLETE, but it is not protected: SetStackPolicy: no (AccessDenied)"
    assert outcome.hint == "Deploy again: that protects it."
    cloud = Cloud()
    cloud.faults["set_stack_policy"] = [AwsError("InvalidAction", "no such", "SetStackPolicy", "This endpoint …")]
    assert run(cloud, request(protected=True)).hint == "This endpoint …"  # where it cannot be protected at all


def policies(cloud):
    """Every stack policy that is set, in order."""
    seen = []
    keep = cloud.set_stack_policy
    cloud.set_stack_policy = lambda stack, policy: seen.append(policy) or keep(stack, policy)
    return seen


@pytest.mark.rule(30)
def test_an_allowed_loss_passes_by_a_policy_for_that_resource_only():
    cloud = Cloud()
    second = {"Type": "AWS::DynamoDB::Table", "Properties": {**TABLE["Properties"], "TableClass": "STANDARD"}}
    old = document(Second=second)
    record = deployed(cloud, old, policy=stack_policy([old]), protection=True)
    seen = policies(cloud)
    made = document(Second=None, Topic=topic("x"))
    options = {"allow_loss": frozenset(("Second",))}
    assert run(cloud, request(made, protected=True, options=options)).code == ExitCode.OK
    assert [json.loads(one)["Statement"][1]["Resource"] for one in seen] == [["LogicalResourceId/ItemTable"]]
    assert record.policy == stack_policy([made])


@pytest.mark.rule(30)
@pytest.mark.parametrize("detach", [False, True])
def test_what_leaves_the_stack_and_lives_on_passes_the_policy_too(detach):
    cloud = Cloud()
    old = document(Second={"Type": "AWS::Logs::LogGroup", "Properties": {}, "DeletionPolicy": "Retain"})
    record = deployed(cloud, old, policy=stack_policy([old]), protection=True)
    executed = []
    cloud.hook = lambda _, operation: executed.append(record.policy) if operation == "execute" else None
    made = document(Topic=topic("x"))
    outcome = run(cloud, request(made, protected=True, options={"detach": detach}))
    assert [json.loads(one)["Statement"][1]["Resource"] for one in executed] == [["LogicalResourceId/ItemTable"]]
    if detach:
        assert outcome.code == ExitCode.CONTINUES
        assert "stack policy stays in force until `tapgen watch`" in outcome.hint
    else:
        assert outcome.code == ExitCode.OK
        assert record.policy == stack_policy([made])


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate", "Snapshot"])
@pytest.mark.parametrize("protected", [False, True])
def test_a_renamed_table_is_refused_although_the_old_one_lives_on(policy, protected):
    """The application would run on an empty table: what is kept outside is lost to it all the same."""
    cloud = Cloud()
    record = deployed(cloud, document(ItemTable={**TABLE, "DeletionPolicy": policy}))
    renamed = document(ItemTable=None, Thing={**TABLE, "DeletionPolicy": policy})
    outcome = run(cloud, request(renamed, protected=protected))
    assert outcome.code == ExitCode.REFUSED
    assert "ItemTable leaves the stack" in outcome.message
    assert outcome.hint == "If that is what you want, name it: --allow-loss ItemTable"
    assert cloud.count("create_change_set", "execute") == 0

    view = Seen()
    allowed = request(renamed, protected=protected, options={"allow_loss": frozenset(("ItemTable",))})
    assert run(cloud, allowed, view=view).code == ExitCode.OK
    assert [line.message.partition(":")[0] for line in view.plans[0].allowed] == ["ItemTable leaves the stack"]
    assert set(json.loads(record.template)["Resources"]) == {"Thing", "Topic"}


@pytest.mark.rule(30)
@pytest.mark.parametrize("end", ["declined", "fails", "throttled", "interrupted"])
def test_the_temporary_policy_does_not_outlive_the_update(end):
    cloud = Cloud()
    lasting = stack_policy([document()])
    record = deployed(cloud, policy=lasting, protection=True)
    made = request(
        document(ItemTable=None, Topic=topic("x")),
        protected=True,
        options={"allow_loss": frozenset(("ItemTable",))},
    )
    seen = policies(cloud)
    if end == "fails":
        cloud.fails["Topic"] = "no"
    elif end == "throttled":
        cloud.faults["execute"] = [AwsError("Throttling", "x", "ExecuteChangeSet")]
    elif end == "interrupted":
        cloud.faults["execute"] = [KeyboardInterrupt()]
    outcome = run(cloud, made, confirm=end != "declined")
    assert outcome.code != ExitCode.OK
    assert same(record.policy, lasting)
    assert len(seen) == (0 if end == "declined" else 2)


@pytest.mark.rule(30)
def test_a_temporary_policy_that_must_stay_is_said_and_detach_is_refused():
    cloud = Cloud()
    deployed(cloud, policy=stack_policy([document()]))
    options = {"allow_loss": frozenset(("ItemTable",))}
    refused = run(cloud, request(WITHOUT_TABLE, protected=True, options={**options, "detach": True}))
    assert refused.code == ExitCode.USAGE
    assert cloud.calls == []
    cloud.batch = 0
    lost = run(cloud, request(WITHOUT_TABLE, protected=True, options={**options, "timeout": 9.0}))
    assert lost.code == ExitCode.CONTINUES
    assert "stack policy stays in force until `tapgen watch`" in lost.hint


@pytest.mark.rule(30)
def test_a_policy_that_cannot_be_put_back_is_said():
    cloud = Cloud()
    deployed(cloud, policy=stack_policy([document()]))
    denied = AwsError("AccessDenied", "no", "SetStackPolicy")
    cloud.faults = {"execute": [denied], "set_stack_policy": [None, denied]}
    view = Seen()
    made = request(WITHOUT_TABLE, protected=True, options={"allow_loss": frozenset(("ItemTable",))})
    assert run(cloud, made, view=view).code == ExitCode.FAILED
    assert view.warnings[0].startswith("The update's stack policy is still in force: SetStackPolicy: no")


def test_policies_are_compared_by_what_they_say():
    policy = stack_policy([document()])
    assert same(policy, json.dumps(json.loads(policy), indent=4))
    assert not same(policy, "")
    assert not same(policy, "{")
    assert len(json.loads(stack_policy([{"Resources": {"T": TOPIC}}]))["Statement"]) == 1
