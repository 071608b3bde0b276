"""A session with the credentials of a role, renewed as long as it is used."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.client import BaseClient

_SESSION = "tapgen"
"""The role session's name: CloudTrail shows it."""


_AGAIN = timedelta(minutes=30)
"""After which credentials that are the role's already are read anew: their own end is not known."""


def is_role(caller: str, role: str) -> bool:
    """Whether a caller's ARN is that of a session of a role: STS leaves the role's path out."""
    account, name = role.split(":")[4], role.rpartition("/")[2]
    return re.fullmatch(rf"arn:[a-z0-9-]+:sts::{account}:assumed-role/{re.escape(name)}/.+", caller) is not None


class _RoleProvider(CredentialProvider):
    """The role's credentials; STS is asked when they are first needed."""

    METHOD = "assume-role"
    CANONICAL_NAME = None

    def __init__(self, refresh: Callable[[], dict[str, str | None]]) -> None:
        super().__init__()
        self._refresh = refresh

    def load(self) -> DeferredRefreshableCredentials:
        """Credentials that fetch themselves."""
        return DeferredRefreshableCredentials(self._refresh, self.METHOD)


def assumed(session: Session, role: str, create: Callable[..., BaseClient]) -> Session:
    """A session that acts as the role. `create` makes a client of STS, as `Session.create_client` does.

    Who is the role already, as a pipeline's job is, need not be allowed to assume it once more.
    """

    def refresh() -> dict[str, str | None]:
        source = session.get_credentials()
        if source is None:
            raise NoCredentialsError
        fetcher = AssumeRoleCredentialFetcher(create, source, role, extra_args={"RoleSessionName": _SESSION})
        try:
            found: dict[str, str | None] = fetcher.fetch_credentials()
        except ClientError as error:
            sts: Any = create("sts")
            denied = error.response.get("Error", {}).get("Code") == "AccessDenied"
            if not denied or not is_role(sts.get_caller_identity()["Arn"], role):
                raise
            own = source.get_frozen_credentials()
            return {
                "access_key": own.access_key,
                "secret_key": own.secret_key,
                "token": own.token,
                "expiry_time": (datetime.now(UTC) + _AGAIN).isoformat(),
            }
        return found

    acting = Session(profile=session.profile)
    acting.register_component("data_loader", session.get_component("data_loader"))
    acting.register_component("credential_provider", CredentialResolver([_RoleProvider(refresh)]))
    return acting
