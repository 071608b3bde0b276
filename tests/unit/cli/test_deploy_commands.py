"""The deployment commands as people type them, against the embedded AWS."""

import json
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tapgen.cli import run
from tapgen.errors import ExitCode

pytest.importorskip("ministack", reason="the embedded AWS is in the extra `local`")

DEPLOY = Path(__file__).parents[3] / "tapgen/deploy"
SETTINGS = """\
[tool.tapgen]
application = "shop"

[tool.tapgen.tables.Item]
partition_key = { name = "itemId", type = "S" }

[tool.tapgen.functions.Item]
source = "source"
memory = MEMORY

[tool.tapgen.environments.dev]
personal = true
expires = "1d"
[tool.tapgen.environments.prod]
protected = true
[tool.tapgen.environments.wide]
regions = ["us-east-1", "us-west-2"]
[tool.tapgen.environments.pinned]
account = "999999999999"
"""


@pytest.fixture
def tapgen(embedded, tmp_path, monkeypatch, capsys):
    """A runner of the command line in a project of its own, which gives exit code, stdout and stderr."""
    embedded.reset()
    access, secret = embedded.credentials
    for name, value in {
        "AWS_ENDPOINT_URL": embedded.endpoint,
        "AWS_ACCESS_KEY_ID": access,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "TAPGEN_PROJECT": str(tmp_path),
        "NO_COLOR": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    settings(tmp_path)
    (tmp_path / "source").mkdir()
    (tmp_path / "source/index.py").write_text(
        "def handler(event, context):\n    return {'answer': event.get('x', 1)}\n"
    )

    def call(*words):
        code = run(list(words))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


NETWORK = """
[tool.tapgen.network]
subnets = "isolated"
"""


def settings(folder, memory=128, more=""):
    (folder / "pyproject.toml").write_text(SETTINGS.replace("MEMORY", str(memory)) + more)


def test_from_the_first_deployment_to_the_end(tapgen, tmp_path):
    settings(tmp_path, more=NETWORK)
    code, out, err = tapgen("deploy", "--yes")
    assert code == ExitCode.OK, err
    assert "shop-dev in 123456789012 us-east-1: the change set creates the stack" in out
    assert re.search(r"\n  \+  ItemTable +AWS::DynamoDB::Table +created\n", out)
    assert "LambdaFunctionNameOutput  shop-dev-Item" in out
    assert err.rstrip().endswith("shop-dev is CREATE_COMPLETE.")
    assert tapgen("deploy", "--yes")[2].endswith("No changes: shop-dev is as the template says.\n")
    settings(tmp_path, memory=256, more=NETWORK)
    code, out, err = tapgen("deploy", "--yes", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (ExitCode.OK, "")
    assert [line["kind"] for line in lines if line["kind"] != "event"] == ["finding", "step", "plan", "step", "result"]
    assert lines[-1]["status"] == "UPDATE_COMPLETE"
    code, out, _ = tapgen("outputs", "--json")
    assert json.loads(out)["LambdaFunctionNameOutput"] == "shop-dev-Item"
    assert "LambdaFunctionNameOutput=shop-dev-Item\n" in tapgen("outputs", "--format", "env")[1]
    assert re.search(r"^LambdaFunctionNameOutput +shop-dev-Item$", tapgen("outputs")[1], re.MULTILINE)
    code, out, err = tapgen("destroy", "--yes")
    assert (code, err.splitlines()[-1]) == (ExitCode.OK, "shop-dev is DELETE_COMPLETE.")
    assert tapgen("status")[1].splitlines()[-1] == "next                    tapgen deploy creates it"


def test_two_users_have_a_stack_each(tapgen, monkeypatch):
    assert tapgen("deploy", "--env", "dev/alice", "--yes")[0] == ExitCode.OK
    monkeypatch.setenv("TAPGEN_USER", "bob")
    assert tapgen("deploy", "--yes")[2].endswith("shop-dev-bob is CREATE_COMPLETE.\n")
    assert tapgen("outputs", "--env", "dev/alice")[1].count("shop-dev-alice-Item")
    assert tapgen("diff", "--deployed")[1].startswith(
        "dev/bob: the stack shop-dev-bob in us-east-1 → rendered now\nno "
    )
    _, out, _ = tapgen("envs", "--stacks", "--json")
    found = [(row["environment"], row["status"], row["expired"]) for row in json.loads(out)]
    assert found[:3] == [
        ("dev", None, False),
        ("dev/alice", "CREATE_COMPLETE", False),
        ("dev/bob", "CREATE_COMPLETE", False),
    ]
    for words in ("status", "drift", "sync"):
        code, _, err = tapgen(words, "--env", "dev/alice")
        assert code == ExitCode.OK, (words, err)
    assert tapgen("rename", "Item", "Thing", "--env", "dev/alice", "--plan-only")[2].count(
        "the settings have no resource"
    )
    assert tapgen("destroy", "--expired", "--yes")[2] == "No personal environment is too old.\n"
    assert tapgen("destroy", "--yes")[2].endswith("shop-dev-bob is DELETE_COMPLETE.\n")
    assert tapgen("status", "--env", "dev/alice")[0] == ExitCode.OK


def test_a_repository_may_deploy_by_the_roles_that_bootstrap_makes(tapgen, embedded):
    from botocore.session import Session

    words = ("bootstrap", "--github", "acme/shop", "--env", "prod", "--yes")
    code, out, err = tapgen(*words)
    assert code == ExitCode.OK, err
    assert "PlanRoleArn    arn:aws:iam::123456789012:role/shop-prod-plan\n" in out
    iam = Session().create_client("iam", region_name="us-east-1")
    [statement] = iam.get_role(RoleName="shop-prod-deploy")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    provider = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"][0]["Arn"]
    assert statement["Principal"] == {"Federated": provider}
    attached = iam.list_attached_role_policies(RoleName="shop-prod-deploy")["AttachedPolicies"]
    assert len(attached) >= 1
    assert tapgen(*words)[2].endswith("No changes: shop-prod-github is as the template says.\n")
    assert tapgen("bootstrap", "--github", "acme/shop", "--env", "dev/alice", "--yes")[0] == ExitCode.USAGE


def test_a_part_is_renamed_in_a_protected_environment_and_keeps_its_data(tapgen, tmp_path):
    from botocore.session import Session

    assert tapgen("deploy", "--env", "prod", "--yes")[0] == ExitCode.OK
    table = json.loads(tapgen("outputs", "--env", "prod", "--json")[1])["DynamoTableNameOutput"]
    service = Session().create_client("dynamodb", region_name="us-east-1")
    service.put_item(TableName=table, Item={"itemId": {"S": "precious"}})
    file = tmp_path / "pyproject.toml"
    file.write_text(file.read_text().replace("tables.Item]", "tables.Thing]"))
    code, _, err = tapgen("deploy", "--env", "prod", "--yes")
    assert (code, "tapgen rename ItemTable ThingTable" in err) == (ExitCode.REFUSED, True), err
    assert tapgen("diff", "--env", "prod", "--deployed", "--exit-code")[0] == ExitCode.REFUSED
    planned = tapgen("rename", "Item", "Thing", "--env", "prod", "--plan-only")[2]
    assert "No stack refactor: a stack with a stack policy takes none" in planned
    code, _, err = tapgen("rename", "Item", "Thing", "--env", "prod", "--yes")
    assert (code, "shop-prod has ThingTable." in err) == (ExitCode.OK, True), err
    code, _, err = tapgen("deploy", "--env", "prod", "--yes")
    assert code == ExitCode.OK, err
    assert json.loads(tapgen("outputs", "--env", "prod", "--json")[1])["DynamoTableNameOutput"] == table
    assert service.scan(TableName=table)["Items"] == [{"itemId": {"S": "precious"}}]
    assert tapgen("rename", "Item", "Thing", "--env", "prod", "--yes")[0] == ExitCode.OK


RENAMED = {
    "queues.Orders": "queues.Requests",
    "topics.News": "topics.Feed",
    "buckets.Uploads": "buckets.Files",
    "user_pools.Customers": "user_pools.Clients",
}
PARTS = """
[tool.tapgen.queues.Orders]
[tool.tapgen.topics.News]
[tool.tapgen.buckets.Uploads]
[tool.tapgen.user_pools.Customers]
"""


def test_each_kind_of_part_is_renamed_and_stays_the_same_for_those_who_know_its_id(tapgen, tmp_path):
    file = tmp_path / "pyproject.toml"
    file.write_text(file.read_text() + PARTS)
    assert tapgen("deploy", "--env", "prod", "--yes")[0] == ExitCode.OK
    before = set(json.loads(tapgen("outputs", "--env", "prod", "--json")[1]).values())
    text = file.read_text().replace(
        "[tool.tapgen]", "[tool.tapgen]\nlogical_ids.FilesBucketPolicy = 'UploadsBucketPolicy'"
    )
    for old, new in RENAMED.items():
        text = text.replace(old, new)
    file.write_text(text.replace("buckets.Files]", "buckets.Files]\nname = 'shop-prod-uploads-123456789012-us-east-1'"))
    for old, new in RENAMED.items():
        code, _, err = tapgen("rename", old.partition(".")[2], new.partition(".")[2], "--env", "prod", "--yes")
        assert code == ExitCode.OK, err
    code, _, err = tapgen("deploy", "--env", "prod", "--yes")
    assert code == ExitCode.OK, err
    after = json.loads(tapgen("outputs", "--env", "prod", "--json")[1])
    assert set(after.values()) == before
    assert {"FilesBucketNameOutput", "ClientsUserPoolClientIdOutput", "RequestsQueueUrlOutput"} <= after.keys()


def test_drift_is_shown_in_the_review_and_named_by_the_plan(tapgen, tmp_path):
    from botocore.session import Session

    file = tmp_path / "pyproject.toml"
    file.write_text(file.read_text() + "[tool.tapgen.queues.Orders]\nvisibility_timeout = 60\n")
    assert tapgen("deploy", "--yes")[0] == ExitCode.OK
    url = json.loads(tapgen("outputs", "--json")[1])["OrdersQueueUrlOutput"]
    service = Session().create_client("sqs", region_name="us-east-1")
    service.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "99"})
    code, out, _ = tapgen("diff", "--deployed", "--drift", "--exit-code")
    assert (code, "no differences · 1 drifted" in out) == (ExitCode.CHANGES, True)
    assert "VisibilityTimeout is 99, was deployed as 60, is rendered as 60; it stays so" in out
    file.write_text(file.read_text().replace("= 60", "= 70"))
    assert "is rendered as 70; the deployment overwrites it" in tapgen("diff", "--deployed", "--drift")[1]
    code, out, err = tapgen("deploy", "--yes")
    assert code == ExitCode.OK, err
    assert "OrdersQueue has drifted: VisibilityTimeout is 99, was deployed as 60\n" in out
    assert tapgen("diff", "--drift")[0] == ExitCode.USAGE


BY_ARN = ("cloudformation:DescribeChangeSet", "cloudformation:DeleteChangeSet", "cloudformation:GetTemplate")
"""Calls that name a change set by its ARN alone: the embedded AWS compares no ARN with them."""


def act_as(monkeypatch, role, *more):
    """Act with the managed policies of a role, and `more` actions on everything."""
    from botocore.session import Session

    iam, sts = (Session().create_client(name, region_name="us-east-1") for name in ("iam", "sts"))
    root = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(more), "Resource": "*"}]}
    iam.create_role(RoleName=f"as-{role}", AssumeRolePolicyDocument=json.dumps({"Statement": [root]}))
    iam.put_role_policy(RoleName=f"as-{role}", PolicyName="more", PolicyDocument=json.dumps(allowed))
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        iam.attach_role_policy(RoleName=f"as-{role}", PolicyArn=policy["PolicyArn"])
    arn = f"arn:aws:iam::123456789012:role/as-{role}"
    found = sts.assume_role(RoleArn=arn, RoleSessionName="pipeline")["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", found["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", found["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", found["SessionToken"])


def test_the_policies_of_the_roles_are_enough_and_who_plans_cannot_execute(tapgen, monkeypatch):
    assert tapgen("bootstrap", "--github", "acme/shop", "--env", "prod", "--yes")[0] == ExitCode.OK
    with monkeypatch.context() as planning:
        act_as(planning, "shop-prod-plan", *BY_ARN)
        code, _, err = tapgen("deploy", "--env", "prod", "--plan-only")
        assert code == ExitCode.OK, err
        [arn] = re.findall(r"--plan (arn:\S+)", err)
        code, _, err = tapgen("deploy", "--env", "prod", "--plan", arn, "--yes")
        assert (code, "not authorized to perform: cloudformation:ExecuteChangeSet" in err) == (ExitCode.FAILED, True), (
            err
        )
    act_as(monkeypatch, "shop-prod-deploy", *BY_ARN, "cloudformation:ExecuteChangeSet")
    code, _, err = tapgen("deploy", "--env", "prod", "--plan", arn, "--yes")
    assert code == ExitCode.OK, err
    for words in (("drift",), ("status",), ("deploy", "--plan-only"), ("outputs",)):
        code, _, err = tapgen(*words, "--env", "prod")
        assert code == ExitCode.OK, err
    code, _, err = tapgen("destroy", "--env", "prod", "--disable-protection", "--confirm", "shop-prod", "--yes")
    assert code == ExitCode.OK, err


def test_an_environment_of_another_account_is_a_row_with_its_problem(tapgen):
    code, out, _ = tapgen("envs", "--stacks")
    assert code == ExitCode.FAILED
    assert re.search(r"pinned +shop-pinned +us-east-1 +the credentials belong to account 123456789012, the", out)


def test_a_plan_is_made_reviewed_and_executed(tapgen, tmp_path):
    code, _, err = tapgen("deploy", "--plan-only")
    assert code == ExitCode.OK
    [arn] = re.findall(r"--plan (arn:\S+)", err)
    assert f"The plan {arn} waits; nothing was executed.\n" in err, "nothing sticks to what is copied"
    settings(tmp_path, memory=256)
    code, _, err = tapgen("deploy", "--plan", arn, "--yes")
    assert (code, "the template moved since it was made" in err) == (ExitCode.REFUSED, True)
    settings(tmp_path)
    code, _, err = tapgen("deploy", "--plan", arn, "--yes")
    assert code == ExitCode.OK, err


def test_a_finding_refuses_before_anything_is_called_and_no_check_says_so(tapgen, tmp_path, monkeypatch):
    settings(tmp_path, more=NETWORK)
    source = tmp_path / "source/index.py"
    working = source.read_text()
    source.write_text(f"import boto3\n\nTOPICS = boto3.client('sns').list_topics()\n\n\n{working}")
    with monkeypatch.context() as nowhere:
        nowhere.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        for words in (("--yes",), ("--plan-only",)):
            code, out, err = tapgen("deploy", *words)
            assert (code, out) == (ExitCode.REFUSED, ""), err
        printed = tapgen("check", "--no-lint", "--format", "text")[1].splitlines()
        found = err.splitlines()
        assert found[0] == "dev: 2 errors"
        assert [line for line in found if line.startswith("    error")] == [
            line for line in printed if line.startswith("    error")
        ]
        assert "The check found 1 warning: `tapgen check --env dev` prints them." in found
        assert found[-2] == "Error: the check found 2 errors in dev, nothing was asked of AWS"
        assert "`--no-check`" in found[-1]
        code, out, err = tapgen("deploy", "--yes", "--json")
        lines = [json.loads(line) for line in out.splitlines()]
        assert [line["kind"] for line in lines] == ["finding"] * 3 + ["result"]
        assert (code, lines[-1]["exit_code"], err) == (ExitCode.REFUSED, ExitCode.REFUSED, "")
    code, _, err = tapgen("deploy", "--yes", "--no-check")
    assert code == ExitCode.OK
    assert err.startswith("Warning: --no-check: nothing says that what is deployed works")
    tapgen("destroy", "--yes")
    source.write_text(working)
    arn = re.search(r"--plan (arn:\S+)", tapgen("deploy", "--plan-only")[2])[1]
    code, _, err = tapgen("deploy", "--plan", arn, "--yes", "--no-check")
    assert (code, "The check found" in err, "--no-check" in err) == (ExitCode.OK, False, False)


def test_looking_at_a_stack(tapgen):
    tapgen("deploy", "--yes")
    code, out, _ = tapgen("status", "--json")
    [row] = json.loads(out)
    assert (code, row["status"], row["termination_protection"]) == (ExitCode.OK, "CREATE_COMPLETE", False)
    assert re.search(r"^termination protection +no$", tapgen("status")[1], re.MULTILINE)
    _, out, _ = tapgen("events", "--json")
    assert json.loads(out)[-1]["status"] == "CREATE_COMPLETE"
    assert tapgen("events", "--all")[1].splitlines()[-1].split()[2:4] == ["CREATE_COMPLETE", "shop-dev"]
    code, _, err = tapgen("watch")
    assert (code, err.splitlines()[-1]) == (ExitCode.OK, "shop-dev is CREATE_COMPLETE.")
    code, out, _ = tapgen("drift")
    assert (code, "IN_SYNC       ItemTable" in out) == (ExitCode.OK, True)
    assert json.loads(tapgen("drift", "--json")[1])
    assert tapgen("cancel")[0] == ExitCode.FAILED
    for yes in ((), ("--yes",)):  # without a terminal: there is nothing to ask
        assert tapgen("recover", *yes)[2] == "Nothing to recover: shop-dev is CREATE_COMPLETE.\n"


def test_invoking_a_function_and_reading_its_log(tapgen, tmp_path, monkeypatch):
    tapgen("deploy", "--yes")
    payload = tmp_path / "event.json"
    payload.write_text('{"x": 42}')
    code, out, _ = tapgen("invoke", "Item", "--payload", str(payload))
    assert (code, json.loads(out)) == (ExitCode.OK, {"answer": 42})
    assert json.loads(tapgen("invoke", "ItemFunction")[1]) == {"answer": 1}
    if Path("/dev/full").exists():
        with suppress(OSError), Path("/dev/full").open("w") as full, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", full)
            code, _, err = tapgen("invoke", "Item")
        assert (code, "Item has run, and its answer cannot be written: No space" in err) == (ExitCode.FAILED, True)
    payload.write_text("[]")
    code, _, err = tapgen("invoke", "Item", "--payload", str(payload))
    assert (code, "Error: Item failed (Unhandled)" in err) == (ExitCode.FAILED, True)
    assert tapgen("logs", "Item", "--since", f"{10**11}d")[0] == ExitCode.OK
    code, out, _ = tapgen("logs", "Item", "--since", "1h")
    assert code == ExitCode.OK
    assert out
    assert {"time", "message"} == set(json.loads(tapgen("logs", "Item", "--json")[1].splitlines()[0]))


def test_packaged_code_goes_by_the_artifact_bucket(tapgen, tmp_path):
    (tmp_path / "source/helper.py").write_text("ANSWER = 7\n")
    (tmp_path / "source/index.py").write_text(
        "import helper\n\ndef handler(event, context):\n    return helper.ANSWER\n"
    )
    code, _, err = tapgen("deploy", "--yes")
    assert (code, "Hint: Run `tapgen bootstrap --region us-east-1` once." in err) == (ExitCode.FAILED, True)
    assert tapgen("bootstrap", "--yes")[0] == ExitCode.OK
    code, _, err = tapgen("deploy", "--yes")
    assert (code, err.count("Uploading functions/")) == (ExitCode.OK, 1)
    assert json.loads(tapgen("invoke", "Item")[1]) == 7
    code, _, err = tapgen("deploy", "--yes")
    assert (code, "Uploading" in err, "No changes" in err) == (ExitCode.OK, False, True)


def test_a_protected_environment_is_destroyed_by_its_typed_name_only(tapgen):
    assert tapgen("deploy", "--env", "prod", "--yes")[0] == ExitCode.OK
    words = ("destroy", "--env", "prod", "--yes")
    assert tapgen(*words)[0] == ExitCode.REFUSED
    code, _, err = tapgen(*words, "--disable-protection")
    assert (code, "Add --confirm shop-prod." in err) == (ExitCode.USAGE, True)
    assert tapgen(*words, "--disable-protection", "--confirm", "shop-dev")[0] == ExitCode.DECLINED
    assert tapgen("status", "--env", "prod", "--json")[1].count('"termination_protection": true') == 1
    assert tapgen(*words, "--disable-protection", "--confirm", "shop-prod")[0] == ExitCode.OK


def test_sync_goes_straight_to_the_function_and_deploy_puts_the_stack_right(tapgen, tmp_path):
    assert tapgen("deploy", "--yes")[0] == ExitCode.OK
    source = tmp_path / "source/index.py"
    before = source.read_text()
    source.write_text(before.replace("event.get('x', 1)", "'synced'"))
    code, _, err = tapgen("sync")
    assert (code, "1 function of shop-dev brought up to date: ItemFunction" in err) == (ExitCode.OK, True), err
    assert json.loads(tapgen("invoke", "Item")[1]) == {"answer": "synced"}
    assert "no changes: what can be synced in shop-dev is as the template says" in tapgen("sync")[2].lower()

    settings(tmp_path, memory=256)
    assert "configuration" in tapgen("sync")[2]
    source.write_text(before)
    settings(tmp_path)
    code, _, err = tapgen("deploy", "--yes")
    assert (code, "Put right what `tapgen sync` had changed: ItemFunction" in err) == (ExitCode.OK, True), err
    assert json.loads(tapgen("invoke", "Item")[1]) == {"answer": 1}

    (tmp_path / "pyproject.toml").write_text((tmp_path / "pyproject.toml").read_text() + "[tool.tapgen.tables.Other]\n")
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write('partition_key = { name = "id", type = "S" }\n')
    code, _, err = tapgen("sync")
    assert (code, "needs a deployment: " in err) == (ExitCode.REFUSED, True), err
    assert tapgen("sync", "--env", "prod")[0] == ExitCode.USAGE


def test_sync_watches_the_sources_and_shows_the_logs(tapgen, tmp_path):
    assert tapgen("deploy", "--yes")[0] == ExitCode.OK
    source = tmp_path / "source/index.py"
    command = [sys.executable, "-m", "tapgen", "sync", "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        told = iter(process.stderr.readline, "")
        assert next(line for line in told if line.startswith("Watching"))
        source.write_text("def handler(event, context):\n    print('from the new code')\n    return {'answer': 2}\n")
        assert next(line for line in told if "brought up to date: ItemFunction" in line)
        assert json.loads(tapgen("invoke", "Item")[1]) == {"answer": 2}
        shown = next(line for line in iter(process.stdout.readline, "") if "from the new code" in line)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert shown.startswith("ItemFunction  ")
    assert process.returncode == ExitCode.OK


def test_several_regions_side_by_side(tapgen):
    code, out, err = tapgen("deploy", "--env", "wide", "--yes")
    assert code == ExitCode.OK, err
    for region in ("us-east-1", "us-west-2"):
        assert f"[{region}] shop-wide is CREATE_COMPLETE." in err
    title = "shop-wide in 123456789012 us-east-1, us-west-2: each change set creates its stack\n"
    assert out.startswith(title), "the regions agree, and their plan is shown once"
    assert out.count("AWS::DynamoDB::Table ") == 1
    code, _, err = tapgen("outputs", "--env", "wide")
    assert (code, "Pass --region: us-east-1, us-west-2." in err) == (ExitCode.USAGE, True)
    assert tapgen("outputs", "--env", "wide", "--region", "us-west-2")[0] == ExitCode.OK


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("deploy",), ExitCode.USAGE, "Hint: Pass --yes."),
        (("destroy",), ExitCode.USAGE, "there is no terminal to confirm on; nothing was done"),
        (("deploy", "--env", "nosuch"), ExitCode.USAGE, 'there is no environment "nosuch"'),
        (("destroy", "--env", "prdo"), ExitCode.USAGE, 'did you mean "prod"?'),
        (("recover", "--env", "nosuch"), ExitCode.USAGE, 'there is no environment "nosuch"'),
        (("deploy", "--plan", "", "--yes"), ExitCode.USAGE, "--plan is empty; leave it out, or check the variable"),
        (("deploy", "--plan=", "--yes"), ExitCode.USAGE, "--plan is empty"),
        (("deploy", "--yes", "--allow-loss", ""), ExitCode.USAGE, "--allow-loss is empty"),
        (("destroy", "--env", "", "--yes"), ExitCode.USAGE, "--env is empty"),
        (("invoke", ""), ExitCode.USAGE, "an argument is empty"),
        (("deploy", "--plan", "x", "--express", "--yes"), ExitCode.USAGE, "are decided when the plan is made"),
        (("destroy", "--env", "prod", "--express", "--yes"), ExitCode.USAGE, "prod is protected: leave --express away"),
        (("deploy", "--env", "prod", "--express", "--yes"), ExitCode.USAGE, "does not wait until it works"),
        (("deploy", "--plan", "x", "--plan-only"), ExitCode.USAGE, "--plan executes what --plan-only has left"),
        (("deploy", "--yes", "--parameter", "Size"), ExitCode.USAGE, "write it as NAME=VALUE"),
        (("deploy", "--yes", "--parameter", "Size=1"), ExitCode.USAGE, 'the template has no parameter "Size"'),
        (("deploy", "--env", "pinned", "--yes"), ExitCode.WRONG_TARGET, "the settings pin 999999999999"),
        (
            ("deploy", "--env", "wide", "--region", "eu-west-1", "--yes"),
            ExitCode.WRONG_TARGET,
            "pin us-east-1, us-west-2",
        ),
        (("deploy", "--profile", "absent", "--yes"), ExitCode.USAGE, "absent"),
        (("outputs",), ExitCode.WRONG_TARGET, "there is no stack shop-dev in us-east-1"),
        (("destroy", "--yes"), ExitCode.WRONG_TARGET, "there is no stack shop-dev in us-east-1"),
        (("logs", "Itm"), ExitCode.USAGE, 'did you mean "Item"?'),
        (("logs", "Item", "--since", "soon"), ExitCode.USAGE, "Write 30s, 10m, 2h or 1d."),
    ],
)
def test_what_goes_wrong_says_what_to_do(tapgen, words, code, says):
    found, _, err = tapgen(*words)
    assert (found, says in err) == (code, True), err


def test_debug_shows_where_an_error_comes_from(tapgen):
    from tapgen.deploy.stack.target import WrongTargetError

    with pytest.raises(WrongTargetError, match="the settings pin 999999999999"):
        tapgen("--debug", "deploy", "--env", "pinned", "--yes")


def test_nothing_answers(tapgen, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    code, _, err = tapgen("deploy", "--yes")
    assert code == ExitCode.FAILED
    assert "Error: GetCallerIdentity: Could not connect to the endpoint URL" in err
    assert "AWS_ENDPOINT_URL" in err


def test_a_verb_works_although_the_template_cannot_be_rendered(tapgen, tmp_path):
    tapgen("deploy", "--yes")
    broken = "def build(template, environment, stack):\n    template.add_resource(object())\n"
    (tmp_path / "broken_layer.py").write_text(broken)
    text = (tmp_path / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(text.replace('"shop"\n', '"shop"\nlayers = ["broken_layer"]\n'))
    assert tapgen("render", "--stdout")[0] != ExitCode.OK
    code, _, err = tapgen("watch")
    assert code == ExitCode.OK
    assert "failures are shown without their source lines" in err


def test_the_summaries_of_the_help_are_the_commands_own():
    from importlib import import_module

    from tapgen.cli import SECTIONS

    for name, summary in SECTIONS["Deployment"].items():
        text = import_module(f"tapgen.cli.{name}").command.help
        assert text.splitlines()[0] == summary
        assert "Example" in text


def test_a_deployment_imports_boto3_nowhere():
    text = "".join(path.read_text() for path in DEPLOY.rglob("*.py"))
    assert "import boto3" not in text
    users = {
        path.parent.name for path in DEPLOY.rglob("*.py") if re.search(r"(from|import) botocore", path.read_text())
    }
    assert users == {"aws"}
