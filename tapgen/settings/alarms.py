"""Alarms and log groups."""

from typing import Annotated

from msgspec import Meta, Struct

from tapgen.settings.names import Email, RetentionDays


class Alarms(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """CloudWatch alarms; missing data is never breaching.

    ```toml
    [alarms]
    alarm_email = "team@example.com"
    duration_percent = 50
    ```
    """

    alarm_email: Annotated[Email | None, Meta(description="Who is told, by an SNS topic; unset: nobody")] = None
    errors: Annotated[int, Meta(ge=1, description="Function errors in 300 s that raise the alarm")] = 1
    throttles: Annotated[int, Meta(ge=0, description="Throttled invocations in 300 s; 0: no such alarm")] = 1
    duration_percent: Annotated[
        int, Meta(ge=0, le=100, description="Share of the time-out that is too slow; 0: no such alarm")
    ] = 80
    api_errors: Annotated[int, Meta(ge=0, description="Answers with a 5XX status in 300 s; 0: no such alarm")] = 1
    table_errors: Annotated[
        int, Meta(ge=0, description="Throttled or failed table requests in 300 s; 0: no such alarms")
    ] = 1
    dead_letters: Annotated[int, Meta(ge=0, description="Messages among the dead letters; 0: no such alarms")] = 1
    message_age: Annotated[
        int,
        Meta(ge=0, description="Seconds that a queue's oldest message, or a stream's record, waits; 0: no such alarms"),
    ] = 900
    failures: Annotated[
        int,
        Meta(ge=0, description="Failed deliveries, executions or invocations of a part in 300 s; 0: no such alarms"),
    ] = 1


class Logs(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The log groups, which the template owns.

    ```toml
    [logs]
    retention_days = 365
    ```
    """

    retention_days: Annotated[RetentionDays, Meta(description="Days that log events are kept")] = 30
