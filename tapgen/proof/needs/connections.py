"""Which WebSocket API a function sends to: its client names an address, which the code builds or a variable holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from tapgen.template.alternatives import UNKNOWN, alternatives

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject
    from tapgen.template.model import Resource

SERVICE: Final = "apigatewaymanagementapi"
_METHODS: Final = {"PostToConnection": "POST", "GetConnection": "GET", "DeleteConnection": "DELETE"}
_ADDRESS: Final = re.compile(r"\$\{(\w+)\}\.execute-api\.")


def arns(function: str, operation: str, variables: Mapping[str, object], subject: Subject) -> tuple[str, ...]:
    """The ARNs of the connections that a call may be about; () where nobody can tell.

    The API is the one whose address a variable holds, else whose routes lead to the function, which its events name,
    else the only one of the template. Source: API Gateway developer guide, "Control access to a WebSocket API with IAM
    authorization", "@connections".
    """
    known = [one.logical_id for one in subject.template.of_type("AWS::ApiGatewayV2::Api") if _has_messages(one)]
    named = [api for api in _named(variables) if api in known]
    behind = [one.api_id for one in subject.routes if one.kind == "websocket" and function in one.functions]
    chosen = named or [api for api in behind if api in known] or (known if len(known) == 1 else [])
    method = _METHODS.get(operation, UNKNOWN)
    return tuple(
        f"{subject.arns.of(api)}/{stage}/{method}/@connections/{UNKNOWN}"
        for api in dict.fromkeys(chosen)
        for stage in _stages(api, subject)
    )


def _has_messages(api: Resource) -> bool:
    return api.properties.get("ProtocolType") == "WEBSOCKET"


def _named(variables: Mapping[str, object]) -> Iterator[str]:
    for value in variables.values():
        for text in alternatives(value):
            yield from _ADDRESS.findall(text)


def _stages(api: str, subject: Subject) -> Iterator[str]:
    """The names of the API's stages; what is not known where it has none here."""
    found = [
        text
        for stage in subject.template.of_type("AWS::ApiGatewayV2::Stage")
        if (owner := subject.template.target(stage.properties.get("ApiId"))) and owner.logical_id == api
        for text in alternatives(stage.properties.get("StageName", ""))
    ]
    yield from found or [UNKNOWN]
