"""Several people at once, each a process of its own: one wins, and the others each say what is so in one sentence."""

import json
import os
import threading
import uuid
from collections import Counter
from contextlib import suppress

import pytest
from botocore.session import Session

from tapgen.errors import ExitCode
from tests.faults.proxy import FAULTS
from tests.processes import SideBySide
from tests.unit.cli.relay import Relay, named, read_request

TABLE = """
application = "{name}"
alarms.enabled = false
[tables.Item]
partition_key = {{ name = "itemId" }}
{more}
"""
CODE = {
    "src/index.py": "import more\n\ndef handler(event, context):\n    return more.X\n",
    "src/more.py": f"X = '{uuid.uuid4()}'\n",  # no other test stores the same package
}
WAITING = """
[resources.Wait]
type = "AWS::CloudFormation::WaitCondition"
creation_policy.ResourceSignal.Timeout = "PT10M"
"""


class Together(Relay):
    """Holds an operation until so many have asked for it."""

    def __init__(self, port, operation, count):
        super().__init__(port)
        self.operation, self.barrier = operation, threading.Barrier(count)

    def answer(self, client):
        request = read_request(client)
        if named(request) == self.operation:
            self.barrier.wait(60)
        client.sendall(self.pass_on(request))


class After(Relay):
    """Holds two operations until both have been asked for, and the later one until the first is answered."""

    def __init__(self, port, first, later):
        super().__init__(port)
        self.first, self.later = first, later
        self.both, self.answered = threading.Barrier(2), threading.Event()

    def answer(self, client):
        request = read_request(client)
        name = named(request)
        if name in {self.first, self.later} and not self.answered.is_set():
            self.both.wait(60)
        if name == self.later:
            assert self.answered.wait(60)
        client.sendall(self.pass_on(request))
        if name == self.first:
            self.answered.set()


class Breaking(Relay):
    """Lets one operation meet a fault in one region."""

    def __init__(self, port, operation, region, fault):
        super().__init__(port)
        self.operation, self.region, self.fault = operation, f"/{region}/".encode(), FAULTS[fault]

    def answer(self, client):
        request = read_request(client)
        if named(request) == self.operation and self.region in request:
            client.sendall(self.fault.answers(request, b""))
        else:
            client.sendall(self.pass_on(request))


class Place:
    """A project in a folder, and the embedded AWS."""

    def __init__(self, folder, embedded, tapgen, side_by_side):
        self.folder, self.aws, self.clients = folder, embedded, Session()
        self.here, self.side_by_side = tapgen, side_by_side
        self.clients.set_credentials(*embedded.credentials)

    def settings(self, name, more=""):
        (self.folder / "tapgen.toml").write_text(TABLE.format(name=name, more=more or "[environments.dev]\n"))

    def run(self, *commands, through=None):
        """Each in a process of its own."""
        url = through.url if through else self.aws.endpoint
        return self.side_by_side([["--project", self.folder, *words] for words in commands], {"AWS_ENDPOINT_URL": url})

    def must(self, *words, code=ExitCode.OK):
        """In this process, which saves its start."""
        done = self.here("--project", str(self.folder), *words)
        assert done.code == code, done
        return done

    def client(self, service, region="us-east-1"):
        return self.clients.create_client(service, region_name=region, endpoint_url=self.aws.endpoint)

    def stacks(self, begin, region="us-east-1"):
        """The name of each stack, with its status and the change sets that wait on it."""
        client = self.client("cloudformation", region)
        found = [one for one in client.describe_stacks()["Stacks"] if one["StackName"].startswith(begin)]
        return {
            one["StackName"]: (
                one["StackStatus"],
                sum(
                    it["ExecutionStatus"] == "AVAILABLE"
                    for it in client.list_change_sets(StackName=one["StackName"])["Summaries"]
                ),
            )
            for one in found
        }


@pytest.fixture(scope="module")
def side_by_side():
    with SideBySide() as found:
        yield found


@pytest.fixture
def place(tmp_path, embedded, tapgen, side_by_side, monkeypatch):
    key, secret = embedded.credentials
    for name, value in {
        "AWS_ENDPOINT_URL": embedded.endpoint,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "NO_PROXY": "*",
    }.items():
        monkeypatch.setenv(name, value)
    for name, text in CODE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return Place(tmp_path, embedded, tapgen, side_by_side)


DEPLOY = ("deploy", "--env", "dev", "--yes", "--no-check")


def errors(done):
    """What it says of its end: one error, and one hint."""
    lines = done.err.splitlines()
    return [[line for line in lines if line.startswith(start)] for start in ("Error: ", "Hint: ")]


def test_of_five_first_deployments_one_wins_and_what_they_share_is_stored_once(place):
    place.settings("atonce", '[functions.Item]\nsource = "src"\n[environments.dev]\n')
    place.must("bootstrap", "--yes")
    with Together(place.aws.port, "ExecuteChangeSet", 5) as held:
        ends = place.run(*[DEPLOY] * 5, through=held)
    assert Counter(one.code for one in ends) == {ExitCode.OK: 1, ExitCode.BUSY: 4}
    for one in ends:
        if one.code:
            [[error], [hint]] = errors(one)
            assert "another operation on atonce-dev came first, and CloudFormation has deleted this plan" in error
            assert "Queue behind it with --wait" in hint
            assert one.out.count("\n") > 1  # the plan
    assert place.stacks("atonce") == {"atonce-dev": ("CREATE_COMPLETE", 0)}
    [key] = {line.split()[1] for one in ends for line in one.err.splitlines() if line.startswith("Uploading ")}
    s3 = place.client("s3")
    versions = [
        one
        for bucket in s3.list_buckets()["Buckets"]
        for one in s3.list_object_versions(Bucket=bucket["Name"], Prefix=key).get("Versions", ())
    ]
    assert len(versions) == 1


def test_one_plan_is_executed_once_however_many_processes_try(place):
    place.settings("oneplan")
    told = place.must("deploy", "--env", "dev", "--no-check", "--plan-only", "--json").out.splitlines()
    [plan] = {one["change_set"] for one in map(json.loads, told) if one.get("kind") == "plan"}
    with Together(place.aws.port, "ExecuteChangeSet", 5) as held:
        ends = place.run(*[(*DEPLOY, "--plan", plan)] * 5, through=held)
    assert [one.code for one in ends].count(ExitCode.OK) == 1
    for one in ends:
        if one.code:
            [[error], [hint]] = errors(one)
            assert (one.code, error) in {
                (ExitCode.BUSY, "Error: this plan is being executed already"),
                (ExitCode.REFUSED, "Error: this plan was executed already"),
            }
            assert "--env dev" in hint
    assert place.stacks("oneplan") == {"oneplan-dev": ("CREATE_COMPLETE", 0)}


def test_a_deployment_that_a_deletion_overtakes_and_a_deletion_during_a_deployment(place):
    place.settings("crossed")
    place.must(*DEPLOY)
    place.settings("crossed", "[queues.Work]\n[environments.dev]\n")
    destroy = ("destroy", "--env", "dev", "--yes")
    with After(place.aws.port, "DeleteStack", "ExecuteChangeSet") as crossed:
        deployed, destroyed = place.run(DEPLOY, destroy, through=crossed)
    assert (deployed.code, destroyed.code) == (ExitCode.BUSY, ExitCode.OK), deployed.err[-600:]
    [[error], [hint]] = errors(deployed)  # the deletion is under way, or is over
    assert "another operation on crossed-dev came first" in error or "is in DELETE_IN_PROGRESS state" in error
    assert "Queue behind it with --wait" in hint
    assert place.stacks("crossed") == {}

    place.must(*DEPLOY)
    place.settings("crossed", f"{WAITING}\n[queues.Work]\n[environments.dev]\n")
    with After(place.aws.port, "ExecuteChangeSet", "DeleteStack") as crossed:
        deployed, destroyed = place.run((*DEPLOY, "--detach"), destroy, through=crossed)
    assert (deployed.code, destroyed.code) == (ExitCode.CONTINUES, ExitCode.BUSY), (deployed, destroyed)
    [[error], [hint]] = errors(destroyed)
    assert "another operation on crossed-dev came first: DeleteStack: " in error
    assert "tapgen watch --env dev" in hint
    for words in (("destroy", "--yes"), ("recover", "--yes"), ("sync",), ("drift",), ("diff", "--deployed", "--drift")):
        second = place.must(*words, "--env", "dev", code=ExitCode.BUSY)
        assert "un this again when it is over" in errors(second)[1][0], words
    client = place.client("cloudformation")
    with suppress(client.exceptions.ClientError):
        client.signal_resource(StackName="crossed-dev", LogicalResourceId="Wait", UniqueId="1", Status="SUCCESS")


def test_of_two_regions_one_breaks_and_leaves_nothing_behind_in_the_other(place):
    place.settings("apart", '[environments.dev]\nregions = ["us-east-1", "eu-west-1"]\n')
    for operation in ("CreateChangeSet", "ExecuteChangeSet"):
        with Breaking(place.aws.port, operation, "eu-west-1", "denied") as broken:
            [done] = place.run(DEPLOY, through=broken)
        assert done.code == ExitCode.FAILED
        assert f"[eu-west-1] Error: {operation}: " in done.err
        assert "[us-east-1] apart-dev is CREATE_COMPLETE" in done.err or "[us-east-1] No changes" in done.err
        assert place.stacks("apart") == {"apart-dev": ("CREATE_COMPLETE", 0)}
        assert place.stacks("apart", "eu-west-1") == {}
    place.must(*DEPLOY)
    assert place.stacks("apart", "eu-west-1") == {"apart-dev": ("CREATE_COMPLETE", 0)}


def test_twenty_environments_from_one_checkout(place):
    names = [f"e{number}" for number in range(20)]
    place.settings("many", "\n".join(f"[environments.{name}]" for name in names))
    ends = place.run(*[("deploy", "--env", name, "--yes", "--no-check") for name in names])
    assert [one.code for one in ends] == [ExitCode.OK] * 20, ends
    assert place.stacks("many") == {f"many-{name}": ("CREATE_COMPLETE", 0) for name in names}
