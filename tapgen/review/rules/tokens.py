"""Whose tokens an API's authorizers take, and for which audiences: rule S022."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tapgen.review.model import Direction, Impact
from tapgen.review.rules.rulebook import found
from tapgen.template.authorizers import Authorizer, authorizers
from tapgen.template.model import Resource, Template

_COMPARED: Final = {
    "AWS::ApiGateway::Authorizer": "ProviderARNs",
    "AWS::ApiGatewayV2::Authorizer": "JwtConfiguration",
}
"""Type -> the property that is compared here, of the authorizers that take tokens."""
_UNDECIDED: Final = "${!"  # how `text` writes a function other than Ref, GetAtt and Join


def beyond_tokens(resource: Resource) -> Mapping[str, Any]:
    """The properties of a resource without those that are compared here."""
    compared = _COMPARED.get(resource.type)
    return {key: value for key, value in resource.properties.items() if key != compared}


def token_impacts(old: Template, new: Template) -> Iterator[Impact | str]:
    """Findings of authorizers that are in both templates, and by name what was not understood."""
    before = {(one.api_id, one.key): one for one in authorizers(old)}
    for now in authorizers(new):
        was = before.get((now.api_id, now.key))
        if was is None or was.kind != now.kind or was.in_body != now.in_body:
            continue  # what its routes ask for is another thing then, and told of each
        holder = new.resources[str(now.place[1])]
        yield from _changed(was.issuers, now.issuers, "of", now, holder)
        yield from _changed(was.audiences, now.audiences, "for", now, holder)


def _changed(
    was: tuple[str, ...], now: tuple[str, ...], word: str, authorizer: Authorizer, holder: Resource
) -> Iterator[Impact | str]:
    """`word` says how a token goes with what is listed: it is "of" its issuer and "for" its audience."""
    if set(was) == set(now):
        return
    if not was or not now or any(_UNDECIDED in one for one in (*was, *now)):
        yield f"{authorizer.name}: tokens {word} whom it takes cannot be read from the template"
        return
    came = tuple(one for one in now if one not in was)
    went = tuple(one for one in was if one not in now)
    changes: tuple[tuple[tuple[str, ...], Direction, str], ...] = (
        (came, "broadened", "are let in"),
        (went, "narrowed", "are not let in any more"),
    )
    for listed, direction, says in changes:
        if listed:
            message = f"{authorizer.name}: tokens {word} {', '.join(listed)} {says}"
            yield found("S022", holder.logical_id, holder.type, message, direction=direction, details=listed)
