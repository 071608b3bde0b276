"""The stacks of personal environments: which are listed, which are too old, and what is deleted of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from tapgen.deploy.commands.destroy_expired import destroy_expired
from tapgen.deploy.commands.environment_stacks import EnvironmentStack, environment_stacks, fields, table
from tapgen.deploy.request import Options, deployment_of, own_tags
from tapgen.errors import ExitCode, TapgenError
from tapgen.render import Rendered
from tapgen.settings.model import Environment
from tapgen.settings.personal import personal
from tests.unit.deploy.fake import START, Cloud
from tests.unit.deploy.faulty import Faulty, at_every_call
from tests.unit.deploy.scene import Seen, document

DEV = Environment(name="dev", root=Path(), application="shop", personal=True, expires="7d")
PROD = Environment(name="prod", root=Path(), application="shop", protected=True)
PROJECT = {"dev": DEV, "prod": PROD}
NOW = START + timedelta(days=8)


def own(user):
    return personal(DEV, user, PROJECT)


def cloud():
    """Alice's stack is eight days old, Bob's two, and others only look alike."""
    made = Cloud()
    for user, age in (("alice", 8), ("bob", 2), ("carl", 9)):
        one = own(user)
        made.put(one.stack_name, document=document(), tags=own_tags(one), updated=NOW - timedelta(days=age))
    made.put("shop-dev", document=document(), tags=own_tags(DEV))
    made.put("shop-dev-nobody", document=document(), tags={**own_tags(DEV), "User": "Nobody!"})
    made.put("shop-dev-else", document=document(), tags={**own_tags(own("else")), "Application": "other"})
    made.put("nested-in-alices", document=document(), tags=own_tags(own("alice")))
    return made


def rows(client, *chosen):
    listed = client.all_stacks()
    return [
        (row, client) for one in chosen or (DEV,) for row in environment_stacks(one, PROJECT, listed, client.region)
    ]


def request_of(environment):
    return deployment_of(environment, Rendered(document(), {}), options=Options(), environ={})


def destroyed(client, found, *, confirm=lambda _: True, view=None):
    return destroy_expired(found, request_of, view or Seen(), confirm, NOW, client.time.clock)


def test_a_users_stack_is_known_by_name_and_tags_together():
    found = [row.environment.reference for row, _ in rows(cloud(), DEV, PROD)]
    assert found == ["dev", "dev/alice", "dev/bob", "dev/carl", "prod"]
    assert [row.environment.reference for row, _ in rows(cloud(), own("bob"))] == ["dev/bob"]


def test_the_table_says_when_each_expires():
    found = [row for row, _ in rows(cloud(), DEV, PROD)]
    lines = [" ".join(filter(None, cells)) for cells in table(found, NOW)]
    assert lines == [
        "ENVIRONMENT STACK REGION STATUS DEPLOYED EXPIRES",
        "dev shop-dev eu-west-1 CREATE_COMPLETE 2030-01-01 00:00",
        "dev/alice shop-dev-alice eu-west-1 CREATE_COMPLETE 2030-01-01 00:00 expired 2030-01-08 00:00",
        "dev/bob shop-dev-bob eu-west-1 CREATE_COMPLETE 2030-01-07 00:00 2030-01-14 00:00",
        "dev/carl shop-dev-carl eu-west-1 CREATE_COMPLETE 2029-12-31 00:00 expired 2030-01-07 00:00",
        "prod shop-prod eu-west-1 not deployed",
    ]
    bob = fields(found[2], NOW)
    assert (bob["user"], bob["expires"], bob["expired"]) == ("bob", "2030-01-14T00:00:00+00:00", False)
    assert (fields(found[0], NOW)["expires"], fields(found[0], NOW)["user"]) == (None, None)


def test_each_that_is_too_old_is_asked_for_and_no_other():
    client = cloud()
    asked = []
    outcomes = destroyed(
        client, rows(client), confirm=lambda question: asked.append(question.stack_name) or "alice" in question.text
    )
    assert asked == ["shop-dev-alice", "shop-dev-carl"]
    assert [one.code for one in outcomes] == [ExitCode.OK, ExitCode.DECLINED]
    gone = [one.name for one in client.stacks.values() if one.status == "DELETE_COMPLETE"]
    assert gone == ["shop-dev-alice"]


def test_what_one_meets_holds_up_no_other():
    client = cloud()
    [alice] = [one for one in client.stacks.values() if one.name == "shop-dev-alice"]
    alice.protection = True
    outcomes = destroyed(client, rows(client))
    assert [one.code for one in outcomes] == [ExitCode.REFUSED, ExitCode.OK]


def test_nothing_is_deleted_where_an_environment_could_not_be_asked_for():
    client = cloud()
    found = [*rows(client), (EnvironmentStack(DEV, "us-east-1", problem="no"), client)]
    with pytest.raises(TapgenError, match="dev in us-east-1: no; nothing was deleted"):
        destroyed(client, found)
    assert client.count("delete_stack") == 0


def test_nothing_too_old_is_said():
    client = Cloud()
    view = Seen()
    assert destroyed(client, rows(client), view=view) == ()
    assert view.steps == ["No personal environment is too old."]


def calls():
    client = cloud()
    destroyed(client, rows(client))
    return len(client.calls)


def test_one_fault_at_one_call():
    at_every_call(calls(), one_fault_at_one_call, first=2)


def one_fault_at_one_call(index, when, fault):
    """Nothing but what is too old is touched, no end is called good that is not, and Ctrl-C ends all."""
    client = cloud()
    faulty = Faulty(client, index, when, fault)
    outcomes = destroyed(client, rows(faulty))
    assert faulty.met
    untouched = {"shop-dev-bob", "shop-dev", "shop-dev-else", "nested-in-alices"}
    assert all(one.status == "CREATE_COMPLETE" for one in client.stacks.values() if one.name in untouched)
    for outcome in outcomes:
        [record] = [one for one in client.stacks.values() if one.name == outcome.stack_name]
        assert outcome.ok <= (record.status == "DELETE_COMPLETE")
    interrupted = [one.code for one in outcomes].count(ExitCode.INTERRUPTED)
    assert interrupted == 0 or outcomes[-1].code == ExitCode.INTERRUPTED
