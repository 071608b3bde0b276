"""Any CloudFormation resource, read through troposphere's class of its type."""

from tests.table import rows
from tests.unit.layers.documents import refused

SETTINGS = """
application = "shop"
protected = true
[queues.Ship]
[resources.Metric]
type = "AWS::Logs::MetricFilter"
depends_on = "ShipQueue"
properties.FilterPattern = "ERROR"
properties.LogGroupName = { Ref = "OrdersFunctionLogGroup" }
properties.MetricTransformations = [{ MetricName = "Errors", MetricNamespace = "Shop", MetricValue = "1" }]
[resources.Domain]
type = "AWS::SDB::Domain"
[resources.Mine]
type = "Custom::Thing"
properties = { ServiceToken = { "Fn::GetAtt" = ["OrdersFunction", "Arn"] }, Size = 3 }
deletion_policy = "Retain"
[functions.Orders]
source = "src"
[environments.dev]
[environments.prod]
resources.Metric.properties.FilterPattern = "FATAL"
resources.Mine = false
"""


def test_it_is_in_the_template_as_it_is_written(document):
    resources = document(SETTINGS)["Resources"]
    assert resources["Metric"] == {
        "Type": "AWS::Logs::MetricFilter",
        "DependsOn": "ShipQueue",
        "Properties": {
            "FilterPattern": "ERROR",
            "LogGroupName": {"Ref": "OrdersFunctionLogGroup"},
            "MetricTransformations": [{"MetricName": "Errors", "MetricNamespace": "Shop", "MetricValue": "1"}],
        },
    }
    assert resources["Mine"]["Type"] == "Custom::Thing"
    assert resources["Mine"]["Properties"]["Size"] == 3
    assert (resources["Mine"]["DeletionPolicy"], resources["Mine"]["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_what_holds_data_is_kept_where_protected(document):
    assert document(SETTINGS)["Resources"]["Domain"]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_an_environment_changes_properties_and_takes_resources_away(document):
    resources = document(SETTINGS, env="prod")["Resources"]
    assert resources["Metric"]["Properties"]["FilterPattern"] == "FATAL"
    assert "Mine" not in resources


@rows(
    ("old", "new", "message"),
    [
        ("FilterPattern", "FilterPatern", 'resources.Metric.properties.FilterPatern: AWS::Logs::MetricFilter has no such property; did you mean "FilterPattern"?'),
        ("MetricNamespace", "Namespace", 'resources.Metric.properties.MetricTransformations.0.Namespace: MetricTransformation has no such property; did you mean "MetricNamespace"?'),
        ("MetricNamespace", "Namespace", "resources.Metric.properties.MetricTransformations.0.MetricNamespace: MetricTransformation needs it"),
        ('FilterPattern = "ERROR"', "FilterPattern = 5", "resources.Metric.properties.FilterPattern: 5 is not what it takes: str"),
        ("AWS::Logs::MetricFilter", "AWS::Logs::MetricFilters", 'resources.Metric.type: troposphere has no type "AWS::Logs::MetricFilters"; did you mean "AWS::Logs::MetricFilter"?'),
        ("AWS::Logs::MetricFilter", "AWS::Log::MetricFilter", 'resources.Metric.type: troposphere has no type "AWS::Log::MetricFilter"; nor any other of that service'),
        ("AWS::Logs::MetricFilter", "MetricFilter", 'resources.Metric.type: "MetricFilter" does not fit: a resource type, such as AWS::SQS::Queue'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_path(project, old, new, message):
    assert message in refused(project, SETTINGS.partition("[environments.dev]")[0].replace(old, new))


def test_a_function_is_the_provider_of_a_custom_resource(document):
    rendered = document(
        'application = "shop"\n[functions.Seed]\nsource = "src"\n[resources.Seeded]\ntype = "Custom::Seed"\n'
        'properties = { ServiceToken = { "Fn::GetAtt" = ["SeedFunction", "Arn"] }, Table = "orders" }\n'
        '[outputs.Rows]\nvalue = "${Seeded.Rows}"\n'
    )
    assert rendered["Resources"]["Seeded"] == {
        "Type": "Custom::Seed",
        "Properties": {"ServiceToken": {"Fn::GetAtt": ["SeedFunction", "Arn"]}, "Table": "orders"},
    }
