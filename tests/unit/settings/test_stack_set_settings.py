"""An environment of many accounts: what its settings mean, and which of them AWS would refuse together."""

import pytest

from tapgen.deploy.aws.stack_set_model import Permissions, Preferences, Targets
from tapgen.deploy.stack_sets.target import target_of, within
from tapgen.errors import SettingsError
from tapgen.settings.load import load
from tests.table import rows

ACCOUNTS = 'accounts = ["111111111111", "222222222222"]'
UNITS = 'organizational_units = ["ou-abcd-11111111"]'
REGIONS = 'regions = ["eu-west-1", "us-east-1"]'


@pytest.fixture
def prod(project):
    def loaded(*lines):
        text = 'application = "shop"\n[buckets.Files]\n[environments.prod]\n' + "\n".join(lines) + "\n"
        return load(project(text)).environment("prod")

    return loaded


def test_accounts_alone_are_deployed_to_by_roles_of_ones_own_in_the_order_of_the_regions(prod):
    environment = prod(ACCOUNTS, REGIONS)
    assert environment.is_stack_set
    assert environment.home_region == "eu-west-1"
    target = target_of(environment)
    assert target.targets == Targets(("111111111111", "222222222222"), (), ("eu-west-1", "us-east-1"))
    assert target.permissions == Permissions()
    assert target.preferences == Preferences(("eu-west-1", "us-east-1"), failure_tolerance=0, concurrency=1)


def test_units_are_deployed_to_by_the_organization(prod):
    more = 'stack_set = { region = "us-east-1", failure_tolerance = "5%", concurrency_mode = "soft", automatic = true }'
    environment = prod(UNITS, ACCOUNTS, REGIONS, more)
    assert environment.home_region == "us-east-1"
    target = target_of(environment)
    assert target.permissions == Permissions(service_managed=True, automatic=True)
    assert (target.preferences.failure_tolerance, target.preferences.soft) == ("5%", True)


def test_without_accounts_it_is_a_stack(prod):
    assert not prod(REGIONS).is_stack_set


def test_an_operation_in_some_regions_names_no_others_and_those_that_the_settings_forgot(prod):
    preferences = target_of(prod(ACCOUNTS, REGIONS)).preferences
    assert within(preferences, ("us-east-1",)).region_order == ("us-east-1",)
    assert within(preferences, ("ap-south-1", "us-east-1")).region_order == ("us-east-1", "ap-south-1")


@rows(
    ("lines", "problem"),
    [
        ((ACCOUNTS,), "regions: a StackSet needs them"),
        (("stack_set = { concurrency = 2 }",), "stack_set: only an environment with accounts"),
        (('accounts = ["111111111111", "111111111111"]', REGIONS), "accounts: a value stands twice"),
        (('accounts = ["1"]', REGIONS), "environments.prod.accounts"),
        (('organizational_units = ["sales"]', REGIONS), "such as ou-ab12-11111111"),
        ((UNITS, REGIONS, 'stack_set = { permissions = "self-managed" }'), "organizational_units need service-managed"),
        ((UNITS, REGIONS, 'stack_set = { execution_role = "x" }'), "take no roles of yours"),
        (
            (ACCOUNTS, REGIONS, 'stack_set = { permissions = "service-managed" }'),
            "service-managed permissions need them",
        ),
        ((ACCOUNTS, REGIONS, "stack_set = { automatic = true }"), "only with service-managed permissions"),
        ((ACCOUNTS, REGIONS, "stack_set = { concurrency = 0 }"), "stack_set.concurrency"),
        ((ACCOUNTS, REGIONS, 'stack_set = { failure_tolerance = "101%" }'), "stack_set.failure_tolerance"),
        ((ACCOUNTS, REGIONS, "express = true"), "a StackSet has no express"),
        ((ACCOUNTS, REGIONS, "personal = true"), "a StackSet has no personal"),
        ((ACCOUNTS, REGIONS, 'buckets.Files.name = "my-files"'), "one name is for one bucket of the world"),
        (
            (f"organizational_units = {[f'ou-abcd-{number:08}' for number in range(51)]}".replace("'", '"'), REGIONS),
            "one operation takes 50",
        ),
    ],
)
def test_what_aws_would_refuse_is_a_problem_of_the_settings(prod, lines, problem):
    with pytest.raises(SettingsError) as caught:
        prod(*lines)
    assert problem in str(caught.value)
