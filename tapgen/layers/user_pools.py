"""User pools: Cognito user pools with their clients, and the functions that they ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from troposphere import Output, Ref, cognito

from tapgen import naming
from tapgen.layers import parts as of_parts
from tapgen.layers.destinations import invoked_arn
from tapgen.layers.existing import existing
from tapgen.layers.lookup import substituted
from tapgen.layers.triggers import permission
from tapgen.settings.user_pools import UserPoolClient
from tapgen.template.kinds import kinds

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import ComputeRefs, PartRefs, Parts
    from tapgen.settings.model import Environment
    from tapgen.settings.user_pools import UserPool


CHARACTERS = ("lowercase", "numbers", "symbols", "uppercase")
"""What Cognito may ask of a password."""


def build(template: Template, environment: Environment, parts: Parts) -> dict[str, PartRefs]:  # noqa: ARG001 - as every kind
    """Add the user pools with their clients."""
    return {name: _add_pool(template, environment, name, pool) for name, pool in environment.user_pools.items()}


def start(template: Template, environment: Environment, parts: Parts, compute: ComputeRefs) -> None:
    """Add the permissions by which the pools ask the functions; the pools themselves name the functions."""
    for function, settings in environment.functions.items():
        for name in settings.triggers.user_pools:
            template.add_resource(
                permission(
                    naming.logical(function, name, "UserPoolTriggerPermission"),
                    compute.functions[function].arn,
                    "cognito-idp.amazonaws.com",
                    parts["user_pools"][name].arn,
                )
            )


def _add_pool(template: Template, environment: Environment, name: str, settings: UserPool) -> PartRefs:
    kind = kinds()["user_pools"]
    if settings.existing is not None:
        return existing(kind, settings.existing)
    title = naming.logical(name, "UserPool")
    template.add_resource(_pool(title, environment, name, settings))
    template.add_output(Output(f"{title}IdOutput", Description=f"Id of the user pool {name}", Value=Ref(title)))
    for group in settings.groups:
        template.add_resource(
            cognito.UserPoolGroup(naming.logical(title, group, "Group"), GroupName=group, UserPoolId=Ref(title))
        )
    servers = [template.add_resource(server) for server in _resource_servers(title, settings)]
    clients = []
    for client, its in (settings.clients or {"": UserPoolClient()}).items():
        client_title = naming.logical(name, client, "UserPoolClient")
        clients.append(Ref(template.add_resource(_client(client_title, title, its, servers))))
        template.add_output(
            Output(f"{client_title}IdOutput", Description=f"Id of a client of {name}", Value=Ref(client_title))
        )
    if settings.domain:
        domain = cognito.UserPoolDomain(f"{title}Domain", Domain=settings.domain, UserPoolId=Ref(title))
        template.add_resource(domain)
    return replace(of_parts.own(kind, title), more={"clients": clients})


def _pool(title: str, environment: Environment, name: str, settings: UserPool) -> cognito.UserPool:
    names = [one for one in settings.sign_in if one != "username"]
    optional: dict[str, Any] = {"UsernameAttributes": names} if names else {}
    if names:
        optional["AutoVerifiedAttributes"] = names
    recovery = ["verified_email"] if "phone_number" not in names else ["verified_email", "verified_phone_number"]
    if settings.verification:
        optional["VerificationMessageTemplate"] = cognito.VerificationMessageTemplate(
            DefaultEmailOption="CONFIRM_WITH_CODE",
            EmailSubject=settings.verification.subject,
            EmailMessage=settings.verification.message,
        )
    if schema := [*_schema(settings)]:
        optional["Schema"] = schema
    if settings.mfa != "off":
        optional["EnabledMfas"] = ["SOFTWARE_TOKEN_MFA"]
    if asked := _asked(environment, name):
        optional["LambdaConfig"] = cognito.LambdaConfig(**asked)
    return cognito.UserPool(
        title,
        **of_parts.deletion(protected=environment.protected),
        UserPoolName=f"{environment.stack_name}-{naming.logical(name)}",
        UsernameConfiguration=cognito.UsernameConfiguration(CaseSensitive=False),
        AdminCreateUserConfig=cognito.AdminCreateUserConfig(AllowAdminCreateUserOnly=not settings.self_sign_up),
        AccountRecoverySetting=cognito.AccountRecoverySetting(
            RecoveryMechanisms=[
                cognito.RecoveryOption(Name=one, Priority=number) for number, one in enumerate(recovery, 1)
            ]
        ),
        MfaConfiguration=settings.mfa.upper(),
        Policies=cognito.Policies(
            PasswordPolicy=cognito.PasswordPolicy(
                MinimumLength=settings.password_length,
                **{f"Require{one.title()}": one in settings.password_needs for one in CHARACTERS},
            )
        ),
        **({"DeletionProtection": "ACTIVE"} if environment.protected else {}),
        **optional,
    )


def _schema(settings: UserPool) -> Iterator[cognito.SchemaAttribute]:
    """CloudFormation puts "custom:" before the names that are not standard."""
    for name in settings.required:
        yield cognito.SchemaAttribute(Name=name, Required=True, Mutable=True)
    for name, one in settings.attributes.items():
        yield cognito.SchemaAttribute(Name=name, AttributeDataType=one.type, Mutable=one.mutable)


def _asked(environment: Environment, name: str) -> dict[str, Any]:
    """The functions by their names: a function that uses the pool waits for it."""
    return {
        "".join(word.title() for word in moment.split("_")): invoked_arn(environment, function)
        for function, settings in environment.functions.items()
        if name in settings.triggers.user_pools
        for moment in settings.triggers.user_pools[name].on
    }


def _resource_servers(pool: str, settings: UserPool) -> Iterator[cognito.UserPoolResourceServer]:
    for identifier, scopes in settings.scopes.items():
        yield cognito.UserPoolResourceServer(
            f"{pool}{naming.logical(identifier)}Scopes",
            UserPoolId=Ref(pool),
            Identifier=identifier,
            Name=identifier,
            Scopes=[cognito.ResourceServerScopeType(ScopeName=scope, ScopeDescription=scope) for scope in scopes],
        )


def _client(
    title: str, pool: str, settings: UserPoolClient, servers: Sequence[cognito.UserPoolResourceServer]
) -> cognito.UserPoolClient:
    flows = dict.fromkeys([*settings.flows, "refresh_token"])
    oauth: dict[str, Any] = {}
    if settings.scopes:
        oauth = {
            "AllowedOAuthFlows": list(settings.oauth_flows),
            "AllowedOAuthFlowsUserPoolClient": True,
            "AllowedOAuthScopes": list(settings.scopes),
            "SupportedIdentityProviders": list(settings.identity_providers),
        }
    needed = [server.title for server in servers if any(_is_of(scope, server) for scope in settings.scopes)]
    if needed:
        oauth["DependsOn"] = needed  # a client names scopes that exist
    if settings.callback_urls:
        oauth["CallbackURLs"] = [*map(substituted, settings.callback_urls)]
    if settings.logout_urls:
        oauth["LogoutURLs"] = [*map(substituted, settings.logout_urls)]
    units = cognito.TokenValidityUnits(AccessToken="minutes", IdToken="minutes", RefreshToken="days")
    return cognito.UserPoolClient(
        title,
        UserPoolId=Ref(pool),
        ExplicitAuthFlows=[f"ALLOW_{flow.upper()}_AUTH" for flow in flows],
        GenerateSecret=settings.secret,
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=True,
        AccessTokenValidity=settings.token_minutes,
        IdTokenValidity=settings.token_minutes,
        RefreshTokenValidity=settings.refresh_days,
        TokenValidityUnits=units,
        **oauth,
    )


def _is_of(scope: str, server: cognito.UserPoolResourceServer) -> bool:
    return bool(scope.rpartition("/")[0] == server.Identifier)
