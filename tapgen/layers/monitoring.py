"""Monitoring: alarms on functions, API and tables, and who is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from troposphere import Output, Ref, cloudwatch

from tapgen import naming
from tapgen.layers.lookup import lookup
from tapgen.settings import served
from tapgen.template.kinds import KINDS

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ApiRefs, ComputeRefs, DataRefs
    from tapgen.settings.model import Environment
    from tapgen.settings.references import Reference

PERIOD = 300
"""Seconds that an alarm looks back."""

TABLE_OPERATIONS = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "ExecuteStatement",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
"""Operations with a SystemErrors metric: DynamoDB developer guide, "DynamoDB metrics and dimensions"."""

Alarms = Iterator[tuple[str, dict[str, Any]]]
"""Logical ids and the properties in which an alarm differs from the others."""


def build(
    template: Template, environment: Environment, data: DataRefs, compute: ComputeRefs, apis: Mapping[str, ApiRefs]
) -> Mapping[str, tuple[str, ...]]:
    """Add the alarms, and with `alarms.alarm_email` a topic that they report to.

    Returns the logical ids of each function's alarms.
    """
    if not environment.alarms.enabled:
        return dict.fromkeys(compute.functions, ())
    told = _told(template, environment, data)
    actions = {"AlarmActions": told, "OKActions": told} if told else {}
    of_functions = {name: dict(_function_alarms(environment, compute, name)) for name in compute.functions}
    alarms = [alarm for one in of_functions.values() for alarm in one.items()]
    alarms += [*_table_alarms(environment, data), *_part_alarms(environment, data)]
    if environment.alarms.api_errors:
        threshold = environment.alarms.api_errors
        own = {name: api for name, api in served.apis(environment).items() if not api.settings.exists}
        alarms += [_api_alarm(api, apis[name].api, threshold) for name, api in own.items()]
    for title, properties in alarms:
        template.add_resource(_alarm(title, **properties, **actions))
    for name in [one for one in environment.functions if environment.is_main("functions", one)]:
        title = f"{naming.function(name)}ErrorsAlarm"
        output = Output("AlarmNameOutput", Description=f"Name of the alarm on errors of {name}", Value=Ref(title))
        template.add_output(output)
    return {name: tuple(one) for name, one in of_functions.items()}


def _function_alarms(environment: Environment, compute: ComputeRefs, name: str) -> Alarms:
    settings = environment.alarms
    timeout = environment.functions[name].timeout
    title = naming.function(name)
    metrics = {"Namespace": "AWS/Lambda", "Dimensions": _dimensions(FunctionName=compute.functions[name].name)}
    yield (
        f"{title}ErrorsAlarm",
        {
            "AlarmDescription": f"{name} failed",
            **metrics,
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Threshold": settings.errors,
        },
    )
    if settings.throttles:
        yield (
            f"{title}ThrottlesAlarm",
            {
                "AlarmDescription": f"{name} was throttled",
                **metrics,
                "MetricName": "Throttles",
                "Statistic": "Sum",
                "Threshold": settings.throttles,
            },
        )
    if settings.duration_percent:
        yield (
            f"{title}DurationAlarm",
            {
                "AlarmDescription": f"{name} came near its time-out of {timeout} s",
                **metrics,
                "MetricName": "Duration",
                "Statistic": "Maximum",
                "Threshold": timeout * 10 * settings.duration_percent,  # milliseconds
            },
        )


def _api_alarm(api: served.ServedApi, ref: Any, threshold: int) -> tuple[str, dict[str, Any]]:
    """API Gateway developer guide, "REST API execution metrics" and so on: each kind has names of its own."""
    which = {"ApiName": api.display_name} if api.settings.kind == "rest" else {"ApiId": ref}
    name = f"The API {api.name}" if api.name else "The API"
    said = "could not call a function" if api.settings.kind == "websocket" else "answered with a 5XX status"
    return (
        f"{api.title}ServerErrorsAlarm",
        {
            "AlarmDescription": f"{name} {said}",
            "Namespace": "AWS/ApiGateway",
            "Dimensions": _dimensions(**which, Stage=api.stage_name),
            "MetricName": {"rest": "5XXError", "http": "5xx", "websocket": "ExecutionError"}[api.settings.kind],
            "Statistic": "Sum",
            "Threshold": threshold,
        },
    )


def _table_alarms(environment: Environment, data: DataRefs) -> Alarms:
    threshold = environment.alarms.table_errors
    own = {name: table for name, table in data.tables.items() if table.title}
    for name, table in own.items() if threshold else ():
        title = naming.table(name)
        throttles = [(metric, {"TableName": table.name}) for metric in ("ReadThrottleEvents", "WriteThrottleEvents")]
        yield (
            f"{title}ThrottlesAlarm",
            {
                "AlarmDescription": f"Requests to the table {name} were throttled",
                "Metrics": _sum("AWS/DynamoDB", throttles),
                "Threshold": threshold,
            },
        )
        errors = [
            ("SystemErrors", {"TableName": table.name, "Operation": operation})
            for operation in _operations(environment, name)
        ]
        if errors:
            yield (
                f"{title}SystemErrorsAlarm",
                {
                    "AlarmDescription": f"DynamoDB failed to serve requests to the table {name}",
                    "Metrics": _sum("AWS/DynamoDB", errors),
                    "Threshold": threshold,
                },
            )


def _part_alarms(environment: Environment, data: DataRefs) -> Alarms:
    """What an operator watches of each kind, by its row."""
    for kind in KINDS:
        for name, part in data.parts.get(kind.word, {}).items():
            for metric in kind.part.metrics:
                threshold = getattr(environment.alarms, metric.threshold)
                watched = part.more.get(metric.of) if metric.of else part
                if threshold and watched and watched.title:
                    yield (
                        f"{watched.title}{metric.title}Alarm",
                        {
                            "AlarmDescription": metric.description.format(name),
                            "Namespace": metric.namespace,
                            "Dimensions": _dimensions(**{metric.dimension: getattr(watched, metric.value)}),
                            "MetricName": metric.name,
                            "Statistic": metric.statistic,
                            "Threshold": threshold * metric.factor,
                        },
                    )


def _told(template: Template, environment: Environment, data: DataRefs) -> list[Any]:
    """The ARNs of the topics that alarms report to."""
    settings = environment.alarms
    key = data.parts["keys"][environment.encryption].arn if environment.encryption else None
    own = [_add_topic(template, settings.alarm_email, key)] if settings.alarm_email else []
    return [*own, *([data.parts["topics"][settings.topic].arn] if settings.topic else [])]


def _add_topic(template: Template, email: str | Reference, key: Any) -> Ref:
    """Not encrypted without a customer's key: CloudWatch cannot publish by the one that AWS manages."""
    from troposphere import sns

    topic = template.add_resource(sns.Topic("AlarmTopic", **({"KmsMasterKeyId": key} if key is not None else {})))
    template.add_resource(
        sns.SubscriptionResource("AlarmSubscription", TopicArn=Ref(topic), Protocol="email", Endpoint=lookup(email))
    )
    return Ref(topic)


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
    """The metrics' sum as one alarm's queries; a metric without data counts as none.

    A query is called after what it counts, so that one more in the middle leaves the others as they are.
    """
    ids = [_query(name, dimensions) for name, dimensions in metrics]
    queries = [
        cloudwatch.MetricDataQuery(
            Id=identifier,
            MetricStat=cloudwatch.MetricStat(
                Metric=cloudwatch.Metric(Namespace=namespace, MetricName=name, Dimensions=_dimensions(**dimensions)),
                Period=PERIOD,
                Stat="Sum",
            ),
            ReturnData=False,
        )
        for identifier, (name, dimensions) in zip(ids, metrics, strict=True)
    ]
    expression = "+".join(f"FILL({identifier},0)" for identifier in ids)
    return [cloudwatch.MetricDataQuery(Id="total", Expression=expression, Label="Total", ReturnData=True), *queries]


def _query(metric: str, dimensions: dict[str, Any]) -> str:
    """A query's id, such as putItem: CloudWatch API reference, MetricDataQuery, wants a lower-case letter first."""
    word = str(dimensions.get("Operation", metric))
    return word[0].lower() + word[1:]


def _operations(environment: Environment, table: str) -> list[str]:
    """The operations by which functions use a table, as far as the metric knows them; ten metrics fit one alarm."""
    used = {
        action.partition(":")[2]
        for function in environment.functions.values()
        if table in function.tables
        for names in (function.tables[table].actions, *function.tables[table].indexes.values())
        for action in names
    }
    return sorted(used & TABLE_OPERATIONS)[:10]
