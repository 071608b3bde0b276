"""EDGE: the way to AWS. What is called stands in `operations`.

botocore alone is enough (boto3 adds resources, 40 ms): its session reads profiles, regions, roles, SSO and
AWS_ENDPOINT_URL as every SDK does. A service's client is made when it is first needed.
"""

from __future__ import annotations

import os
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigParseError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProfileNotFound,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.loaders import Loader, create_loader
from botocore.parsers import ResponseParserError
from botocore.session import Session

from tapgen.deploy.aws.assumed_role import assumed
from tapgen.deploy.aws.error_codes import (
    ATTEMPTS,
    FIRST_ATTEMPTS,
    FIRST_SILENT_ATTEMPTS,
    api_name,
    has_proxy,
    translate,
    unloaded,
)
from tapgen.deploy.aws.errors import MalformedAnswerError
from tapgen.deploy.aws.function_operations import UPDATES
from tapgen.deploy.aws.members import read_members, refuse_page
from tapgen.deploy.aws.mfa import asks_for_mfa, has_terminal
from tapgen.deploy.aws.operations import AwsClient, on_this_machine
from tapgen.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_INVOCATION = 910  # seconds: Lambda's longest time-out is 900 (Lambda quotas)
_CONNECT = 6  # seconds: two attempts at a host or proxy that is silent are over in less than 15
SERVICES = {UPDATES: "lambda"}
"""The service behind a name, where the two are not the same."""
_UNREACHABLE = (EndpointConnectionError, ProxyConnectionError)
_BROKEN = (*_UNREACHABLE, ConnectionClosedError, SSLError)
_SILENT = (ConnectTimeoutError, ReadTimeoutError)
_UNREADABLE = (ResponseParserError, ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What botocore raises where it cannot make sense of an answer."""


def connect(
    profile: str | None = None,
    region: str | None = None,
    *,
    endpoint: str | None = None,
    credentials: tuple[str, str] | None = None,
    deploy_role: str = "",
    cloudformation_role: str = "",
    call_as: str = "",
    terminal: Callable[[], bool] = has_terminal,
) -> AwsClient:
    """A client from the standard AWS configuration; nothing is called yet.

    `endpoint` and `credentials` (access key, secret key) are for an AWS on this machine. `deploy_role` is the role that
    calls, `cloudformation_role` the one that CloudFormation acts as; an AWS on this machine has neither. `call_as` is
    DELEGATED_ADMIN for the StackSets of a delegated administrator. `terminal` says whether a code can be typed.

    Raises:
        UsageError: there is no such profile, or no region.
    """
    try:
        session = Session(profile=profile)
        session.get_scoped_config()  # it is only here that a profile which does not exist is noticed
        session.register_component("data_loader", _models(session.get_config_variable("data_path")))
        # botocore itself reads AWS_DEFAULT_REGION only; the other SDKs and the AWS CLI read AWS_REGION first.
        region = region or os.environ.get("AWS_REGION") or session.get_config_variable("region")
    except ConfigParseError as error:
        reason = " ".join(str(error.kwargs.get("error", "")).split())
        raise UsageError(f"{error}: {reason}", "Mend the file, or name another with AWS_CONFIG_FILE.") from None
    except ProfileNotFound as error:
        raise UsageError(
            str(error), f"Known profiles: {', '.join(sorted(Session().available_profiles)) or 'none'}."
        ) from None
    if not region:
        raise UsageError("no AWS region", "Pass --region, set AWS_REGION, or pin `region` in the settings.")
    if credentials:
        session.set_credentials(*credentials)
    elif asks_for_mfa(session.full_config.get("profiles", {}), profile, os.environ) and not terminal():
        raise UsageError(
            f"the profile {profile or os.environ.get('AWS_PROFILE') or 'default'} asks for an MFA code "
            "and there is no terminal",
            "Log in first and pass the session's credentials in the environment, or use a profile without mfa_serial.",
        )
    chosen = region
    if on_this_machine(_endpoint(session, endpoint)):
        deploy_role = cloudformation_role = ""  # an account's roles are not there
    create = partial(session.create_client, region_name=region, endpoint_url=endpoint)
    acting = assumed(session, deploy_role, create) if deploy_role else session

    def service(name: str) -> object:
        return _service(acting, name, chosen, endpoint)

    return AwsClient(Caller(service, partial(_loaded, acting)), chosen, cloudformation_role, call_as)


@cache
def _models(search_path: str | None) -> Loader:
    """What reads botocore's descriptions of services: each once, for all regions and accounts of this process."""
    return create_loader(search_path)


def _loaded(session: Session) -> None:
    """Load the session's credentials, or renew them where they are over, as the next call would.

    Raises:
        BotoCoreError, ClientError: botocore's own words say why not.
        CredentialsError: a file or program that the AWS configuration names is not there, or not what it must be.
    """
    try:
        credentials = session.get_credentials()
        if credentials:
            credentials.get_frozen_credentials()
    except (OSError, *_UNREADABLE) as error:
        raise unloaded(error) from None


class Caller:
    """One method of one service, called: botocore's exceptions become `errors`.

    `load` loads the credentials: what goes wrong there says nothing about the answer of AWS.
    """

    def __init__(self, service: Callable[[str], object], load: Callable[[], None] = lambda: None) -> None:
        self._make = service
        self._load = load
        self._services: dict[str, object] = {}

    def service(self, name: str) -> Any:
        """The service's client, made now or before."""
        if name not in self._services:
            try:
                self._services[name] = self._make(name)
            except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no URL
                raise translate(error, name) from None
        return self._services[name]

    def endpoint(self, name: str) -> str:
        """The URL that the service's calls go to."""
        url: str = self.service(name).meta.endpoint_url
        return url

    def knows(self, name: str, operation: str) -> bool:
        """Whether this botocore has the operation."""
        return hasattr(self.service(name), operation)

    def __call__(self, name: str, operation: str, **arguments: object) -> Mapping[str, Any]:
        """The answer.

        Raises:
            AwsError: every other end.
        """
        try:
            self._load()
        except (BotoCoreError, ClientError) as error:
            raise translate(error, operation) from None
        method = getattr(self.service(name), operation)
        try:
            answer: Mapping[str, Any] = read_members(method(**arguments), api_name(operation))
        except (BotoCoreError, ClientError) as error:
            raise translate(error, operation) from None
        except _UNREADABLE as error:
            raise MalformedAnswerError(api_name(operation), str(error) or type(error).__name__) from error
        refuse_page(answer, api_name(operation))
        return answer


def _service(session: Any, name: str, region: str, endpoint: str | None) -> object:
    settings: dict[str, Any] = {
        "retries": {"mode": "standard", "total_max_attempts": ATTEMPTS},
        "connect_timeout": _CONNECT,
    }
    if name == "lambda":  # an invocation has effects: whether to send it again is for a person to decide
        settings |= {"read_timeout": _INVOCATION, "retries": {"mode": "standard", "total_max_attempts": 1}}
    if name == "s3" and on_this_machine(_endpoint(session, endpoint)):
        settings["s3"] = {"addressing_style": "path"}
    service = SERVICES.get(name, name)
    made = session.create_client(service, region_name=region, endpoint_url=endpoint, config=Config(**settings))
    made.meta.events.register_first(f"needs-retry.{made.meta.service_model.service_id.hyphenize()}", _give_up_early())
    return made


def _endpoint(session: Session, endpoint: str | None) -> str:
    """The endpoint that every service is asked at, as far as that is configured; '' for AWS's own."""
    return endpoint or os.environ.get("AWS_ENDPOINT_URL") or str(session.get_scoped_config().get("endpoint_url") or "")


def _give_up_early(proxied: Callable[[], bool] = has_proxy) -> Callable[..., None]:
    """A hook that stops retrying soon when nothing has ever answered: no network, not a hiccup in the middle.

    `proxied` says whether a proxy stands between: one that takes connections and says nothing, or closes them, is dead.
    """
    answered = False

    def hook(response: object, attempts: int, caught_exception: Exception | None = None, **_: object) -> None:
        nonlocal answered
        answered = answered or response is not None
        if answered or caught_exception is None:
            return
        silent, broken = (_SILENT, _BROKEN) if proxied() else (ConnectTimeoutError, _UNREACHABLE)
        if isinstance(caught_exception, silent) and attempts >= FIRST_SILENT_ATTEMPTS:
            raise caught_exception
        if isinstance(caught_exception, broken) and attempts >= FIRST_ATTEMPTS:
            raise caught_exception

    return hook
