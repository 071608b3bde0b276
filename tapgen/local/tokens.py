"""Tokens of a test user, of a local user pool or an issuer elsewhere, for requests to routes that ask who calls."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, NamedTuple

from tapgen import naming, reading
from tapgen.errors import TapgenError, UsageError, suggestion
from tapgen.local import issuers
from tapgen.local.issuers import by_issuer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.local.emulator import Emulator
    from tapgen.local.session import Deployed
    from tapgen.settings.model import Environment

_API = "AWSCognitoIdentityProviderService"
_FLOW = "ALLOW_ADMIN_USER_PASSWORD_AUTH"
USER = "test@example.com"


class Tokens(NamedTuple):
    """What a user has after signing in: authorizers with scopes take the access token, all others the id token."""

    id: str
    access: str

    @property
    def variables(self) -> dict[str, str]:
        """What a command finds them in."""
        return {"TAPGEN_TOKEN": self.id, "TAPGEN_ACCESS_TOKEN": self.access}


def refuse_unknown(environment: Environment, name: str) -> None:
    """Raise where the environment makes no such user pool, and trusts no issuer by an authorizer of that name.

    Raises:
        UsageError: there is none, or the pool exists elsewhere.
    """
    found, trusted = environment.user_pools.get(name), by_issuer(environment)
    if found is None and name not in trusted:
        known = suggestion(name, {*environment.user_pools, *trusted})
        raise UsageError(f'there is no user pool "{name}", nor an authorizer by issuer', known)
    if found and found.existing is not None:
        raise UsageError(f'the user pool "{name}" exists elsewhere', "Its users are on AWS; they cannot sign in here.")


def claims_of(text: str | None) -> dict[str, Any]:
    """What `--claims` says: an object in JSON, or a file that has one.

    Raises:
        UsageError: it is none.
    """
    try:
        said = json.loads(reading.text(Path(text[1:])) if text and text.startswith("@") else text or "{}")
    except OSError as error:
        raise UsageError(f"--claims {text}: {error.strerror}") from None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise UsageError(f"--claims {text}: no object in JSON", """Such as --claims '{"email": "a@example.com"}'.""")
    return said


def tokens_of(deployed: Deployed, emulator: Emulator, name: str, claims: Mapping[str, Any]) -> Tokens:
    """Tokens of a test user of a user pool, or of the issuer that an authorizer of that name trusts.

    The claims of `[local]` are said too, where others do not say otherwise.
    """
    said = {**deployed.environment.local.claims.get(name, {}), **claims}
    if name in deployed.environment.user_pools:
        return sign_in(deployed, emulator, name, said)
    made = issuers.token(deployed.environment, emulator, name, said)
    return Tokens(made, made)


def sign_in(deployed: Deployed, emulator: Emulator, pool: str, said: Mapping[str, Any]) -> Tokens:
    """Make the test user of a pool, with these claims, and sign it in by the pool's first client."""

    def call(operation: str, **asked: Any) -> dict[str, Any]:
        return emulator.call("cognito-idp", deployed.client.region, f"{_API}.{operation}", asked)

    environment = deployed.environment
    pool_id = deployed.of_type("AWS::Cognito::UserPool")[environment.logical_id(naming.logical(pool, "UserPool"))]
    claims = dict(said)
    groups = claims.pop("groups", ())
    password = f"Aa1!{token_urlsafe(16)}"
    user = {"UserPoolId": pool_id, "Username": str(claims.setdefault("email", USER))}
    attributes = [{"Name": name, "Value": str(value)} for name, value in claims.items()]
    call("AdminCreateUser", **user, MessageAction="SUPPRESS", UserAttributes=attributes)
    call("AdminSetUserPassword", **user, Password=password, Permanent=True)
    for group in (groups,) if isinstance(groups, str) else groups:
        call("CreateGroup", UserPoolId=pool_id, GroupName=group)
        call("AdminAddUserToGroup", **user, GroupName=group)
    client = _client(call, pool_id, pool)
    parameters = {"USERNAME": user["Username"], "PASSWORD": password}
    if secret := client.get("ClientSecret"):
        parameters["SECRET_HASH"] = _hash(secret, user["Username"] + client["ClientId"])
    began = {"UserPoolId": pool_id, "ClientId": client["ClientId"], "AuthFlow": "ADMIN_USER_PASSWORD_AUTH"}
    result = call("AdminInitiateAuth", **began, AuthParameters=parameters).get("AuthenticationResult")
    if not result:
        raise TapgenError(f'the test user of "{pool}" cannot sign in by itself', "Set mfa to optional or off here.")
    return Tokens(result["IdToken"], result["AccessToken"])


def _client(call: Any, pool_id: str, pool: str) -> dict[str, Any]:
    """The pool's first client, which here takes passwords from an administrator too."""
    listed = call("ListUserPoolClients", UserPoolId=pool_id, MaxResults=60)["UserPoolClients"]
    if not listed:
        raise TapgenError(f'the user pool "{pool}" has no client', "Add one under clients.")
    named = {"UserPoolId": pool_id, "ClientId": listed[0]["ClientId"]}
    client: dict[str, Any] = call("DescribeUserPoolClient", **named)["UserPoolClient"]
    flows = sorted({*client.get("ExplicitAuthFlows", ()), _FLOW})
    kept = {
        name: value
        for name, value in client.items()
        if name not in {"ClientSecret", "CreationDate", "LastModifiedDate", "ExplicitAuthFlows"} and value is not None
    }
    call("UpdateUserPoolClient", **kept, ExplicitAuthFlows=flows)
    return client


def _hash(secret: str, text: str) -> str:
    """Cognito developer guide, "Computing secret hash values"."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
