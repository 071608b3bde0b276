"""What is wrong with authorizers: who they ask, and what their kind of API does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import fields

from tapgen.errors import suggestion

if TYPE_CHECKING:
    from tapgen.settings.apis import Api
    from tapgen.settings.authorizers import Authorizer
    from tapgen.settings.model import Environment

Problem = tuple[tuple[str | int, ...], str]


def check(environment: Environment, settings: Api) -> Iterator[Problem]:
    """Each problem of an API's authorizers, with its path below the API."""
    if settings.authorizer and settings.authorizer not in settings.authorizers:
        better = suggestion(settings.authorizer, settings.authorizers)
        yield ("authorizer",), f'there is no authorizer "{settings.authorizer}"; {better}'
    if settings.authorizer and settings.authorization != "NONE":
        yield ("authorizer",), "authorizer and authorization exclude each other; keep one of them"
    for name, authorizer in settings.authorizers.items():
        path = ("authorizers", name)
        if authorizer.existing is not None or authorizer.kind:
            yield from ((path + where, message) for where, message in _existing(settings, authorizer))
            continue
        given = [key for key in ("user_pool", "issuer", "function") if getattr(authorizer, key)]
        if len(given) != 1:
            what = " and ".join(given) + " exclude each other" if given else "it asks nobody"
            yield path, f"{what}; name one of user_pool, issuer and function"
            continue
        if settings.kind == "websocket" and not authorizer.function:
            yield (*path, given[0]), "a WebSocket API asks functions alone; let one look at the token"
            continue
        asked = _function if authorizer.function else _issuer if authorizer.issuer else _user_pool
        yield from ((path + where, message) for where, message in asked(environment, settings, authorizer))


def _existing(settings: Api, authorizer: Authorizer) -> Iterator[Problem]:
    """An authorizer of an existing API has its id and whom it asks; the rest is said where it is made."""
    if authorizer.existing is None:
        yield ("kind",), "it says whom an existing authorizer asks; name its id by existing, or take it away"
        return
    if not settings.exists:
        yield ("existing",), "an authorizer belongs to one API: only an existing API has existing ones"
    elif authorizer.kind is None:
        yield ("kind",), 'say whom it asks: kind = "user_pool", "issuer" or "function"'
    elif settings.kind == "websocket":
        yield from [] if authorizer.kind == "function" else [(("kind",), "a WebSocket API asks functions alone")]
    elif authorizer.kind == ("issuer" if settings.kind == "rest" else "user_pool"):
        other = "user_pool" if settings.kind == "rest" else "issuer"
        what = "a REST API" if settings.kind == "rest" else "an HTTP API"
        yield ("kind",), f'{what} has no such authorizer; say kind = "{other}" or "function"'
    plain = type(authorizer)()
    for field in fields(authorizer):
        if field.name not in ("existing", "kind") and getattr(authorizer, field.name) != getattr(plain, field.name):
            yield (field.name,), "the authorizer is not the stack's: existing stands in place of this key"


def _user_pool(environment: Environment, settings: Api, authorizer: Authorizer) -> Iterator[Problem]:
    pools = environment.user_pools
    name = authorizer.user_pool or ""
    if name not in pools:
        yield ("user_pool",), f'there is no user pool "{name}"; {suggestion(name, pools)}'
    elif settings.kind == "http" and not authorizer.audience and pools[name].existing is not None:
        yield ("audience",), f"{name} was made elsewhere, so its clients are not known here; name their ids"
    yield from _token(authorizer, what="a user pool's token")


def _issuer(_environment: Environment, settings: Api, authorizer: Authorizer) -> Iterator[Problem]:
    if settings.kind == "rest":
        yield (
            ("issuer",),
            ('a REST API does not read tokens of an issuer; say kind = "http", or name a user pool or a function'),
        )
    if not authorizer.audience:
        yield ("audience",), "a token of an issuer is for somebody: name who, as its `aud` or `client_id` says"
    yield from _token(authorizer, what="a token")


def _token(authorizer: Authorizer, *, what: str) -> Iterator[Problem]:
    if len(authorizer.identity) != 1 or not authorizer.identity[0].startswith("header."):
        yield ("identity",), f"{what} is in one header, such as header.Authorization"
    if authorizer.type:
        yield ("type",), "it says what a function gets; there is none"


def _function(environment: Environment, settings: Api, authorizer: Authorizer) -> Iterator[Problem]:
    name = authorizer.function or ""
    known = [*environment.functions, *environment.existing_functions]
    if name not in known:
        yield ("function",), f'there is no function "{name}"; {suggestion(name, known)}'
    if authorizer.audience:
        yield ("audience",), "a function decides by itself who a token is for"
    if authorizer.ttl and not authorizer.identity and settings.kind != "websocket":
        yield ("ttl",), "answers are kept by identity; name what they depend on, or say ttl = 0"
    if settings.kind != "rest":
        what = "an HTTP API" if settings.kind == "http" else "a WebSocket API"
        if authorizer.type == "token":
            yield ("type",), f'{what} hands over the whole request: type = "request"'
        if authorizer.validation:
            yield ("validation",), f"{what} does not look at a token before the function does"
        return
    is_header = len(authorizer.identity) == 1 and authorizer.identity[0].startswith("header.")
    if authorizer.type == "token" and not is_header:
        yield ("identity",), 'a token is in one header; say type = "request" where the function needs more'
    if authorizer.validation and (authorizer.type == "request" or not is_header):
        yield ("validation",), "only a token, in one header, is held against an expression"
