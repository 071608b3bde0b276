"""Takes each permission away from the order service of tests/projects, in dev, as a table; docs/figures.md sums it up.

For each it says whether `tapgen check` finds it in the document, and whether the service's own tests fail without it in
the running stack. To be run by `tapgen local` in the project's folder, with the root of this repository in PYTHONPATH:
`make mutation` does. WORDS choose the removals whose name has one of them; the service is not run once more then after
everything was put back.

python scripts/mutate_orders.py [WORDS...]
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tapgen import render
from tapgen.cli.options import filled
from tapgen.proof.check import check_all, of_environment
from tapgen.proof.needs.functions import analyse_once
from tapgen.settings.load import load
from tests.removals import Removal, removals

TESTS = {
    "logs:": "test_what_a_function_logs_is_in_its_group[{}]",
    "Create": "create_and_read",
    "List": "create_and_read",
    "Order": "create_and_read",
    "Partner": "partner_with_key",
    "Cleanup": "an_abandoned_order_goes_at_night",
    "Fulfil": "a_new_order_is_shipped",
    "Stream": "a_new_order_is_shipped",
    "Uploads": "an_upload_becomes_orders",
    "CleanupScheduleRole": "the_schedule_may_start",
    "ApiOrders": "create_and_read",
    "ApiPartner": "partner_with_key",
}
"""How what is removed begins -> the tests that touch it; the longest beginning counts."""
UNSEEN = {
    "xray:PutTelemetryRecords": "the embedded AWS takes no traces, and on AWS a record that is missing fails nothing",
}


class Stack:
    """The stack that runs, and how something is taken away from it."""

    def __init__(self, name: str) -> None:
        found = boto3.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
        self.ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}
        self.iam, self.functions = boto3.client("iam"), boto3.client("lambda")

    @contextmanager
    def without(self, removal: Removal, document: dict[str, Any]) -> Iterator[str]:
        """Inside, the stack is without it; gives why what needs it is refused then, as a deployment would be, or ""."""
        if removal.type == "AWS::Lambda::Permission":
            with self._without_permission(removal, document):
                yield ""
        elif removal.action == "ManagedPolicyArns":
            [attached] = self.iam.list_attached_role_policies(RoleName=self.ids[removal.logical_id])["AttachedPolicies"]
            where = {"RoleName": self.ids[removal.logical_id], "PolicyArn": attached["PolicyArn"]}
            self.iam.detach_role_policy(**where)
            yield self._log_anew()
            self.iam.attach_role_policy(**where)
        else:
            with self._without_action(removal) as refusal:
                yield refusal

    @contextmanager
    def _without_permission(self, removal: Removal, document: dict[str, Any]) -> Iterator[None]:
        properties = document["Resources"][removal.logical_id]["Properties"]
        function = self.ids[properties["FunctionName"]["Fn::GetAtt"][0]]
        policy = json.loads(self.functions.get_policy(FunctionName=function)["Policy"])
        [statement] = [one for one in policy["Statement"] if removal.logical_id in one["Sid"]]
        keys = {key.partition(":")[2]: value for of in statement["Condition"].values() for key, value in of.items()}
        again = {"Action": statement["Action"], "Principal": statement["Principal"]["Service"], **keys}
        self.functions.remove_permission(FunctionName=function, StatementId=statement["Sid"])
        yield
        self.functions.add_permission(FunctionName=function, StatementId=statement["Sid"], **again)

    @contextmanager
    def _without_action(self, removal: Removal) -> Iterator[str]:
        role = self.ids[removal.logical_id]
        [name] = self.iam.list_role_policies(RoleName=role)["PolicyNames"]
        before = self.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        after = json.loads(json.dumps(before))
        [statement] = [
            one
            for number, one in enumerate(after["Statement"])
            if removal.statement in (one.get("Sid"), str(number)) and removal.action in one["Action"]
        ]
        statement["Action"] = [one for one in statement["Action"] if one != removal.action] or ["none:Nothing"]
        self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(after))
        yield self._start_anew(removal.logical_id.removesuffix("Role"))
        self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(before))

    def _start_anew(self, function: str) -> str:
        """Of what it read before, a function keeps secrets and parameters for a while."""
        if name := self.ids.get(function):
            before = self.functions.get_function_configuration(FunctionName=name)
            settings = {key: before[key] for key in ("Timeout", "TracingConfig")}
            return _refusal(lambda: self.functions.update_function_configuration(FunctionName=name, **settings))
        return ""

    def _log_anew(self) -> str:
        api, path = boto3.client("apigateway"), "/cloudwatchRoleArn"
        patch = [{"op": "replace", "path": path, "value": api.get_account()["cloudwatchRoleArn"]}]
        return _refusal(lambda: api.update_account(patchOperations=patch))

    def failure(self, test: str = "") -> str:
        """How the service's tests fail, from the data of a stack that is new; "" where they pass."""
        cognito, pool = boto3.client("cognito-idp"), self.ids["CustomersUserPool"]
        for user in cognito.list_users(UserPoolId=pool)["Users"]:
            cognito.admin_delete_user(UserPoolId=pool, Username=user["Username"])
        table = boto3.resource("dynamodb").Table(self.ids["OrdersTable"])
        for item in table.scan(ProjectionExpression="orderId")["Items"]:
            table.delete_item(Key=item)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests"]
        ended = subprocess.run([*command, "-k", test] if test else command, capture_output=True, text=True, check=False)
        if ended.returncode not in (0, 1):
            raise SystemExit(ended.stdout + ended.stderr)
        return ended.stdout if ended.returncode else ""


def _refusal(call: Callable[[], object]) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return ""


def tests_of(removal: Removal) -> str:
    """The tests that touch what is removed, for pytest's -k; "" where none does."""
    function = removal.logical_id.removesuffix("FunctionRole")
    if removal.action.startswith("logs:"):
        return f"logs and {function}"
    return TESTS.get(max((one for one in TESTS if removal.logical_id.startswith(one)), key=len, default=""), "")


def main(words: list[str]) -> None:
    """Print the table, and the figures below it."""
    chosen = filled(load(Path.cwd()).environment("dev"))
    document = render.render(chosen).document
    analyse = analyse_once()  # the sources stay as they are

    def found(rendered: dict[str, Any]) -> bool:
        [every] = check_all([of_environment(chosen, rendered)], with_lint=False, analyse=analyse)
        return any(one.severity in ("error", "warning") for one in every)

    stack = Stack(chosen.stack_name)
    if said := "findings of the check" if found(document) else stack.failure():
        raise SystemExit(f"the service is not well before anything is taken away: {said}")
    counts = [0, 0, 0]
    print("| removed | `tapgen check` | the service's tests |\n|---|---|---|")
    for removal in removals(document):
        if words and not any(word in str(removal) for word in words):
            continue
        why = next((why for text, why in UNSEEN.items() if text in str(removal)), "")
        test = tests_of(removal) if not why else ""
        seen = found(removal.without(document))
        with stack.without(removal, document) as refusal:
            fails = bool(refusal or (test and stack.failure(test)))
        counts = [counts[0] + 1, counts[1] + seen, counts[2] + fails]
        told = (
            f"refused: {refusal}"
            if refusal
            else f"fail: `{test}`"
            if fails
            else f"pass: {why}"
            if why
            else f"**pass**: `{test}`"
        )
        print(f"| {removal} | {'finds it' if seen else '**finds nothing**'} | {told} |", flush=True)
    print(f"\n{counts[0]} removed, {counts[1]} found by the check, {counts[2]} found by the tests.")
    if not words and (said := stack.failure()):
        raise SystemExit(f"the service is not well after everything was put back: {said}")


if __name__ == "__main__":
    main(sys.argv[1:])
