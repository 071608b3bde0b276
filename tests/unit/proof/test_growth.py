"""Ten times the input takes some ten times the steps: each kind of input is grown, and the calls that Python makes are counted."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tapgen.proof.check import check_all, of_template
from tapgen.review.assess import assess
from tapgen.review.picture.drawing import draw
from tests.unit.proof.documents import allow, arn, function, resource, role

MOST = 16
"""Times the steps that ten times the input may take: a square takes a hundred."""


def steps(work: Callable[[], object]) -> int:
    """The calls of Python and C functions, and the turns of generators."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def conditions(number: int) -> dict[str, Any]:
    """One value under a condition for each time that the number can be halved, both branches written out."""

    def branches(left: int, name: str) -> Any:
        if left <= 1:
            return f"arn:aws:s3:::{name}/*"
        return {"Fn::If": [f"C{left}", branches(left // 2, f"{name}a"), branches(left - left // 2, f"{name}b")]}

    return {
        "Parameters": {"Stage": {"Type": "String"}},
        "Conditions": {f"C{one}": {"Fn::Equals": [{"Ref": "Stage"}, str(one)]} for one in range(number + 1)},
        **template(Role=role(allow("s3:GetObject", branches(number, "x"))), Worker=worker()),
    }


def worker(code: str = "def handler(event, context):\n    pass\n", **more: Any) -> dict[str, Any]:
    return function(code, LoggingConfig=None, Environment=None, **more)


def called(number: int, line: str) -> str:
    body = "".join(f"    {line.format(one)}\n" for one in range(number))
    return f"import boto3\ns3 = boto3.client('s3')\ndef handler(event, context):\n    x = 'a'\n{body}"


CALL = "s3.get_object(Bucket='b{}', Key='k')"
BRANCH = "if event['{0}']: x = 'b{0}'"
DOUBLED = ("x = x + x", "x = f'{{x}}{{x}}'", "x = '%s%s' % (x, x)", "x = '{{0}}{{0}}'.format(x)", "x = x.join([x, x])")
BUCKET = "arn:aws:s3:::b{}/*"

KINDS: dict[str, Callable[[int], dict[str, Any]]] = {
    "statements": lambda n: template(Role=role(*(allow("s3:GetObject", BUCKET.format(i)) for i in range(n)))),
    "actions": lambda n: template(Role=role(allow([f"s3:Get{i}*" for i in range(n)], "*"))),
    "resources of a statement": lambda n: template(
        Role=role(allow("s3:GetObject", [BUCKET.format(i) for i in range(n)])), Worker=worker(called(1, CALL))
    ),
    "stars": lambda n: template(Role=role(allow("s3:" + "*a" * n, "arn:aws:s3:::" + "*a" * n)), Worker=worker()),
    "an ARN in an ARN": lambda n: template(
        Role=role(allow("s3:GetObject", "arn:aws:s3:::" * n), ManagedPolicyArns=["arn:" * n])
    ),
    "branches of a value": conditions,
    "queues": lambda n: template(
        **{
            f"Q{i}": resource(
                "AWS::SQS::Queue", RedrivePolicy={"deadLetterTargetArn": arn(f"Q{i + 1}"), "maxReceiveCount": 3}
            )
            for i in range(n)
        }
    ),
    "functions": lambda n: template(
        **{f"Role{i}": role(allow("s3:GetObject", BUCKET.format(i))) for i in range(n)},
        **{f"Fn{i}": worker(called(1, CALL), FunctionName=None, Role=arn(f"Role{i}")) for i in range(n)},
    ),
    "rules of a security group": lambda n: template(
        Group=resource(
            "AWS::EC2::SecurityGroup",
            GroupDescription="x",
            SecurityGroupIngress=[
                {"IpProtocol": "tcp", "FromPort": i, "ToPort": i, "CidrIp": "10.0.0.0/8"} for i in range(n)
            ],
        )
    ),
    "calls": lambda n: template(Role=role(), Worker=worker(called(n, CALL))),
    "branches of a handler": lambda n: template(Role=role(), Worker=worker(called(n, BRANCH))),
    "words": lambda n: template(Name=resource("AWS::SSM::Parameter", Type="String", Value="Ab1 " * n, Name="/x/" * n)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_ten_times_the_input_takes_ten_times_the_steps(kind: str) -> None:
    def whole(number: int) -> int:
        document = KINDS[kind](number)
        text = json.dumps(document)
        less = {**document, "Resources": {}}
        return steps(
            lambda: (
                check_all([of_template(Path("t.json"), text, document, {})], with_lint=False),
                assess(less, document),
                draw(document, title="", full=True),
            )
        )

    whole(2)  # what is loaded once
    small, large = whole(5), whole(50)
    assert large <= MOST * small, (small, large)


@pytest.mark.parametrize("line", DOUBLED)
def test_a_text_that_doubles_comes_to_an_end(line: str) -> None:
    """Sixty lines would make a text of an exabyte."""
    document = template(Role=role(), Worker=worker(called(60, line) + "    s3.get_object(Bucket='b', Key=x)\n"))
    found = check_all([of_template(Path("t.json"), json.dumps(document), document, {})], with_lint=False)[0]
    assert "permission-missing" in {one.rule for one in found}
