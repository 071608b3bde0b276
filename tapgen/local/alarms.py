"""What the embedded AWS lacks: alarms on metric math. They are made, and watch the first of their metrics."""

from __future__ import annotations

from typing import Any


def on_one_metric(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties of an AWS::CloudWatch::Alarm with its first metric instead of an expression over several."""
    stats = [query["MetricStat"] for query in properties.get("Metrics") or () if "MetricStat" in query]
    if not stats:
        return properties
    metric = stats[0]["Metric"]
    return {name: value for name, value in properties.items() if name != "Metrics"} | {
        "Namespace": metric["Namespace"],
        "MetricName": metric["MetricName"],
        "Dimensions": metric.get("Dimensions", []),
        "Period": stats[0]["Period"],
        "Statistic": stats[0]["Stat"],
    }
