"""A layer of the project's own: a queue that the function Notify may send to."""

from awacs import sqs
from awacs.aws import Allow, Statement
from troposphere import GetAtt, Output, Ref
from troposphere import sqs as queues

DAYS_14 = 14 * 24 * 60 * 60


def _queue():
    return queues.Queue(
        "NotificationQueue",
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        MessageRetentionPeriod=DAYS_14,
        SqsManagedSseEnabled=True,
    )


def build(template, environment, stack):
    queue = template.add_resource(_queue())
    stack.set_variable("Notify", "QUEUE_URL", Ref(queue))
    template.add_output(Output("NotificationQueueUrlOutput", Value=Ref(queue)))
    stack.allow(
        "Notify",
        Statement(Sid="SendNotifications", Effect=Allow, Action=[sqs.SendMessage], Resource=[GetAtt(queue, "Arn")]),
    )
