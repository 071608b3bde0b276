"""No output of any command shows a secret in clear, wherever in a template or in the settings it stands."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tapgen.cli import run as run_command
from tapgen.deploy.views.json_lines import JsonView
from tapgen.deploy.views.plain import PlainView
from tests.table import rows
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import deployed, request, run
from tests.unit.template.test_secrets import KINDS

COMMANDS = [
    *(["diff", "old.json", "new.json", "--format", one] for one in ("text", "markdown", "json")),
    *(["diff", "nothing.json", "new.json", "--format", one] for one in ("text", "markdown", "json")),
    *(["diff", "new.json", "nothing.json", "--format", one] for one in ("text", "markdown", "json")),
    *(["check", "--no-lint", "--template", "new.json", "--format", one] for one in ("text", "json", "github", "sarif")),
    *(["graph", "new.json", *full, "--format", one] for one in ("mermaid", "dot", "svg") for full in ([], ["--full"])),
]


def template(secret: str, word: str) -> dict[str, Any]:
    """A template that holds the secret in every place that takes text; `word` makes two of them different."""
    text = f"{word} {secret} {word}"
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"aws:x": text}}}
    policy = {"Statement": [{**statement, "Principal": {"AWS": "*"}}]}
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "sts:AssumeRole",
                "Condition": statement["Condition"],
            }
        ]
    }
    return {
        "Description": text,
        "Metadata": {"Note": text, "Deep": [{"List": [text]}]},
        "Parameters": {
            "Plain": {"Type": "String", "Default": text, "Description": text},
            "Hidden": {"Type": "String", "NoEcho": True, "Default": f"{word}-{secret}"},
            "DbPassword": {"Type": "String", "Default": secret + word},
        },
        "Mappings": {"M": {"one": {"Value": text}}},
        "Conditions": {"Open": {"Fn::Equals": [{"Ref": "AWS::Region"}, text]}},
        "Rules": {"R": {"Assertions": [{"Assert": {"Fn::Equals": ["a", "a"]}, "AssertDescription": text}]}},
        "Resources": {
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": text, "Description": text}},
            "Path": {
                "Type": "AWS::ApiGateway::Resource",
                "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": text},
            },
            "Method": {
                "Type": "AWS::ApiGateway::Method",
                "Properties": {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Ref": "Path"}, "HttpMethod": "GET",
                               "AuthorizationType": "NONE", "Integration": {"Type": "MOCK", "RequestTemplates": {"a": text}}},
            },
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Handler": "index.h", "Runtime": "python3.13", "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Code": {"ZipFile": f"# {text}\ndef h(event, context):\n    pass\n"},
                    "Environment": {"Variables": {
                        "DB_PASSWORD": secret + word, "PLAIN": text, "MAPPED": {"Fn::FindInMap": ["M", "one", "Value"]},
                        "JOINED": {"Fn::Join": ["", [text, {"Ref": "Api"}]]}, "SUB": {"Fn::Sub": text + "${Api}"},
                        "EITHER": {"Fn::If": ["Open", text, "b"]}, "PARAMETER": {"Ref": "Plain"}, "HIDDEN": {"Ref": "Hidden"},
                    }},
                    "Tags": [{"Key": "Owner", "Value": text}, {"Key": "API_TOKEN", "Value": secret + word}],
                },
                "Metadata": {"Note": text},
            },
            "Url": {
                "Type": "AWS::Lambda::Url",
                "Properties": {"AuthType": "NONE", "TargetFunctionArn": {"Ref": "Function"}, "Cors": {"AllowOrigins": [text]}},
            },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"AssumeRolePolicyDocument": trust, "Description": text,
                               "Policies": [{"PolicyName": text, "PolicyDocument": {"Statement": [statement]}}]},
            },
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": text}},
            "Door": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": json.dumps(policy)}},
            "Group": {
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": {"GroupDescription": text, "SecurityGroupIngress": [
                    {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0", "Description": text}]},
            },
            "Database": {
                "Type": "AWS::RDS::DBInstance",
                "Properties": {"MasterUserPassword": secret + word, "MasterUsername": "ada", "DBInstanceClass": "db.t4g.micro",
                               "Engine": "postgres", "DBSnapshotIdentifier": text, "PubliclyAccessible": True},
            },
            "Machine": {
                "Type": "AWS::EC2::Instance",
                "Properties": {"UserData": {"Fn::Base64": f"#!/bin/sh\nexport PGPASSWORD='{secret}{word}'\n{text}\n"}},
            },
            "Custom": {"Type": "Custom::Thing", "Properties": {"ServiceToken": text, "Options": [{"OptionName": "Password", "Value": secret + word}]}},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": text}, "DependsOn": ["Bucket"]},
        },
        "Outputs": {
            "Plain": {"Value": text, "Description": text, "Export": {"Name": text}},
            "SessionToken": {"Value": secret + word},
            "Parameter": {"Value": {"Ref": "Hidden"}},
        },
    }  # fmt: skip


def pieces(secret: str) -> set[str]:
    """What gives a secret away: any twelve characters in a row of a line of it that nobody could know."""
    told = ("-----BEGIN", "-----END", "https://", "postgresql://", "Bearer ")
    lines = [line for line in secret.splitlines() if not line.startswith(told[:2])]
    for start in told[2:]:
        lines = [line.removeprefix(start) for line in lines]
    lines = [line.partition(":")[2].partition("@")[0] if "@" in line else line for line in lines]
    return {line[at : at + 12] for line in lines for at in range(max(len(line) - 11, 1))} - _PUBLIC


_PUBLIC = {"hooks.slack.com/services/"[at : at + 12] for at in range(14)}


@pytest.mark.parametrize("kind", [*KINDS, "a password"])
def test_no_report_about_a_template_shows_a_secret(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = [KINDS[kind]] if kind in KINDS else ["hunter2-orders-4711", "correct-horse-9-staple"]
    made = [template(secrets[0], "old" * (kind in KINDS)), template(secrets[-1], "new" * (kind in KINDS))]
    files = {
        "old.json": made[0],
        "new.json": made[1],
        "nothing.json": {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}},
    }
    for name, document in files.items():
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    for arguments in COMMANDS:
        code = run_command(arguments)

        out, err = capsys.readouterr()
        shown = {piece for secret in secrets for piece in pieces(secret) if piece in out + err}
        where = [line for line in (out + err).splitlines() if any(piece in line for piece in shown)]
        assert code in (0, 1), (arguments, err)
        assert not shown, (arguments, where[:3])


@rows("kind", [*KINDS, "a password"])
def test_no_plan_event_or_outcome_shows_a_secret(kind: str) -> None:
    secrets = [KINDS[kind]] if kind in KINDS else ["hunter2-orders-4711", "correct-horse-9-staple"]
    old, new = (template(secret, "x" * (kind in KINDS)) for secret in (secrets[0], secrets[-1]))
    cloud = Cloud()
    cloud.fails["Topic"] = f"cannot use {secrets[-1]} for the topic"
    deployed(cloud, old, parameters={"Plain": secrets[0], "Hidden": secrets[0], "DbPassword": secrets[0]})
    told = StringIO()
    everything = dict.fromkeys(("Database", "Bucket", "Api", "Url"), True)

    for options in ({"plan_only": True}, {"allow_loss": frozenset(everything)}):
        for view in (PlainView(told, told), JsonView(told)):
            run(cloud, request(new, options=options, parameters={"DbPassword": secrets[-1]}), view=view)

    shown = {piece for secret in secrets for piece in pieces(secret) if piece in told.getvalue()}
    where = [line for line in told.getvalue().splitlines() if any(piece in line for piece in shown)]
    assert len(told.getvalue()) > 1000
    assert not shown, where[:3]


def test_the_settings_are_printed_without_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variables = "".join(f"V{index} = {json.dumps(f'a {value}')}\n" for index, value in enumerate(KINDS.values()))
    (tmp_path / "tapgen.toml").write_text(
        'application = "shop"\n[environments.dev]\n[functions.Worker]\nentry_point = "index.handler"\nsource = "src"\n'
        f'[functions.Worker.environment]\nDB_PASSWORD = "hunter2-orders-4711"\n{variables}',
        encoding="utf-8",
    )
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "index.py").write_text("def handler(event, context):\n    pass\n", encoding="utf-8")

    assert run_command(["--project", str(tmp_path), "settings"]) == 0

    out = capsys.readouterr().out
    assert '"DB_PASSWORD": "****"' in out
    assert not {piece for secret in KINDS.values() for piece in pieces(secret) if piece in out}


def test_an_error_shows_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tapgen.toml").write_text(
        f'application = "shop"\n[environments.dev]\n[functions.Worker]\nsource = "{KINDS["an AWS access key"]}"\n',
        encoding="utf-8",
    )

    assert run_command(["--project", str(tmp_path), "render"]) != 0

    err = capsys.readouterr().err
    assert "****" in err
    assert "AKIA" not in err
