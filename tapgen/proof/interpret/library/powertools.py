"""aws-lambda-powertools (3.37): which requests its utilities make, and which functions it calls.

Parameters, secrets and configurations are cached, but each may be asked for; an idempotent function keeps its state in
the table of its store. Loggers, tracers and metrics wrap functions and make no requests of the role's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from tapgen.proof.interpret.boto3.requests import record
from tapgen.proof.interpret.library.external import (
    Method,
    Package,
    PackageClass,
    PackageObject,
    harmless,
    harmless_method,
    include,
    register,
    run,
    transparent_method,
)
from tapgen.proof.interpret.library.model import DECORATOR, Handler
from tapgen.proof.interpret.library.powertools_wrapping import keeping, middleware
from tapgen.proof.interpret.python.arguments import Arguments, anything
from tapgen.proof.interpret.python.functions import Routine
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values
from tapgen.proof.interpret.site import Site

TOP = "aws_lambda_powertools"

# ---------------------------------------------------------------------------------------------- parameters and secrets


def _ask(service: str, operation: str, parameter: str, *, index: int = 0, keyword: str = "name") -> Handler:
    """A request that names what it asks for by that argument."""

    def handler(site: Site, args: Arguments) -> Values:
        given = args.get(index, keyword) or UNKNOWN
        record(site, service, operation, Arguments(keywords={parameter: given}))
        return UNKNOWN

    return handler


def _all(*handlers: Handler) -> Handler:
    def handler(site: Site, args: Arguments) -> Values:
        for one in handlers:
            one(site, args)
        return UNKNOWN

    return handler


def _method(handler: Handler) -> Method:
    return lambda site, _owner, args: handler(site, args)


def _configuration(site: Site, _args: Arguments) -> Values:
    """AppConfig: a session, then the configuration."""
    record(site, "appconfigdata", "StartConfigurationSession", Arguments(extra=UNKNOWN))
    record(site, "appconfigdata", "GetLatestConfiguration", Arguments(extra=UNKNOWN))
    return UNKNOWN


_PARAMETER = _ask("ssm", "GetParameter", "Name")
_PARAMETERS = _ask("ssm", "GetParametersByPath", "Path", keyword="path")
_BY_NAME = _ask("ssm", "GetParameters", "Names", keyword="parameters")
_SECRET = _ask("secretsmanager", "GetSecretValue", "SecretId")
_SECRETS = _ask("secretsmanager", "BatchGetSecretValue", "SecretIdList", keyword="names")
_SET_PARAMETER = _ask("ssm", "PutParameter", "Name")
_SET_SECRET = _all(_ask("secretsmanager", "PutSecretValue", "SecretId"), _ask("secretsmanager", "CreateSecret", "Name"))


def _by_name(site: Site, args: Arguments) -> Values:
    """Names that are keys of a dict, each with its options."""
    for value in args.get(0, "parameters"):
        names = value.iterate(site) or UNKNOWN
        _BY_NAME(site, Arguments([names]))
    return UNKNOWN


# ---------------------------------------------------------------------------------------------- tables and buckets


def _on(*operations: str, service: str = "dynamodb", parameter: str = "TableName", name: str = "table_name") -> Method:
    """Requests on what the object was made with."""

    def method(site: Site, owner: PackageObject, _args: Arguments) -> Values:
        for operation in operations:
            record(site, service, operation, Arguments(keywords={parameter: owner.known(site, name) or UNKNOWN}))
        return UNKNOWN

    return method


def _read_object(site: Site, owner: PackageObject, _args: Arguments) -> Values:
    given = {name: owner.known(site, name.lower()) or UNKNOWN for name in ("Bucket", "Key")}
    versions = owner.known(site, "version_id")
    for operation in ("HeadObject", "GetObject"):
        record(site, "s3", operation, Arguments(keywords=given | ({"VersionId": versions} if versions else {})))
    return UNKNOWN


KEEPING: Mapping[str, Method] = {
    "DynamoDBPersistenceLayer": _on("GetItem", "PutItem", "UpdateItem", "DeleteItem"),
    "CircuitBreakerDynamoDBPersistence": _on("GetItem", "PutItem", "UpdateItem"),
}
"""Store -> the requests by which it keeps a call's state; others keep it outside of AWS."""

# ---------------------------------------------------------------------------------------------- functions that it calls


def _process(site: Site, args: Arguments) -> Values:
    """A batch: the record handler is called for each record."""
    site.call(args.get(1, "record_handler"), Arguments([UNKNOWN], extra=UNKNOWN))
    return UNKNOWN


def _batch_decorator(site: Site, args: Arguments) -> Values:
    """`@batch_processor(record_handler=…, processor=…)`."""
    site.call(args.keywords.get("record_handler", EMPTY), Arguments([UNKNOWN], extra=UNKNOWN))
    return args.get(0) if any(isinstance(value, Routine) for value in args.get(0)) else DECORATOR


def _processor(site: Site, owner: PackageObject, args: Arguments) -> Values:
    """`with processor(records, handler=record_handler) as batch`."""
    site.call(args.get(1, "handler"), Arguments([UNKNOWN], extra=UNKNOWN))
    return frozenset({owner})


def _depends(site: Site, args: Arguments) -> Values:
    """`Depends(get_table)`: what the function gives."""
    return site.call(args.get(0, "dependency"), anything()) | UNKNOWN


# ---------------------------------------------------------------------------------------------- the package

_WRAPPING = (
    "inject_lambda_context", "capture_lambda_handler", "capture_method", "log_metrics", "capture_cold_start_metric",
)  # fmt: skip

_PLAIN = PackageClass(methods=dict.fromkeys(_WRAPPING, transparent_method), other=harmless_method)

_REGISTERING = (
    "get", "post", "put", "delete", "patch", "head", "route", "resolver", "batch_resolver", "async_batch_resolver",
    "exception_handler", "not_found", "use", "tool", "on_publish", "async_on_publish", "on_subscribe",
)  # fmt: skip

_RESOLVER = PackageClass(
    methods={
        **dict.fromkeys(_REGISTERING, register),
        **dict.fromkeys(("resolve", "__call__"), run),
        "include_router": include,
    },
    other=harmless_method,
)

_RESOLVERS = (
    "APIGatewayRestResolver", "APIGatewayHttpResolver", "ApiGatewayResolver", "ALBResolver",
    "LambdaFunctionUrlResolver",
    "VPCLatticeResolver",
    "VPCLatticeV2Resolver", "AppSyncResolver", "AppSyncEventsResolver", "BedrockAgentResolver",
    "BedrockAgentFunctionResolver", "HttpResolver", "HttpResolverLocal", "Router", "APIGatewayRouter", "ALBRouter",
    "LambdaFunctionUrlRouter", "AppSyncRouter",
)  # fmt: skip

_PROCESSOR = PackageClass(methods={"__call__": _processor}, other=harmless_method)


def _provider(methods: Mapping[str, Handler]) -> PackageClass:
    return PackageClass(methods={name: _method(handler) for name, handler in methods.items()}, other=harmless_method)


PACKAGE = Package(
    functions={
        "get_parameter": _PARAMETER,
        "get_parameters": _PARAMETERS,
        "get_parameters_by_name": _by_name,
        "set_parameter": _SET_PARAMETER,
        "get_secret": _SECRET,
        "get_secrets_by_name": _SECRETS,
        "set_secret": _SET_SECRET,
        "get_app_config": _configuration,
        "idempotent": keeping(KEEPING, 3),
        "idempotent_function": keeping(KEEPING, 2),
        "circuit_breaker": keeping(KEEPING, 1),
        "process_partial_response": _process,
        "async_process_partial_response": _process,
        "batch_processor": _batch_decorator,
        "async_batch_processor": _batch_decorator,
        "lambda_handler_decorator": middleware,
        "Depends": _depends,
    },
    classes={
        **dict.fromkeys(("Logger", "Tracer", "Metrics", "DatadogMetrics", "EphemeralMetrics", "SingleMetric"), _PLAIN),
        **dict.fromkeys(_RESOLVERS, _RESOLVER),
        **dict.fromkeys(("BatchProcessor", "AsyncBatchProcessor", "SqsFifoPartialProcessor"), _PROCESSOR),
        "SSMProvider": _provider({
            "get": _PARAMETER, "get_multiple": _PARAMETERS, "get_parameters_by_name": _by_name, "set": _SET_PARAMETER,
        }),
        "SecretsProvider": _provider({"get": _SECRET, "get_multiple": _SECRETS, "set": _SET_SECRET}),
        "AppConfigProvider": _provider({"get": _configuration, "get_multiple": _configuration}),
        "DynamoDBProvider": PackageClass(("table_name",), {"get": _on("GetItem"), "get_multiple": _on("Query")}),
        "DynamoDBPersistenceLayer": PackageClass(("table_name",), {}, harmless_method),
        "CircuitBreakerDynamoDBPersistence": PackageClass(("table_name",), {}, harmless_method),
        "AppConfigStore": _provider({"get_configuration": _configuration}),
        "FeatureFlags": _provider(
            dict.fromkeys(("evaluate", "get_enabled_features", "get_configuration"), _configuration)
        ),
        "S3Object": PackageClass(("bucket", "key", "version_id"), {"__iter__": _read_object}, _read_object),
    },
    other=harmless,
)  # fmt: skip
