"""StackSets by the tool's own commands and the real client, on moto's server: the embedded AWS has none.

moto carries an operation out at once and does not change the stacks that are there, so that what goes on for hours is
shown on scripted answers (`tests/unit/deploy/test_deploy_stack_sets.py`).
"""

import json
from urllib.parse import urlsplit

import pytest
from botocore.session import Session

from tests.unit.cli.breaking import Breaking

HOME, OTHER, THIRD = "123456789012", "111111111111", "222222222222"
SETTINGS = """
application = "shop"

[tables.Item]
partition_key = {{ name = "itemId" }}

[environments.prod]
account = "{home}"
accounts = {accounts}
regions = ["eu-west-1", "us-east-1"]
stack_set = {{ failure_tolerance = "50%", concurrency = "50%", concurrency_mode = "soft", parallel_regions = true }}
{more}
"""


def settings(tmp_path, accounts=(HOME, OTHER), more=""):
    text = SETTINGS.format(home=HOME, accounts=json.dumps(list(accounts)), more=more)
    (tmp_path / "tapgen.toml").write_text(text)


def test_the_whole_life_of_a_stack_set(on_moto, moto, tmp_path):
    settings(tmp_path)
    code, out, err = on_moto("deploy", "--env", "prod", "--yes")
    assert code == 0, err
    assert "creates 4 stacks in 2 accounts: eu-west-1, us-east-1" in out
    assert "shop-prod: 4 of 4 stacks created." in err
    tables = Session().create_client("dynamodb", region_name="us-east-1", endpoint_url=moto)
    assert len(tables.list_tables()["TableNames"]) == 1  # the credentials' own account has its stack

    assert "no changes" in on_moto("deploy", "--env", "prod", "--yes")[2].lower()

    settings(tmp_path, (HOME, OTHER, THIRD), 'tags.Team = "shop"')
    code, out, err = on_moto("deploy", "--env", "prod", "--plan-only", "--json")
    plan = next(line for line in map(json.loads, out.splitlines()) if line["kind"] == "plan")
    assert plan["targets"] == [
        "updates 4 stacks in 2 accounts",
        "creates 2 stacks in 1 account: eu-west-1, us-east-1",
    ]
    code, out, err = on_moto("deploy", "--env", "prod", "--plan", plan["change_set"], "--yes")
    assert code == 0, err
    assert "shop-prod: 2 of 2 stacks created." in err
    code, out, err = on_moto("deploy", "--env", "prod", "--plan", plan["change_set"], "--yes")
    assert code in {0, 4}

    code, out, err = on_moto("status", "--env", "prod", "--json")
    [status] = json.loads(out)
    assert (status["stacks"], status["not_current"], status["regions"]["eu-west-1"]) == (6, 0, {"CURRENT": 3})
    assert "in eu-west-1            3 CURRENT" in on_moto("status", "--env", "prod")[1].splitlines()

    assert json.loads(on_moto("events", "--env", "prod", "--json")[1])
    assert [line.split()[0] for line in on_moto("events", "--env", "prod", "--all")[1].splitlines()] == [
        "CREATE",
        "UPDATE",
        "CREATE",
    ]
    assert "is SUCCEEDED" in on_moto("watch", "--env", "prod")[2]
    assert on_moto("outputs", "--env", "prod", "--json")[0] == 0
    code, out, err = on_moto("diff", "--env", "prod", "--deployed", "--exit-code")
    assert code == 0, out + err

    code, out, err = on_moto("destroy", "--env", "prod", "--account", THIRD, "--yes")
    assert (code, json.loads(on_moto("status", "--env", "prod", "--json")[1])[0]["stacks"]) == (0, 4), err
    code, out, err = on_moto("destroy", "--env", "prod", "--yes")
    assert code == 0, err
    assert json.loads(on_moto("status", "--env", "prod", "--json")[1])[0]["status"] is None


def test_a_drift_detection_that_an_endpoint_does_not_have_is_no_traceback(on_moto, tmp_path):
    settings(tmp_path)
    on_moto("deploy", "--env", "prod", "--yes")
    code, _, err = on_moto("drift", "--env", "prod")
    assert code == 1
    assert "DetectStackSetDrift" in err
    assert "Traceback" not in err
    assert on_moto("destroy", "--env", "prod", "--yes")[0] == 0


def test_commands_on_one_stack_are_refused(on_moto, tmp_path):
    settings(tmp_path)
    for words in (("sync",), ("recover", "--yes")):
        code, _, err = on_moto(*words, "--env", "prod")
        assert (code, "prod is a StackSet" in err) == (2, True)


@pytest.mark.parametrize("fault", ["lost", "throttle"])
def test_each_change_fails_once_on_the_wire_and_is_made_once(on_moto, moto, tmp_path, monkeypatch, fault):
    """`make faults` has every fault at every call."""
    settings(tmp_path)
    changes = ("CreateStackSet", "CreateStackInstances", "DeleteStackInstances", "DeleteStackSet")
    with Breaking(urlsplit(moto).port, fault, changes) as broken:
        monkeypatch.setenv("AWS_ENDPOINT_URL", broken.url)
        code, _, err = on_moto("deploy", "--env", "prod", "--yes")
        assert (code, "shop-prod: 4 of 4 stacks created." in err) == (0, True), err
        assert len(json.loads(on_moto("events", "--env", "prod", "--json")[1])) == 4
        code, _, err = on_moto("destroy", "--env", "prod", "--yes")
        assert code == 0, err
        assert json.loads(on_moto("status", "--env", "prod", "--json")[1])[0]["status"] is None
    assert tuple(broken.met) == changes
