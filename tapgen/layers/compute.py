"""Compute: the Lambda functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Parameter, Ref, awslambda

from tapgen import naming
from tapgen.layers import parts
from tapgen.layers.refs import ComputeRefs, FunctionRefs
from tapgen.settings import served
from tapgen.sources import Source, read_source

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import DataRefs, IdentityRefs, NetworkRefs
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment

INLINE_MODULE = "index"  # AWS::Lambda::Function Code: CloudFormation writes ZipFile into a file of this name


class FunctionLoggingConfig(awslambda.LoggingConfig):
    """LoggingConfig of AWS::Lambda::Function; troposphere 4.11 has another type's there, without LogFormat."""

    props = {**awslambda.LoggingConfig.props, "LogFormat": (str, False)}  # noqa: RUF012 - troposphere reads it as is


def build(
    template: Template,
    environment: Environment,
    network: NetworkRefs | None,
    data: DataRefs,
    identity: IdentityRefs,
) -> ComputeRefs:
    """Add the functions; sources that do not fit inline become parameters, which the deployment fills."""
    functions = {}
    for name, settings in environment.functions.items():
        source = read_source(environment.root / settings.source)
        title = naming.function(name)
        function = template.add_resource(
            awslambda.Function(
                title,
                FunctionName=naming.function_name(environment, name),
                **({"Description": settings.description} if settings.description else {}),
                **_code(template, name, settings, source),
                Runtime=settings.runtime,
                Architectures=[settings.architecture],
                MemorySize=settings.memory,
                Timeout=settings.timeout,
                Role=identity.roles[name].arn,
                **_environment(environment, settings, data),
                LoggingConfig=FunctionLoggingConfig(LogFormat="JSON", LogGroup=data.function_logs[name].name),
                **({"TracingConfig": awslambda.TracingConfig(Mode="Active")} if settings.tracing else {}),
                **_vpc_config(network),
                **(
                    {"ReservedConcurrentExecutions": settings.reserved_concurrency}
                    if settings.reserved_concurrency is not None
                    else {}
                ),
            )
        )
        functions[name] = FunctionRefs(Ref(function), GetAtt(function, "Arn"))
        first = len(functions) == 1
        output = naming.output("LambdaFunctionName", name, first=first)
        template.add_output(Output(output, Description=f"Name of the function {name}", Value=Ref(function)))
        if first:
            arn = Output(
                "LambdaFunctionArnOutput", Description=f"ARN of the function {name}", Value=GetAtt(function, "Arn")
            )
            template.add_output(arn)
    return ComputeRefs(functions)


def _code(template: Template, name: str, settings: Function, source: Source) -> dict[str, Any]:
    inline = source.inline
    if inline is not None:
        entry = settings.entry_point.rpartition(".")[2]
        return {"Handler": f"{INLINE_MODULE}.{entry}", "Code": awslambda.Code(ZipFile=inline)}
    bucket = template.get_or_add_parameter(
        Parameter(naming.ARTIFACT_BUCKET, Type="String", Description="Bucket of the packaged functions")
    )
    key = template.add_parameter(
        Parameter(naming.code_key(name), Type="String", Description=f"Object key of the package of {name}")
    )
    return {"Handler": settings.entry_point, "Code": awslambda.Code(S3Bucket=Ref(bucket), S3Key=Ref(key))}


def _environment(environment: Environment, settings: Function, data: DataRefs) -> dict[str, Any]:
    variables: dict[str, Any] = parts.variables(settings, data.parts)
    origins = _origins(environment, settings)
    if origins and "*" not in origins:
        variables.setdefault("CORS_ORIGIN", ",".join(origins))
    return {"Environment": awslambda.Environment(Variables=variables)} if variables else {}


def _origins(environment: Environment, settings: Function) -> list[str]:
    """The origins whose pages may call the function, of every API that it answers for."""
    apis = dict.fromkeys(None if isinstance(route, str) else route.api for route in settings.routes)
    return list(dict.fromkeys(origin for name in apis for origin in served.named(environment, name).cors.origins))


def _vpc_config(network: NetworkRefs | None) -> dict[str, Any]:
    if network is None:
        return {}
    groups, subnets = (
        list(value) if isinstance(value, tuple) else value for value in (network.security_groups, network.subnets)
    )
    return {"VpcConfig": awslambda.VPCConfig(SecurityGroupIds=groups, SubnetIds=subnets)}
