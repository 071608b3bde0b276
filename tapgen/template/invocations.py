"""Which functions API Gateway may invoke, by the permissions of a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from tapgen.template.intrinsics import branches
from tapgen.template.model import Resource, Template
from tapgen.template.patterns import matches
from tapgen.template.routes import Route, functions_of
from tapgen.template.text import text

API_GATEWAY: Final = "apigateway.amazonaws.com"
_ID: Final = re.compile(r"\.(RestApiId|ApiId)\}")
_REF: Final = re.compile(r"\$\{(\w+)\}")
_PSEUDO: Final = re.compile(r"\$\{AWS::\w+\}")


class ApiPermission(Struct, frozen=True):
    """A function that API Gateway may invoke; `source` is what stands after "…execute-api:REGION:ACCOUNT:"."""

    function: str
    source: str


class Invokers(Struct, frozen=True):
    """The permissions for API Gateway; `complete` where each names a function and a source that can be read."""

    permissions: frozenset[ApiPermission]
    complete: bool

    def may_route(self, function: str, route: Route) -> bool:
        """Whether the API may invoke the function for a route, or for one of the methods that it stands for."""
        path = route.path.removeprefix("/")
        wanted = [route.method] if route.name == route.method else [f"{route.method}/{path}"]
        if route.kind != "websocket" and route.method in ("ANY", "$default"):
            wanted += [f"{method}/{path}" for method in ("*", "GET", "POST", "PUT", "PATCH", "DELETE")]
        return self._may(function, route.api, wanted)

    def may_authorize(self, function: str, api: str) -> bool:
        """Whether the API may ask the function who may call."""
        return not self.complete or any(
            permission.function == function
            and (tail is None or tail.startswith("authorizers/") or matches(tail, "authorizers/id"))
            for permission in self.permissions
            for tail in self._tails(permission, "${" + api + "}")
        )

    def _may(self, function: str, api: str, wanted: list[str]) -> bool:
        if not self.complete:
            return True
        for permission in self.permissions:
            if permission.function != function:
                continue
            for tail in self._tails(permission, api):
                stage, _, rest = (tail or "*").partition("/")
                if not rest and "*" in stage:  # a wildcard crosses slashes
                    return True
                if any(matches(rest, one) for one in wanted):
                    return True
        return False

    @staticmethod
    def _tails(permission: ApiPermission, api: str) -> Iterator[str | None]:
        """What stands after the API, as a value, in a permission for it; None where there is no SourceArn."""
        if not permission.source:
            yield None
            return
        owner, slash, tail = permission.source.partition("/")
        owner = _ID.sub("}", owner)
        if owner == _ID.sub("}", api) or "*" in owner or (owner and not owner.startswith("${")):
            yield tail if slash else "*"


def invokers(template: Template) -> Invokers:
    """The permissions for API Gateway in a template."""
    found: set[ApiPermission] = set()
    complete = True
    for resource in template.of_type("AWS::Lambda::Permission"):
        if API_GATEWAY not in {text(one) for one in branches(resource.properties.get("Principal", ""))}:
            continue
        functions = _functions(template, resource)
        arns = [text(one) for one in branches(resource.properties.get("SourceArn", ""))]
        sources = [_source(one) for one in arns if not _is_id(template, one)]
        complete = complete and bool(functions) and None not in sources
        found |= {ApiPermission(one, source) for one in functions for source in sources if source is not None}
    return Invokers(frozenset(found), complete)


def _functions(template: Template, resource: Resource) -> tuple[str, ...]:
    """The functions that a permission is for, by reference or by their name."""
    value = resource.properties.get("FunctionName", "")
    found = functions_of(template, value)
    if found:
        return found
    name = text(value).rpartition(":function:")[2]
    functions = template.of_type("AWS::Lambda::Function")
    return tuple(one.logical_id for one in functions if text(one.properties.get("FunctionName", "")) == name)


def _is_id(template: Template, source: str) -> bool:
    """Whether a SourceArn begins with an API's ID, so that it is no ARN and lets nobody in."""
    named = _REF.match(source)
    owner = template.resources.get(named[1]) if named else None
    return owner is not None and owner.type in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api")


def _source(arn: str) -> str | None:
    """What stands after the account in an ARN of execute-api; '' for no ARN; None for what cannot be read."""
    if not arn:
        return ""
    fields = _PSEUDO.sub("_", arn).split(":", 5)
    return fields[5] if len(fields) == 6 and fields[2] == "execute-api" else None
