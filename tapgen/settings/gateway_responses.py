"""Answers that API Gateway gives by itself."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from tapgen.settings.names import Header

ResponseType = Annotated[str, Meta(pattern=r"^[A-Z0-9_]+$")]
Status = Annotated[int, Meta(ge=200, le=599)]


class GatewayResponse(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An answer that API Gateway gives by itself.

    ```toml
    [api.responses.UNAUTHORIZED]
    status = 401
    headers.WWW-Authenticate = "Bearer"
    body = { error = "unauthorized" }
    ```
    """

    status: Status | None = None
    """HTTP status; unset: API Gateway's own"""
    headers: dict[Header, str] = {}
    """Headers, beside those of CORS"""
    body: str | dict[str, Any] | None = None
    """Body: text with "$context.error.messageString" and the like, or a table that becomes JSON"""
