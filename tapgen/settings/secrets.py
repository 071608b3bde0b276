"""Secrets of Secrets Manager."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from tapgen.errors import suggestion
from tapgen.settings.accounts import Region
from tapgen.settings.names import Name
from tapgen.settings.parts import Encrypted, Problem
from tapgen.settings.values import Value

if TYPE_CHECKING:
    from tapgen.settings.model import Environment


class Rotation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A function that gives the secret a new value."""

    function: Name
    """One of `functions`, which uses the secret"""
    days: Annotated[int, Meta(ge=1, le=1000)] = 30
    """Days between two rotations"""


class Secret(Encrypted, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A secret whose value is generated when the stack is created; its value is in no template.

    ```toml
    [secrets.Database]
    template = { username = "shop" }
    key = "password"

    [functions.Orders]
    source = "src"
    environment.USER = { secret = "Database", key = "username" }
    environment.PASSWORD = { secret = "Database", key = "password" }
    ```
    """

    description: Annotated[str, Meta(max_length=2048)] = ""
    """Shown in the console"""
    key: Annotated[str, Meta(min_length=1)] | None = None
    """Key of its JSON that is generated; unset: the one that functions read, else the whole"""
    template: dict[str, str] = {}
    """Further keys of its JSON, which are no secrets"""
    length: Annotated[int, Meta(ge=8, le=4096)] = 32
    """Characters that are generated"""
    punctuation: bool = False
    """Generate punctuation too"""
    parameter: str | None = None
    """One of `parameters` that holds the value, in place of a generated one"""
    replicas: tuple[Region, ...] = ()
    """Further regions in which it is kept, under the same name, encrypted by AWS's own key there"""
    rotation: Rotation | None = None
    """How it gets new values; unset: it stays"""
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$")] | None = None
    """Physical name; unset: CloudFormation gives it one"""

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:
        """Keys that are read and never written, a parameter or function that is not there."""
        unknown = sorted(keys_read(environment, name) - self.template.keys() - {self.key})
        if self.parameter is None and unknown and (self.key is not None or len(unknown) > 1):
            yield (), f"functions read the keys {', '.join(unknown)}, which it has not; say key, or template"
        if len(set(self.replicas)) < len(self.replicas):
            yield ("replicas",), "a region stands twice"
        for region in environment.target_regions:
            if region in self.replicas:
                yield ("replicas",), f"{region} is where the stack itself is; name other regions"
        parameters = environment.parameters
        if self.parameter is not None and self.parameter not in parameters:
            yield ("parameter",), f"there is no such parameter; {suggestion(self.parameter, parameters)}"
        if self.rotation and self.rotation.function not in environment.functions:
            better = suggestion(self.rotation.function, environment.functions)
            yield ("rotation", "function"), f"there is no such function; {better}"


def keys_read(environment: "Environment", name: str) -> set[str]:
    """The keys of a secret's JSON that functions read into variables."""
    values = [value for function in environment.functions.values() for value in function.environment.values()]
    return {value.key for value in values if isinstance(value, Value) and value.secret == name and value.key}
