"""Invocation: what happens around a function: its URL, and asynchronous invocations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Ref, awslambda

from tapgen import naming
from tapgen.layers.destinations import destination_arn
from tapgen.layers.lookup import lookup_text, substituted

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, DataRefs
    from tapgen.settings.callers import Caller
    from tapgen.settings.invocations import Url, UrlCors
    from tapgen.settings.model import Environment


def build(template: Template, environment: Environment, compute: ComputeRefs, data: DataRefs) -> None:
    """Add URLs, who else may invoke, and what is said of asynchronous invocations."""
    for name, settings in environment.functions.items():
        if settings.has_invoke_config:
            template.add_resource(_event_invoke_config(environment, name, data))
        if settings.url:
            _add_url(template, name, settings.url, compute.functions[name].alias)
        for caller, one in settings.callers.items():
            title = naming.logical(name, caller, "CallerPermission")
            template.add_resource(_caller(title, compute.functions[name].arn, one))


def _event_invoke_config(environment: Environment, name: str, data: DataRefs) -> awslambda.EventInvokeConfig:
    settings = environment.functions[name]
    kinds = {
        "OnSuccess": (awslambda.OnSuccess, settings.on_success),
        "OnFailure": (awslambda.OnFailure, settings.on_failure),
    }
    given = {
        key: kind(Destination=destination_arn(environment, data, value))
        for key, (kind, value) in kinds.items()
        if value is not None
    }
    properties = {
        "MaximumRetryAttempts": settings.retries,
        "MaximumEventAgeInSeconds": settings.max_event_age,
        "DestinationConfig": awslambda.DestinationConfig(**given) if given else None,
    }
    alias = settings.alias_name
    return awslambda.EventInvokeConfig(
        f"{naming.function(name)}EventInvokeConfig",
        **({"DependsOn": naming.alias(name)} if alias else {}),
        FunctionName=Ref(naming.function(name)),
        Qualifier=alias or "$LATEST",
        **{key: value for key, value in properties.items() if value is not None},
    )


def _caller(title: str, function: Any, settings: Caller) -> awslambda.Permission:
    """The service, account or role may invoke the function.

    A service of AWS's says its account of every call, unless a token says who it is, as an Alexa skill's does.
    """
    own = settings.is_service and settings.source is None and settings.event_source_token is None
    properties = {
        "SourceArn": lookup_text(settings.source) if settings.source else None,
        "SourceAccount": settings.account or (Ref("AWS::AccountId") if own else None),
        "EventSourceToken": settings.event_source_token,
        "PrincipalOrgID": settings.organization,
    }
    return awslambda.Permission(
        title,
        Action="lambda:InvokeFunction",
        FunctionName=function,
        Principal=substituted(settings.principal),
        **{key: value for key, value in properties.items() if value is not None},
    )


def _add_url(template: Template, name: str, settings: Url, alias: str | None) -> None:
    title = naming.function(name)
    properties = {
        "Qualifier": alias,
        "InvokeMode": "RESPONSE_STREAM" if settings.stream else None,
        "Cors": _cors(settings.cors) if settings.cors else None,
    }
    url = template.add_resource(
        awslambda.Url(
            f"{title}Url",
            **({"DependsOn": naming.alias(name)} if alias else {}),
            AuthType=settings.authorization,
            TargetFunctionArn=GetAtt(title, "Arn"),
            **{key: value for key, value in properties.items() if value is not None},
        )
    )
    if settings.authorization == "NONE":
        target = Ref(naming.alias(name)) if alias else Ref(title)
        for permission in _public(title, target):
            template.add_resource(permission)
    output = naming.output("FunctionUrl", name, main=False)
    template.add_output(Output(output, Description=f"URL of the function {name}", Value=GetAtt(url, "FunctionUrl")))


def _public(title: str, target: Any) -> Sequence[awslambda.Permission]:
    """Everybody may call the URL. Lambda developer guide, "Control access to Lambda function URLs": it takes both."""
    return (
        awslambda.Permission(
            f"{title}UrlPermission",
            Action="lambda:InvokeFunctionUrl",
            FunctionName=target,
            FunctionUrlAuthType="NONE",
            Principal="*",
        ),
        awslambda.Permission(
            f"{title}UrlInvokePermission",
            Action="lambda:InvokeFunction",
            FunctionName=target,
            InvokedViaFunctionUrl=True,
            Principal="*",
        ),
    )


def _cors(settings: UrlCors) -> awslambda.Cors:
    headers = {"AllowHeaders": list(settings.headers)} if settings.headers else {}
    return awslambda.Cors(
        AllowOrigins=list(settings.origins),
        AllowMethods=["*"] if "ANY" in settings.methods else list(settings.methods),
        AllowCredentials=settings.credentials,
        **headers,
    )
