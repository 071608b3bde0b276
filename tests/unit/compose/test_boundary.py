"""The permissions boundary of an environment is on every role, and on nothing else."""

import pytest

from tests.conftest import ONE_FUNCTION

OWN_ROLE = """\
from troposphere import iam
def build(template, environment, stack):
    trust = {"Version": "2012-10-17", "Statement": []}
    template.add_resource(iam.Role("Mine", AssumeRolePolicyDocument=trust, PermissionsBoundary="arn:aws:iam::aws:policy/X"))
    template.add_resource(iam.User("Robot"))
"""
PROJECT = "layers = ['own']\n" + ONE_FUNCTION


@pytest.mark.parametrize(
    ("policy", "boundary"),
    [
        ("arn:aws:iam::123456789012:policy/team", "arn:aws:iam::123456789012:policy/team"),
        ("team/dev", {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/team/dev"}),
    ],
)
def test_every_role_has_it_unless_it_has_its_own(document, policy, boundary):
    made = document(f'permissions_boundary = "{policy}"\n{PROJECT}', **{"own.py": OWN_ROLE})["Resources"]
    bound = {title: one["Properties"].get("PermissionsBoundary") for title, one in made.items() if "Properties" in one}
    roles = {title for title, one in made.items() if one["Type"] in {"AWS::IAM::Role", "AWS::IAM::User"}}
    assert {"Mine", "Robot"} < roles
    assert bound.pop("Mine") == "arn:aws:iam::aws:policy/X"
    assert {title for title, one in bound.items() if one} == roles - {"Mine"}
    assert all(one == boundary for one in bound.values() if one)


def test_without_the_setting_no_role_is_bound(document):
    made = document(ONE_FUNCTION)["Resources"]
    assert not any("PermissionsBoundary" in one.get("Properties", {}) for one in made.values())
