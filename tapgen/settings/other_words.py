"""What other tools call the settings, and where that is here: the nearest word of ours is often another thing."""

from __future__ import annotations

from typing import Final

_ANY: Final = "`[resources.NAME]` takes any resource of CloudFormation"

# An answer -> the words that it is for, in lower case and without what parts them: CodeUri and code_uri are one.
_OF_FUNCTIONS: Final = {
    "the module and its function are `entry_point`": "handler",
    "the folder is `source`": "code codeuri codedir path",
    "they are in `environment`": "env envvars variables environmentvariables",
    "it is `memory`, in MiB": "memorysize memorymb",
    "requests are `routes`, and what else starts it is in `triggers`": "event events http httpapi trigger eventsources",
    'it is `triggers.schedules.NAME = { expression = "rate(1 day)" }`': "cron rate schedule schedules",
    "what it may do with a part stands at its use, such as `tables.NAME`, all else in `statements`, and policies of "
    "AWS's own in `managed_policies`": "iam iamrolestatements permissions policies policy",
    "`[network]` is that of all functions; `network = false` takes one out": "vpc vpcconfig subnets securitygroups",
    "`on_failure` is told of failures; a queue that starts it has `queues.NAME.dead_letter_queue`": (
        "deadletterqueue deadletterconfig dlq onerror destinations"
    ),
    "it is `reserved_concurrency`": "concurrency reservedconcurrentexecutions concurrencylimit",
    "`image.dockerfile` is built when it is deployed; `image.uri` names one that is in a registry already": (
        "docker dockerfile imageuri packagetype container"
    ),
    "`include` and `exclude` say what is packed": "package patterns",
    "a route has it, as in `routes = [{ route = …, authorizer = … }]`, or all of `[api]`": (
        "auth authorizer authorization apikey cors"
    ),
    "`[logs]` has the `retention_days` of all": "logretention logretentionindays retentiondays",
    "it is `url`": "functionurl functionurlconfig",
    "they are `layers`": "layer",
    "it is `tracing`": "xray tracingconfig",
    "`provisioned_concurrency` keeps it warm": "warmup prewarm warmer",
    "it is `file_systems`": "efs filesystem filesystemconfig filesystemconfigs",
}
_OF_PROJECTS: Final = {
    "parts of that kind are `[buckets.NAME]`": "s3 bucket",
    "parts of that kind are `[buses.NAME]`": "eventbridge eventbus eventbuses",
    "they are `[functions.NAME]`": "lambda lambdas function",
    "parts of that kind are `[keys.NAME]`": "kms kmskeys",
    "they are `[lambda_layers.NAME]`": "layer lambdalayer",
    "parts of that kind are `[queues.NAME]`": "sqs queue",
    "parts of that kind are `[secrets.NAME]`": "secretsmanager secret",
    "they are `[sites.NAME]`": "cdn cloudfront distributions frontend static website websites",
    "parts of that kind are `[ssm_parameters.NAME]`": "ssm parameterstore",
    "parts of that kind are `[state_machines.NAME]`": "stepfunctions statemachine sfn",
    "parts of that kind are `[streams.NAME]`": "kinesis stream",
    "parts of that kind are `[tables.NAME]`": "dynamo dynamodb table",
    "parts of that kind are `[topics.NAME]`": "sns topic",
    "parts of that kind are `[user_pools.NAME]`": "cognito userpool",
    "what all functions have is `[function_defaults]`": (
        "globals provider defaults timeout memory runtime architecture tracing"
    ),
    "it is `[api]`, and further ones `[apis.NAME]`": "apigateway httpapi restapi gateway",
    "they are an API's: `[api.authorizers.NAME]`": "authorizers authorizer",
    "it is `[network]`": "vpc",
    "a function has it: `functions.NAME.triggers.schedules.NAME`": "cron schedule schedules",
    "what starts a function is in `functions.NAME.triggers`": "events triggers",
    "each function has a role of its own; what else it may do is in `functions.NAME.statements`": "iam role roles",
    "it is `[alarms]`": "cloudwatch alarm",
    "it is `application`": "service project app",
    "they are `[environments.NAME]`": "stage stages env",
    "functions have them: `function_defaults.environment`": "environment variables",
    f"{_ANY}, and `network.egress` lets functions connect to its port": (
        "rds aurora database databases elasticache opensearch elasticsearch documentdb redshift"
    ),
    _ANY: (
        "acm appsync athena batch certificates dashboard dashboards ecr ecs firehose glue graphql iot route53 ses waf"
    ),
}  # fmt: skip
_OF_TABLES: Final = {
    "it is `partition_key`": "hashkey primarykey key pk",
    "it is `sort_key`": "rangekey sk",
    "they are `indexes`": "gsi gsis globalindexes globalsecondaryindexes",
    "they are `local_indexes`": "lsi lsis localsecondaryindexes",
    "it is billed by the request unless it has a `capacity`": "billing billingmode provisionedthroughput throughput",
    "it is `stream`": "streamspecification streamview streams",
    "it is `ttl`": "timetolive timetoliveattribute",
    "`protected` environments have it": "pitr pointintimerecovery backup backups deletionprotection",
}
_OF_QUEUES: Final = {
    "it is `dead_letter_queue`": "dlq redrive redrivepolicy maxreceivecount",
    "it is `visibility_timeout`, in seconds": "visibility visibilitytimeoutseconds",
    "it is `retention`, in seconds": "messageretention retentionperiod messageretentionperiod",
    "they are `subscriptions`": "subscription topics",
}
_OF_BUCKETS: Final = {
    "`[sites.NAME]` lets everybody read it": "website public publicread cloudfront",
    "`functions.NAME.triggers.buckets` starts functions": "notifications triggers eventnotifications",
    "it is `lifecycle`": "lifecyclerules expiration",
    "it is `versioning`": "versioned",
    "it is `events`": "eventbridge",
}
OTHER_WORDS: Final = {
    "Environment": _OF_PROJECTS,
    "Function": _OF_FUNCTIONS,
    "Table": _OF_TABLES,
    "Queue": _OF_QUEUES,
    "Bucket": _OF_BUCKETS,
}
"""The answers for each struct of the settings."""


def ours(struct: str, key: str) -> str:
    """Where what another tool calls so is here, in words; "" where nobody knows."""
    word = "".join(filter(str.isalnum, key)).lower()
    return next((answer for answer, words in OTHER_WORDS.get(struct, {}).items() if word in words.split()), "")
