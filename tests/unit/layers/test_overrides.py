"""What the settings change of tapgen's own resources, and what they bring as CloudFormation has it."""

import inspect

import pytest

from tapgen.errors import DocumentError
from tests.unit.layers.documents import refused

HEAD = 'application = "shop"\n'
ENVIRONMENT = "\n[environments.dev]\n"
ROLE = """
[resources.OldRole]
type = "AWS::IAM::Role"
properties.AssumeRolePolicyDocument = {}
"""


def test_a_property_is_another_one_or_none(document):
    table = resources(
        document,
        """
        [tables.Orders]

        [overrides.OrdersTable]
        deletion_policy = "Retain"
        depends_on = []
        properties.BillingMode = { Ref = "AWS::NoValue" }
        properties.TableClass = { "Fn::If" = ["IsProd", "STANDARD", "STANDARD_INFREQUENT_ACCESS"] }
        metadata.Why = "as it was"

        [conditions]
        IsProd = { "Fn::Equals" = [{ Ref = "Stage" }, "prod"] }

        [parameters.Stage]
        default = "dev"
        """,
    )["OrdersTable"]
    assert table["DeletionPolicy"] == "Retain"
    assert table["Metadata"] == {"Why": "as it was"}
    assert "BillingMode" not in table["Properties"]
    assert table["Properties"]["TableClass"] == {"Fn::If": ["IsProd", "STANDARD", "STANDARD_INFREQUENT_ACCESS"]}


def test_a_resource_of_tapgen_may_be_left_out(document):
    found = resources(document, '[buckets.Uploads]\nname = "uploads"\n[overrides.UploadsBucketPolicy]\nabsent = true\n')
    assert list(found) == ["UploadsBucket"]


def test_an_override_of_nothing_is_said(document):
    with pytest.raises(DocumentError, match=r"overrides.OrderTable.* no resource") as error:
        resources(document, "[tables.Orders]\n[overrides.OrderTable]\nabsent = true\n")
    assert "OrdersTable" in error.value.hint


def test_a_function_may_keep_its_role_its_name_and_its_log(document):
    found = resources(
        document,
        ROLE
        + """
        [alarms]
        enabled = false
        [functions.Old]
        source = "src"
        name = false
        role = { value = "${OldRole.Arn}" }
        log_group = false
        log_format = "Text"
        environment.ROLE = { value = { "Fn::GetAtt" = ["OldRole", "Arn"] } }
        """,
    )
    properties = found["OldFunction"]["Properties"]
    assert set(found) == {"OldRole", "OldFunction"}
    assert "FunctionName" not in properties
    assert "LoggingConfig" not in properties
    assert properties["Role"] == {"Fn::Sub": "${OldRole.Arn}"}
    assert properties["Environment"]["Variables"]["ROLE"] == {"Fn::GetAtt": ["OldRole", "Arn"]}


def test_a_function_may_log_into_one_of_the_resources(document):
    found = resources(
        document,
        '[functions.Old]\nsource = "src"\nlog_group = "Logs"\n[resources.Logs]\ntype = "AWS::Logs::LogGroup"\n',
    )
    assert "OldFunctionLogGroup" not in found
    assert found["OldFunction"]["Properties"]["LoggingConfig"]["LogGroup"] == {"Ref": "Logs"}


def test_a_log_group_that_is_not_there_is_said(project):
    text = f'{HEAD}[functions.Old]\nsource = "src"\nlog_group = "Logs"\n{ENVIRONMENT}'
    [said] = refused(project, text)
    assert "there is no [resources.Logs]" in said


def test_a_resource_of_a_new_type_is_taken_as_it_is(document):
    found = resources(
        document,
        '[resources.New]\ntype = "AWS::Brandnew::Thing"\nunchecked = true\nproperties.Size = 1\ncondition = "Is"\n'
        '[conditions.Is]\n"Fn::Equals" = ["a", "a"]\n',
    )
    assert found["New"] == {"Type": "AWS::Brandnew::Thing", "Condition": "Is", "Properties": {"Size": 1}}


def test_mappings_rules_and_conditions_stand_in_the_template(document):
    found = whole(
        document,
        """
        [tables.Orders]
        [mappings.Sizes]
        dev.Count = 1
        [conditions.IsProd]
        "Fn::Equals" = [{ Ref = "AWS::Region" }, "eu-central-1"]
        [rules.Here]
        Assertions = [{ Assert = { "Fn::Equals" = ["a", "a"] } }]
        [outputs.Name]
        value = "${OrdersTable}"
        condition = "IsProd"
        """,
    )
    assert found["Mappings"] == {"Sizes": {"dev": {"Count": 1}}}
    assert found["Outputs"]["Name"]["Condition"] == "IsProd"
    assert found["Rules"]["Here"]["Assertions"]
    assert list(found)[:3] == ["AWSTemplateFormatVersion", "Mappings", "Rules"]


def test_alarms_and_schedules_of_a_stack_that_has_its_own(document):
    found = resources(
        document,
        ROLE
        + """
        [alarms]
        enabled = false
        [functions.Old]
        source = "src"
        triggers.schedules.Nightly = { expression = "rate(1 day)", role = { value = "${OldRole.Arn}" } }
        triggers.events.Hourly = { schedule = "rate(1 hour)" }
        """,
    )
    assert not [one for one in found.values() if one["Type"] == "AWS::CloudWatch::Alarm"]
    assert "OldScheduleRole" not in found
    assert found["OldNightlySchedule"]["Properties"]["Target"]["RoleArn"] == {"Fn::Sub": "${OldRole.Arn}"}
    assert found["OldHourlyRule"]["Properties"]["ScheduleExpression"] == "rate(1 hour)"


def resources(document, text):
    return whole(document, text)["Resources"]


def whole(document, text):
    return document(HEAD + inspect.cleandoc(text) + ENVIRONMENT)


def test_outputs_of_tapgen_may_be_none(document):
    text = "[tables.Orders]\n[queues.Jobs]\n[outputs.Mine]\nvalue = 'x'\n"
    assert len(whole(document, text)["Outputs"]) == 3
    assert list(whole(document, f"own_outputs = false\n{text}")["Outputs"]) == ["Mine"]
