import pytest

from tapgen.sources import MAX_INLINE_CHARACTERS
from tests.conftest import HANDLER, ONE_FUNCTION


def code(document, name="ItemFunction"):
    function = document["Resources"][name]["Properties"]
    return function["Handler"], function["Code"]


def alarms(document):
    return {n: r["Properties"] for n, r in document["Resources"].items() if r["Type"] == "AWS::CloudWatch::Alarm"}


def test_one_module_stands_in_the_template_under_lambdas_own_file_name(document):
    settings = ONE_FUNCTION + 'entry_point = "orders.main"\n'
    source = "def main(event, context):\n    return 'ü'\n"
    rendered = document(settings.replace('"src"', '"other"'), **{"other/orders.py": source})
    assert code(rendered) == ("index.main", {"ZipFile": source})
    assert "Parameters" not in rendered


@pytest.mark.parametrize(
    "more",
    [
        {"src/requirements.txt": "requests\n"},
        {"src/helper.py": ""},
        {"src/data.json": "{}"},
        {"src/index.py": HANDLER + "#" * MAX_INLINE_CHARACTERS},
        {"src/index.py": HANDLER + "#" * 5 * MAX_INLINE_CHARACTERS},
    ],
)
def test_what_does_not_fit_comes_from_a_bucket(document, more):
    rendered = document(**more)
    assert code(rendered) == (
        "index.handler",
        {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "ItemFunctionCodeKey"}},
    )
    assert {name: p["Type"] for name, p in rendered["Parameters"].items()} == {
        "ArtifactBucket": "String",
        "ItemFunctionCodeKey": "String",
    }


@pytest.mark.parametrize("requirements", ['"other.txt"', '{ group = "items" }'])
def test_a_module_with_requirements_elsewhere_comes_from_a_bucket(document, requirements):
    files = {"other.txt": "idna\n", "pyproject.toml": '[dependency-groups]\nitems = ["idna"]\n'}
    rendered = document(more=f"requirements = {requirements}\n", **files)
    assert code(rendered)[1] == {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "ItemFunctionCodeKey"}}


def test_several_packages_share_the_bucket_and_have_a_key_each(document):
    more = '[functions.Other]\nsource = "src"\n'
    rendered = document(more=more, **{"src/helper.py": ""})
    assert list(rendered["Parameters"]) == ["ArtifactBucket", "ItemFunctionCodeKey", "OtherFunctionCodeKey"]
    assert rendered["Outputs"]


def test_source_at_the_limit_stands_in_the_template(document):
    source = HANDLER + "#" * (MAX_INLINE_CHARACTERS - len(HANDLER))
    assert code(document(**{"src/index.py": source}))[1] == {"ZipFile": source}


def test_every_setting_of_a_function_arrives(document):
    more = """
    runtime = "python3.12"
    architecture = "x86_64"
    memory = 512
    timeout = 29
    reserved_concurrency = 0
    tracing = false
    description = "Takes items"
    environment.LOG_LEVEL = "INFO"
    """
    function = document(more=more)["Resources"]["ItemFunction"]["Properties"]
    assert function["Runtime"] == "python3.12"
    assert function["Architectures"] == ["x86_64"]
    assert function["MemorySize"] == 512
    assert function["Timeout"] == 29
    assert function["ReservedConcurrentExecutions"] == 0
    assert function["Description"] == "Takes items"
    assert "TracingConfig" not in function
    assert function["Environment"]["Variables"] == {"LOG_LEVEL": "INFO", "TABLE_NAME": {"Ref": "ItemTable"}}


def test_a_function_without_variables_has_no_environment(document):
    function = document('application = "shop"\n[functions.A]\nsource = "src"\n')["Resources"]["AFunction"]["Properties"]
    assert "Environment" not in function


def test_functions_behind_routes_are_told_the_allowed_origins(document):
    more = '[functions.Other]\nsource = "src"\n[api]\ncors.origins = ["https://a.example", "https://b.example"]\n'
    rendered = document(more=more)
    item = rendered["Resources"]["ItemFunction"]["Properties"]["Environment"]["Variables"]
    assert item["CORS_ORIGIN"] == "https://a.example,https://b.example"
    assert "Environment" not in rendered["Resources"]["OtherFunction"]["Properties"]


def test_thresholds_of_the_settings(document):
    more = """
    timeout = 30
    [alarms]
    errors = 2
    throttles = 3
    duration_percent = 50
    api_errors = 4
    table_errors = 5
    """
    thresholds = {name: alarm["Threshold"] for name, alarm in alarms(document(more=more)).items()}
    assert thresholds == {
        "ItemFunctionErrorsAlarm": 2,
        "ItemFunctionThrottlesAlarm": 3,
        "ItemFunctionDurationAlarm": 15_000,
        "ApiServerErrorsAlarm": 4,
        "ItemTableThrottlesAlarm": 5,
        "ItemTableSystemErrorsAlarm": 5,
    }


def test_who_is_told(document):
    rendered = document(more='[alarms]\nalarm_email = "team@example.com"\n')
    subscription = rendered["Resources"]["AlarmSubscription"]["Properties"]
    assert subscription == {"TopicArn": {"Ref": "AlarmTopic"}, "Protocol": "email", "Endpoint": "team@example.com"}
    assert len(alarms(rendered)) == 6
    for alarm in alarms(rendered).values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}]


def test_a_topic_of_the_settings_is_told(document):
    own = '[alarms]\ntopic = "Pager"\n[topics.Pager]\n'
    rendered = document(more=own)
    assert alarms(rendered)["ItemFunctionErrorsAlarm"]["AlarmActions"] == [{"Ref": "PagerTopic"}]
    topic = rendered["Resources"]["PagerTopic"]["Properties"]
    assert "KmsMasterKeyId" not in topic  # CloudWatch cannot use the key that AWS manages
    key = f'{own}encryption = "Data"\n[keys.Data]\n'
    statements = document(more=key)["Resources"]["DataKey"]["Properties"]["KeyPolicy"]["Statement"]
    assert "Alarms" in [one["Sid"] for one in statements]
    alarm = '[topics.Pager]\n[resources.Own]\ntype = "AWS::CloudWatch::Alarm"\n[resources.Own.properties]\n'
    alarm += 'ComparisonOperator = "LessThanThreshold"\nEvaluationPeriods = 1\nStatistic = "Sum"\nAlarmActions = [{ Ref = "PagerTopic" }]\n'
    assert "KmsMasterKeyId" not in document(more=alarm)["Resources"]["PagerTopic"]["Properties"]
    everybodys = "arn:aws:sns:eu-west-1:111111111111:pager"
    by_parameter = '[alarms]\nalarm_email = { parameter = "Who" }\n[parameters.Who]\n'
    subscription = document(more=by_parameter)["Resources"]["AlarmSubscription"]["Properties"]
    assert subscription["Endpoint"] == {"Ref": "Who"}
    both = f'[alarms]\nalarm_email = "a@example.com"\ntopic = "Pager"\n[topics.Pager]\nexisting = "{everybodys}"\n'
    told = alarms(document(more=both))["ItemFunctionErrorsAlarm"]["OKActions"]
    assert told == [{"Ref": "AlarmTopic"}, everybodys]


def test_missing_data_is_not_breaching(document):
    assert {alarm["TreatMissingData"] for alarm in alarms(document()).values()} == {"notBreaching"}


def test_nobody_is_told_without_an_address(document):
    rendered = document()
    assert "AlarmTopic" not in rendered["Resources"]
    assert not any("AlarmActions" in alarm for alarm in alarms(rendered).values())


def test_system_errors_are_counted_by_the_operations_in_use(document):
    more = """
    [functions.Other]
    source = "src"
    tables.Item = { actions = ["dynamodb:Query", "dynamodb:DescribeTable"] }
    [tables.Unused]
    partition_key = { name = "id" }
    """
    found = alarms(document(more=more))
    operations = [
        dimension["Value"]
        for query in found["ItemTableSystemErrorsAlarm"]["Metrics"][1:]
        for dimension in query["MetricStat"]["Metric"]["Dimensions"]
        if dimension["Name"] == "Operation"
    ]
    assert operations == ["PutItem", "Query"]
    assert "UnusedTableThrottlesAlarm" in found
    assert "UnusedTableSystemErrorsAlarm" not in found


def test_without_functions_and_tables_there_are_no_alarms(document):
    assert alarms(document('application = "shop"\nnetwork = {}\n')) == {}


def test_the_api_alarm_names_the_api_as_it_is_named(document):
    dimensions = alarms(document(more='[api]\nstage = "v1"\n'))["ApiServerErrorsAlarm"]["Dimensions"]
    assert dimensions == [{"Name": "ApiName", "Value": "shop-dev"}, {"Name": "Stage", "Value": "v1"}]


def test_an_operation_in_the_middle_leaves_the_queries_of_the_others_as_they_are(document):
    settings = """
    application = "shop"
    [tables.Item]
    partition_key = {{ name = "id" }}
    [functions.One]
    source = "src"
    tables.Item = {{ variable = "ITEMS", actions = [{}] }}
    """

    def queries(*operations):
        made = document(settings.format(", ".join(f'"dynamodb:{one}"' for one in operations)))
        found = made["Resources"]["ItemTableSystemErrorsAlarm"]["Properties"]["Metrics"]
        return {query["Id"]: query for query in found}

    few, more = queries("DeleteItem", "PutItem"), queries("DeleteItem", "GetItem", "PutItem")
    assert more.keys() - few.keys() == {"getItem"}
    assert all(more[name] == few[name] for name in ("deleteItem", "putItem"))
    assert more["total"]["Expression"] == "FILL(deleteItem,0)+FILL(getItem,0)+FILL(putItem,0)"
