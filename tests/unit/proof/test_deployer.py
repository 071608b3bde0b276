"""The smallest policy of a deployer."""

from __future__ import annotations

import ast
import inspect
import json
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import Session

from tapgen import naming
from tapgen.deploy.artifacts.bootstrap import bootstrap_request
from tapgen.deploy.aws import (
    change_set_operations,
    function_operations,
    image_operations,
    operations,
    refactor_operations,
    stack_set_operations,
)
from tapgen.proof.deployer.calls import (
    BY_DRIFT_DETECTION,
    IMAGES,
    OPERATIONS,
    STACK_SET,
    SYNC,
    SYNC_LAYER,
    SYNC_STATE_MACHINE,
    SYNCED_FUNCTIONS,
    Operation,
    own_calls,
)
from tapgen.proof.deployer.policy import statements as written
from tapgen.proof.deployer.policy import unknown_types
from tapgen.proof.deployer.roles import (
    CLOUDFORMATION,
    DEPLOY,
    PLAN,
    plan_grants,
    role_grants,
    role_policies,
    stack_set_grants,
)
from tapgen.proof.deployer.split import MAX_CHARACTERS, MAX_POLICIES, policies, size
from tapgen.proof.needs import actions
from tapgen.proof.subject import Subject
from tests.unit.proof.documents import arn, document, only, resource, role


def statements(
    checked: dict[str, Any], operation: Operation = "create", *, protected: bool = False
) -> list[dict[str, Any]]:
    return written(role_grants(Subject(checked, protected), "tap-dev", operations=(operation,))[DEPLOY])


def where(checked: dict[str, Any], action: str, operation: Operation = "create") -> list[str]:
    """The resources on which an action is allowed."""
    return [r for one in statements(checked, operation) if action in one["Action"] for r in one["Resource"]]


def test_the_stack_itself() -> None:
    change_sets = "arn:*:cloudformation:*:*:changeSet/tapgen-tap-dev-????????-????-????-????-????????????/*"
    stack = "arn:*:cloudformation:*:*:stack/tap-dev/*"
    assert set(where(document(), "cloudformation:ExecuteChangeSet")) == {change_sets, stack}
    assert where(document(), "cloudformation:CreateChangeSet") == [stack]
    assert where(document(), "cloudformation:DeleteStack", "delete")
    assert not where(document(), "cloudformation:DeleteStack", "update")


def operations_of_the_client() -> dict[str, set[str]]:
    """Service -> the API operations that the deployment's client calls, read from its source."""
    calls: dict[str, set[str]] = {}
    source = "".join(map(inspect.getsource, (operations, change_set_operations, refactor_operations)))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            words = [one.value for one in node.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if node.func.attr in {"_cloudformation", "_pages"} and words:
                calls.setdefault("cloudformation", set()).add(words[0])
            elif node.func.attr == "_call" and len(words) == 2:
                calls.setdefault(words[0], set()).add(words[1])
    session = Session()
    return {
        service: {name for name in session.get_service_model(service).operation_names if xform_name(name) in called}
        for service, called in calls.items()
    }


def test_every_call_of_the_commands_that_change_a_stack_is_allowed_and_no_other() -> None:
    checked = Subject({**document(), "Parameters": {"ArtifactBucket": {"Type": "String"}}}, protected=True)
    allowed = {
        (operation, action) for operation in OPERATIONS for action, _ in own_calls(operation, checked, "tap-dev")
    }
    called = operations_of_the_client()
    by_hand = {f"cloudformation:{name}" for name in ("TagResource", *BY_DRIFT_DETECTION)}  # no call has their name
    assert set(called) == {"cloudformation", "s3", "sts", "lambda", "logs"}
    assert {action for _, action in allowed if action.startswith("cloudformation:")} - by_hand == {
        f"cloudformation:{name}" for name in called["cloudformation"]
    }
    # S3 API reference, HeadObject: GetObject, and ListBucket. sts needs no permission; the other two are those of
    # `tapgen invoke` and `tapgen logs`, which change nothing.
    assert called["s3"] == {"HeadObject", "PutObject"}
    assert {action for _, action in allowed if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_action_is_one_that_iam_knows(operation: Operation) -> None:
    checked = Subject(document(), protected=True)
    assert not [action for action, _ in own_calls(operation, checked, "tap-dev") if actions.action(action) is None]


def test_what_knows_no_stack_is_allowed_everywhere() -> None:
    assert where(document(), "cloudformation:ListImports", "update") == ["*"]
    assert where(document(), "cloudformation:DescribeStackDriftDetectionStatus", "update") == ["*"]
    assert not where(document(), "cloudformation:ListImports", "create")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_only_a_protected_environment_is_protected(operation: Operation) -> None:
    action = "cloudformation:UpdateTerminationProtection"

    def stacks(*, protected: bool) -> list[str]:
        found = statements(document(), operation, protected=protected)
        return [arn for one in found if action in one["Action"] for arn in one["Resource"]]

    assert stacks(protected=True) == ["arn:*:cloudformation:*:*:stack/tap-dev/*"]
    assert stacks(protected=False) == []


def test_the_artifact_bucket_is_for_packages_and_large_templates() -> None:
    bucket = "arn:*:s3:::tapgen-bootstrap-artifactbucket-*"
    packaged = {**only(Topic=resource("AWS::SNS::Topic")), "Parameters": {"ArtifactBucket": {"Type": "String"}}}
    large = {**only(Topic=resource("AWS::SNS::Topic")), "Description": "x" * 51_200}
    for checked in (packaged, large):
        assert where(checked, "s3:PutObject", "update") == [f"{bucket}/*"]
        assert where(checked, "s3:ListBucket") == [bucket]
        assert where(checked, "cloudformation:DescribeStacks") == [
            "arn:*:cloudformation:*:*:stack/tap-dev/*",
            "arn:*:cloudformation:*:*:stack/tapgen-bootstrap/*",
        ]
        assert not where(checked, "s3:PutObject", "delete")
    assert not where(only(), "s3:PutObject")


def test_the_bucket_is_the_one_that_bootstrap_makes() -> None:
    made = bootstrap_request()
    [name] = [one for one, resource in made.document["Resources"].items() if resource["Type"] == "AWS::S3::Bucket"]
    assert (made.stack_name, name) == (naming.BOOTSTRAP_STACK, naming.ARTIFACT_BUCKET)


def test_images_that_are_built_go_to_their_repository() -> None:
    uri = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/shop:${ReportsFunctionImageTag}"
    function = resource("AWS::Lambda::Function", Code={"ImageUri": {"Fn::Sub": uri}})
    built = {**only(ReportsFunction=function), "Parameters": {"ReportsFunctionImageTag": {"Type": "String"}}}
    assert where(built, "ecr:PutImage", "update") == ["arn:*:ecr:*:*:repository/shop"]
    assert where(built, "ecr:GetAuthorizationToken") == ["*"]
    assert not where(only(ReportsFunction=function), "ecr:PutImage")
    called = inspect.getsource(image_operations)
    assert {name for name in ("DescribeImages", "CreateRepository") if name in called} <= set(IMAGES)


def test_operations_are_apart() -> None:
    assert where(document(), "dynamodb:CreateTable")
    assert not where(document(), "dynamodb:DeleteTable")
    assert where(document(), "dynamodb:DeleteTable", "delete")
    assert where(document(), "lambda:UpdateFunctionCode", "update")
    assert not where(document(), "lambda:UpdateFunctionCode", "delete")


def test_resources_are_narrowed_where_names_are_known() -> None:
    checked = document(
        Named=resource("AWS::DynamoDB::Table", TableName={"Fn::Sub": "${AWS::StackName}-${AWS::Region}-items"})
    )
    tables = where(checked, "dynamodb:CreateTable")
    assert tables == ["arn:*:dynamodb:*:*:table/tap-dev-*-items", "arn:*:dynamodb:*:*:table/tap-dev-Table-*"]
    assert where(checked, "lambda:CreateFunction") == ["arn:*:lambda:*:*:function:worker"]
    assert where(checked, "iam:CreateRole") == ["arn:*:iam::*:role/tap-dev-Role-*"]
    assert where(checked, "lambda:GetLayerVersion") == ["*"]


def test_bucket_names_are_lower_case() -> None:
    assert where(only(MyBucket=resource("AWS::S3::Bucket")), "s3:CreateBucket") == ["arn:*:s3:::tap-dev-mybucket-*"]


def test_only_the_created_roles_are_passed_and_only_to_whom_they_trust() -> None:
    [passed] = [one for one in statements(document()) if "iam:PassRole" in one["Action"]]
    assert passed["Resource"] == ["arn:*:iam::*:role/tap-dev-Role-*"]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}}


def test_roles_that_are_passed_by_their_arn_or_have_a_path() -> None:
    checked = only(
        Function=resource("AWS::Lambda::Function", Role="arn:aws:iam::123456789012:role/x"),
        Other=resource("AWS::Lambda::Function", Role=arn("Role")),
        Role=role(Path="/service/"),
    )
    assert where(checked, "iam:PassRole") == [
        "arn:*:iam::*:role/service/tap-dev-Role-*",
        "arn:aws:iam::123456789012:role/x",
    ]


def test_roles_that_are_passed_by_what_is_within_a_resource() -> None:
    invoked = {"type": "aws", "credentials": arn("Role")}
    for passing in (
        resource("AWS::Scheduler::Schedule", Target={"RoleArn": arn("Role")}),
        resource("AWS::ApiGateway::Method", Integration={"Credentials": arn("Role")}),
        resource("AWS::ApiGatewayV2::Integration", CredentialsArn=arn("Role")),
        resource("AWS::Events::Rule", Targets=[{"RoleArn": arn("Role")}]),
        resource("AWS::ApiGateway::RestApi", Body={"paths": {"/x": {"get": {"integration": invoked}}}}),
    ):
        assert where(only(It=passing, Role=role()), "iam:PassRole") == ["arn:*:iam::*:role/tap-dev-Role-*"]
    assert where(only(It=resource("AWS::ApiGateway::RestApi"), Role=role()), "iam:PassRole") == []


def test_types_without_published_permissions_are_named() -> None:
    checked = Subject(only(Condition=resource("AWS::CloudFormation::WaitCondition")))
    assert unknown_types(checked) == ("AWS::CloudFormation::WaitCondition",)


def test_no_action_is_granted_twice_on_everything_and_something() -> None:
    for operation in OPERATIONS:
        found = statements(document(), operation)
        wide = {action for one in found if "*" in one["Resource"] for action in one["Action"]}
        narrow = {action for one in found if "*" not in one["Resource"] for action in one["Action"]}
        assert not wide & narrow


def many(count: int) -> dict[str, Any]:
    """A template with many tables of long names."""
    return only(**{f"{'A' * 40}{number}": resource("AWS::DynamoDB::Table") for number in range(count)})


def of_roles(checked: dict[str, Any], **more: Any) -> dict[str, list[dict[str, Any]]]:
    return role_policies(role_grants(Subject(checked), "tap-dev", **more), "tap-dev")


def allowed(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    every = [one for policy in found for one in policy["Statement"]]
    return {(action, arn) for one in every for action in one["Action"] for arn in one["Resource"]}


@pytest.mark.parametrize("count", [1, 100, 500])
def test_each_is_a_policy_that_iam_takes(count: int) -> None:
    for found in of_roles(many(count), cloudformation_role="arn:aws:iam::123456789012:role/cfn").values():
        assert 1 <= len(found) <= MAX_POLICIES
        for policy in found:
            assert policy["Version"] == "2012-10-17"
            assert size(policy) == len("".join(json.dumps(policy).split())) <= MAX_CHARACTERS
            for statement in policy["Statement"]:
                assert statement["Action"] == sorted(set(statement["Action"]))


def test_nothing_is_lost_by_the_split() -> None:
    checked = many(60)
    [grants] = role_grants(Subject(checked), "tap-dev").values()
    whole = [{"Version": "2012-10-17", "Statement": written(grants)}]
    split = of_roles(checked)[DEPLOY]
    assert len(split) > 1
    assert allowed(split) == allowed(whole)


def test_a_statement_that_is_too_long_alone_is_cut() -> None:
    long = {"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": [f"arn:{'x' * 90}{number}" for number in range(9)]}
    found = policies([long], 500)
    assert max(map(size, found)) <= 500
    assert allowed(found) == allowed([{"Statement": [long]}])
    actions_ = {"Effect": "Allow", "Action": [f"a:{'B' * 90}{number}" for number in range(9)], "Resource": ["*"]}
    assert max(map(size, policies([actions_], 500))) <= 500


def test_names_of_the_stack_are_put_together_where_a_role_would_have_too_many_policies() -> None:
    found = of_roles(many(1500))[DEPLOY]
    assert len(found) <= MAX_POLICIES
    assert ("dynamodb:CreateTable", "arn:*:dynamodb:*:*:table/tap-dev-*") in allowed(found)


def test_account_and_partition_are_named_where_they_are_known() -> None:
    grants = role_grants(Subject(document()), "tap-dev")
    found = allowed(role_policies(grants, "tap-dev", account="123456789012", region="cn-north-1")[DEPLOY])
    assert ("iam:CreateRole", "arn:aws-cn:iam::123456789012:role/tap-dev-Role-*") in found
    assert ("dynamodb:CreateTable", "arn:aws-cn:dynamodb:*:123456789012:table/tap-dev-Table-*") in found
    assert ("lambda:GetLayerVersion", "*") in found


def test_with_a_role_of_cloudformations_the_deployer_passes_it_and_changes_nothing_itself() -> None:
    cloudformation = "arn:aws:iam::123456789012:role/cfn"
    found = of_roles(document(), cloudformation_role=cloudformation)
    deploys, changes = allowed(found[DEPLOY]), allowed(found[CLOUDFORMATION])
    assert ("iam:PassRole", cloudformation) in deploys
    assert "dynamodb:CreateTable" in {action for action, _ in changes}
    assert not {action for action, _ in deploys} & {"dynamodb:CreateTable", "iam:CreateRole", "lambda:CreateFunction"}
    assert "dynamodb:DescribeTable" in {action for action, _ in deploys}  # a drift detection reads in its name
    assert not [action for action, _ in changes if action.startswith("cloudformation:")]
    assert set(of_roles(document())) == {DEPLOY}


@pytest.mark.parametrize(
    ("account", "boundary", "condition"),
    [
        ("", "team", {"StringLike": {"iam:PermissionsBoundary": "arn:*:iam::*:policy/team"}}),
        (
            "123456789012",
            "team",
            {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/team"}},
        ),
        ("", "arn:aws:iam::1:policy/x", {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::1:policy/x"}}),
    ],
)
def test_with_a_boundary_no_role_is_made_without_it(account: str, boundary: str, condition: dict[str, Any]) -> None:
    grants = role_grants(Subject(document()), "tap-dev", boundary=boundary)
    found = role_policies(grants, "tap-dev", account=account, region="eu-west-1" if account else "")[DEPLOY]
    every = [one for policy in found for one in policy["Statement"]]
    making = [one for one in every if "iam:CreateRole" in one["Action"]]
    assert [one.get("Condition") for one in making] == [condition]
    assert making[0]["Action"] == ["iam:CreateRole", "iam:PutRolePermissionsBoundary"]
    assert "iam:DeleteRolePermissionsBoundary" not in {action for one in every for action in one["Action"]}
    without = [one for one in statements(document(), "update") if "iam:DeleteRolePermissionsBoundary" in one["Action"]]
    assert len(without) == 1


def test_who_deploys_may_sync_functions_unless_they_are_protected() -> None:
    def actions_of(*, protected: bool) -> set[str]:
        grants = role_grants(Subject(document(), protected), "tap-dev", cloudformation_role="arn:aws:iam::1:role/x")
        return {action for action, _ in grants[DEPLOY].calls}

    assert actions_of(protected=False) >= {"tag:GetResources", "lambda:UpdateFunctionCode"}
    assert not actions_of(protected=True) & {"tag:GetResources", "lambda:UpdateFunctionCode"}


def called_in(module: object, *methods: str) -> set[tuple[str, ...]]:
    """The texts that calls of some methods begin with, read from a module's source."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call))  # type: ignore[arg-type]
    return {
        tuple(one.value for one in call.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str))
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in methods
    }


def test_every_call_of_a_stack_set_is_allowed_and_no_other() -> None:
    checked = Subject(document())
    granted = stack_set_grants(checked, "tap-prod", "arn:aws:iam::1:role/admin")[DEPLOY]
    known = Session().get_service_model("cloudformation").operation_names
    called = {
        words[0]
        for words in called_in(stack_set_operations, "_cloudformation", "_pages", "_of_set", "_begun", "_set_pages")
        if words
    }
    assert called
    assert {name for name in known if xform_name(name) in called} == set(STACK_SET) - {"TagResource"}
    assert ("cloudformation:DeleteStackSet", "arn:*:cloudformation:*:*:stackset/tap-prod:*") in granted.calls
    assert ("cloudformation:CreateStackSet", "*") in granted.calls
    assert granted.passed == {"arn:aws:iam::1:role/admin"}
    assert stack_set_grants(checked, "tap-prod")[DEPLOY].passed == frozenset()


def test_every_call_of_sync_is_allowed_and_no_other() -> None:
    services = {"stepfunctions": "states", "resourcegroupstaggingapi": "tag"}
    session, called = Session(), set()
    for words in called_in(function_operations, "_call"):
        service, operation = words if len(words) == 2 else ("lambda", words[0])
        names = {xform_name(name): name for name in session.get_service_model(service).operation_names}
        called.add(f"{services.get(service, service)}:{names[operation]}")
    assert called == {*SYNC, *SYNC_LAYER, *SYNC_STATE_MACHINE, SYNCED_FUNCTIONS}


def test_who_plans_changes_no_stack() -> None:
    [found] = role_policies({PLAN: plan_grants(Subject(document(), protected=True), "tap-dev")}, "tap-dev").values()
    granted = {action for action, _ in allowed(found)}
    assert granted >= {"cloudformation:CreateChangeSet", "cloudformation:DescribeChangeSet"}
    forbidden = {"ExecuteChangeSet", "DeleteStack", "SetStackPolicy", "UpdateTerminationProtection", "RollbackStack"}
    assert not granted & {f"cloudformation:{name}" for name in forbidden}
    assert "dynamodb:DescribeTable" in granted  # what has drifted is read
    assert not granted & {"dynamodb:CreateTable", "dynamodb:UpdateTable", "iam:CreateRole", "lambda:UpdateFunctionCode"}
