"""Sessions, and the factories of clients and resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.boto3.borrowed import borrowed, credentials
from tapgen.proof.interpret.boto3.client import Client
from tapgen.proof.interpret.boto3.credentials import OWN
from tapgen.proof.interpret.boto3.endpoints import own_machine
from tapgen.proof.interpret.boto3.resource import Resource
from tapgen.proof.interpret.boto3.sdk import Sdk, SdkMethod
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import NONE, Const
from tapgen.proof.interpret.python.values import EMPTY, UNKNOWN, Values

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site

_SESSION_DATA = frozenset({
    "region_name", "profile_name", "available_profiles", "events", "get_available_regions", "get_available_services",
    "get_available_resources", "get_available_partitions", "get_partition_for_region", "_session",
    "set_config_variable", "get_config_variable", "user_agent", "register", "set_credentials", "set_debug_logger",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Session(Sdk):
    """A boto3 session."""

    def __hash__(self) -> int:
        return 3

    def __str__(self) -> str:
        return "a boto3 session"

    def attribute(self, _site: Site, name: str) -> Values:
        """Its factories and credentials."""
        if name in {"client", "resource", "create_client"}:
            return frozenset({SdkMethod(self, "resource" if name == "resource" else "client")})
        if name == "get_credentials":  # called at once: the credentials are what they give
            return OWN
        return UNKNOWN if name in _SESSION_DATA else EMPTY

    def invoke(self, site: Site, name: str, args: Arguments) -> Values:
        """A client or resource."""
        return make(site, name, args)


def make(site: Site, kind: str, args: Arguments) -> Values:
    """`client(service)` or `resource(service)`."""
    made = _of_service(site, kind, args)
    return borrowed(made) if credentials(args) or own_machine(args) else made


def _of_service(site: Site, kind: str, args: Arguments) -> Values:
    found = EMPTY
    for value in site.known(args.get(0, "service_name")):
        name = value.text if isinstance(value, Const) else None
        if name is None:
            if value not in NONE:
                site.unresolved(f"the service of this {kind} is not written as a literal")
        elif (models.service(name) if kind == "client" else models.resources(name)) is None:
            site.unresolved(f"boto3 has no {kind} for the service {name!r}")
        else:
            found |= {Client(name) if kind == "client" else Resource(name, "")}
    return found
