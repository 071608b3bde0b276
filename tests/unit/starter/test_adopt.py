"""Templates of somewhere else as settings: what they become, and that deploying them replaces nothing."""

import json
import sys
import tomllib
from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapgen.starter.adopt.toml_text import toml, value_text
from tapgen.template.document import dump, read

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}


@pytest.fixture
def adopted(tapgen, tmp_path):
    """Adopt a document: the settings as they are read, what was said, and the exit code."""

    def adopt(document, *options):
        (tmp_path / "old.json").write_text(dump(document, "json"))
        ended = tapgen("adopt", "old.json", "--name", "shop", "--to", "new", *options, cwd=tmp_path)
        file = tmp_path / "new" / "tapgen.toml"
        return (tomllib.loads(file.read_text()) if file.exists() else {}), ended

    return adopt


def test_a_table_is_a_part_and_is_not_replaced(adopted, tapgen, tmp_path):
    settings, ended = adopted({"Description": "Old", "Resources": {"Orders": TABLE}})
    assert ended.code == 0
    assert settings["description"] == "Old"
    assert settings["tables"] == {"Orders": {"partition_key": {"name": "id"}}}
    assert settings["logical_ids"] == {"OrdersTable": "Orders"}
    assert settings["environments"] == {"prod": {}}
    assert "resources" not in settings
    assert ended.out.endswith(
        "Tags come: Application, Environment and ManagedBy, on 1 resources.\n"
        "New outputs and parameters: DynamoTableNameOutput.\n"
        "Nothing else changes: nothing is replaced, and nothing is lost.\n"
        "\nNext:\n\n  cd new\n  tapgen check --env prod\n  tapgen local --env prod\n  tapgen deploy --plan-only --env prod\n"
    )
    assert tapgen("render", "--env", "prod", cwd=tmp_path / "new").code == 0
    rendered = read(tmp_path / "new" / "templates_out" / "prod.yaml")
    assert rendered["Resources"]["Orders"]["Properties"]["KeySchema"] == TABLE["Properties"]["KeySchema"]


CONDITIONS = {
    "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
    "Mappings": {"Sizes": {"dev": {"days": 1}, "prod": {"days": 30}}},
    "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    "Rules": {"A": {"Assertions": [{"Assert": {"Fn::Equals": ["a", "a"]}}]}},
    "Resources": {
        "Logs": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {
                "RetentionInDays": {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "days"]},
                "LogGroupName": {"Fn::If": ["IsProd", "here", {"Ref": "AWS::NoValue"}]},
            },
        },
        "Queue": {"Type": "AWS::SQS::Queue", "Condition": "IsProd", "UpdatePolicy": {"x": 1}},
    },
    "Outputs": {"Queue": {"Value": {"Ref": "Queue"}, "Condition": "IsProd"}},
}


def test_conditions_mappings_and_rules_are_kept(adopted, tapgen, tmp_path):
    settings, ended = adopted(CONDITIONS)
    assert ended.code == 0
    assert settings["resources"]["Logs"]["properties"] == CONDITIONS["Resources"]["Logs"]["Properties"]
    assert settings["resources"]["Queue"]["condition"] == "IsProd"
    assert tapgen("render", "--env", "prod", cwd=tmp_path / "new").code == 0
    rendered = read(tmp_path / "new" / "templates_out" / "prod.yaml")
    for section in ("Mappings", "Conditions", "Rules", "Outputs"):
        assert rendered[section] == CONDITIONS[section]
    assert rendered["Resources"]["Queue"]["UpdatePolicy"] == {"x": 1}


def test_parameters_and_outputs(adopted):
    document = {
        "Parameters": {
            "Limit": {"Type": "Number", "Default": 5, "MinValue": 1, "MaxValue": "7.5"},
            "Key": {"Type": "String", "NoEcho": "true", "Default": "hidden", "MinLength": "3"},
        },
        "Resources": {"Orders": TABLE},
        "Outputs": {
            "Name": {"Value": {"Ref": "Orders"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-orders"}}},
            "Arn": {"Value": {"Fn::GetAtt": ["Orders", "Arn"]}, "Description": "The ARN"},
            "Odd": {"Value": "x", "Export": {"Name": {"Fn::ImportValue": "y"}}},
        },
    }
    settings, ended = adopted(document)
    assert settings["parameters"] == {
        "Limit": {"type": "Number", "default": 5, "minimum": 1, "maximum": 7.5},
        "Key": {"secret": True, "min_length": 3},
    }
    assert settings["outputs"] == {
        "Name": {"value": {"Ref": "Orders"}, "export": "${AWS::StackName}-orders"},
        "Arn": {"value": {"Fn::GetAtt": ["Orders", "Arn"]}, "description": "The ARN"},
        "Odd": {"value": "x", "export": {"Fn::ImportValue": "y"}},
    }
    assert "hidden" not in ended.out


def test_what_the_settings_cannot_say_or_check_is_told(adopted):
    document = {
        "Hooks": {"Blue": {"Type": "AWS::CodeDeploy::BlueGreen"}},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Nmae": "x"}, "Condition": "Is"},
            "New": {"Type": "AWS::Brandnew::Thing", "Properties": {"Size": 1}},
            "First": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"FifoQueue": True, "QueueName": "first"},
                "Condition": "Is",
            },
        },
        "Conditions": {"Is": {"Fn::Equals": ["a", "a"]}},
    }
    settings, ended = adopted(document)
    assert settings["resources"]["New"] == {
        "type": "AWS::Brandnew::Thing",
        "unchecked": True,
        "properties": {"Size": 1},
    }
    assert "! Hooks: the settings have no such section; it is left out\n" in ended.out
    assert "! Queue: properties.Nmae: AWS::SQS::Queue has no such property" in ended.out
    assert (
        "! First: SQS: FIFO queues need to provide a QueueName that ends with '.fifo'; it is taken as it" in ended.out
    )
    assert "! New: type: troposphere has no type" in ended.out


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"Resources": {"Fn::ForEach::X": ["A", ["b"], {}]}},
            "a macro makes the resources",
        ),
        (
            {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}, "Parameters": {"A": {"Type": "Sting"}}},
            "has what the settings do not take:\n  parameters.A.type",
        ),
    ],
)
def test_what_cannot_be_adopted_is_refused_and_nothing_is_written(adopted, tmp_path, document, said):
    settings, ended = adopted(document)
    assert (ended.code, settings) == (2, {})
    assert said in ended.err
    assert "Traceback" not in ended.err


ODD = [
    *({"Fn::GetAtt": one} for one in (5, [], {"a": "b"}, [1], [["a"]])),
    *({"Fn::Sub": one} for one in (5, [], ["x"], ["x", 1], [1, {}], {"a": "b"})),
    *({"Ref": one} for one in (5, [], {})),
    *(float("inf"), float("nan"), 10**400, -0.0, [], {}, [[]], True),
]


def test_nothing_in_a_template_is_a_traceback(tapgen, tmp_path):
    queue = {"Type": "AWS::SQS::Queue"}
    sections = [
        {part: {"Odd": one}} for part in ("Conditions", "Mappings", "Outputs", "Parameters") for one in (5, "x")
    ]
    documents = [
        *({"Resources": {"Q": {**queue, "Properties": {"QueueName": one, "DelaySeconds": one}}}} for one in ODD),
        *({"Resources": {"Q": queue}, **one} for one in sections),
    ]
    for number, document in enumerate(documents):
        (tmp_path / "old.json").write_text(json.dumps(document))
        ended = tapgen("adopt", "old.json", "--to", f"new{number}", cwd=tmp_path)
        assert ended.code in {0, 1, 2, 4}, document
        assert "Traceback" not in ended.err, document


def test_what_sam_refuses_is_said(adopted):
    pytest.importorskip("samtranslator", reason="the extra sam is not installed")
    document = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"F": {"Type": "AWS::Serverless::Function"}}}
    settings, ended = adopted(document)
    assert (ended.code, settings) == (2, {})
    assert "SAM refuses the template:\n  Resource with id [F] is invalid. Runtime and Handler needs" in ended.err


def test_what_is_otherwise_is_shown_with_what_it_does(adopted):
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    worker = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
            "KmsKeyArn": "arn:aws:kms:eu-central-1:111111111111:key/1",
        },
    }
    settings, ended = adopted({"Resources": {"Role": role, "Worker": worker}})
    assert ended.code == 0
    assert settings["functions"]["Worker"]["role"] == "${Role.Arn}"
    assert settings["overrides"] == {"WorkerFunction": {"properties": {"KmsKeyArn": worker["Properties"]["KmsKeyArn"]}}}
    assert "  + src/worker/index.py\n" in ended.out
    assert "def handler" not in ended.out, "code is not shown"


def test_code_that_is_nowhere_is_no_proof(adopted, tmp_path):
    pytest.importorskip("samtranslator", reason="the extra sam is not installed")
    (tmp_path / "old").mkdir()
    function = {"Runtime": "nodejs14.x", "Handler": "index.handler", "CodeUri": "old"}
    document = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Orders": {"Type": "AWS::Serverless::Function", "Properties": function}},
    }
    settings, ended = adopted(document)
    assert ended.code == 4
    assert "Orders" in settings["resources"]
    assert (
        "! Orders stays in [resources]: functions.Orders.runtime: AWS makes no new functions of nodejs14.x" in ended.out
    )
    assert "! Orders: its code stays where SAM has packaged it, which the template does not say" in ended.out
    assert "It cannot be deployed yet: code is missing, as the lines with `!` say.\n" in ended.out


def test_a_folder_that_the_template_names_and_that_is_not_there_is_named(adopted):
    pytest.importorskip("samtranslator", reason="the extra sam is not installed")
    function = {"Runtime": "python3.13", "Handler": "index.handler", "CodeUri": "gone"}
    document = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Orders": {"Type": "AWS::Serverless::Function", "Properties": function}},
    }
    _, ended = adopted(document)
    assert ended.code == 4
    assert "  ! Orders: its code is missing: there is no gone, which the template names\n" in ended.out
    assert "SAM has packaged" not in ended.out


@pytest.mark.parametrize(
    ("metadata", "files"),
    [
        ({"BuildMethod": "esbuild"}, {"index.ts": "export const handler = () => 1;"}),
        ({}, {"index.js": "", "package.json": '{"dependencies": {"left-pad": "1"}}'}),
    ],
)
def test_what_sam_builds_is_taken_from_its_build(adopted, tmp_path, metadata, files):
    pytest.importorskip("samtranslator", reason="the extra sam is not installed")
    (tmp_path / "src").mkdir()
    for name, text in files.items():
        (tmp_path / "src" / name).write_text(text)
    properties = {"Runtime": "nodejs22.x", "Handler": "index.handler", "CodeUri": "src"}
    function = {"Type": "AWS::Serverless::Function", "Properties": properties, "Metadata": metadata}
    document = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Orders": function}}
    settings, ended = adopted(document)
    assert ended.code == 4
    assert "or run `sam build` first" in ended.out
    assert "functions" not in settings
    (tmp_path / "new" / "tapgen.toml").unlink()
    built = tmp_path / ".aws-sam" / "build" / "Orders"
    built.mkdir(parents=True)
    (built / "index.js").write_text("exports.handler = async () => 1;")
    settings, ended = adopted(document)
    assert ended.code == 0
    assert settings["functions"]["Orders"]["source"] == "../.aws-sam/build/Orders"


def test_a_database_keeps_its_snapshot(adopted):
    """CloudFormation user guide, DeletionPolicy: of a DB cluster the default is Snapshot."""
    cluster = {"Type": "AWS::RDS::DBCluster", "Properties": {"Engine": "aurora-mysql"}}
    settings, ended = adopted({"Resources": {"Cluster": cluster}})
    assert settings["resources"]["Cluster"]["deletion_policy"] == "Snapshot"
    assert settings["resources"]["Cluster"]["update_replace_policy"] == "Delete"
    assert "later deployments may destroy data" not in ended.out


def test_code_is_named_by_hand(adopted, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "app.py").write_text("def handler(event, context):\n    return 1\n")
    worker = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Role": "arn:aws:iam::111111111111:role/worker",
            "Code": {"S3Bucket": "b", "S3Key": "k"},
        },
    }
    document = {"Resources": {"Worker": worker}}
    settings, ended = adopted(document, "--source", "Worker=mine")
    assert ended.code == 0
    assert settings["functions"]["Worker"]["source"] == "../mine"
    assert settings["functions"]["Worker"]["role"] == "arn:aws:iam::111111111111:role/worker"
    assert 'did you mean "Worker"?' in adopted(document, "--source", "Wroker=mine")[1].err
    assert "nowhere is no folder" in adopted(document, "--source", "Worker=nowhere")[1].err


def test_without_the_extra_it_says_what_to_install(adopted, monkeypatch):
    monkeypatch.setitem(sys.modules, "samtranslator.translator.translator", None)
    function = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "s3://a/b"}}
    settings, ended = adopted({"Resources": {"F": function}})
    assert (ended.code, settings) == (1, {})
    assert 'pip install ".[sam]"' in ended.err


def test_settings_that_are_there_are_kept(adopted, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "tapgen.toml").write_text("mine = 1\n")
    settings, ended = adopted({"Resources": {"Orders": TABLE}})
    assert ended.code == 2
    assert settings == {"mine": 1}


def test_a_file_or_a_stack(tapgen, tmp_path):
    ended = tapgen("adopt", cwd=tmp_path)
    assert ended.code == 2
    assert "name a template file, or a stack by --stack" in ended.err


TEXTS = st.text(st.one_of(st.sampled_from(printable + "'\"\\"), st.characters(exclude_categories=["Cs"])), max_size=30)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-(10**9), 10**9), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_is_read_back_as_it_was(value):
    assert tomllib.loads(f"x = {value_text(value)}")["x"] == value


def test_long_lists_take_a_line_for_each_item():
    assert toml({"resources": {"A": {"properties": {"Names": ["n" * 60, "m" * 60]}}}}) == (
        f'[resources.A]\nproperties.Names = [\n    "{"n" * 60}",\n    "{"m" * 60}",\n]\n'
    )


def test_more_parts_than_a_template_takes_outputs(adopted):
    tables = {f"Table{number}": TABLE for number in range(70)}
    queues = {f"Queue{number}": {"Type": "AWS::SQS::Queue"} for number in range(140)}
    settings, ended = adopted({"Resources": {**tables, **queues}})
    assert ended.code == 0
    assert settings["own_outputs"] is False
    assert (len(settings["tables"]), len(settings["queues"])) == (70, 140)


def test_outputs_with_the_names_of_tapgens_own_are_the_templates(adopted):
    outputs = {"DynamoTableNameOutput": {"Value": {"Ref": "Orders"}, "Description": "mine"}}
    settings, ended = adopted({"Resources": {"Orders": TABLE}, "Outputs": outputs})
    assert ended.code == 0
    assert settings["own_outputs"] is False
    assert settings["tables"]["Orders"]
    assert settings["outputs"]["DynamoTableNameOutput"]["description"] == "mine"


def test_code_that_is_a_folder_beside_the_template_stays_there(adopted, tmp_path):
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "index.py").write_text("def handler(event, context): pass\n")
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ]
            }
        },
    }
    properties = {
        "Code": "worker",
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
    }
    worker = {"Type": "AWS::Lambda::Function", "Properties": properties}
    settings, ended = adopted({"Resources": {"Role": role, "Worker": worker}})
    assert ended.code == 0, ended.err
    assert settings["functions"]["Worker"]["source"] == "../worker"


def test_an_application_of_awss_repository_is_refused_with_its_name(adopted):
    location = {"ApplicationId": "arn:aws:serverlessrepo:us-east-1:1:applications/x", "SemanticVersion": "1.0.0"}
    application = {"Type": "AWS::Serverless::Application", "Properties": {"Location": location}}
    _, ended = adopted({"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Shared": application}})
    assert ended.code != 0
    assert "Shared is an application of AWS's repository" in ended.err
