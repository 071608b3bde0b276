"""The order service of tests/projects: its own tests pass on the embedded AWS, and every permission that it has counts.

Its requirements come from the package index, or from what pip and uv keep of it.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tapgen import render
from tapgen.cli.options import filled
from tapgen.proof.check import check_all, of_environment
from tapgen.proof.needs.functions import analyse_once
from tapgen.settings.load import load
from tests.integration.conftest import REAL, ROOT, run_locally

pytestmark = pytest.mark.skipif(bool(REAL), reason="the embedded AWS alone: TAPGEN_INTEGRATION_ENV is set")

PROJECT = ROOT / "tests" / "projects" / "orders-service"
NOT_TO_BE_HAD = ("could not be installed", "No matching distribution", "No solution found", "Failed to fetch")

WITHOUT = """
import json, subprocess, sys
import boto3

CASES = json.loads(sys.argv[1])
iam = boto3.client("iam")
stack = boto3.client("cloudformation").describe_stack_resources(StackName="orders-dev")["StackResources"]
ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in stack}


def run(*arguments):
    cognito = boto3.client("cognito-idp")  # the tests' own user, which each run makes
    for user in cognito.list_users(UserPoolId=ids["CustomersUserPool"])["Users"]:
        cognito.admin_delete_user(UserPoolId=ids["CustomersUserPool"], Username=user["Username"])
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "-x", "tests", *arguments]).returncode


for function, action, test in CASES:
    where = {"RoleName": ids[f"{function}Role"], "PolicyName": f"{function}Policy"}
    before = iam.get_role_policy(**where)["PolicyDocument"]
    after = json.loads(json.dumps(before))
    for statement in after["Statement"]:
        statement["Action"] = [one for one in statement["Action"] if one != action] or ["none:Nothing"]
    assert after != before, (function, action)
    iam.put_role_policy(**where, PolicyDocument=json.dumps(after))
    ended = run("-k", test)
    iam.put_role_policy(**where, PolicyDocument=json.dumps(before))
    print("WITHOUT", function, action, ended, flush=True)
print("WITH", run(), flush=True)
"""
CASES = (
    ("PartnerFunction", "secretsmanager:GetSecretValue", "partner_with_key"),
    ("ListFunction", "dynamodb:Query", "create_and_read"),
    ("OrderFunction", "dynamodb:DeleteItem", "create_and_read"),
    ("CleanupFunction", "dynamodb:Scan", "cleanup"),
)


def local(folder: Path, environment: str, *command: str) -> str:
    """What `tapgen local` printed of a command that it ran in a copy of the project."""
    done = run_locally(PROJECT, folder, "--env", environment, "--", *command, seconds=280)
    if any(text in done.stderr for text in NOT_TO_BE_HAD):
        pytest.skip(f"its requirements are not to be had here: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_tests_pass_in_two_regions_and_an_existing_vpc(tmp_path: Path) -> None:
    out = local(tmp_path, "prod", sys.executable, "-m", "pytest", "-q", "tests")
    assert "11 passed" in out or "[100%]" in out


def test_its_tests_pass_and_fail_without_a_permission(tmp_path: Path) -> None:
    (tmp_path / "without.py").write_text(WITHOUT)
    out = local(tmp_path, "dev", sys.executable, str(tmp_path / "without.py"), json.dumps(CASES))
    lines = [line.split() for line in out.splitlines() if line.startswith("WITH")]
    assert lines == [*(["WITHOUT", function, action, "1"] for function, action, _ in CASES), ["WITH", "0"]]


def permissions(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what was taken away, the document without it) of each action of a role, managed policy and permission."""
    for logical_id, resource in document["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] in ("AWS::Lambda::Permission", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
            yield logical_id, without(document, logical_id)
        if resource["Type"] != "AWS::IAM::Role":
            continue
        if "ManagedPolicyArns" in properties:
            changed = copy.deepcopy(document)
            del changed["Resources"][logical_id]["Properties"]["ManagedPolicyArns"]
            yield f"{logical_id} ManagedPolicyArns", changed
        for number, policy in enumerate(properties.get("Policies", ())):
            for position, statement in enumerate(policy["PolicyDocument"]["Statement"]):
                for action in statement["Action"] if statement["Effect"] == "Allow" else ():
                    changed = copy.deepcopy(document)
                    policies = changed["Resources"][logical_id]["Properties"]["Policies"]
                    statements = policies[number]["PolicyDocument"]["Statement"]
                    statements[position]["Action"].remove(action)
                    if not statements[position]["Action"]:
                        del statements[position]
                    yield f"{logical_id} {statement['Sid']} {action}", changed


def without(document: dict[str, Any], logical_id: str) -> dict[str, Any]:
    """The document without a resource, and without those that wait for it waiting for it."""
    changed = copy.deepcopy(document)
    del changed["Resources"][logical_id]
    for resource in changed["Resources"].values():
        waits = resource.get("DependsOn", [])
        left = [one for one in ([waits] if isinstance(waits, str) else waits) if one != logical_id]
        resource.pop("DependsOn", None)
        if left:
            resource["DependsOn"] = left
    return changed


@pytest.mark.parametrize(("environment", "least"), [("dev", 55), ("prod", 100)])
def test_the_check_finds_each_permission_that_is_taken_away(environment: str, least: int) -> None:
    chosen = filled(load(PROJECT).environment(environment))
    document = render.render(chosen).document
    analyse = analyse_once()  # the sources stay as they are

    def found(rendered: dict[str, Any]) -> set[tuple[str, str]]:
        [every] = check_all([of_environment(chosen, rendered)], with_lint=False, analyse=analyse)
        return {(one.rule, one.message) for one in every if one.severity in ("error", "warning")}

    assert found(document) == set()
    taken = list(permissions(document))
    assert len(taken) >= least
    assert [what for what, changed in taken if not found(changed)] == []
