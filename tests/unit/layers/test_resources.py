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


def test_what_is_named_in_text_is_filled_in(document):
    settings = """
application = "shop"
[parameters.Percent]
type = "Number"
[queues.Ship]
[functions.Orders]
source = "src"
[resources.Group]
type = "AWS::EC2::SecurityGroup"
[resources.Group.properties]
VpcId = "${Network.VpcId}"
GroupDescription = "${Percent} of ${ShipQueue.Arn}, not ${this} nor ${!that}"
SecurityGroupEgress = [{ IpProtocol = "-1", CidrIp = "${unknown}", Description = { "Fn::Sub" = "${Percent}" } }]
[resources.Network]
type = "AWS::CloudFormation::Stack"
properties = { TemplateURL = "https://${AWS::Region}.example.com/${AWS::Whatever}" }
[resources.Budget]
type = "AWS::CloudWatch::Alarm"
properties = { ComparisonOperator = "LessThanThreshold", EvaluationPeriods = 1, Statistic = "Sum", Threshold = "${Percent}", AlarmActions = ["${OrdersFunction.Arn}"] }
[resources.Machine]
type = "AWS::StepFunctions::StateMachine"
properties = { RoleArn = "${Percent}", DefinitionString = "${ShipQueue}", DefinitionSubstitutions = { ShipQueue = "${ShipQueue}" } }
"""
    found = {name: one["Properties"] for name, one in document(settings)["Resources"].items() if "Properties" in one}
    group, alarm, machine = found["Group"], found["Budget"], found["Machine"]
    assert group["VpcId"] == {"Fn::GetAtt": ["Network", "VpcId"]}
    assert group["GroupDescription"] == {"Fn::Sub": "${Percent} of ${ShipQueue.Arn}, not ${!this} nor ${!that}"}
    [egress] = group["SecurityGroupEgress"]
    assert (egress["CidrIp"], egress["Description"]) == ("${unknown}", {"Fn::Sub": "${Percent}"})
    assert found["Network"]["TemplateURL"] == {"Fn::Sub": "https://${AWS::Region}.example.com/${!AWS::Whatever}"}
    assert (alarm["Threshold"], alarm["AlarmActions"]) == (
        {"Ref": "Percent"},
        [{"Fn::GetAtt": ["OrdersFunction", "Arn"]}],
    )
    assert (machine["DefinitionString"], machine["RoleArn"]) == ("${ShipQueue}", {"Ref": "Percent"})


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
