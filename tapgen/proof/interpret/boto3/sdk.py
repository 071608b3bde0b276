"""What boto3's objects have in common as abstract values: their attributes are all known, and none may get lost."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import UNKNOWN, Value, Values, stable_hash

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site


class Sdk(Value):
    """An object of boto3 that makes requests. `str()` of one says what it is, for messages."""

    __slots__ = ()

    complete = True
    kept = True

    def tells_apart(self) -> bool:
        """The client of another service makes other requests."""
        return True

    def calls(self) -> str:
        """The service that it makes requests of; '' for a session, which can of all."""
        return getattr(self, "service", "")

    @abstractmethod
    def invoke(self, site: Site, name: str, args: Arguments) -> Values:
        """A call of its method of that name."""

    def any_attribute(self, site: Site) -> Values:
        """Unresolved: it may be any request of the service."""
        site.unresolved(f"the attribute of {self} is computed at run time", self.calls())
        return UNKNOWN

    def escape(self, site: Site, what: str) -> Values:
        """Unresolved: unknown code may make any request with it."""
        site.unresolved(f"{self} is passed to {what}", self.calls())
        return frozenset({self})

    def leak(self, site: Site, where: str) -> None:
        """Unresolved: whoever reads it there may make any request with it."""
        site.unresolved(f"{self} is stored in {where}", self.calls())

    def hinted(self, _site: Site) -> Values:
        """Itself: `Annotated[Table, Depends(get_table)]`."""
        return frozenset({self})


@dataclass(frozen=True, slots=True)
class SdkMethod(Sdk):
    """A bound method of a boto3 object."""

    owner: Sdk
    name: str

    def __hash__(self) -> int:
        return hash((self.owner, stable_hash(self.name)))

    def __str__(self) -> str:
        return f"the method {self.name!r} of {self.owner}"

    def calls(self) -> str:
        """The service of its object."""
        return self.owner.calls()

    def invoke(self, site: Site, _name: str, args: Arguments) -> Values:
        """A method has none but itself."""
        return self.call(site, args)

    def call(self, site: Site, args: Arguments) -> Values:
        """What the object's method does."""
        return self.owner.invoke(site, self.name, args)

    def called_back(self, site: Site, passed: Values) -> Values:
        """A library may call it."""
        return self.call(site, Arguments(star=passed, extra=UNKNOWN))
