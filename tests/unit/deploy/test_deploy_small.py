"""Assembling, the bootstrap stack, invoke and logs."""

from pathlib import Path

import msgspec
import pytest

from tapgen.compose import Origin
from tapgen.deploy.artifacts.bootstrap import bootstrap_document, bootstrap_request
from tapgen.deploy.aws.errors import LostAnswerError
from tapgen.deploy.aws.model import Answer, LogEvent, LogPage
from tapgen.deploy.commands.invoke import invoke, log_group
from tapgen.deploy.commands.logs import age, log_line, read
from tapgen.deploy.request import Options, deployment_of, stack_tags, where
from tapgen.errors import ExitCode, TapgenError, UsageError
from tapgen.render import Rendered
from tapgen.settings.load import load
from tapgen.settings.model import Environment
from tests.table import rows
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import document, run

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def project():
    return load(ROOT)


def test_an_environment_becomes_a_deployment(project):
    environ = {"REPOSITORY": "org/repo", "COMMIT_AUTHOR": "Ada Lovelace <ada@example.com>" + "x" * 300}
    origins = {"ItemTable": Origin("data", str(Path.cwd() / "tapgen/layers/data.py"), 41)}
    made = deployment_of(
        project.environment("prod"), Rendered(document(), origins), options=Options(wait=True), environ=environ
    )
    assert (made.stack_name, made.environment, made.protected) == ("tap-prod", "prod", True)
    assert made.tags["Repository"] == "org/repo"
    assert made.tags["Author"].startswith("Ada Lovelace ada@example.com")
    assert len(made.tags["Author"]) == 256
    assert made.ours == {"Application": "tap", "Environment": "Production", "ManagedBy": "tapgen"}
    line = (ROOT / "pyproject.toml").read_text().splitlines().index("[tool.tapgen.tables.Item]") + 1
    assert made.origins["ItemTable"].endswith(f"pyproject.toml:{line} (tables.Item)")
    assert made.options.wait is True


def test_without_a_repository_and_an_author_they_are_unknown(project):
    tags = stack_tags(project.environment("dev"), {"REPOSITORY": "", "COMMIT_AUTHOR": "<>"})
    assert (tags["Repository"], tags["Author"], tags["Environment"]) == ("unknown", "unknown", "dev")


def test_a_resource_of_an_own_layer_was_made_there(project):
    environment = msgspec.structs.replace(project.environment("dev"), layers=("mine",))
    rendered = Rendered(document(), {"ItemTable": Origin("mine", "/elsewhere/mine.py", 4)})
    made = deployment_of(environment, rendered, options=Options(), environ={})
    assert made.origins == {"ItemTable": "/elsewhere/mine.py:4 (layer mine)"}


def test_a_source_line_elsewhere_keeps_its_path():
    assert where(Origin("mine", "/elsewhere/layer.py", 3)) == "/elsewhere/layer.py:3 (layer mine)"


@pytest.mark.rule(39)
def test_the_artifact_bucket_is_private_versioned_encrypted_and_takes_tls_only():
    resources = bootstrap_document()["Resources"]
    bucket = resources["ArtifactBucket"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert "BucketName" not in bucket
    [statement] = resources["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert resources["ArtifactBucket"]["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.rule(39)
def test_bootstrap_deploys_a_protected_stack_once():
    cloud = Cloud()
    assert run(cloud, bootstrap_request()).code == ExitCode.OK
    [record] = cloud.stacks.values()
    assert (record.name, record.protection) == ("tapgen-bootstrap", True)
    assert "ArtifactBucket" in record.policy
    assert run(cloud, bootstrap_request()).message.startswith("no changes")


def app(project):
    cloud = Cloud()
    made = {
        "Resources": {
            "ItemFunction": {"Type": "AWS::Lambda::Function"},
            "ItemFunctionLogGroup": {"Type": "AWS::Logs::LogGroup"},
        }
    }
    cloud.put("tap-dev", document=made)
    return cloud, project.environment("dev")


@pytest.mark.parametrize("name", ["Item", "ItemFunction"])
def test_a_function_is_invoked_by_either_of_its_names(project, name):
    cloud, environment = app(project)
    cloud.answer = Answer(200, b'{"ok": true}', "", "END")
    assert invoke(cloud, environment, name, b'{"a": 1}').payload == b'{"ok": true}'
    assert cloud.invoked == ("itemfunction-1", b'{"a": 1}')
    assert log_group(cloud, environment, name) == "itemfunctionloggroup-1"


def test_an_answer_that_is_lost_may_have_been_given(project):
    cloud, environment = app(project)
    cloud.faults["invoke"] = [LostAnswerError("ReadTimeoutError", "no answer", "Invoke")]
    with pytest.raises(TapgenError, match="no answer") as caught:
        invoke(cloud, environment, "Item", b"{}")
    assert caught.value.hint == "It was sent once, and may have run: `tapgen logs Item --env dev` tells."


def test_what_cannot_be_invoked_says_why(project):
    cloud, environment = app(project)
    with pytest.raises(UsageError, match="the payload is not JSON"):
        invoke(cloud, environment, "Item", b"{")
    with pytest.raises(UsageError, match='dev has no function "Itm"') as caught:
        invoke(cloud, environment, "Itm", b"{}")
    assert caught.value.hint == 'did you mean "Item"?'
    empty = Cloud()
    empty.put("tap-dev", document=document())
    with pytest.raises(TapgenError, match=r"holds no ItemFunction \(AWS::Lambda::Function\)"):
        invoke(empty, environment, "Item", b"{}")


def line(number, time, message="m"):
    return LogEvent(str(number), time, message)


def test_log_events_are_told_once_over_all_pages():
    cloud = Cloud()
    cloud.log_pages = [LogPage((line(1, 5), line(2, 6)), "n"), LogPage((line(2, 6), line(3, 7)))]
    found = list(read(cloud, "group", 0, cloud.time.clock, follow=False))
    assert [event.id for event in found] == ["1", "2", "3"]


def test_following_goes_on_with_what_is_new_even_when_it_comes_late():
    cloud = Cloud()
    asked = []
    pages = [LogPage((line(1, 50_000),)), LogPage((line(1, 50_000), line(2, 45_000)))]
    cloud.log_events = lambda group, since, page="": asked.append(since) or pages[min(len(asked), 2) - 1]
    events = read(cloud, "group", 1, cloud.time.clock, follow=True)
    assert [next(events).id, next(events).id] == ["1", "2"]
    assert asked == [1, 40_000]


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400)])
def test_ages(text, seconds):
    assert age(text) == seconds
    with pytest.raises(UsageError, match="is no age"):
        age(text[:-1])


@rows(
    ("message", "shown"),
    [
        ("START RequestId: 1\n", "START RequestId: 1"),
        ('{"level": "ERROR", "message": "it failed"}', "ERROR  it failed"),
        ('{"message": "plain"}', "plain"),
        ('{"message": {"a": 1}}', '{"message": {"a": 1}}'),
        ("[1]", "[1]"),
        ("key AKIAIOSFODNN7EXAMPLE", "key ****"),
        ("to postgresql://ada:hunter2@db.example.com/orders", "to postgresql://ada:****@db.example.com/orders"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijk!", "****!"),
        ("-----BEGIN RSA PRIVATE KEY----- MIIE -----END RSA PRIVATE KEY----- x", "**** x"),
        ("-----BEGIN PRIVATE KEY----- MIIE", "****"),
    ],
)
def test_log_lines(message, shown):
    assert log_line(line(1, 1_893_456_000_000, message)) == f"2030-01-01 00:00:00  {shown}"


def test_settings_without_a_function_are_handled():
    environment = Environment(name="x", root=Path(), application="s")
    with pytest.raises(UsageError, match="has no function"):
        log_group(Cloud(), environment, "Item")
