"""Alarms and log groups."""

from typing import Annotated

from msgspec import Meta, Struct

from tapgen.settings.names import Email, Name, RetentionDays
from tapgen.settings.references import Reference


class Alarms(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """CloudWatch alarms; missing data is never breaching.

    ```toml
    [alarms]
    alarm_email = "team@example.com"
    duration_percent = 50
    ```
    """

    enabled: bool = True
    """Have alarms at all; false: none, such as on a stack that has its own"""
    alarm_email: Email | Reference | None = None
    """Who is told, by an SNS topic of its own: an address, or { parameter = "…" }; unset: nobody"""
    topic: Name | None = None
    """One of `topics` that is told, such as one that exists for all applications"""
    errors: Annotated[int, Meta(ge=1)] = 1
    """Function errors in 300 s that raise the alarm"""
    throttles: Annotated[int, Meta(ge=0)] = 1
    """Throttled invocations in 300 s; 0: no such alarm"""
    duration_percent: Annotated[int, Meta(ge=0, le=100)] = 80
    """Share of the time-out that is too slow; 0: no such alarm"""
    api_errors: Annotated[int, Meta(ge=0)] = 1
    """Answers with a 5XX status in 300 s; 0: no such alarm"""
    table_errors: Annotated[int, Meta(ge=0)] = 1
    """Throttled or failed table requests in 300 s; 0: no such alarms"""
    dead_letters: Annotated[int, Meta(ge=0)] = 1
    """Messages among the dead letters; 0: no such alarms"""
    message_age: Annotated[int, Meta(ge=0)] = 900
    """Seconds that a queue's oldest message, or a stream's record, waits; 0: no such alarms"""
    failures: Annotated[int, Meta(ge=0)] = 1
    """Failed deliveries, executions or invocations of a part in 300 s; 0: no such alarms"""


class Logs(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The log groups, which the template owns.

    ```toml
    [logs]
    retention_days = 365
    ```
    """

    retention_days: RetentionDays = 30
    """Days that log events are kept"""
