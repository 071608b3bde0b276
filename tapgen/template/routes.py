"""A route of an API as a value: what it asks of its callers, and what is behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from tapgen.template.intrinsics import references
from tapgen.template.model import Template
from tapgen.template.paths import Path

Kind = Literal["rest", "http", "websocket"]

BODIES: Final[Mapping[str, tuple[str, Kind]]] = {
    "AWS::ApiGateway::RestApi": ("Body", "rest"),
    "AWS::ApiGatewayV2::Api": ("Body", "http"),
    "AWS::Serverless::Api": ("DefinitionBody", "rest"),
    "AWS::Serverless::HttpApi": ("DefinitionBody", "http"),
}
"""The property of each type that holds an OpenAPI document, and the kind of API."""


class Caller(Struct, frozen=True):
    """What a route asks of whoever calls it."""

    kind: str = "NONE"
    """NONE, AWS_IAM, CUSTOM, JWT, COGNITO_USER_POOLS."""
    authorizer: str = ""
    """What decides: an authorizer's logical id as `${Id}`, a security scheme's name; '' where nothing has a name."""
    scopes: tuple[str, ...] = ()
    api_key: bool = False

    def __str__(self) -> str:
        """`CUSTOM (${Auth}; scopes a, b)`."""
        extra = [self.authorizer] if self.authorizer else []
        extra += ["scopes " + ", ".join(self.scopes)] if self.scopes else []
        return f"{self.kind} ({'; '.join(extra)})" if extra and self.kind != "NONE" else self.kind


class Route(Struct, frozen=True):
    """One method of one path."""

    api: str
    """The API as a value: `${Api}`."""
    method: str
    path: str
    logical_id: str
    caller: Caller
    kind: Kind
    place: Path
    """Where in the document its callers are said."""
    functions: tuple[str, ...] = ()
    """Logical ids of the functions behind it."""
    in_body: bool = False
    credentials: bool = False
    """API Gateway calls what is behind it with a role of its own, and needs no permission of the function's."""
    mock: bool = False
    """API Gateway answers it itself, such as a preflight."""

    @property
    def name(self) -> str:
        """`GET /item`."""
        is_key = self.method == "$default" or self.kind == "websocket"
        return self.method if is_key else f"{self.method} {self.path}"

    @property
    def follows(self) -> bool:
        """It is for what comes over a connection that another route let in."""
        return self.kind == "websocket" and self.method != "$connect"

    @property
    def authorization(self) -> str:
        """Who may call, in words."""
        return str(self.caller)

    @property
    def api_key(self) -> bool:
        """Whether it asks for a key, which is no authorization: API Gateway developer guide, "API keys"."""
        return self.caller.api_key

    @property
    def owner(self) -> str:
        """The API's logical id; of one that is not of this template "API " and its id, as far as it is known."""
        if self.api_id.isalnum():
            return self.api_id
        return f"API {self.api.strip('{}$').removeprefix('!ImportValue ').removeprefix('resolve:ssm:')}"

    @property
    def api_id(self) -> str:
        """The API's logical id; '' where it is not of this template."""
        return self.api[2:-1].partition(".")[0] if self.api.startswith("${") else ""  # ${Api}, ${Api.RestApiId}


def functions_of(template: Template, value: Any) -> tuple[str, ...]:
    """The functions that a value names: itself an ARN or an address, or an alias's."""
    found = []
    for reference in references(value):
        resource = template.resources.get(reference.target)
        if resource is None:
            continue
        if resource.type in ("AWS::Lambda::Function", "AWS::Serverless::Function"):
            found.append(resource.logical_id)
        elif resource.type in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
            found += functions_of(template, resource.properties.get("FunctionName"))
    return tuple(dict.fromkeys(found))
