"""Cognito's triggers: one sample for each moment at which a user pool asks a function."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from tapgen.samples.application import Application, identifier
from tapgen.samples.sample import Event, Given, Sample
from tapgen.samples.targets import Target
from tapgen.template.model import Resource

_SUB: Final = identifier("user")
_ATTRIBUTES: Final = {
    "sub": _SUB,
    "cognito:user_status": "CONFIRMED",
    "email_verified": "true",
    "email": "test@example.com",
}
_NEW: Final = {"email": "test@example.com"}
_GROUPS: Final = {"groupsToOverride": ["admins"], "iamRolesToOverride": [], "preferredRole": None}
_ANSWERED: Final = {"challengeName": "SRP_A", "challengeResult": True, "challengeMetadata": None}

Moment = tuple[str, str, str, Mapping[str, Any], Mapping[str, Any]]

MOMENTS: Final[Mapping[str, Moment]] = {
    "pre-sign-up": (
        "PreSignUp_SignUp",
        "Somebody signs up",
        "1",
        {"userAttributes": _NEW, "validationData": None, "clientMetadata": {}},
        {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
    ),
    "post-confirmation": (
        "PostConfirmation_ConfirmSignUp",
        "A user is confirmed",
        "1",
        {"userAttributes": _ATTRIBUTES, "clientMetadata": {}},
        {},
    ),
    "pre-authentication": (
        "PreAuthentication_Authentication",
        "A user is about to sign in",
        "1",
        {"userAttributes": _ATTRIBUTES, "validationData": None, "userNotFound": False},
        {},
    ),
    "post-authentication": (
        "PostAuthentication_Authentication",
        "A user has signed in",
        "1",
        {"userAttributes": _ATTRIBUTES, "newDeviceUsed": False, "clientMetadata": {}},
        {},
    ),
    "pre-token-generation": (
        "TokenGeneration_Authentication",
        "Tokens are about to be made",
        "1",
        {"userAttributes": _ATTRIBUTES, "groupConfiguration": _GROUPS, "clientMetadata": {}},
        {"claimsOverrideDetails": None},
    ),
    "pre-token-generation-2": (
        "TokenGeneration_Authentication",
        "Tokens are about to be made: access tokens too",
        "2",
        {
            "userAttributes": _ATTRIBUTES,
            "groupConfiguration": _GROUPS,
            "clientMetadata": {},
            "scopes": ["aws.cognito.signin.user.admin"],
        },
        {"claimsAndScopeOverrideDetails": None},
    ),
    "custom-message": (
        "CustomMessage_SignUp",
        "A message to a user is about to be sent",
        "1",
        {
            "userAttributes": _NEW | {"cognito:user_status": "UNCONFIRMED", "sub": _SUB},
            "codeParameter": "{####}",
            "linkParameter": "{##Click Here##}",
            "usernameParameter": None,
            "clientMetadata": {},
        },
        {"smsMessage": None, "emailMessage": None, "emailSubject": None},
    ),
    "user-migration": (
        "UserMigration_Authentication",
        "A user who is not known yet signs in",
        "1",
        {"password": "password", "validationData": None, "clientMetadata": {}},
        {
            "userAttributes": None,
            "forceAliasCreation": None,
            "finalUserStatus": None,
            "messageAction": None,
            "desiredDeliveryMediums": None,
        },
    ),
    "define-auth-challenge": (
        "DefineAuthChallenge_Authentication",
        "Which challenge comes next",
        "1",
        {"userAttributes": _ATTRIBUTES, "session": [_ANSWERED], "clientMetadata": {}, "userNotFound": False},
        {"challengeName": None, "issueTokens": False, "failAuthentication": False},
    ),
    "create-auth-challenge": (
        "CreateAuthChallenge_Authentication",
        "A challenge is to be made",
        "1",
        {
            "userAttributes": _ATTRIBUTES,
            "challengeName": "CUSTOM_CHALLENGE",
            "session": [_ANSWERED],
            "clientMetadata": {},
            "userNotFound": False,
        },
        {"publicChallengeParameters": None, "privateChallengeParameters": None, "challengeMetadata": None},
    ),
    "verify-auth-challenge": (
        "VerifyAuthChallengeResponse_Authentication",
        "The answer to a challenge is to be judged",
        "1",
        {
            "userAttributes": _ATTRIBUTES,
            "privateChallengeParameters": {"answer": "42"},
            "challengeAnswer": "42",
            "clientMetadata": {},
            "userNotFound": False,
        },
        {"answerCorrect": False},
    ),
}
"""Kind -> the trigger's source, a title, the event's version, its request, its response as the function gets it."""


def triggered(application: Application, pool: Resource, _: Given, *, moment: Moment) -> Event:
    """The event of a trigger."""
    source, _title, version, request, response = moment
    clients = [
        one.logical_id
        for one in application.template.of_type("AWS::Cognito::UserPoolClient")
        if application.template.target(one.properties.get("UserPoolId")) == pool
    ]
    return {
        "version": version,
        "triggerSource": source,
        "region": application.where.region,
        "userPoolId": application.name(pool.logical_id),
        "userName": _SUB,
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": application.name(clients[0]) if clients else "CLIENT_ID_NOT_APPLICABLE",
        },
        "request": dict(request),
        "response": dict(response),
    }


SAMPLES = tuple(
    Sample(
        kind=f"cognito-{word}",
        title=moment[1],
        target=Target(word="user-pool", types=("AWS::Cognito::UserPool",)),
        make=partial(triggered, moment=moment),
        source="Cognito developer guide, “Customizing user pool workflows with Lambda triggers”",
    )
    for word, moment in MOMENTS.items()
)
