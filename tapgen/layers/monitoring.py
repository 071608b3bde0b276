"""Monitoring: alarms on functions, API and tables, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import Output, Ref, cloudwatch, sns

from tapgen import naming

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ApiRefs, ComputeRefs, DataRefs
    from tapgen.settings.model import Environment

PERIOD = 300
"""Seconds that an alarm looks back."""

TABLE_OPERATIONS = frozenset(
    [
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "ExecuteStatement",
        "GetItem",
        "GetRecords",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    ]
)
"""Operations with a SystemErrors metric: DynamoDB developer guide, "DynamoDB metrics and dimensions"."""


def build(
    template: Template, environment: Environment, data: DataRefs, compute: ComputeRefs, api: ApiRefs | None
) -> None:
    """Add the alarms; with `alarms.alarm_email` also the topic that they report to."""
    settings = environment.alarms
    actions = _add_topic(template, settings.alarm_email) if settings.alarm_email else {}

    def add(title: str, **properties: Any) -> cloudwatch.Alarm:
        return template.add_resource(_alarm(title, **actions, **properties))

    for position, (name, refs) in enumerate(compute.functions.items()):
        function = environment.functions[name]
        title = naming.function(name)
        of_function = {"Namespace": "AWS/Lambda", "Dimensions": _dimensions(FunctionName=refs.name)}
        errors = add(
            f"{title}ErrorsAlarm",
            AlarmDescription=f"{name} failed",
            **of_function,
            MetricName="Errors",
            Statistic="Sum",
            Threshold=settings.errors,
        )
        add(
            f"{title}ThrottlesAlarm",
            AlarmDescription=f"{name} was throttled",
            **of_function,
            MetricName="Throttles",
            Statistic="Sum",
            Threshold=settings.throttles,
        )
        add(
            f"{title}DurationAlarm",
            AlarmDescription=f"{name} came near its time-out of {function.timeout} s",
            **of_function,
            MetricName="Duration",
            Statistic="Maximum",
            Threshold=function.timeout * 10 * settings.duration_percent,  # milliseconds
        )
        output = naming.output("AlarmName", name, first=position == 0)
        template.add_output(Output(output, Description=f"Name of the alarm on errors of {name}", Value=Ref(errors)))
    if api:
        add(
            "ApiServerErrorsAlarm",
            AlarmDescription="The API answered with a 5XX status",
            Namespace="AWS/ApiGateway",
            Dimensions=_dimensions(
                ApiName=environment.api.name or environment.stack_name, Stage=environment.stage_name
            ),
            MetricName="5XXError",
            Statistic="Sum",
            Threshold=settings.api_errors,
        )
    for name, table in data.tables.items():
        title = naming.table(name)
        add(
            f"{title}ThrottlesAlarm",
            AlarmDescription=f"Requests to the table {name} were throttled",
            Metrics=_sum(
                "AWS/DynamoDB", [(m, {"TableName": table.name}) for m in ("ReadThrottleEvents", "WriteThrottleEvents")]
            ),
            Threshold=settings.table_errors,
        )
        operations = _operations(environment, name)
        if operations:
            metric = [("SystemErrors", {"TableName": table.name, "Operation": operation}) for operation in operations]
            add(
                f"{title}SystemErrorsAlarm",
                AlarmDescription=f"DynamoDB failed to serve requests to the table {name}",
                Metrics=_sum("AWS/DynamoDB", metric),
                Threshold=settings.table_errors,
            )


def _add_topic(template: Template, email: str) -> dict[str, Any]:
    topic = template.add_resource(sns.Topic("AlarmTopic"))
    template.add_resource(
        sns.SubscriptionResource("AlarmSubscription", TopicArn=Ref(topic), Protocol="email", Endpoint=email)
    )
    return {"AlarmActions": [Ref(topic)], "OKActions": [Ref(topic)]}


def _alarm(title: str, **properties: Any) -> cloudwatch.Alarm:
    period = {} if "Metrics" in properties else {"Period": PERIOD}
    return cloudwatch.Alarm(
        title,
        **properties,
        **period,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )


def _dimensions(**values: Any) -> list[cloudwatch.MetricDimension]:
    return [cloudwatch.MetricDimension(Name=name, Value=value) for name, value in values.items()]


def _sum(namespace: str, metrics: list[tuple[str, dict[str, Any]]]) -> list[cloudwatch.MetricDataQuery]:
    """The metrics' sum as one alarm's queries; a metric without data counts as none."""
    queries = [
        cloudwatch.MetricDataQuery(
            Id=f"m{position}",
            MetricStat=cloudwatch.MetricStat(
                Metric=cloudwatch.Metric(Namespace=namespace, MetricName=name, Dimensions=_dimensions(**dimensions)),
                Period=PERIOD,
                Stat="Sum",
            ),
            ReturnData=False,
        )
        for position, (name, dimensions) in enumerate(metrics, start=1)
    ]
    expression = "+".join(f"FILL(m{position},0)" for position in range(1, len(metrics) + 1))
    return [cloudwatch.MetricDataQuery(Id="total", Expression=expression, Label="Total", ReturnData=True), *queries]


def _operations(environment: Environment, table: str) -> list[str]:
    """The operations by which functions use a table, as far as the metric knows them."""
    used = {
        action.partition(":")[2]
        for function in environment.functions.values()
        if table in function.tables
        for action in function.tables[table].actions
    }
    return sorted(used & TABLE_OPERATIONS)
