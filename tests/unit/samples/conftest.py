"""An application that has everything samples are made of."""

import pytest

from tapgen import render
from tapgen.samples.application import Application, Where
from tapgen.settings.load import load
from tapgen.template.model import understand

SETTINGS = """
application = "shop"

[queues.Orders]
subscriptions.News = {}
[queues.Ordered]
fifo = true
[topics.News]
[streams.Clicks]
[buckets.Uploads]
versioning = true
events = true
[tables.Items]
partition_key = { name = "id" }
sort_key = { name = "at", type = "N" }
ttl = "expiresAt"
stream = "NEW_AND_OLD_IMAGES"
[buses.Shop]
[user_pools.Customers]
clients.Web = { flows = ["user_srp"] }
[secrets.Database]
rotation = { function = "Work" }
[state_machines.Checkout]
definition = "checkout.asl.json"

[api]
authorizers.Customers = { user_pool = "Customers" }
authorizers.Token = { function = "Work" }
authorizers.Asking = { function = "Work", identity = ["header.Authorization", "querystring.who"] }
usage_plans.Partner = { keys = ["Partner"], quota = 10000, rate = 10, burst = 20 }

[apis.Site]
kind = "http"
authorizers.Issuer = { issuer = "https://issuer.example.com/", audience = ["shop"] }
authorizers.Auth = { function = "Work", identity = ["header.Authorization"] }

[apis.Chat]
kind = "websocket"
selection = "$request.body.message.type"

[functions.Work]
source = "src"
alias = "live"
deployment = "canary-10-5m"
url = { authorization = "AWS_IAM" }
on_failure = { queue = "Orders" }
routes = [
    "GET /orders",
    "GET /orders/{orderId}",
    { route = "POST /orders", authorizer = "Customers" },
    { route = "PUT /orders/{orderId}", authorization = "AWS_IAM" },
    { route = "GET /token", authorizer = "Token" },
    { route = "GET /asking", authorizer = "Asking" },
    { route = "GET /partner", api_key = true },
    { route = "GET /site", api = "Site" },
    { route = "GET /site/{page}", api = "Site", authorizer = "Issuer", scopes = ["read"] },
    { route = "GET /auth", api = "Site", authorizer = "Auth" },
    { route = "$connect", api = "Chat" },
    { route = "$disconnect", api = "Chat" },
    { route = "sendMessage", api = "Chat" },
]
triggers.queues.Orders = {}
triggers.topics.News = {}
triggers.streams.Clicks = {}
triggers.tables.Items = {}
triggers.buckets.Uploads = { prefix = "in put/", suffix = ".csv" }
triggers.events.Placed = { bus = "Shop", pattern = { source = ["shop"], detail-type = ["Order Placed"], detail = { total = [{ numeric = [">", 10] }], state = [{ prefix = "NEW" }] } } }
triggers.schedules.Nightly = { expression = "cron(0 3 * * ? *)", input = { at = "<aws.scheduler.scheduled-time>" } }
triggers.user_pools.Customers = { on = ["post_confirmation"] }
triggers.logs.Errors = { function = "Other", pattern = "ERROR" }

[functions.Other]
source = "src"

[alarms]
alarm_email = "team@example.com"

[resources.Hourly]
type = "AWS::Events::Rule"
properties = { ScheduleExpression = "rate(1 hour)" }
[resources.Setup]
type = "AWS::CloudFormation::CustomResource"
properties = { ServiceToken = { "Fn::GetAtt" = ["OtherFunction", "Arn"] } }
[resources.Firehose]
type = "AWS::KinesisFirehose::DeliveryStream"
properties = { DeliveryStreamName = "events" }
[resources.Group]
type = "AWS::ElasticLoadBalancingV2::TargetGroup"
properties = { TargetType = "lambda", Name = "web" }
[resources.Mail]
type = "AWS::SES::ReceiptRule"
properties = { RuleSetName = "mail", Rule = { Recipients = ["orders@example.com"], Actions = [{ LambdaAction = { FunctionArn = { "Fn::GetAtt" = ["OtherFunction", "Arn"] } } }] } }

[environments.dev]
"""
MACHINE = """{"StartAt": "Check", "States": {"Check": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
"Parameters": {"FunctionName": "${OtherFunction}", "Payload": {"order.$": "$.order", "token.$": "$$.Task.Token", "fixed": 1}}, "End": true}}}"""


@pytest.fixture
def shop(project):
    """The folder of the project."""
    folder = project(SETTINGS)
    (folder / "checkout.asl.json").write_text(MACHINE)
    return folder


@pytest.fixture
def application(shop):
    environment = load(shop).environment("dev")
    document = render.render(environment).document
    return Application(understand(document), Where(environment.stack_name), document)
