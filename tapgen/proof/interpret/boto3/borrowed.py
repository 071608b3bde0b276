"""Sessions and clients with credentials of somebody else: what they request is no matter of the function's role.

`boto3.client("s3", aws_access_key_id=...)` with the keys that `sts.assume_role` gave is the commonest: the other role
needs the permissions. Whether the keys are not the function's own after all cannot be told, so its role may need them.
Clients that speak with a machine of one's own (`endpoints`) are taken for such as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tapgen.proof.interpret.boto3.client import SdkData
from tapgen.proof.interpret.boto3.credentials import Credentials
from tapgen.proof.interpret.boto3.sdk import Sdk
from tapgen.proof.interpret.python.plain import NONE, Variable
from tapgen.proof.interpret.python.values import Value, Values, stable_hash
from tapgen.proof.interpret.results import Call
from tapgen.proof.interpret.site import Site

if TYPE_CHECKING:
    from tapgen.proof.interpret.python.arguments import Arguments

_KEY = "aws_access_key_id"
_OWN = frozenset({"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"})
"""Variables with the role's own keys: Lambda developer guide, "Defined runtime environment variables"."""


def credentials(args: Arguments) -> bool:
    """Whether a call passes keys that may be others'."""
    return any(_of_others(one) for one in args.keywords.get(_KEY, ()))


def _of_others(value: Value) -> bool:
    own = isinstance(value, Credentials) or (isinstance(value, Variable) and value.name in _OWN)
    return value not in NONE and not own


@dataclass(frozen=True, slots=True)
class Borrowed(Sdk):
    """An object of boto3 that signs with such keys, and everything that it leads to."""

    inner: Value

    def __hash__(self) -> int:
        return hash((stable_hash("borrowed"), self.inner))

    def __str__(self) -> str:
        return str(self.inner)

    def calls(self) -> str:
        """The service of the object."""
        return self.inner.calls() if isinstance(self.inner, Sdk) else ""

    def attribute(self, site: Site, name: str) -> Values:
        """What the object has."""
        return borrowed(self.inner.attribute(_Abroad.of(site), name))

    def invoke(self, site: Site, _name: str, args: Arguments) -> Values:
        """A call of the object itself: its methods are objects of their own."""
        return self.call(site, args)

    def call(self, site: Site, args: Arguments) -> Values:
        """What the object does."""
        return borrowed(self.inner.call(_Abroad.of(site), args))

    def iterate(self, site: Site) -> Values:
        """The members of a collection."""
        return borrowed(self.inner.iterate(_Abroad.of(site)))

    def called_back(self, site: Site, passed: Values) -> Values:
        """A library may call it."""
        return borrowed(self.inner.called_back(_Abroad.of(site), passed))


def borrowed(values: Values) -> Values:
    """The values, with the objects of boto3 among them as such that use others' keys."""
    return frozenset(
        Borrowed(one) if isinstance(one, Sdk | SdkData) and not isinstance(one, Borrowed) else one for one in values
    )


def perhaps(site: Site) -> Site:
    """The same place, whose requests may be needed and may be not."""
    return _Abroad.of(site)


class _Abroad(Site):
    """The same place, whose requests are made with others' keys."""

    __slots__ = ()

    @classmethod
    def of(cls, site: Site) -> _Abroad:
        return cls(site.machine, site.frame, site.node, site.unit)

    def report(self, finding: object) -> None:
        """A call is noted down as one with others' keys."""
        super().report(replace(finding, borrowed=True) if isinstance(finding, Call) else finding)
