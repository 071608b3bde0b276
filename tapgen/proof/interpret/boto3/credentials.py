"""The role's own credentials, taken out of a session: whoever gets hold of them can sign any request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapgen.proof.interpret.python.values import UNKNOWN, Value, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.python.arguments import Arguments
    from tapgen.proof.interpret.site import Site

_PARTS = frozenset({"access_key", "secret_key", "token", "get_frozen_credentials", "method", "account_id"})
"""What botocore's credentials have (botocore/credentials.py)."""


@dataclass(frozen=True, slots=True)
class Credentials(Value):
    """Credentials, or a part of them. Handing them to boto3 or to a signer that is known loses nothing."""

    kept = True

    def __hash__(self) -> int:
        return 5

    def attribute(self, site: Site, name: str) -> Values:
        """A part; anything else makes something of them by hand."""
        return frozenset({self}) if name in _PARTS else self._lost(site, f"{name}()")

    def call(self, _site: Site, _args: Arguments) -> Values:
        """`get_frozen_credentials()`."""
        return frozenset({self})

    def item(self, _site: Site, _keys: Values) -> Values:
        """A part."""
        return frozenset({self})

    def iterate(self, _site: Site) -> Values:
        """`access, secret, token = credentials.get_frozen_credentials()`."""
        return frozenset({self})

    def special(self, site: Site, _names: tuple[str, ...], *_passed: Values) -> Values:
        """They are put into a text."""
        return self._lost(site, "a text")

    def escape(self, site: Site, what: str) -> Values:
        """Unresolved: unknown code may sign any request with them."""
        return self._lost(site, what)

    def leak(self, site: Site, where: str) -> None:
        """Unresolved as well."""
        self._lost(site, where)

    def called_back(self, site: Site, _passed: Values) -> Values:
        """A library gets them: `hmac.new(secret, …)`."""
        return self._lost(site, "a library")

    def _lost(self, site: Site, where: str) -> Values:
        site.unresolved(f"the credentials are taken out, for {where}: requests signed with them are not seen")
        return UNKNOWN


OWN: Values = frozenset({Credentials()})
"""Those of the function's role."""
