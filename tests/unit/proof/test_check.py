"""The check as deploy and the command line call it: environments, places, suppressions, cfn-lint."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from tapgen import render
from tapgen.proof import check, lint
from tapgen.proof.findings import Finding, failing, ordered, suppress, worse_or_equal
from tapgen.proof.subject import Subject
from tapgen.settings.load import load
from tapgen.settings.suppressions import Suppression
from tapgen.template import document
from tapgen.template.document import Document, read
from tests.unit.proof import documents
from tests.unit.proof.documents import GET_SETTINGS, SETTINGS, write_project


def checked(root: Path, name: str = "dev", *, with_lint: bool = False) -> tuple[Finding, ...]:
    environment = load(root).environment(name)
    return check.check(environment, render.render(environment).document, lint=with_lint)


def test_the_shipped_environments_are_clean() -> None:
    root = Path(__file__).parents[3]
    for name, environment in load(root).environments.items():
        found = check.check(environment, render.render(environment).document, lint=False)
        assert failing(found, "warning") == (), name


def test_a_finding_without_a_source_line_points_into_the_settings(tmp_path: Path) -> None:
    write_project(tmp_path, SETTINGS.replace('"dynamodb:PutItem"', '"dynamodb:PutItem", "dynamodb:Scan"'))
    found = {finding.rule: finding for finding in checked(tmp_path)}
    unused = found["permission-unused"]
    assert unused.file == "pyproject.toml"
    line = (tmp_path / "pyproject.toml").read_text().splitlines()[(unused.line or 0) - 1]
    assert line == "[tool.tapgen.functions.Item]"
    endpoint = found["endpoint-policy-unused"]
    line = (tmp_path / "pyproject.toml").read_text().splitlines()[(endpoint.line or 0) - 1]
    assert line == "[tool.tapgen.network]"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", ["network-unknown"]),
        ('has_endpoints = ["dynamodb"]', []),
        ('has_endpoints = ["sqs"]', ["service-unreachable"]),
        ("has_endpoints = []", ["service-unreachable"]),
        ("has_nat = true", []),
    ],
)
def test_an_existing_network_reaches_what_the_settings_say_that_it_has(
    tmp_path: Path, said: str, expected: list[str]
) -> None:
    network = '[tool.tapgen.network]\nsubnets = ["subnet-1"]\nsecurity_groups = ["sg-1"]\n'
    write_project(tmp_path, SETTINGS.replace("[tool.tapgen.network]\n", f"{network}{said}\n"))
    about = [finding for finding in checked(tmp_path) if finding.rule in ("network-unknown", "service-unreachable")]
    assert [finding.rule for finding in about] == expected
    if expected == ["service-unreachable"]:
        assert (about[0].file, about[0].line) == ("src/index.py", 5)
        assert "network.has_endpoints" in str(about[0].hint)


def test_a_missing_permission_points_into_the_source(tmp_path: Path) -> None:
    write_project(tmp_path, SETTINGS, "table.get_item(Key={})")
    [missing] = [finding for finding in checked(tmp_path) if finding.rule == "permission-missing"]
    assert (missing.file, missing.line) == ("src/index.py", 5)


def test_settings_in_tapgen_toml(tmp_path: Path) -> None:
    write_project(tmp_path, SETTINGS, "table.get_item(Key={})")
    text = (tmp_path / "pyproject.toml").read_text().replace("[tool.tapgen.", "[").replace("[tool.tapgen]\n", "")
    (tmp_path / "pyproject.toml").unlink()
    (tmp_path / "tapgen.toml").write_text(text)
    [unused] = [finding for finding in checked(tmp_path) if finding.rule == "permission-unused"]
    assert unused.file == "tapgen.toml"
    assert text.splitlines()[(unused.line or 0) - 1] == "[functions.Item]"


def test_suppressed_findings_stay_with_their_reason(tmp_path: Path) -> None:
    reason = (
        'check.suppress = [{ rule = "permission-missing", resource = "ItemFunction", reason = "a demonstration" }]\n'
    )
    write_project(tmp_path, SETTINGS.replace("[tool.tapgen]\n", f"[tool.tapgen]\n{reason}"), "table.get_item(Key={})")
    [finding] = [finding for finding in checked(tmp_path) if finding.rule == "permission-missing"]
    assert finding.suppressed_reason == "a demonstration"
    assert finding not in failing(checked(tmp_path), "info")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("table-backups", "check.suppress accepts table-backups of Nobody, which was not found."),
        ("table-bakups", 'check.suppress names "table-bakups", which is no rule; did you mean "table-backups"?'),
    ],
)
def test_a_suppression_that_accepts_nothing_is_a_finding(tmp_path: Path, rule: str, message: str) -> None:
    line = f'check.suppress = [{{ rule = "{rule}", resource = "Nobody", reason = "x" }}]\n'
    write_project(tmp_path, SETTINGS.replace("[tool.tapgen]\n", f"[tool.tapgen]\n{line}"))
    [finding] = checked(tmp_path)
    assert (finding.rule, finding.message) == ("suppression-unused", message)


UNUSED = 'check.suppress = [{ rule = "W3005", reason = "x" }]\n'


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[Finding, ...], ...]:
    """What one cfn-lint finds in dev, in prod with two mistakes, and in a dev that accepts what is not there."""
    clean, accepting = tmp_path_factory.mktemp("clean"), tmp_path_factory.mktemp("accepting")
    write_project(clean, GET_SETTINGS)
    write_project(accepting, SETTINGS.replace("[tool.tapgen]\n", f"[tool.tapgen]\n{UNUSED}"))
    environments = [load(clean).environment("dev"), load(clean).environment("prod"), load(accepting).environment("dev")]
    targets = [check.of_environment(one, render.render(one).document) for one in environments]
    targets[1].subject.document["Resources"]["ItemFunction"]["Properties"] |= {"MemorySize": "much", "Nonsense": 1}
    return check.check_all(targets, with_lint=True)


def test_suppressions_of_cfn_lint_are_not_judged_without_it(
    tmp_path: Path, linted: tuple[tuple[Finding, ...], ...]
) -> None:
    write_project(tmp_path, SETTINGS.replace("[tool.tapgen]\n", f"[tool.tapgen]\n{UNUSED}"))
    assert checked(tmp_path) == ()
    assert [finding.rule for finding in linted[2]] == ["suppression-unused"]


def test_cfn_lint_findings_have_the_same_form(linted: tuple[tuple[Finding, ...], ...]) -> None:
    found = {finding.rule: finding for finding in linted[1]}
    assert {"E3012", "E3002"} <= set(found)
    assert found["E3002"].severity == "error"
    assert found["E3002"].path[:2] == ("Resources", "ItemFunction")
    assert found["E3002"].logical_id == "ItemFunction"
    assert found["E3002"].file == "pyproject.toml"


def test_several_documents_share_one_cfn_lint(linted: tuple[tuple[Finding, ...], ...]) -> None:
    assert ["E3002" in {finding.rule for finding in found} for found in linted] == [False, True, False]


def test_alarms_that_tell_nobody_are_one_finding_but_for_the_accepted_one() -> None:
    alarms = {f"Alarm{number}": {"Type": "AWS::CloudWatch::Alarm", "Properties": {}} for number in range(6)}
    accepted = Suppression(rule="alarm-silent", resource="Alarm0", reason="a pager polls it")
    subject = Subject({"Resources": alarms}, protected=True)

    [found] = check.check_all([check.Target(subject, lambda finding: finding, (accepted,))], with_lint=False)

    assert [(one.message, one.logical_id, one.suppressed_reason) for one in found if one.rule == "alarm-silent"] == [
        ("5 alarms tell nobody: Alarm1, Alarm2, Alarm3 and 2 more.", "Alarm1", None),
        ("Alarm0 tells nobody.", "Alarm0", "a pager polls it"),
    ]


def ends_with(code: str, seconds: float = lint.LONGEST) -> lint.Lint:
    """A cfn-lint whose process runs this code instead."""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return lint.Lint(process, Path("/nonexistent"), seconds=seconds)


def test_cfn_lint_that_does_not_end_is_a_finding_and_is_ended() -> None:
    """A chain of twenty conditions is enough for that."""
    running = ends_with("import time; time.sleep(600)", seconds=0.01)
    assert running.findings() == "it did not end within 0 s"
    assert running.stopped


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.exit('broken')", "cfn-lint failed: broken."),
        ("import sys; sys.exit(3)", "cfn-lint failed: it ended with exit code 3."),
    ],
)
def test_cfn_lint_that_does_not_run_is_a_finding(code: str, message: str) -> None:
    target = check.Target(Subject({"Resources": {}}), lambda finding: finding)
    [[finding]] = check.check_all([target], with_lint=True, start=lambda _: ends_with(code))
    assert (finding.rule, finding.message) == ("lint-missing", message)


def test_a_region_that_aws_does_not_have_is_a_finding() -> None:
    named = ("eu-west-9", "eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "mars-north-1")
    target = check.Target(Subject({"Resources": {}}), lambda finding: finding, regions=named)
    [found] = check.check_all([target], with_lint=False)
    assert {one.rule for one in found} == {"region-unknown"}
    assert [one.message.partition(";")[0] for one in found] == [
        "There is no region eu-west-9",
        "There is no region mars-north-1",
    ]


def test_cfn_lint_that_is_not_installed_is_a_finding() -> None:
    target = check.Target(Subject({"Resources": {}}), lambda finding: replace(finding, file="tapgen.toml", line=1))
    [[finding]] = check.check_all([target], with_lint=True, start=lambda _: None)
    assert (finding.rule, finding.message) == ("lint-missing", "cfn-lint is not installed.")
    assert finding.file is None, "it is no fault of the settings"
    assert check.check_all([target], with_lint=False) == ((),)


def test_cfn_lint_is_stopped_when_our_own_rules_fail() -> None:
    running = ends_with("import time; time.sleep(60)")
    sources = {"Function": "a fault of ours"}
    broken = check.Target(Subject(documents.document(), sources=sources), lambda finding: finding)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        check.check_all([broken], with_lint=True, start=lambda _: running)
    assert running.stopped


def test_what_the_process_of_cfn_lint_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Nonsense": 1}}}}
    file = tmp_path / "documents.json"
    file.write_text(json.dumps([[wrong, []], [wrong, ["eu-west-1"]]]))
    lint.main(str(file))
    first, second = json.loads(capsys.readouterr().out)
    assert first == second
    assert first[0]["rule"] == "E3002"
    assert first[0]["severity"] == "error"
    assert first[0]["path"] == ["Resources", "Queue", "Properties", "Nonsense"]


def test_cfn_lint_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    left = tmp_path / "documents"
    left.mkdir()
    (left / "documents.json").write_text("[]")
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    lint.Lint(process, left).stop()
    assert process.poll() is not None
    assert not left.exists()
    assert process.stdin is not None
    process.stdin.close()


def test_a_template_that_tapgen_did_not_make(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text(
        "Resources:\n"
        "  Worker:\n"
        "    Type: AWS::Lambda::Function\n"
        "    Properties:\n"
        "      Handler: app.run\n"
        "      Runtime: python3.13\n"
        "      Role: !GetAtt Role.Arn\n"
        "      Code: {S3Bucket: b, S3Key: k}\n"
        "  Role:\n"
        "    Type: AWS::IAM::Role\n"
        "    Properties:\n"
        "      AssumeRolePolicyDocument: {}\n"
        "      Policies:\n"
        "      - PolicyName: p\n"
        "        PolicyDocument:\n"
        "          Statement:\n"
        "          - Effect: Allow\n"
        "            Action: s3:*\n"
        "            Resource: !Sub arn:${AWS::Partition}:s3:::bucket/*\n"
    )
    (tmp_path / "app.py").write_text(
        "import boto3\ndef run(e, c): boto3.client('s3').get_object(Bucket='bucket', Key='k')\n"
    )
    read_ = read(file)
    target = check.of_template(file, file.read_text(), read_, {"Worker": tmp_path})
    [found] = check.check_all([target], with_lint=False)
    wide = next(finding for finding in found if finding.rule == "action-wildcard")
    assert (wide.file, wide.line) == (str(file), 17)
    tracing = next(finding for finding in found if finding.rule == "function-tracing")
    assert (tracing.file, tracing.line) == (str(file), 4)
    assert not [finding for finding in found if finding.rule == "source-unknown"]


@pytest.mark.parametrize(("style", "file", "line"), [("|", "t.yaml", 11), ('"', "Worker.Code.ZipFile/index.py", 3)])
def test_inline_code_is_found_in_the_template(tmp_path: Path, style: str, file: str, line: int) -> None:
    """Where it stands line by line; a text in quotes has its own lines."""
    code = "import boto3\ndef handler(e, c):\n    boto3.client('sqs').list_queues()\n"
    block = "|\n" + "".join(f"          {row}\n" for row in code.splitlines())
    text = (
        "Resources:\n"
        "  Worker:\n"
        "    Type: AWS::Lambda::Function\n"
        "    Properties:\n"
        "      Handler: index.handler\n"
        "      Role: !GetAtt Role.Arn\n"
        "      Code:\n"
        f"        ZipFile: {block if style == '|' else json.dumps(code)}\n"
        "  Role: {Type: AWS::IAM::Role}\n"
    )
    target = check.of_template(Path("t.yaml"), text, document.parse(text, "t.yaml"), {})
    [missing] = [one for one in check.check_all([target], with_lint=False)[0] if "sqs:ListQueues" in one.message]
    assert (missing.file, missing.line) == (file, line)


def test_order_and_duplicates() -> None:
    late = Finding("b", "info", "m", logical_id="A")
    early = Finding("b", "error", "m", logical_id="B")
    accepted = Finding("a", "error", "m", suppressed_reason="x")
    assert ordered([late, accepted, early, late]) == (early, late, accepted)


def test_thresholds() -> None:
    assert worse_or_equal("error", "warning")
    assert worse_or_equal("warning", "warning")
    assert not worse_or_equal("info", "warning")
    found = [Finding("a", severity, "m") for severity in ("error", "warning", "info")]  # type: ignore[arg-type]
    assert [len(failing(found, threshold)) for threshold in ("error", "warning", "info")] == [1, 2, 3]


def test_a_suppression_may_name_one_resource() -> None:
    here, there = Finding("a", "error", "m", logical_id="A"), Finding("a", "error", "m", logical_id="B")
    one = Suppression(rule="a", reason="r", resource="A")
    marked, unused = suppress([here, there], [one])
    assert [finding.suppressed_reason for finding in marked] == ["r", None]
    assert unused == ()
    assert suppress([there], [one])[1] == (one,)


def test_a_match_on_the_whole_template_is_a_finding_without_a_path() -> None:
    unresolved = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {"Names": {"Type": "CommaDelimitedList"}},
        "Resources": {"Fn::ForEach::Topics": ["Name"]},
    }
    [match] = lint.matches(unresolved, ())
    assert (match["severity"], match["path"]) == ("error", [])
    assert "transform" in match["message"].lower()


def test_findings_about_a_layers_resources_point_to_the_layer(tmp_path: Path) -> None:
    write_project(tmp_path, SETTINGS.replace("[tool.tapgen]", '[tool.tapgen]\nlayers = ["own"]'))
    own = "from troposphere import logs\n\n\ndef build(template, environment, stack):\n    template.add_resource(logs.LogGroup('Mine'))\n"
    (tmp_path / "own.py").write_text(own)
    environment = load(tmp_path).environment("dev")
    rendered = render.render(environment)
    made, origins = rendered.document, rendered.origins
    [mine] = [one for one in check.check(environment, made, lint=False, origins=origins) if one.logical_id == "Mine"]
    assert (mine.rule, mine.file, mine.line) == ("log-retention", "own.py", 5)


def test_the_reason_of_a_statement_accepts_what_it_allows_too_much(tmp_path: Path) -> None:
    for reason, suppressed in (("", None), ("Confirms by mail", "Confirms by mail")):
        statements = f'statements = [{{ actions = ["ses:*"], resources = ["*"], reason = "{reason}" }}]\n'
        write_project(tmp_path, SETTINGS.replace('source = "src"\n', 'source = "src"\n' + statements))
        found = [one for one in checked(tmp_path) if one.rule in ("permission-unused", "action-wildcard")]
        assert {one.rule for one in found} >= {"action-wildcard"}
        assert {one.suppressed_reason for one in found} == {suppressed}


def test_an_existing_role_is_told_what_it_must_allow(tmp_path: Path) -> None:
    role = 'source = "src"\nrole = "arn:aws:iam::123456789012:role/worker"\n'
    write_project(tmp_path, SETTINGS.replace('source = "src"\n', role))
    [unknown] = [one for one in checked(tmp_path) if one.rule == "role-unknown"]
    assert "it must allow" in unknown.message
    assert "dynamodb:PutItem on ItemTable" in unknown.message


def test_code_that_is_not_python_is_said_to_be_unread(tmp_path: Path) -> None:
    more = """
    [tool.tapgen.functions.Node]
    source = "node"
    runtime = "nodejs22.x"
    entry_point = "app.handler"
    [tool.tapgen.functions.Image]
    image = { repository = "shop/x", tag = "1" }
    """
    write_project(tmp_path, SETTINGS + more)
    (tmp_path / "node").mkdir()
    (tmp_path / "node" / "app.js").write_text("exports.handler = 1")
    unread = {one.logical_id: one.message for one in checked(tmp_path) if one.rule == "source-unknown"}
    assert unread == {
        "NodeFunction": "NodeFunction is code for nodejs22.x, which is not read.",
        "ImageFunction": "ImageFunction is a container image, which is not read.",
    }


def test_findings_about_outputs_and_parameters_point_to_them(tmp_path: Path) -> None:
    more = """
    [tool.tapgen.parameters.DatabasePassword]
    default = "hunter2hunter2"
    [tool.tapgen.outputs.Password]
    value = "${DatabasePassword}"
    """
    write_project(tmp_path, SETTINGS + more)
    text = (tmp_path / "pyproject.toml").read_text().splitlines()
    about = {one.logical_id: one for one in checked(tmp_path) if one.logical_id in ("DatabasePassword", "Password")}
    assert "DatabasePassword" in about
    for name, one in about.items():
        section = "outputs" if name == "Password" else "parameters"
        assert text[(one.line or 0) - 1].strip() == f"[tool.tapgen.{section}.{name}]"


def test_what_is_empty_has_its_line(tmp_path: Path) -> None:
    text = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Metadata: {a: null}\n    Properties:\n      DisplayName:\n"
    (tmp_path / "t.yaml").write_text(text)
    target = check.of_template(tmp_path / "t.yaml", text, read(tmp_path / "t.yaml"), {})
    [[empty]] = check.check_all([target], with_lint=False)
    assert (empty.rule, empty.message, empty.line) == ("null-value", "DisplayName has no value.", 6)


def test_what_stands_on_lists_of_cfn_lint_is_a_warning() -> None:
    broken = {
        "Instance": documents.resource("AWS::EC2::Instance", ImageId="ami-12345678", InstanceType="z9.huge"),
        "Queue": documents.resource("AWS::SQS::Queue", QueueNam="orders"),
        "Subnet": documents.resource("AWS::EC2::Subnet", VpcId="vpc-01234567", CidrBlock="10.1.2.3/24"),
        "Other": documents.resource("AWS::EC2::Subnet", VpcId="vpc-01234567", CidrBlock="10.1.2.300/24"),
    }
    database = {"Engine": "mysql", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": "20", "MasterUsername": "a"}
    for name, version in (("Major", "8.0"), ("Unknown", "3.23.58")):
        hidden = "{{resolve:secretsmanager:db}}"
        broken[name] = documents.resource(
            "AWS::RDS::DBInstance", EngineVersion=version, MasterUserPassword=hidden, **database
        )
    matches = lint.matches({"Resources": broken}, ())
    of_rds = {
        (one["path"][1], one["rule"], one["severity"]) for one in matches if one["path"][1] in ("Major", "Unknown")
    }
    assert ("Unknown", "E3691", "warning") in of_rds
    assert not {one for one in of_rds if one[0] == "Major" and one[1] == "E3691"}
    assert all(len(one["message"]) < 250 for one in matches)
    found = {(one["path"][1], one["severity"]) for one in matches if one["path"][1] not in ("Major", "Unknown")}
    assert found == {("Instance", "warning"), ("Queue", "error"), ("Other", "error")}


LINTED = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): pass"
      Environment: {Variables: {BUCKET: !Ref Bucket}}
      Events:
        Ask: {Type: Api, Properties: {Path: /, Method: get}, RequestModel: {Model: Note}}
        Put: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: s3:ObjectCreated:*}}
  Network: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.2.3/16}}
Outputs:
  Role: {Value: !GetAtt ReaderRule.Arn}
"""


class InThisProcess(lint.Lint):
    """cfn-lint without a process of its own."""

    def __init__(self, documents: Sequence[tuple[Document, tuple[str, ...], Path]]) -> None:
        self._found = [lint.matches(document, regions) for document, regions, _ in documents]

    def findings(self) -> list[list[Finding]]:
        return [[lint._finding(raw) for raw in matches] for matches in self._found]

    def stop(self) -> None:
        pass


def test_what_is_deployed_is_linted_and_not_how_sam_is_written(tmp_path: Path) -> None:
    pytest.importorskip("samtranslator", reason="the extra sam is not installed")
    from tapgen.starter.adopt import sam

    (tmp_path / "template.yaml").write_text(LINTED)
    written = read(tmp_path / "template.yaml")
    made = sam.expand_what_can_be(written, tmp_path, "us-east-1")
    target = check.of_template(tmp_path / "template.yaml", LINTED, made.document, {}, written, made.unread)
    [found] = check.check_all([target], with_lint=True, start=InThisProcess)
    assert {(one.rule, one.logical_id, one.line) for one in found if one.severity == "error"} == {
        ("E3004", "Bucket", 3),  # the function's permission names the bucket, whose notification waits for it
        ("E3004", "Reader", 4),
        ("E6101", "Role", 16),
    }
