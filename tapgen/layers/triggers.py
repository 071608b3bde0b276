"""What starts a function: an event source mapping that polls, or a permission for a service that calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from troposphere import Join, awslambda

from tapgen.layers.resource_policies import admit_service

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import Parts
    from tapgen.settings.parts import Polled
    from tapgen.settings.streams import StreamTrigger


DYNAMIC = "{{resolve:"
"""How a dynamic reference begins."""


def event_source(title: str, function: Any, source: Any, settings: Polled, **more: Any) -> awslambda.EventSourceMapping:
    """Lambda polls the source, None where it has no ARN, and starts the function with batches of what it finds."""
    optional: dict[str, Any] = {} if source is None else {"EventSourceArn": source}
    if settings.batching_window:
        optional["MaximumBatchingWindowInSeconds"] = settings.batching_window
    if settings.partial_failures:
        optional["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
    if settings.patterns:
        filters = [awslambda.Filter(Pattern=compact(pattern)) for pattern in settings.patterns]
        optional["FilterCriteria"] = awslambda.FilterCriteria(Filters=filters)
    return awslambda.EventSourceMapping(
        title,
        FunctionName=function,
        BatchSize=settings.batch_size,
        **({} if settings.enabled else {"Enabled": False}),
        **optional,
        **more,
    )


def stream_source(
    title: str, function: Any, source: Any, settings: StreamTrigger, parts: Parts
) -> awslambda.EventSourceMapping:
    """Lambda reads a stream, of Kinesis or of a table."""
    optional: dict[str, Any] = {}
    if settings.dead_letter_queue:
        failed = awslambda.OnFailure(Destination=parts["queues"][settings.dead_letter_queue].arn)
        optional["DestinationConfig"] = awslambda.DestinationConfig(OnFailure=failed)
    if settings.parallelization_factor > 1:
        optional["ParallelizationFactor"] = settings.parallelization_factor
    if settings.tumbling_window:
        optional["TumblingWindowInSeconds"] = settings.tumbling_window
    if settings.max_record_age >= 0:
        optional["MaximumRecordAgeInSeconds"] = settings.max_record_age
    return event_source(
        title,
        function,
        source,
        settings,
        StartingPosition=settings.starting_position,
        MaximumRetryAttempts=settings.retries,
        BisectBatchOnFunctionError=settings.bisect_batch,
        **optional,
    )


def permission(title: str, function: Any, service: str, source: Any, **more: Any) -> awslambda.Permission:
    """The service may start the function, for that source alone.

    A dynamic reference is joined, so that nobody takes its text for an ARN without an account, which would need one.
    """
    if isinstance(source, str) and source.startswith(DYNAMIC):
        source = Join("", [DYNAMIC, source.removeprefix(DYNAMIC)])
    return awslambda.Permission(
        title,
        Action="lambda:InvokeFunction",
        FunctionName=function,
        Principal=service,
        SourceArn=source,
        **more,
    )


def dead_letters(template: Template, parts: Parts, queue: str | None, service: str, source: Any, sid: str) -> Any:
    """The ARN of the queue for what could not be delivered, into which the service may then send; None for none."""
    if queue is None:
        return None
    refs = parts["queues"][queue]
    admit_service(template, "queues", refs, service, source, sid)
    return refs.arn


def compact(value: Any) -> str:
    """JSON without spaces: patterns and inputs have limits in characters."""
    return json.dumps(value, separators=(",", ":"))
