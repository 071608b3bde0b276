"""Compute: the Lambda functions, and the versions and aliases by which they are invoked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Parameter, Ref, Sub, Tags, awslambda

from tapgen import naming
from tapgen.digest import digest
from tapgen.layers import parts
from tapgen.layers.lookup import lookup, lookup_text, substituted
from tapgen.layers.refs import ComputeRefs, FunctionRefs
from tapgen.settings import served
from tapgen.settings.named import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import Template

    from tapgen.layers.refs import DataRefs, IdentityRefs, NetworkRefs
    from tapgen.settings.functions import Function
    from tapgen.settings.invocations import Image
    from tapgen.settings.model import Environment

INLINE_MODULE = "index"  # AWS::Lambda::Function Code: CloudFormation writes ZipFile into a file of this name
LONGEST_DESCRIPTION = 256
"""Characters of a version's description: Lambda API reference, PublishVersion."""
PACKAGE_KEY = len(" functions/.zip") + 64
"""Characters of a package's key, with the hash of its content."""
DEFAULT_STORAGE = 512  # MiB of /tmp


class FunctionLoggingConfig(awslambda.LoggingConfig):
    """LoggingConfig of AWS::Lambda::Function; troposphere 4.11 has another type's there, without LogFormat."""

    props = {**awslambda.LoggingConfig.props, "LogFormat": (str, False)}  # noqa: RUF012 - troposphere reads it as is


def build(
    template: Template,
    environment: Environment,
    network: NetworkRefs | None,
    data: DataRefs,
    identity: IdentityRefs,
    layers: Mapping[str, Any],
) -> ComputeRefs:
    """Add the functions; sources that do not fit inline become parameters, which the deployment fills.

    `layers` are the ARNs of the stack's own Lambda layers, by their names in the settings.
    """
    functions = {}
    for name, settings in environment.functions.items():
        key = settings.encryption or environment.encryption
        properties = {
            "FunctionName": naming.function_name(environment, name),
            "Description": settings.description or None,
            **_code(template, environment, name),
            "Architectures": [settings.architecture],
            "MemorySize": settings.memory,
            "Timeout": settings.timeout,
            "Role": lookup_text(settings.role) if settings.role else identity.roles[name].arn,
            "Environment": _environment(environment, settings, data),
            "KmsKeyArn": data.parts["keys"][key].arn if key else None,
            "LoggingConfig": _logging(settings, data.function_logs[name].name),
            "TracingConfig": awslambda.TracingConfig(Mode="Active") if settings.tracing else None,
            "VpcConfig": _vpc_config(network) if settings.network else None,
            "ReservedConcurrentExecutions": settings.reserved_concurrency,
            "Layers": [layers.get(str(layer)) or lookup_text(layer) for layer in settings.layers] or None,
            "EphemeralStorage": _storage(settings),
            "FileSystemConfigs": _file_systems(settings),
            "SnapStart": awslambda.SnapStart(ApplyOn="PublishedVersions") if settings.snap_start else None,
        }
        if settings.tags:
            properties["Tags"] = Tags(settings.tags)
        after = {"DependsOn": list(settings.depends_on)} if settings.depends_on else {}
        function = template.add_resource(awslambda.Function(naming.function(name), **after, **_given(properties)))
        arn = GetAtt(function, "Arn")
        alias = _add_alias(template, name, settings) if settings.alias_name else None
        functions[name] = FunctionRefs(Ref(function), Ref(alias) if alias else arn, settings.alias_name)
        main = environment.is_main("functions", name)
        output = naming.output("LambdaFunctionName", name, main=main)
        template.add_output(Output(output, Description=f"Name of the function {name}", Value=Ref(function)))
        if main:
            template.add_output(Output("LambdaFunctionArnOutput", Description=f"ARN of the function {name}", Value=arn))
    return ComputeRefs(functions)


def publish(template: Template, environment: Environment) -> None:
    """Let a version be replaced whenever its function differs; comes after every layer that changes a function.

    A version has no property but its description that may differ: it holds a hash of the function's properties, and
    what the template does not know, the keys of its packages and the values of parameters that are short and no secret.
    """
    for name, settings in environment.functions.items():
        if settings.alias_name is None:
            continue
        properties = template.resources[naming.function(name)].to_dict()["Properties"]
        hashed = digest(json.dumps(properties, sort_keys=True))[:10]
        keys = [
            naming.code_key(name),
            naming.image_tag(name),
            *(naming.layer_key(str(layer)) for layer in settings.layers),
        ]
        given = [key for key in keys if key in template.parameters]
        given += _short(environment, properties, LONGEST_DESCRIPTION - len(hashed) - PACKAGE_KEY * len(given))
        noted = "".join(f" ${{{one}}}" for one in given)
        template.resources[naming.version(name)].Description = substituted(hashed + noted)


def _short(environment: Environment, properties: dict[str, Any], room: int) -> list[str]:
    """The parameters that a function's properties name and whose values fit into so many characters."""
    found = []
    for name in dict.fromkeys(named(properties)):
        parameter = environment.parameters.get(name)
        longest = parameter.longest if parameter else None
        if longest is not None and longest < room:
            found.append(name)
            room -= longest + 1
    return found


def _given(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}


def _code(template: Template, environment: Environment, name: str) -> dict[str, Any]:
    settings = environment.functions[name]
    if settings.image:
        image = settings.image
        config = {
            "Command": list(image.command) or None,
            "EntryPoint": list(image.entry_point) or None,
            "WorkingDirectory": image.working_directory or None,
        }
        return {
            "PackageType": "Image",
            "Code": awslambda.Code(ImageUri=_image_uri(template, environment, name, image)),
            "ImageConfig": awslambda.ImageConfig(**_given(config)) if any(config.values()) else None,
        }
    alone = settings.is_python and settings.requirements is None
    inline = settings.read_source(environment.root).inline if alone else None
    if inline is not None:
        entry = settings.entry_point.rpartition(".")[2]
        code, handler = awslambda.Code(ZipFile=inline), f"{INLINE_MODULE}.{entry}"
    else:
        bucket = template.get_or_add_parameter(
            Parameter(naming.ARTIFACT_BUCKET, Type="String", Description="Bucket of the packaged functions")
        )
        key = template.add_parameter(
            Parameter(naming.code_key(name), Type="String", Description=f"Object key of the package of {name}")
        )
        code, handler = awslambda.Code(S3Bucket=Ref(bucket), S3Key=Ref(key)), settings.entry_point
    return {"Handler": handler, "Code": code, "Runtime": settings.runtime}


def _image_uri(template: Template, environment: Environment, function: str, image: Image) -> Any:
    if image.uri is not None:
        return lookup_text(image.uri)
    name = image.repository or environment.application
    repository = (
        name if ".dkr.ecr" in name else f"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/{name}"
    )
    if image.dockerfile:
        built = naming.image_tag(function)
        template.add_parameter(Parameter(built, Type="String", Description=f"Tag of the image of {function}"))
        return Sub(f"{repository}:${{{built}}}")
    if image.digest:
        return substituted(f"{repository}@{image.digest}")
    tag = lookup(image.tag) if image.tag else "latest"
    if isinstance(tag, str):
        return substituted(f"{repository}:{tag}")
    return Sub(f"{repository}:${{Tag}}", Tag=tag)


def _environment(environment: Environment, settings: Function, data: DataRefs) -> awslambda.Environment | None:
    variables: dict[str, Any] = parts.variables(settings, data.parts)
    origins = _origins(environment, settings)
    if origins and "*" not in origins:
        variables.setdefault("CORS_ORIGIN", ",".join(origins))
    return awslambda.Environment(Variables=variables) if variables else None


def _origins(environment: Environment, settings: Function) -> list[str]:
    """The origins whose pages may call the function, of every API that it answers for."""
    apis = dict.fromkeys(None if isinstance(route, str) else route.api for route in settings.routes)
    called = [one for one in (served.named(environment, name) for name in apis) if one.kind != "websocket"]
    cors = [one.cors for one in called if one.cors.enabled]
    return list(dict.fromkeys(origin for one in cors for origin in one.origins))


def _logging(settings: Function, group: Any) -> FunctionLoggingConfig | None:
    """Where and how it logs; None for Lambda's own way."""
    where = {"LogGroup": group} if settings.log_group else {}
    plain = settings.log_format == "Text" and not where
    return None if plain else FunctionLoggingConfig(LogFormat=settings.log_format, **where)


def _vpc_config(network: NetworkRefs | None) -> awslambda.VPCConfig | None:
    if network is None:
        return None
    groups, subnets = (
        list(value) if isinstance(value, tuple) else value for value in (network.security_groups, network.subnets)
    )
    return awslambda.VPCConfig(SecurityGroupIds=groups, SubnetIds=subnets)


def _storage(settings: Function) -> awslambda.EphemeralStorage | None:
    size = settings.ephemeral_storage
    return awslambda.EphemeralStorage(Size=size) if size != DEFAULT_STORAGE else None


def _file_systems(settings: Function) -> list[awslambda.FileSystemConfig] | None:
    return [
        awslambda.FileSystemConfig(Arn=lookup_text(one.access_point), LocalMountPath=one.path)
        for one in settings.file_systems
    ] or None


def _add_alias(template: Template, name: str, settings: Function) -> awslambda.Alias:
    """An alias of a version, which stays when the next one is published: an invocation may still run on it."""
    title = naming.function(name)
    version = template.add_resource(
        awslambda.Version(
            naming.version(name), UpdateReplacePolicy="Retain", DeletionPolicy="Delete", FunctionName=Ref(title)
        )
    )
    count = settings.provisioned_concurrency
    warm = awslambda.ProvisionedConcurrencyConfiguration(ProvisionedConcurrentExecutions=count) if count else None
    properties = {
        "Name": settings.alias_name,
        "FunctionName": Ref(title),
        "FunctionVersion": GetAtt(version, "Version"),
        "ProvisionedConcurrencyConfig": warm,
    }
    return template.add_resource(awslambda.Alias(naming.alias(name), **_given(properties)))
