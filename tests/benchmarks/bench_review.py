"""How long a diff takes: whole processes, on the shipped application and on large templates."""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from harness import ROOT, TAPGEN, header, row, run, seconds

from tapgen.template import document

_RUNS = 7


def main() -> None:
    """Print every figure of reviewing."""
    header("Reviewing")
    application = ROOT / "templates_out" / "dev.yaml"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        changed = folder / "changed.yaml"
        resource_changed = _changed(document.read(application))
        changed.write_text(document.dump(resource_changed, "yaml"), encoding="utf-8")
        command = [TAPGEN, "diff", str(application), str(changed)]
        _time("diff of the application, YAML", command, 150)
        _time("diff of the application as Markdown", [*command, "--format", "markdown"], 150)
        small, large = (_large(folder, count) for count in (100, 500))
        _time("diff of two templates of 500 resources, JSON", [TAPGEN, "diff", *large], 600)
        _growth([TAPGEN, "diff", *small], [TAPGEN, "diff", *large])
    _time("graph of the application, SVG", [TAPGEN, "graph", "--env", "dev", "--format", "svg"], 250)
    _imports(["diff", str(application), str(application)])


def _time(label: str, command: list[str], most: int) -> None:
    taken = seconds(command, runs=_RUNS) * 1000
    row(label, f"{taken:.0f} ms", "", "", f"≤ {most} ms")


def _growth(small: list[str], large: list[str]) -> None:
    pairs = [(run(small).seconds, run(large).seconds) for _ in range(_RUNS)]
    ratio = median(b / a for a, b in pairs)
    row(
        "100 resources, then 500",
        f"{median(b for _, b in pairs) * 1000:.0f} ms",
        f"{median(a for a, _ in pairs) * 1000:.0f} ms",
        f"{ratio:.2f} times",
        "≤ 6 times",
    )


def _imports(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom tapgen.cli import run\nrun(sys.argv[1:])\n"
        "sys.exit(', '.join({'boto3', 'botocore', 'cfnlint', 'troposphere'} & set(sys.modules)) or 0)"
    )
    run([sys.executable, "-c", program, *arguments])
    row("imports of boto3, botocore, cfn-lint, troposphere", "none", "", "", "none")


def _changed(template: dict[str, Any]) -> dict[str, Any]:
    """Memory, a permission and a key type."""
    new = copy.deepcopy(template)
    for resource in new["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["MemorySize"] = 1024
        if resource["Type"] == "AWS::DynamoDB::Table":
            resource["Properties"]["AttributeDefinitions"][0]["AttributeType"] = "N"
        for policy in resource.get("Properties", {}).get("Policies", []):
            policy["PolicyDocument"]["Statement"][0]["Action"] = ["dynamodb:*"]
    return new


def _large(folder: Path, count: int) -> list[str]:
    """Two templates of so many resources, a tenth of them changed, with references, policies and renames."""
    old: dict[str, Any] = {}
    for number in range(count // 5):
        old |= _unit(number)
    new = copy.deepcopy(old)
    for number in range(0, count // 5, 10):
        new[f"Function{number}"]["Properties"]["MemorySize"] = 512
        new[f"Role{number}"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"] = ["dynamodb:*"]
        new[f"Table{number}"]["Properties"]["AttributeDefinitions"][0]["AttributeType"] = "N"
        new[f"Renamed{number}"] = new.pop(f"Log{number}")
    paths = []
    for name, resources in (("old", old), ("new", new)):
        path = folder / f"{name}-{count}.json"
        path.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
        paths.append(str(path))
    return paths


def _unit(number: int) -> dict[str, Any]:
    """Five resources that belong together."""
    table, role = f"Table{number}", f"Role{number}"
    statement = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
        "Resource": {"Fn::GetAtt": [table, "Arn"]},
    }
    key = {"AttributeName": "id", "AttributeType": "S"}
    return {
        table: {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {"AttributeDefinitions": [key], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]},
        },
        role: {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ]
                },
                "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}],
            },
        },
        f"Function{number}": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "MemorySize": 128,
                "Role": {"Fn::GetAtt": [role, "Arn"]},
                "Environment": {"Variables": {"T": {"Ref": table}}},
            },
        },
        f"Log{number}": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": {"Fn::Sub": f"/aws/lambda/${{Function{number}}}"}, "RetentionInDays": 30},
        },
        f"Alarm{number}": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Threshold": 1,
                "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": f"Function{number}"}}],
            },
        },
    }


if __name__ == "__main__":
    main()
