"""What only the embedded AWS of `tapgen local` gets: values that the real ones have from elsewhere."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from tapgen.errors import suggestion
from tapgen.settings.names import Https, LogicalId, Name
from tapgen.settings.references import EXPORT

if TYPE_CHECKING:
    from tapgen.settings.model import Environment

OutsideName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$")]


class Local(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Values for `tapgen local`; no other command reads them.

    ```toml
    [secrets.Database]
    key = "password"

    [tables.Item]
    partition_key = { name = "itemId" }

    [local]
    secrets.Database = { username = "shop", password = "local" }
    ssm_parameters."/network/limit" = "5"
    items.Item = "seed.json"
    exports.crm-CustomersTable = "customers"
    ```
    """

    secrets: dict[OutsideName, str | dict[str, str]] = {}
    """Values of secrets: by a secret's name here, or by that of one that exists elsewhere"""
    ssm_parameters: dict[OutsideName, str | int | float | tuple[str, ...]] = {}
    """Values of SSM parameters, likewise; a list is a StringList"""
    parameters: dict[LogicalId, str] = {}
    """Values of the template's parameters"""
    exports: dict[Annotated[str, Meta(pattern=EXPORT)], str] = {}
    """Values of what other stacks export: what `{ import = … }` finds"""
    items: dict[Name, Annotated[str, Meta(min_length=1)]] = {}
    """A table's first items: a JSON file with a list of plain objects"""
    claims: dict[Name, dict[str, str | tuple[str, ...]]] = {}
    """What `--token` says of the test user of a user pool (attributes, and groups) or of an authorizer's issuer"""
    issuers: dict[Https, Annotated[str, Meta(min_length=1)]] = {}
    """Keys of an authorizer's issuer: a file with a JSON Web Key Set; unset: the issuer is asked for its keys. What
    `--token` gives is good all the same
    """


def check_local(environment: "Environment") -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Tables, parameters, user pools and issuers that are not there."""
    authorizers = [one for api in (environment.api, *environment.apis.values()) for one in api.authorizers.items()]
    issuers = {authorizer.issuer: name for name, authorizer in authorizers if authorizer.issuer}
    for section, one, known in (
        ("items", "table", environment.tables),
        ("parameters", "parameter", environment.parameters),
        ("claims", "user pool or authorizer by issuer", {*environment.user_pools, *issuers.values()}),
        ("issuers", "issuer of an authorizer", issuers),
    ):
        for name in getattr(environment.local, section):
            if name not in known:
                yield ("local", section, name), f"there is no such {one}; {suggestion(name, known)}"
