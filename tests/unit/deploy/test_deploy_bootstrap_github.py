"""bootstrap --github: who may deploy by which role, that nothing of others is touched, and what a fault leaves."""

import json
from pathlib import Path

import pytest

from tapgen.deploy.artifacts.github_roles import check_repository
from tapgen.deploy.aws.errors import AwsError
from tapgen.deploy.bootstrap_github import bootstrap_github
from tapgen.errors import ExitCode, TapgenError, UsageError
from tapgen.proof.subject import Subject
from tapgen.settings.model import Environment
from tests.table import rows
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.faulty import Faulty, at_every_call
from tests.unit.deploy.scene import Seen, document, template_of

CLOUDFORMATION = "arn:aws:iam::123456789012:role/service/cfn"
ISSUER = "token.actions.githubusercontent.com"


def environment(name="prod", *, protected=True, **more):
    return Environment(name=name, root=Path(), application="shop", protected=protected, **more)


def bootstrap(cloud, made=None, *, agree=lambda _: True, view=None, branch="main", repository="acme/shop"):
    made = made or environment()
    return bootstrap_github(
        made,
        Subject(document(), made.protected),
        cloud,
        view or Seen(),
        repository=repository,
        branch=branch,
        agree=agree,
        clock=cloud.time.clock,
    )


def roles(cloud, name="shop-prod-github"):
    resources = template_of(cloud, name)["Resources"]
    return {title: one["Properties"] for title, one in resources.items() if one["Type"] == "AWS::IAM::Role"}


def trust(role):
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    return statement


def test_a_protected_environment_gets_a_role_that_deploys_and_one_that_only_plans():
    cloud = Cloud()
    asked = []
    assert bootstrap(cloud, agree=lambda question: asked.append(question) or True, branch="release").ok
    assert asked == ["Create it in 123456789012?", "Execute on shop-prod-github in 123456789012 eu-west-1?"]
    assert cloud.audiences == ("sts.amazonaws.com",)
    made = roles(cloud)
    assert [one["RoleName"] for one in made.values()] == ["shop-prod-deploy", "shop-prod-plan"]
    provider = {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{ISSUER}"}
    assert trust(made["DeployRole"]) == {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": "repo:acme/shop:environment:prod",
                f"{ISSUER}:ref": "refs/heads/release",
            }
        },
    }
    subject = trust(made["PlanRole"])["Condition"]["StringEquals"][f"{ISSUER}:sub"]
    assert subject == "repo:acme/shop:environment:prod-plan"


def policies(cloud, role):
    """The actions of a role, by the managed policies that it refers to."""
    resources = template_of(cloud, "shop-prod-github")["Resources"]
    own = [resources[one["Ref"]]["Properties"]["PolicyDocument"] for one in roles(cloud)[role]["ManagedPolicyArns"]]
    return {action for policy in own for one in policy["Statement"] for action in one["Action"]}


def test_each_role_has_the_policies_that_permissions_prints():
    cloud = Cloud()
    bootstrap(cloud)
    assert policies(cloud, "DeployRole") >= {"cloudformation:ExecuteChangeSet", "dynamodb:CreateTable"}
    assert "cloudformation:CreateChangeSet" in policies(cloud, "PlanRole")
    assert not policies(cloud, "PlanRole") & {"cloudformation:ExecuteChangeSet", "dynamodb:CreateTable"}
    text = json.dumps(template_of(cloud, "shop-prod-github"))
    assert "arn:aws:dynamodb:*:123456789012:table/shop-prod-ItemTable-*" in text


def test_an_unprotected_environment_has_nothing_to_plan_apart():
    cloud = Cloud()
    bootstrap(cloud, environment("dev", protected=False))
    assert list(roles(cloud, "shop-dev-github")) == ["DeployRole"]


def test_the_roles_of_the_settings_get_their_names_paths_and_the_boundary():
    cloud = Cloud()
    made = environment(
        deploy_role="arn:aws:iam::123456789012:role/pipelines/deployer",
        cloudformation_role=CLOUDFORMATION,
        permissions_boundary="team",
    )
    assert bootstrap(cloud, made).ok
    found = roles(cloud)
    assert [(one["Path"], one["RoleName"]) for one in found.values()] == [
        ("/pipelines/", "deployer"),
        ("/service/", "cfn"),
    ]
    subjects = trust(found["DeployRole"])["Condition"]["StringEquals"][f"{ISSUER}:sub"]
    assert subjects == ["repo:acme/shop:environment:prod", "repo:acme/shop:environment:prod-plan"]
    assert trust(found["CloudFormationRole"])["Principal"] == {"Service": "cloudformation.amazonaws.com"}
    assert "iam:PassRole" in policies(cloud, "DeployRole")
    assert "dynamodb:CreateTable" not in policies(cloud, "DeployRole")
    assert "dynamodb:CreateTable" in policies(cloud, "CloudFormationRole")
    boundary = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/team"}
    assert {json.dumps(one["PermissionsBoundary"]) for one in found.values()} == {json.dumps(boundary)}


def test_the_second_time_nothing_changes():
    cloud = Cloud()
    bootstrap(cloud)
    cloud.roles = {"shop-prod-deploy", "shop-prod-plan"}
    [record] = cloud.stacks.values()
    record.resources = {
        title: type(one)(title, role["RoleName"], one.type, one.status)
        for title, role in roles(cloud).items()
        for one in [record.resources[title]]
    }
    outcome = bootstrap(cloud, agree=lambda _: pytest.fail("there is nothing to ask"))
    assert (outcome.code, outcome.message) == (ExitCode.OK, "no changes: shop-prod-github is as the template says")


def test_a_provider_that_is_there_is_used_and_one_for_others_is_refused():
    cloud = Cloud()
    cloud.audiences = ("sts.amazonaws.com", "x")
    bootstrap(cloud)
    assert cloud.count("create_oidc_provider") == 0
    other = Cloud()
    other.audiences = ("https://github.com/acme",)
    with pytest.raises(TapgenError, match="does not take tokens for sts") as caught:
        bootstrap(other)
    assert "add-client-id-to-open-id-connect-provider" in caught.value.hint
    assert other.names() == ["identity", "oidc_audiences"]


def test_a_role_of_somebody_elses_is_refused_and_cloudformations_stays_as_it_is():
    cloud = Cloud()
    cloud.roles = {"shop-prod-deploy"}
    with pytest.raises(TapgenError, match="there is a role shop-prod-deploy already"):
        bootstrap(cloud)
    assert cloud.count("create_oidc_provider", "create_change_set") == 0
    cloud.roles = {"cfn"}
    view = Seen()
    assert bootstrap(cloud, environment(cloudformation_role=CLOUDFORMATION), view=view).ok
    assert "CloudFormationRole" not in roles(cloud)
    assert view.steps[0] == "cfn is there already and stays as it is: `tapgen permissions` prints what it needs"


@pytest.mark.parametrize("answers", [[False], [True, False]])
def test_declined_leaves_nothing_but_what_was_agreed_to(answers):
    cloud = Cloud()
    left = list(answers)
    outcome = bootstrap(cloud, agree=lambda _: left.pop(0))
    assert outcome.code == ExitCode.DECLINED
    assert (cloud.audiences is not None) == answers[0]
    assert not [one for one in cloud.stacks.values() if not one.status.startswith("DELETE_")]


@rows("text", ["acme", "acme/", "/shop", "acme/*", "*/*", "acme/shop:ref", "acme@1/shop", "a/b/c", ""])
def test_what_is_no_repository_is_refused(text):
    with pytest.raises(UsageError):
        check_repository(text)


def test_a_repository_with_its_ids_is_trusted_as_its_jobs_name_it():
    cloud = Cloud()
    bootstrap(cloud, repository="acme@12/shop@345")
    subject = trust(roles(cloud)["DeployRole"])["Condition"]["StringEquals"][f"{ISSUER}:sub"]
    assert subject == "repo:acme@12/shop@345:environment:prod"


def test_a_name_that_is_too_long_names_the_way_out():
    with pytest.raises(UsageError, match="is longer than 64 characters") as caught:
        bootstrap(Cloud(), environment(stack="s" * 60))
    assert "deploy_role" in caught.value.hint


def calls():
    cloud = Cloud()
    assert bootstrap(cloud).ok
    return len(cloud.calls)


def test_one_fault_at_one_call():
    at_every_call(calls(), one_fault_at_one_call)


def one_fault_at_one_call(index, when, fault):
    """No end is called good that is not, and the same command ends it."""
    cloud = Cloud()
    faulty = Faulty(cloud, index, when, fault)
    try:
        outcome = bootstrap(faulty)
    except (AwsError, KeyboardInterrupt):
        pass
    else:
        stack = [one.status for one in cloud.stacks.values() if one.name == "shop-prod-github"]
        assert not outcome.ok or ("CREATE_COMPLETE" in stack and cloud.audiences)
    assert faulty.met
    for record in cloud.stacks.values():
        while record.pending:
            cloud.advance(record)
    assert bootstrap(cloud).ok
    assert cloud.audiences == ("sts.amazonaws.com",)
