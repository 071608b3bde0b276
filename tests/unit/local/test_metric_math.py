"""Alarms on metric math, which the embedded AWS does not have."""

from tapgen.local.alarms import on_one_metric


def test_an_alarm_on_an_expression_watches_the_first_of_its_metrics():
    properties = {
        "AlarmDescription": "throttled",
        "Threshold": 1,
        "Metrics": [
            {"Id": "total", "Expression": "m1+m2", "ReturnData": True},
            {
                "Id": "m1",
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/DynamoDB",
                        "MetricName": "ReadThrottleEvents",
                        "Dimensions": [{"Name": "TableName", "Value": "items"}],
                    },
                    "Period": 300,
                    "Stat": "Sum",
                },
            },
            {
                "Id": "m2",
                "MetricStat": {
                    "Metric": {"Namespace": "AWS/DynamoDB", "MetricName": "Other"},
                    "Period": 60,
                    "Stat": "Max",
                },
            },
        ],
    }
    assert on_one_metric(properties) == {
        "AlarmDescription": "throttled",
        "Threshold": 1,
        "Namespace": "AWS/DynamoDB",
        "MetricName": "ReadThrottleEvents",
        "Dimensions": [{"Name": "TableName", "Value": "items"}],
        "Period": 300,
        "Statistic": "Sum",
    }
    assert "Metrics" in properties


def test_an_alarm_on_one_metric_stays_as_it_is():
    properties = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Period": 300, "Statistic": "Sum", "Threshold": 1}
    assert on_one_metric(properties) is properties


def test_a_metric_without_dimensions_has_none():
    stat = {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}
    assert on_one_metric({"Metrics": [{"Id": "m", "MetricStat": stat}]})["Dimensions"] == []
