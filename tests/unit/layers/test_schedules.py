"""Schedules: EventBridge Scheduler's resource, its role, and expressions that it refuses."""

from tapgen.settings.schedules import expression_problem
from tests.table import rows
from tests.unit.layers.documents import granted, properties, refused

SETTINGS = """
application = "shop"
[queues.Lost]
[functions.Cleanup]
source = "src"
triggers.schedules.Nightly = { expression = "cron(0 3 * * ? *)", timezone = "Europe/Berlin", input = { days = 30 }, dead_letter_queue = "Lost", retries = 3 }
triggers.schedules.Often = { expression = "rate(5 minutes)", flexible_window = 2, enabled = false }
"""

FUNCTION = {"Fn::GetAtt": ["CleanupFunction", "Arn"]}


def test_schedules_start_a_function_by_a_role_of_their_own(document):
    rendered = document(SETTINGS)
    assert properties(rendered, "CleanupNightlySchedule") == {
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduleExpressionTimezone": "Europe/Berlin",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": FUNCTION,
            "RoleArn": {"Fn::GetAtt": ["CleanupScheduleRole", "Arn"]},
            "Input": '{"days":30}',
            "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 86400},
            "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["LostQueue", "Arn"]}},
        },
    }
    often = properties(rendered, "CleanupOftenSchedule")
    assert often["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 2}
    assert often["State"] == "DISABLED"
    assert granted(rendered, "CleanupScheduleRole") == {
        "Invoke": (["lambda:InvokeFunction"], [FUNCTION]),
        "SendDeadLetters": (["sqs:SendMessage"], [{"Fn::GetAtt": ["LostQueue", "Arn"]}]),
    }
    [trust] = properties(rendered, "CleanupScheduleRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


@rows(
    "expression",
    [
        "rate(1 minute)", "rate(12 hours)", "at(2027-01-01T00:00:00)", "cron(0/15 8-18 ? * MON-FRI *)",
        "cron(0 3 L * ? *)", "cron(0 3 15W * ? *)", "cron(0 3 ? * 2#1 *)", "cron(0 3 ? JAN,JUL 6L 2027-2030)", "cron(* * * * ? *)",
    ],
)  # fmt: skip
def test_what_the_scheduler_takes(expression):
    assert expression_problem(expression) == ""


@rows(
    ("expression", "message"),
    [
        ("rate(1 minutes)", "write 1 minute"),
        ("rate(5 minute)", "write 5 minutes"),
        ("rate(0 days)", "a rate is at least 1"),
        ("cron(0 3 * * *)", "cron has six fields (minutes, hours, day of month, month, day of week, year), not 5"),
        ("cron(0 3 * * * *)", "one of day of month and day of week must be ?, and not both"),
        ("cron(0 3 ? * ? *)", "one of day of month and day of week must be ?, and not both"),
        ("cron(60 3 * * ? *)", '"60" is no minutes, 0 to 59'),
        ("cron(0 3 * FOO ? *)", '"FOO" is no month, 1 to 12 or JAN to DEC'),
        ("cron(0/0 3 * * ? *)", '"0/0" is no minutes, 0 to 59'),
        ("daily", 'it is none of cron(minutes hours day-of-month month day-of-week year), rate(5 minutes) and at(date"T"time)'),
    ],
)  # fmt: skip
def test_what_the_scheduler_refuses(project, expression, message):
    settings = SETTINGS.replace("rate(5 minutes)", expression)
    where = "functions.Cleanup.triggers.schedules.Often.expression"
    assert refused(project, settings) == [f'{where}: "{expression}": {message}']


def test_a_wrong_time_zone_is_refused(project):
    where = "functions.Cleanup.triggers.schedules.Nightly.timezone"
    assert refused(project, SETTINGS.replace("Europe/Berlin", "Europe/Berlim")) == [
        f'{where}: "Europe/Berlim" is not a time zone; did you mean "Europe/Berlin"?'
    ]


def test_a_parameter_may_hold_the_expression(document, project):
    settings = SETTINGS.replace('"rate(5 minutes)"', '"${Often}"')
    rendered = document(f'{settings}[parameters.Often]\ndefault = "rate(5 minutes)"\n')
    assert properties(rendered, "CleanupOftenSchedule")["ScheduleExpression"] == {"Fn::Sub": "${Often}"}
    parts = SETTINGS.replace('"rate(5 minutes)"', '"cron(${Often} ${Often} * * ? *)"')
    rendered = document(f"{parts}[parameters.Often]\n")
    assert "cron(${Often} " in str(properties(rendered, "CleanupOftenSchedule")["ScheduleExpression"])
    place = "functions.Cleanup.triggers.schedules.Often.expression"
    message = 'there is no parameter "Often"; did you mean "Oftn"?'
    assert f"{place}: {message}" in refused(project, f"{settings}[parameters.Oftn]\n")
