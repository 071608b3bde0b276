"""Identity pools: Cognito identity pools with the roles of users and guests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Ref, cognito, iam

from tapgen import naming, policies
from tapgen.layers.lookup import lookup_text
from tapgen.layers.resource_policies import conditions_of

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.layers.refs import Parts
    from tapgen.settings.identity_pools import IdentityPool
    from tapgen.settings.model import Environment
    from tapgen.settings.statements import Statement

COGNITO = "cognito-identity.amazonaws.com"


def build(template: Template, environment: Environment, parts: Parts) -> None:
    """Add the identity pools, each with its roles."""
    for name, settings in environment.identity_pools.items():
        title = naming.logical(name, "IdentityPool")
        template.add_resource(_pool(title, environment, settings, parts))
        roles = {}
        for who, claim, statements, exists in (
            ("Users", "authenticated", settings.users, settings.user_pools or settings.providers),
            ("Guests", "unauthenticated", settings.guests, settings.guests),
        ):
            if exists:
                role = template.add_resource(_role(f"{title}{who}Role", title, claim, statements))
                roles[claim] = GetAtt(role, "Arn")
        template.add_resource(
            cognito.IdentityPoolRoleAttachment(f"{title}Roles", IdentityPoolId=Ref(title), Roles=roles)
        )
        template.add_output(Output(f"{title}IdOutput", Description=f"Id of the identity pool {name}", Value=Ref(title)))


def _pool(title: str, environment: Environment, settings: IdentityPool, parts: Parts) -> cognito.IdentityPool:
    clients = [
        cognito.CognitoIdentityProvider(
            ClientId=client, ProviderName=GetAtt(str(pool.title), "ProviderName"), ServerSideTokenCheck=True
        )
        for pool in (parts["user_pools"][name] for name in settings.user_pools)
        for client in pool.more["clients"]
    ]
    return cognito.IdentityPool(
        title,
        IdentityPoolName=f"{environment.stack_name}-{title}",
        AllowUnauthenticatedIdentities=bool(settings.guests),
        **({"CognitoIdentityProviders": clients} if clients else {}),
        **({"SupportedLoginProviders": settings.providers} if settings.providers else {}),
    )


def _role(title: str, pool: str, claim: str, statements: Sequence[Statement]) -> iam.Role:
    """Cognito gives it to whom it calls so: Cognito developer guide, "Role trust and permissions"."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": COGNITO},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{COGNITO}:aud": Ref(pool)},
            "ForAnyValue:StringLike": {f"{COGNITO}:amr": claim},
        },
    }
    given: dict[str, Any] = {}
    if statements:
        named = [
            policies.given(
                f"Statement{number}", one.actions, [*map(lookup_text, one.resources)], conditions_of(one.conditions)
            )
            for number, one in enumerate(statements, 1)
        ]
        given["Policies"] = [iam.Policy(PolicyName=f"{title}Policy", PolicyDocument=policies.document(named))]
    reasons = {f"Statement{number}": one.reason for number, one in enumerate(statements, 1) if one.reason}
    return iam.Role(
        title,
        **({"Metadata": {"Reasons": reasons}} if reasons else {}),
        Description=f"Role of the {claim} identities of {pool}",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        **given,
    )
