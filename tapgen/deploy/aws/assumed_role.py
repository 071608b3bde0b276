"""A session with the credentials of a role, renewed as long as it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import NoCredentialsError
from botocore.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.client import BaseClient

_SESSION = "tapgen"
"""The role session's name: CloudTrail shows it."""


class _RoleProvider(CredentialProvider):
    """The role's credentials; STS is asked when they are first needed."""

    METHOD = "assume-role"
    CANONICAL_NAME = None

    def __init__(self, refresh: Callable[[], dict[str, str]]) -> None:
        super().__init__()
        self._refresh = refresh

    def load(self) -> DeferredRefreshableCredentials:
        """Credentials that fetch themselves."""
        return DeferredRefreshableCredentials(self._refresh, self.METHOD)


def assumed(session: Session, role: str, create: Callable[..., BaseClient]) -> Session:
    """A session that acts as the role. `create` makes a client of STS, as `Session.create_client` does."""

    def refresh() -> dict[str, str]:
        source = session.get_credentials()
        if source is None:
            raise NoCredentialsError
        fetcher = AssumeRoleCredentialFetcher(create, source, role, extra_args={"RoleSessionName": _SESSION})
        found: dict[str, str] = fetcher.fetch_credentials()
        return found

    acting = Session(profile=session.profile)
    acting.register_component("credential_provider", CredentialResolver([_RoleProvider(refresh)]))
    return acting
