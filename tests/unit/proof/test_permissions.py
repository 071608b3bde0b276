"""Needed against granted in both directions, through the whole check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.table import rows
from tests.unit.proof.documents import (
    LOGS,
    PUT,
    PUT_ITEM,
    TRACES,
    allow,
    arn,
    document,
    findings,
    function,
    in_vpc,
    policy,
    resource,
    role,
    table,
)

GET = PUT.replace("put_item(Item={})", "get_item(Key={})")
QUERY_INDEX = PUT.replace("put_item(Item={})", "query(IndexName='byDay')")


def messages(checked: dict[str, Any], *rules: str, **more: Any) -> list[str]:
    return [finding.message for finding in findings(checked, **more) if not rules or finding.rule in rules]


def grants(*statements: Any, code: str = PUT, **resources: Any) -> list[str]:
    """The permission findings of the function whose role has these statements besides logs and traces."""
    return messages(document(code, [LOGS, TRACES, *statements], **resources))


def test_missing_names_the_call_and_its_line() -> None:
    [finding] = findings(document(GET))[:1]
    assert (finding.rule, finding.severity, finding.logical_id) == ("permission-missing", "error", "Function")
    assert (finding.file, finding.line) == ("Function.Code.ZipFile/index.py", 5)
    assert finding.message == (
        "Function needs dynamodb:GetItem on Table, as the code calls dynamodb GetItem; Role does not allow it."
    )


def test_unused_names_the_statement() -> None:
    checked = document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:DeleteItem", arn("Table"))])
    [finding] = findings(checked)
    assert finding.message == "Role allows dynamodb:DeleteItem on Table; Function does not need it."
    assert finding.path == ("Resources", "Role", "Properties", "Policies", 0, "PolicyDocument", "Statement", 3)


SAME_TABLE = [
    pytest.param(arn("Table"), id="GetAtt"),
    pytest.param({"Fn::GetAtt": "Table.Arn"}, id="GetAtt as text"),
    pytest.param({"Fn::Sub": "${Table.Arn}"}, id="Sub of GetAtt"),
    pytest.param(
        {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}"}, id="Sub of Ref"
    ),
    pytest.param({"Fn::Sub": ["${Arn}", {"Arn": arn("Table")}]}, id="Sub with variables"),
    pytest.param(
        {
            "Fn::Join": [
                ":",
                ["arn:aws:dynamodb", {"Ref": "AWS::Region"}, {"Ref": "AWS::AccountId"}, {"Fn::Sub": "table/${Table}"}],
            ]
        },
        id="Join",
    ),
    pytest.param("arn:aws:dynamodb:eu-west-1:123456789012:table/items", id="literal name"),
    pytest.param({"Fn::If": ["Big", arn("Table"), {"Ref": "AWS::NoValue"}]}, id="If"),
    pytest.param("arn:aws:dynamodb:*:*:table/items", id="any region"),
]


@pytest.mark.parametrize("written", SAME_TABLE)
def test_the_same_table_however_it_is_written(written: Any) -> None:
    found = grants(allow("dynamodb:PutItem", written), Table=table(TableName="items"))
    assert [message for message in found if "needs" in message or "not need" in message] == []


OTHER_TABLE = [
    pytest.param(arn("Other"), id="GetAtt"),
    pytest.param("arn:aws:dynamodb:eu-west-1:123456789012:table/others", id="literal name"),
    pytest.param({"Fn::Sub": "${Table.Arn}/index/*"}, id="its indexes"),
    pytest.param({"Fn::Sub": "${Table.Arn}x"}, id="a longer name"),
    pytest.param("arn:aws:dynamodb:eu-west-1:123456789012:table/item", id="a shorter name"),
    pytest.param("arn:aws:s3:::items", id="another service"),
]


@pytest.mark.parametrize("written", OTHER_TABLE)
def test_another_resource_is_no_grant(written: Any) -> None:
    found = grants(allow("dynamodb:PutItem", written), Table=table(TableName="items"), Other=table())
    assert any(message.startswith("Function needs dynamodb:PutItem on Table") for message in found)


@pytest.mark.parametrize("pattern", ["dynamodb:PutItem", "DYNAMODB:putitem", "dynamodb:Put*", "dynamodb:?utItem", "*"])
def test_actions_match_with_wildcards_and_in_any_case(pattern: str) -> None:
    assert not messages(document(statements=[LOGS, TRACES, allow(pattern, arn("Table"))]), "permission-missing")


def test_not_action_and_not_resource() -> None:
    statement = {"Effect": "Allow", "NotAction": ["dynamodb:GetItem"], "NotResource": arn("Other")}
    checked = document(statements=[LOGS, TRACES, statement], Other=table())
    assert not messages(checked, "permission-missing")
    other = {"Effect": "Allow", "NotAction": ["dynamodb:PutItem"], "Resource": "*"}
    assert len(messages(document(statements=[LOGS, TRACES, other]), "permission-missing")) == 1
    excluded = {"Effect": "Allow", "Action": "dynamodb:PutItem", "NotResource": arn("Table")}
    assert len(messages(document(statements=[LOGS, TRACES, excluded]), "permission-missing")) == 1


def test_a_parameter_makes_the_resource_unproven() -> None:
    checked = document(statements=[LOGS, TRACES, allow("dynamodb:PutItem", {"Ref": "TableArn"})])
    assert messages(checked) == ["Role allows dynamodb:PutItem; whether on what Function uses is not known."]


def test_attached_policies_count() -> None:
    attached = resource("AWS::IAM::Policy", Roles=[{"Ref": "Role"}], PolicyDocument=policy(PUT_ITEM))
    assert grants(Attached=attached) == []
    elsewhere = resource("AWS::IAM::Policy", Roles=["another"], PolicyDocument=policy(PUT_ITEM))
    assert len(grants(Attached=elsewhere)) == 1


def test_managed_policies_of_the_template_count() -> None:
    managed = resource("AWS::IAM::ManagedPolicy", PolicyDocument=policy(PUT_ITEM))
    with_policy = role(LOGS, TRACES, ManagedPolicyArns=[{"Ref": "Managed"}])
    assert grants(Managed=managed, Role=with_policy) == []


def test_role_policies_count() -> None:
    written = resource("AWS::IAM::RolePolicy", RoleName={"Ref": "Role"}, PolicyDocument=policy(PUT_ITEM))
    assert grants(Written=written) == []


def test_nothing_is_unused_inside_a_policy_that_aws_manages() -> None:
    """Nobody can take an action out of it."""
    full = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"}
    assert grants(PUT_ITEM, Role=role(LOGS, TRACES, PUT_ITEM, ManagedPolicyArns=[full])) == []


@pytest.mark.parametrize("where", ["ManagedPolicyArns", "PermissionsBoundary"])
def test_a_policy_that_a_parameter_names_is_not_proven(where: str) -> None:
    named = {"Ref": "Given"}
    worker = role(LOGS, TRACES, PUT_ITEM, **{where: [named] if where == "ManagedPolicyArns" else named})
    [finding] = findings({**document(Role=worker), "Parameters": {"Given": {"Type": "String"}}})
    assert (finding.rule, finding.severity) == ("permission-unproven", "info")


def test_an_unknown_managed_policy_is_the_only_finding() -> None:
    unknown = role(LOGS, TRACES, ManagedPolicyArns=[{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/NoSuchPolicy"}])
    [finding] = findings(document(Role=unknown))
    assert finding.rule == "policy-unknown"
    assert "NoSuchPolicy" in finding.message


def test_deny_of_the_own_code_spares_the_service() -> None:
    """The six actions on network interfaces are denied to the code, and still there for Lambda."""
    assert not [f for f in findings(in_vpc()) if f.rule in ("permission-denied", "permission-missing")]
    code = PUT + "    boto3.client('ec2').describe_subnets()\n"
    [finding] = [f for f in findings(in_vpc(code)) if f.rule == "permission-denied"]
    assert finding.line == 6
    assert "ec2:DescribeSubnets" in finding.message
    assert "a Deny of Role takes it away" in finding.message


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalTag/team": "x"}},
        {"ArnNotEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:eu-west-1:1:function:worker"}},
        {"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:eu-west-1:1:function:another"}},
    ],
)
def test_a_deny_that_does_not_apply_is_not_counted(condition: dict[str, Any]) -> None:
    deny = {**PUT_ITEM, "Effect": "Deny", "Condition": condition}
    assert not messages(document(statements=[LOGS, TRACES, PUT_ITEM, deny]), "permission-denied")


def test_permissions_boundary() -> None:
    boundary = resource("AWS::IAM::ManagedPolicy", PolicyDocument=policy(LOGS, TRACES))
    bounded = role(LOGS, TRACES, PUT_ITEM, PermissionsBoundary={"Ref": "Boundary"})
    [finding] = findings(document(Role=bounded, Boundary=boundary))
    assert finding.rule == "permission-denied"
    assert "the permissions boundary takes it away" in finding.message


def test_an_index_is_a_resource_of_its_own() -> None:
    query = allow("dynamodb:Query", arn("Table"))
    [message] = grants(query, code=QUERY_INDEX)[:1]
    assert message == "Function needs dynamodb:Query on index byDay of Table; Role allows it on the table alone."
    assert grants(allow("dynamodb:Query", {"Fn::Sub": "${Table.Arn}/index/*"}), code=QUERY_INDEX) == []
    assert grants(allow("dynamodb:Query", {"Fn::Sub": "${Table.Arn}/index/other"}), code=QUERY_INDEX) != []


def test_an_unknown_index_of_a_known_table() -> None:
    code = PUT.replace("put_item(Item={})", "query(IndexName=event['index'])")
    assert grants(allow("dynamodb:Query", {"Fn::Sub": "${Table.Arn}/index/*"}), code=code) == []
    one = grants(allow("dynamodb:Query", {"Fn::Sub": "${Table.Arn}/index/byDay"}), code=code)
    assert one == ["Role allows dynamodb:Query; whether on what Function uses is not known."]


def test_resource_policies_grant_too() -> None:
    code = "import boto3\ndef handler(event, context):\n    boto3.client('s3').get_object(Bucket='b', Key='k')\n"
    objects = {"Fn::Sub": "arn:${AWS::Partition}:s3:::b/*"}
    named = allow("s3:GetObject", objects, Principal={"AWS": arn("Role")})
    bucket = resource("AWS::S3::BucketPolicy", Bucket="b", PolicyDocument=policy(named))
    assert grants(code=code, Policy=bucket) == []
    other = allow("s3:GetObject", objects, Principal={"AWS": arn("OtherRole")})
    stranger = resource("AWS::S3::BucketPolicy", Bucket="b", PolicyDocument=policy(other))
    assert len(grants(code=code, Policy=stranger)) == 1


def test_everything_in_a_queues_policy_is_that_queue() -> None:
    code = "import boto3, os\ndef handler(e, c):\n    boto3.client('sqs').send_message(QueueUrl=os.environ['Q'])\n"
    anything = allow("sqs:*", "*", Principal={"AWS": arn("Role")})
    resources = {
        "Function": function(code, Environment={"Variables": {"Q": {"Ref": "Queue"}}}),
        "Queue": resource("AWS::SQS::Queue"),
        "Other": resource("AWS::SQS::Queue"),
    }
    own = resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument=policy(anything))
    assert "permission-missing" not in {f.rule for f in findings(document(code, [LOGS, TRACES], **resources, Own=own))}
    other = resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Other"}], PolicyDocument=policy(anything))
    assert "permission-missing" in {f.rule for f in findings(document(code, [LOGS, TRACES], **resources, Own=other))}


RESOURCES = [
    ("sqs", "send_message(QueueUrl=os.environ['R'], MessageBody='')", "sqs:SendMessage", "AWS::SQS::Queue", arn("R")),
    ("sns", "publish(TopicArn=os.environ['R'], Message='')", "sns:Publish", "AWS::SNS::Topic", {"Ref": "R"}),
    ("kms", "decrypt(KeyId=os.environ['R'], CiphertextBlob=b'')", "kms:Decrypt", "AWS::KMS::Key", arn("R")),
    (
        "secretsmanager",
        "get_secret_value(SecretId=os.environ['R'])",
        "secretsmanager:GetSecretValue",
        "AWS::SecretsManager::Secret",
        {"Ref": "R"},
    ),
    (
        "stepfunctions",
        "start_execution(stateMachineArn=os.environ['R'])",
        "states:StartExecution",
        "AWS::StepFunctions::StateMachine",
        {"Ref": "R"},
    ),
    (
        "lambda",
        "invoke(FunctionName=os.environ['R'])",
        "lambda:InvokeFunction",
        "AWS::Lambda::Alias",
        {"Ref": "R"},
    ),
    (
        "s3",
        "get_object(Bucket=os.environ['R'], Key='k')",
        "s3:GetObject",
        "AWS::S3::Bucket",
        {"Fn::Sub": "${R.Arn}/*"},
    ),
    ("s3", "list_objects_v2(Bucket=os.environ['R'])", "s3:ListBucket", "AWS::S3::Bucket", arn("R")),
    ("ssm", "get_parameter(Name=os.environ['R'])", "ssm:GetParameter", "AWS::SSM::Parameter", None),
]


@rows(("service", "call", "action", "type_", "written"), RESOURCES)
def test_bindings_of_other_services(service: str, call: str, action: str, type_: str, written: Any) -> None:
    """From the environment variable to the resource, with nothing missing and nothing unused."""
    code = f"import boto3, os\ndef handler(event, context):\n    boto3.client('{service}').{call}\n"
    written = written or {"Fn::Sub": "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${R}"}
    resources = {
        "Function": function(code, Environment={"Variables": {"R": {"Ref": "R"}}}),
        "R": resource(type_),
        "Other": resource(type_),
    }
    right = document(code, [LOGS, TRACES, allow(action, written)], **resources)
    assert messages(right, "permission-missing", "permission-unused", "permission-unproven", "action-resource") == []
    text = str(written).replace("'R'", "'Other'").replace("${R", "${Other")
    wrong = document(code, [LOGS, TRACES, allow(action, eval(text))], **resources)
    rules = {finding.rule for finding in findings(wrong)}
    assert {"permission-missing", "permission-unused"} <= rules


LITERALS = [
    ("secretsmanager", "get_secret_value(SecretId='db')", "secretsmanager:GetSecretValue", "secret:db-??????"),
    ("secretsmanager", "get_secret_value(SecretId='db')", "secretsmanager:GetSecretValue", "secret:db-*"),
    ("ssm", "get_parameter(Name='/a/b')", "ssm:GetParameter", "parameter/a/b"),
    ("sqs", "send_message(QueueUrl='https://sqs.x.amazonaws.com/1/q', MessageBody='')", "sqs:SendMessage", "q"),
]


@pytest.mark.parametrize(("service", "call", "action", "last"), LITERALS)
def test_literal_names(service: str, call: str, action: str, last: str) -> None:
    code = f"import boto3\ndef handler(event, context):\n    boto3.client('{service}').{call}\n"
    written = {"Fn::Sub": f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{last}"}
    assert grants(allow(action, written), code=code) == []


def test_default_of_a_variable_that_is_not_set() -> None:
    code = PUT.replace('os.environ["TABLE"]', 'os.environ.get("OTHER", "items")')
    assert grants(PUT_ITEM, code=code, Table=table(TableName="items")) == []
    assert len(grants(PUT_ITEM, code=code, Table=table(TableName="others"))) == 2


def test_what_nothing_allows_is_told_once_where_one_of_the_resources_is_not_known() -> None:
    code = f"{PUT}\ndef again(name):\n    boto3.client('sns').publish(TopicArn=name, Message='x')\n"
    code += "again('arn:aws:sns:eu-west-1:123456789012:known')\n"
    code = code.replace("def handler(event, context):", "def handler(event, context):\n    again(event['topic'])")
    checked = document(code, [LOGS, TRACES, PUT_ITEM])
    assert [one for one in messages(checked, "permission-missing") if "sns:Publish" in one] == [
        "Function needs sns:Publish on a resource that is not known, as the code calls sns Publish; Role does not allow it."
    ]


def test_functions_that_share_a_role() -> None:
    """Unused is what none of them needs."""
    other = function(GET, FunctionName="other")
    both = [LOGS, TRACES, PUT_ITEM, allow("dynamodb:GetItem", arn("Table"))]
    checked = document(statements=both, Other=other)
    assert messages(checked, "permission-unused", "permission-missing") == []
    more = document(statements=[*both, allow("dynamodb:Scan", arn("Table"))], Other=other)
    assert messages(more, "permission-unused") == [
        "Role allows dynamodb:Scan on Table; Function, Other do not need it."
    ]


def test_unused_is_not_claimed_where_a_source_is_unknown() -> None:
    packaged = function(FunctionName="other", Code={"S3Bucket": "b", "S3Key": "k"})
    checked = document(statements=[LOGS, TRACES, PUT_ITEM, allow("dynamodb:Scan", arn("Table"))], Other=packaged)
    assert messages(checked, "permission-unused") == []


def test_what_unknown_code_may_call_is_neither_missing_nor_unused() -> None:
    code = f"from mylib import subscribe\n{PUT}\n@subscribe('deleted')\ndef drop(event):\n    table.delete_item(Key=event)\n"
    drop = allow("dynamodb:DeleteItem", arn("Table"))

    assert messages(document(code, [LOGS, TRACES, PUT_ITEM]), "permission-missing") == []
    assert messages(document(code, [LOGS, TRACES, PUT_ITEM, drop]), "permission-unused") == []
    assert messages(document(statements=[LOGS, TRACES, PUT_ITEM, drop]), "permission-unused") != []


@pytest.mark.parametrize(
    ("hidden", "unused"),
    [
        ("getattr(table, event['what'])()", []),
        ("boto3.client(event['service']).get_thing()", []),
        ("getattr(boto3.client('sqs'), event['what'])()", ["dynamodb:Scan"]),
    ],
)
def test_nothing_is_unused_in_a_service_with_a_call_that_cannot_be_read(hidden: str, unused: list[str]) -> None:
    checked = document(f"{PUT}    {hidden}\n", [LOGS, TRACES, PUT_ITEM, allow("dynamodb:Scan", arn("Table"))])
    found = [finding.message for finding in findings(checked) if finding.rule == "permission-unused"]
    assert [message.split()[2] for message in found] == unused


def test_a_source_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "app.py").write_text("from store import put\ndef run(event, context):\n    put()\n")
    code = PUT.replace("def handler(event, context)", "def put()")
    (tmp_path / "worker" / "store.py").write_text(code)
    packaged = function(Handler="app.run", Code={"S3Bucket": "b", "S3Key": "k"})
    sources = {"Function": tmp_path / "worker"}
    assert findings(document(Function=packaged), sources=sources, root=tmp_path) == ()
    [finding] = findings(document(statements=[LOGS, TRACES], Function=packaged), sources=sources, root=tmp_path)
    assert (finding.rule, finding.file, finding.line) == ("permission-missing", "worker/store.py", 5)


def test_two_modules_that_import_each_other(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text("import other\ndef handler(event, context): pass\n")
    (tmp_path / "other.py").write_text("from index import handler\n")
    found = findings(
        document(Function=function(Code={"S3Bucket": "b", "S3Key": "k"})), sources={"Function": tmp_path}, root=tmp_path
    )
    assert "source-cycle" in {finding.rule for finding in found}


def test_a_broken_source_leaves_the_other_functions_checked() -> None:
    broken = function("def (", FunctionName="other", Role=arn("OtherRole"))
    checked = document(GET, Other=broken, OtherRole=role(LOGS, TRACES))
    found = {(finding.rule, finding.logical_id) for finding in findings(checked)}
    assert ("source-problem", "Other") in found
    assert ("permission-missing", "Function") in found


def test_other_runtimes_are_not_analysed() -> None:
    [finding] = findings(document(Function=function("exports.handler = 1", Runtime="nodejs22.x")))
    assert finding.rule == "source-unknown"


@pytest.mark.parametrize(
    ("granted", "told"),
    [
        ([allow("dynamodb:PutItem", arn("Table"), Condition={"Bool": {"aws:SecureTransport": "true"}})], True),
        (
            [
                allow("dynamodb:PutItem", arn("Table"), Condition={"Bool": {"aws:SecureTransport": "true"}}),
                allow("dynamodb:PutItem", arn("Table")),
            ],
            False,
        ),
    ],
)
def test_an_action_under_a_condition_is_not_proven(granted: list[Any], told: bool) -> None:
    found = findings(document(PUT, [LOGS, TRACES, *granted]))

    assert [(one.rule, one.message) for one in found] == told * [
        (
            "permission-unproven",
            "Role allows dynamodb:PutItem on Table under a condition on aws:SecureTransport; whether it holds is not known.",
        )
    ]


@pytest.mark.parametrize("branch", [allow("dynamodb:PutItem", arn("Table")), [allow("dynamodb:PutItem", arn("Table"))]])
def test_a_statement_that_a_condition_of_the_template_chooses_counts(branch: Any) -> None:
    chosen = {"Fn::If": ["Writes", branch, {"Ref": "AWS::NoValue"}]}

    assert findings(document(PUT, [LOGS, TRACES, chosen])) == ()
    assert [one.rule for one in findings(document(PUT, [LOGS, TRACES, {"Fn::If": "Writes"}]))] == ["permission-missing"]
