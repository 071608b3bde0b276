"""Cognito identity pools: what a page or an app may do in AWS itself, for its users and for everybody."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from tapgen.errors import suggestion
from tapgen.settings.names import Name
from tapgen.settings.parts import Problem
from tapgen.settings.statements import Statement

if TYPE_CHECKING:
    from tapgen.settings.model import Environment


class IdentityPool(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What pages and apps may do with AWS themselves, by roles that Cognito gives their users, and guests.

    ```toml
    [user_pools.Customers]

    [buckets.Uploads]

    [identity_pools.App]
    user_pools = ["Customers"]
    users = [{ actions = ["s3:PutObject"], resources = ["${UploadsBucket.Arn}/in/*"] }]
    ```
    """

    user_pools: tuple[Name, ...] = ()
    """User pools of the stack's own: whom their clients have signed in is a user"""
    providers: dict[Annotated[str, Meta(min_length=1)], Annotated[str, Meta(min_length=1)]] = {}
    """Who signs users in besides, with the application's id there: { "accounts.google.com" = "…" }"""
    users: tuple[Statement, ...] = ()
    """What users may do"""
    guests: tuple[Statement, ...] = ()
    """What everybody may do, without signing in; unset: nobody is a guest"""

    def problems(self, environment: "Environment") -> Iterator[Problem]:
        """Pools that are not there, and an identity pool for nobody."""
        for index, name in enumerate(self.user_pools):
            if name not in environment.user_pools:
                better = suggestion(name, environment.user_pools)
                yield ("user_pools", index), f'there is no user pool "{name}"; {better}'
            elif environment.user_pools[name].existing is not None:
                yield ("user_pools", index), f"the clients of {name} are not the stack's own, and not known"
        if not (self.user_pools or self.providers or self.guests):
            yield (), "nobody has an identity: say user_pools, providers or guests"
        if self.users and not (self.user_pools or self.providers):
            yield ("users",), "nobody signs them in: say user_pools or providers"
