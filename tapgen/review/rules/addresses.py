"""Which changes move or remove an address that clients call: rules L101 to L106."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tapgen.review.action import ResourceAction
from tapgen.review.model import Effect, Impact, ResourceChange, Risk
from tapgen.review.rules.rulebook import found
from tapgen.template.apis import routes
from tapgen.template.model import Resource, Template
from tapgen.template.text import at, text
from tapgen.template.types import row

_PATH: Final = "the custom domain's path to the API"
_RULES: Final = {"api": "L101", "stage": "L102", "domain": "L103", "url": "L104", "other": "L105"}


def _address(kind: str) -> tuple[str, str]:
    """The rule of a type's address, and what clients lose with it."""
    address = row(kind).address
    return (_RULES[address.kind], address.what) if address else ("", "")


def address_losses(changes: tuple[ResourceChange, ...], old: Template, new: Template) -> Iterator[Impact]:
    """What clients can no longer call, or must call elsewhere."""
    for change in changes:
        before = old.resources.get(change.logical_id)
        if before is None or row(before.type).address is None:
            continue
        after = new.resources.get(change.logical_id)
        if after is None:
            yield _gone(before, new)
        elif change.effect >= Effect.MAY_REPLACE or change.action is ResourceAction.MAY_DELETE:
            yield _moves(before, change)
        else:
            yield from _switched_off(before, after)
            yield from _leads_elsewhere(before, after)
    yield from _routes_gone(old, new)


def _gone(before: Resource, new: Template) -> Impact:
    rule, what = _address(before.type)
    kept = before.policy("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")
    heir = _same_address(before, new)
    message = f"{before.logical_id} is deleted: {what} disappears"
    if kept:
        message = f"{before.logical_id} leaves the stack; {what} stays, unmanaged"
    elif heir:
        message = f"{before.logical_id} is deleted while {heir} claims the same address: {what} may fail to move"
    return found(
        rule,
        before.logical_id,
        before.type,
        message,
        "" if kept else f"Clients must stop calling it first; --allow-loss {before.logical_id} if they have.",
        severity=Risk.LOW if kept else Risk.HIGH,
        spared=kept,
    )


def _switched_off(before: Resource, after: Resource) -> Iterator[Impact]:
    """API Gateway developer guide, "Disable the default endpoint for REST APIs"."""
    name = "DisableExecuteApiEndpoint"
    if after.properties.get(name) == "true" != before.properties.get(name):
        yield found(
            "L101",
            after.logical_id,
            after.type,
            f"{after.logical_id}: the API's own address is switched off ({name}); only a custom domain answers",
            f"Clients must use the custom domain first; --allow-loss {after.logical_id} if they do.",
        )


def _leads_elsewhere(before: Resource, after: Resource) -> Iterator[Impact]:
    if _address(after.type)[1] != _PATH:
        return
    for name in ("RestApiId", "ApiId", "Stage"):
        was, now = before.properties.get(name), after.properties.get(name)
        if was != now:
            yield found(
                "L103",
                after.logical_id,
                after.type,
                f"{after.logical_id}: the domain leads elsewhere ({name}: {text(was or '')} → {text(now or '')})",
                severity=Risk.MEDIUM,
                spared=True,
            )


def _same_address(before: Resource, new: Template) -> str:
    """Another resource of the same type with the same name properties: a rename that keeps the address's text."""
    names = ("DomainName", "StageName", "RestApiId", "ApiId", "Domain", "BasePath", "Name")
    wanted = {name: text(before.properties[name]) for name in names if name in before.properties}
    for resource in new.of_type(before.type):
        if wanted and wanted == {
            name: text(resource.properties[name]) for name in names if name in resource.properties
        }:
            return resource.logical_id
    return ""


def _moves(before: Resource, change: ResourceChange) -> Impact:
    rule, what = _address(before.type)
    worst = max(change.properties, key=lambda one: one.effect, default=None)
    why = f" ({at(worst.path)}{', ' + worst.reason if worst.reason else ''})" if worst else ""
    verb = "is replaced" if change.effect.replaces else "may be replaced"
    if change.action is ResourceAction.MAY_DELETE:
        verb = "exists only under a condition now"
    if change.effect is Effect.DELETE_THEN_CREATE:
        verb = "is deleted, then created again"
    outcome = f"{what} changes" if change.effect.replaces else f"{what} may change"
    return found(
        rule,
        before.logical_id,
        before.type,
        f"{before.logical_id} {verb}{why}: {outcome}",
        f"Clients must follow; --allow-loss {before.logical_id} if they can.",
        severity=Risk.HIGH if change.effect.replaces else Risk.MEDIUM,
    )


def _routes_gone(old: Template, new: Template) -> Iterator[Impact]:
    after = routes(new)
    answered = {(api, path) for api, method, path in after if method == "ANY"}
    for (api, method, path), route in routes(old).items():
        gone = (api, method, path) not in after and (api, path) not in answered
        api_stays = not api.startswith("${") or api[2:-1] in new.resources
        if gone and method != "OPTIONS" and api_stays:
            yield found(
                "L106",
                route.logical_id,
                old.resources[route.logical_id].type,
                f"{route.name} is no longer answered",
                "Callers get 403 (REST) or 404 (HTTP API) once the stage is deployed.",
            )
