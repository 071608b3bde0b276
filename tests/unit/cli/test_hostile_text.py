"""What others have named or written reaches a terminal or a log as text: no control character, no runner's command."""

import base64
import json
import threading
import unicodedata
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
import yaml

from tests.conftest import ONE_FUNCTION

EVIL = "evil\n::error::pwned\r\x1b[2J\x1b]0;title\x07\x9b2J \u202egnp\u2066 ##[command]x ##vso[task]"
IN_XML = EVIL.replace("\r", "").replace("\x1b", "").replace("\x07", "")  # XML has no character for these


def assert_harmless(text):
    for line in text.split("\n"):
        assert not line.lstrip().startswith("::"), line
        assert "##[" not in line
        assert "##vso[" not in line
        bad = [one for one in line if unicodedata.category(one) in {"Cc", "Cf", "Cs"}]
        assert not bad, (bad, line)


def template():
    return {
        "Description": EVIL,
        "Metadata": {"cfn-lint": {"config": {"ignore_checks": [EVIL]}}},
        "Parameters": {"Password": {"Type": "String", "Default": EVIL}},
        "Resources": {
            EVIL: {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead", "BucketName": EVIL}},
            "Fn": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.12",
                    "Handler": "index.handler",
                    "FunctionName": EVIL,
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Environment": {"Variables": {"X": EVIL}},
                    "Code": {
                        "ZipFile": f"import boto3\ndef handler(e, c): boto3.client('s3').list_buckets() # {EVIL[:4]}\n"
                    },
                },
            },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {
                        "Statement": [{"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Effect": "Allow"}]
                    },
                    "Policies": [
                        {
                            "PolicyName": EVIL,
                            "PolicyDocument": {
                                "Statement": [{"Effect": "Allow", "Action": f"s3:{EVIL}", "Resource": EVIL}]
                            },
                        }
                    ],
                },
            },
        },
        "Outputs": {"Url": {"Value": EVIL, "Description": EVIL}},
    }


@pytest.fixture
def templates(tmp_path):
    new = template()
    old = {"Resources": {EVIL + "2": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": EVIL}}}}
    (tmp_path / "new.json").write_text(json.dumps(new))
    (tmp_path / "old.json").write_text(json.dumps(old))
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--template", "new.json"),
        ("diff", "old.json", "new.json"),
        ("diff", "old.json", "new.json", "--format", "markdown"),
        ("graph", "new.json"),
        ("graph", "new.json", "--full", "--format", "dot"),
        ("graph", "new.json", "--full", "--format", "svg"),
    ],
    ids=" ".join,
)
def test_templates_of_others(tapgen, templates, words):
    result = tapgen(*words, cwd=templates)
    assert result.code in {0, 1}, result.err
    assert "pwned" in result.out
    assert_harmless(result.out + result.err)


def test_a_template_of_others_that_is_adopted(tapgen, tmp_path):
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": EVIL, "Nonsense": EVIL, "Tags": [EVIL]}}
    (tmp_path / "old.json").write_text(json.dumps({"Description": EVIL, "Resources": {"Bucket": bucket}}))
    result = tapgen("adopt", "old.json", "--to", "made", cwd=tmp_path)
    assert "pwned" in result.out
    assert_harmless(result.out + result.err)


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--template", "new.json", "--no-lint", "--format", "json"),
        ("check", "--template", "new.json", "--no-lint", "--format", "sarif"),
        ("diff", "old.json", "new.json", "--format", "json"),
    ],
    ids=" ".join,
)
def test_json_is_one_document_in_ascii(tapgen, templates, words):
    result = tapgen(*words, cwd=templates)
    json.loads(result.out)
    assert all(one == "\n" or " " <= one <= "~" for one in result.out)
    assert not any(line.lstrip().startswith("::") for line in result.out.splitlines())


def test_annotations_are_one_line_each(tapgen, templates):
    result = tapgen("check", "--template", "new.json", "--no-lint", "--format", "github", cwd=templates)
    lines = result.out.splitlines()
    assert len(lines) > 3
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert not any(line.startswith("::error::") for line in lines)
    assert_harmless("\n".join(line.removeprefix("::") for line in lines))


SETTINGS = [
    f"application = {json.dumps(EVIL)}\n",
    ONE_FUNCTION + f"[functions.Item.environment]\n{json.dumps(EVIL)} = 1\n",
    ONE_FUNCTION + f"{json.dumps(EVIL)} = 1\n",
    ONE_FUNCTION + f"check.suppress = [{{ rule = {json.dumps(EVIL)}, reason = {json.dumps(EVIL)} }}]\n",
]


@pytest.mark.parametrize("settings", SETTINGS, ids=range(len(SETTINGS)))
@pytest.mark.parametrize(
    "words", [("check", "--no-lint"), ("render", "--stdout"), ("settings",), ("graph",), ("envs",)], ids=" ".join
)
def test_settings_of_others(tapgen, project, settings, words):
    folder = project(settings)
    result = tapgen(*words, cwd=folder)
    text = result.err if words[0] == "render" else result.out + result.err
    assert_harmless(text)


def test_what_is_stale(tapgen, project):
    folder = project()
    stale = folder / "templates_out" / "dev.yaml"
    tapgen("render", cwd=folder)
    [stale] = (folder / "templates_out").iterdir()
    stale.write_text(
        stale.read_text() + yaml.safe_dump({"Evil": EVIL}, allow_unicode=True) + f"# {IN_XML}\n  ::error::pwned\n"
    )
    result = tapgen("render", "--check", cwd=folder)
    assert result.code == 3
    assert_harmless(result.out)


def xml(action, inner):
    return f'<{action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><{action}Result>{inner}</{action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>'


STACK = f"""<Stacks><member><StackName>shop-dev</StackName><StackId>arn:aws:cloudformation:us-east-1:123456789012:stack/shop-dev/1</StackId>
<CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>UPDATE_ROLLBACK_FAILED</StackStatus><StackStatusReason>{IN_XML}</StackStatusReason>
<Description>{IN_XML}</Description><Outputs><member><OutputKey>Url{IN_XML}</OutputKey><OutputValue>{IN_XML}</OutputValue></member></Outputs>
<Tags><member><Key>Environment</Key><Value>dev</Value></member><member><Key>Application</Key><Value>shop</Value></member>
<member><Key>ManagedBy</Key><Value>tapgen</Value></member><member><Key>k{IN_XML}</Key><Value>{IN_XML}</Value></member></Tags></member></Stacks>"""
EVENT = f"""<StackEvents><member><EventId>e</EventId><StackId>arn:aws:cloudformation:us-east-1:123456789012:stack/shop-dev/1</StackId>
<StackName>shop-dev</StackName><LogicalResourceId>Item{IN_XML}</LogicalResourceId><PhysicalResourceId>{IN_XML}</PhysicalResourceId>
<ResourceType>AWS::DynamoDB::Table</ResourceType><Timestamp>2026-01-01T00:00:00Z</Timestamp><ResourceStatus>UPDATE_FAILED</ResourceStatus>
<ResourceStatusReason>{IN_XML}</ResourceStatusReason><ClientRequestToken>t</ClientRequestToken></member></StackEvents>"""
RESOURCES = """<StackResourceSummaries><member><LogicalResourceId>ItemFunction</LogicalResourceId><PhysicalResourceId>item</PhysicalResourceId>
<ResourceType>AWS::Lambda::Function</ResourceType><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp>
<ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>
<member><LogicalResourceId>ItemFunctionLogGroup</LogicalResourceId><PhysicalResourceId>g</PhysicalResourceId>
<ResourceType>AWS::Logs::LogGroup</ResourceType><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp>
<ResourceStatus>CREATE_COMPLETE</ResourceStatus></member></StackResourceSummaries>"""
ANSWERS = {"DescribeStacks": STACK, "DescribeStackEvents": EVENT, "ListStackResources": RESOURCES}


class Evil(BaseHTTPRequestHandler):
    """An AWS endpoint whose every word is somebody else's."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        target = self.headers.get("X-Amz-Target", "")
        action = parse_qs(body).get("Action", [""])[0]
        if "/functions/" in self.path:
            log = base64.b64encode(EVIL.encode()).decode()
            self.answer(200, EVIL.encode(), {"X-Amz-Function-Error": "Unhandled", "X-Amz-Log-Result": log})
        elif target.endswith("FilterLogEvents"):
            event = {"timestamp": 1, "message": EVIL, "logStreamName": EVIL, "eventId": "1", "ingestionTime": 1}
            self.answer(200, json.dumps({"events": [event]}).encode(), {})
        elif target:
            self.answer(400, json.dumps({"__type": "EvilException", "message": EVIL}).encode(), {})
        elif action == "GetCallerIdentity":
            inner = "<Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>u</UserId><Account>123456789012</Account>"
            self.answer(200, xml(action, inner).encode(), {})
        elif action in ANSWERS:
            self.answer(200, xml(action, ANSWERS[action]).encode(), {})
        else:
            said = f"<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>{IN_XML}</Message></Error></ErrorResponse>"
            self.answer(400, said.encode(), {})

    do_GET = do_POST  # noqa: N815 - the name that http.server looks for

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def endpoint(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "words",
    [
        ("events",),
        ("status",),
        ("outputs",),
        ("logs", "Item"),
        ("invoke", "Item"),
        ("envs", "--stacks"),
        ("drift",),
        ("destroy", "--yes"),
        ("recover", "--yes"),
        ("diff", "--deployed"),
        ("deploy", "--yes"),
        ("deploy", "--plan-only"),
    ],
    ids=" ".join,
)
def test_answers_of_others(tapgen, project, endpoint, words):
    result = tapgen(*words, cwd=project())
    assert "Traceback" not in result.err
    assert "pwned" in result.out + result.err or words[0] == "envs"
    assert_harmless(result.out + result.err)
