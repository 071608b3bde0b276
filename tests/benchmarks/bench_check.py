"""How long the check takes: alone, beside cfn-lint, and on large sources."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import ROOT, TAPGEN, compare, header, row, seconds

from tapgen.proof.calls import analyse

CFN_LINT = str(Path(sys.executable).parent / "cfn-lint")
MODULE = """
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


class Store{number}:
    def __init__(self, table):
        self.table = table

    def save(self, item):
        if item.get("old"):
            self.table.delete_item(Key=item["key"])
        return self.table.put_item(Item=item)


def call{number}(event):
    store = Store{number}(table)
    for item in event["items"]:
        store.save(dict(item, number={number}))
    return {{"count": len(event["items"])}}
"""


def main() -> None:
    """Print every figure of the check."""
    header("Check")
    took = seconds([TAPGEN, "check", "--env", "dev", "--no-lint"])
    row("tapgen check --env dev --no-lint", f"{took * 1000:.0f} ms", "", f"{took:.2f} s", "≤ 0.35 s")
    template = str(ROOT / "templates_out" / "dev.yaml")
    compare("whole check, beside cfn-lint alone", [TAPGEN, "check", "--env", "dev"], [CFN_LINT, template], 1.25, runs=5)
    templates(Path(tempfile.mkdtemp()))
    small, large = analysis(5_000), analysis(20_000)
    row("analysis of a package of 5,000 lines", f"{small * 1000:.0f} ms", "", f"{small:.2f} s", "≤ 1 s")
    row(
        "20,000 lines beside 5,000",
        f"{large * 1000:.0f} ms",
        f"{small * 1000:.0f} ms",
        f"{large / small:.1f} ×",
        "≤ 5 ×",
    )


def templates(folder: Path) -> None:
    """The check of large templates beside a review of them, beside a small one, and with code."""
    large, small, coded = folder / "large.json", folder / "small.json", folder / "coded.json"
    large.write_text(json.dumps(template(100)))
    small.write_text(json.dumps(template(20)))
    coded.write_text(json.dumps(template(60)))
    check = [TAPGEN, "check", "--no-lint", "--template"]
    diff = [TAPGEN, "diff", str(large), str(large)]
    compare("check of 500 resources beside diff", [*check, str(large)], diff, 3, runs=5)
    compare("check of 500 resources beside 100", [*check, str(large)], [*check, str(small)], 6, runs=5)
    sources = []
    for number in range(60):
        source = folder / f"source{number}"
        source.mkdir()
        (source / "index.py").write_text(
            MODULE.format(number=number) + f"\nhandler = lambda event, _: call{number}(event)\n"
        )
        sources += ["--source", f"Function{number}={source}"]
    compare(
        "check of 60 functions with code beside none", [*check, str(coded), *sources], [*check, str(coded)], 6, runs=5
    )


def template(parts: int) -> dict[str, Any]:
    """A table, a queue, a log group, a role and a function, so many times."""
    resources: dict[str, Any] = {}
    for number in range(parts):
        resources |= part(number)
    return {"Resources": resources}


def part(number: int) -> dict[str, Any]:
    """One function and what it uses."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    granted = [
        {"Effect": "Allow", "Action": actions, "Resource": {"Fn::GetAtt": [f"{what}{number}", "Arn"]}}
        for what, actions in (
            ("Table", ["dynamodb:PutItem", "dynamodb:DeleteItem"]),
            ("Queue", ["sqs:SendMessage"]),
            ("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"]),
        )
    ]
    function = {
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "Role": {"Fn::GetAtt": [f"Role{number}", "Arn"]},
        "Code": {"S3Bucket": "bucket", "S3Key": "key"},
        "Environment": {"Variables": {"TABLE": {"Ref": f"Table{number}"}}},
        "LoggingConfig": {"LogGroup": {"Ref": f"Logs{number}"}},
    }
    return {
        f"Table{number}": resource("AWS::DynamoDB::Table", TableName=f"table-{number}"),
        f"Queue{number}": resource("AWS::SQS::Queue"),
        f"Logs{number}": resource("AWS::Logs::LogGroup", RetentionInDays=30),
        f"Role{number}": resource(
            "AWS::IAM::Role",
            AssumeRolePolicyDocument={"Statement": [trust]},
            Policies=[{"PolicyName": "Policy", "PolicyDocument": {"Statement": granted}}],
        ),
        f"Function{number}": resource("AWS::Lambda::Function", **function),
    }


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """One resource of a template."""
    return {"Type": kind, "Properties": properties}


def analysis(lines: int) -> float:
    """Seconds to analyse a package of so many lines, spread over modules of about 25 lines that are all called."""
    count = lines // len(MODULE.splitlines())
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            Path(folder, f"part{number}.py").write_text(MODULE.format(number=number))
        imports = "".join(f"from part{number} import call{number}\n" for number in range(count))
        calls = "".join(f"    call{number}(event)\n" for number in range(count))
        Path(folder, "index.py").write_text(f"{imports}\n\ndef handler(event, context):\n{calls}")
        start = time.perf_counter()
        found = analyse(Path(folder), "index.handler")
        took = time.perf_counter() - start
    assert len(found.calls) == 2 * count, len(found.calls)
    return took


if __name__ == "__main__":
    main()
