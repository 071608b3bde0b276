"""Who calls an API: users of a pool, signed requests, keys; and from where."""

from __future__ import annotations

from typing import Any

from tapgen.samples.application import SECONDS, Application, digest, identifier
from tapgen.samples.targets import Asked

SOURCE_IP = "203.0.113.7"  # RFC 5737: for documentation
AGENT = "curl/8.5.0"
CLAIMS = {"sub": identifier("user"), "email": "test@example.com", "email_verified": "true", "token_use": "id"}
USER = {"cognito:username": CLAIMS["sub"], "aud": digest("client", 26), "iss": "", "exp": str(SECONDS + 3600)}


def identity(application: Application, asked: Asked) -> dict[str, str | None]:
    """Who called a REST API: `requestContext.identity`."""
    empty = (
        "accessKey",
        "accountId",
        "caller",
        "cognitoAmr",
        "cognitoAuthenticationProvider",
        "cognitoAuthenticationType",
    )
    more = ("cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn")
    found: dict[str, str | None] = dict.fromkeys((*empty, *more))
    found |= {"sourceIp": SOURCE_IP, "userAgent": AGENT}
    if asked.route.caller.kind == "AWS_IAM":
        signed = iam(application)
        found |= {"accessKey": signed["accessKey"], "accountId": signed["accountId"], "caller": signed["callerId"]}
        found |= {"user": signed["userId"], "userArn": signed["userArn"]}
    if asked.route.api_key:
        found |= {"apiKey": digest("key", 40), "apiKeyId": digest("key id", 10)}
    return found


def iam(application: Application) -> dict[str, Any]:
    """Who signed a request."""
    where = application.where
    user = f"AIDA{digest('user', 16).upper()}"
    return {
        "accessKey": f"AKIA{digest('access key', 16).upper()}",
        "accountId": where.account,
        "callerId": user,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": f"arn:{where.partition}:iam::{where.account}:user/caller",
        "userId": user,
    }


def claims(application: Application, scopes: tuple[str, ...]) -> dict[str, str]:
    """What a user's token says: an access token where scopes are asked for, else an id token."""
    pools = [one.logical_id for one in application.template.of_type("AWS::Cognito::UserPool")]
    where = application.where
    pool = application.name(pools[0]) if pools else "pool"
    issued = USER | {"iss": f"https://cognito-idp.{where.region}.{where.suffix}/{pool}"}
    if not scopes:
        return CLAIMS | issued
    return {name: value for name, value in issued.items() if name != "aud"} | {
        "sub": CLAIMS["sub"],
        "token_use": "access",
        "scope": " ".join(scopes),
        "client_id": issued["aud"],
    }


def rest_authorizer(application: Application, asked: Asked) -> dict[str, Any]:
    """What the authorizer of a REST API's route has said."""
    match asked.route.caller.kind:
        case "COGNITO_USER_POOLS":
            return {"claims": claims(application, asked.route.caller.scopes)}
        case "CUSTOM":
            return {"principalId": "user", "integrationLatency": 12}
        case _:
            return {}


def http_caller(application: Application, asked: Asked) -> dict[str, Any]:
    """Who called an HTTP API, as far as the route asks: `requestContext.authorizer`."""
    caller = asked.route.caller
    match caller.kind:
        case "JWT":
            scopes = list(caller.scopes) or None
            return {"authorizer": {"jwt": {"claims": _issued(application, asked), "scopes": scopes}}}
        case "CUSTOM":
            return {"authorizer": {"lambda": {"principalId": "user"}}}
        case "AWS_IAM":
            return {"authorizer": {"iam": iam(application)}}
        case _:
            return {}


def _issued(application: Application, asked: Asked) -> dict[str, str]:
    """What a token says that the authorizer of an HTTP API lets in: a pool's, or one of an issuer and audience.

    Of somebody else's issuer only what JSON Web Tokens have is known (RFC 7519, section 4.1), and scopes.
    """
    caller = asked.route.caller
    authorizer = application.resource(caller.authorizer.removeprefix("${").removesuffix("}"))
    configured = authorizer.properties.get("JwtConfiguration") if authorizer else None
    issuer = application.text(configured.get("Issuer")) if isinstance(configured, dict) else ""
    if not isinstance(configured, dict) or not issuer or "cognito-idp." in issuer:
        return claims(application, caller.scopes)
    audience = configured.get("Audience")
    said = {"iss": issuer, "sub": CLAIMS["sub"], "exp": USER["exp"]}
    if isinstance(audience, list) and audience:
        said["aud"] = application.text(audience[0])
    return said | ({"scope": " ".join(caller.scopes)} if caller.scopes else {})
