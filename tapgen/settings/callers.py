"""Who else may invoke a function: services that no trigger is of, and other accounts."""

import re
from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from tapgen.settings.references import Reference

ALEXA = "alexa-appkit.amazon.com"
SERVICE = r"[a-z0-9.-]+\.amazon(aws)?\.com(\.cn)?"
AccountId = Annotated[str, Meta(pattern=r"^[0-9]{12}$")]
Principal = Annotated[str, Meta(pattern=rf"^([*]|[0-9]{{12}}|arn:[^\s]+|\$\{{[A-Za-z0-9.:]+\}}|{SERVICE})$")]
Source = Annotated[str, Meta(pattern=r"^(arn:[^\s]+|\$\{[A-Za-z0-9.:]+\})$")]
OrganizationId = Annotated[str, Meta(pattern=r"^o-[a-z0-9]{10,32}$")]


class Caller(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may invoke the function besides what triggers and routes let in: a permission of its own.

    A service may do so for this account alone, unless a source or another account is named.

    ```toml
    [functions.Incoming]
    source = "src"
    callers.Mail = { principal = "ses.amazonaws.com" }
    callers.Partner = { principal = "111111111111" }
    callers.Skill = { principal = "alexa-appkit.amazon.com", event_source_token = "amzn1.ask.skill.1234" }
    ```
    """

    principal: Principal
    """A service such as "ses.amazonaws.com", an account, the ARN of a role, or "*" of an `organization`"""
    source: Source | Reference | None = None
    """ARN of what the service does it for, such as `${Rule.Arn}` of one of `resources`"""
    account: AccountId | None = None
    """The account whose resource the service does it for; unset: this one, where no `source` says it"""
    event_source_token: str | None = None
    """What an Alexa skill brings along: its id"""
    organization: OrganizationId | None = None
    """Only accounts of this organization"""

    @property
    def is_service(self) -> bool:
        """A service of AWS's calls, and no account or role."""
        return re.fullmatch(SERVICE, self.principal) is not None

    def problems(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """What Lambda refuses of the values together, each with its path below the caller."""
        for key in ("source", "account"):
            if getattr(self, key) is not None and not self.is_service:
                yield (key,), f"it is said of a service, and {self.principal} is none"
        if self.event_source_token is not None and self.principal != ALEXA:
            yield ("event_source_token",), f"it is said of {ALEXA}"
        if self.principal == "*" and self.organization is None:
            yield ("principal",), "everybody could invoke the function: name an organization, an account or a role"
