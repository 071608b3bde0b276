"""The IAM operations that say who is there already: identity providers and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapgen.deploy.aws.errors import AwsError

if TYPE_CHECKING:
    from tapgen.deploy.aws.calls import Call

_MISSING = "NoSuchEntity"


class IamOperations:
    """The part of `client.Client` that looks at IAM."""

    _call: Call

    def oidc_audiences(self, arn: str) -> tuple[str, ...] | None:
        """GetOpenIDConnectProvider."""
        try:
            answer = self._call("iam", "get_open_id_connect_provider", OpenIDConnectProviderArn=arn)
        except AwsError as error:
            if error.code == _MISSING:
                return None
            raise
        return tuple(answer.get("ClientIDList", ()))

    def create_oidc_provider(self, url: str, audience: str) -> None:
        """CreateOpenIDConnectProvider."""
        self._call("iam", "create_open_id_connect_provider", Url=url, ClientIDList=[audience])

    def has_role(self, name: str) -> bool:
        """GetRole."""
        try:
            self._call("iam", "get_role", RoleName=name)
        except AwsError as error:
            if error.code == _MISSING:
                return False
            raise
        return True
