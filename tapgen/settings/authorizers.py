"""Who lets callers of an API in."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tapgen.settings.names import Https, Name
from tapgen.settings.parts import Existing

Source = Annotated[str, Meta(pattern=r"^(header|querystring|stagevariable|context)\.[^\s,'\"]+$")]


class Authorizer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may call: those with a token of a user pool or an issuer, or whom a function lets in.

    ```toml
    [functions.Auth]
    source = "src"

    [api]
    authorizer = "Session"
    authorizers.Session = { function = "Auth", identity = ["header.Authorization"], ttl = 60 }
    ```
    """

    existing: Existing | None = None
    """Id of an authorizer that an existing API has already, with `kind` beside it"""
    kind: Literal["user_pool", "issuer", "function"] | None = None
    """Who an existing authorizer asks"""
    user_pool: Name | None = None
    """A user pool of the settings"""
    issuer: Https | None = None
    """Issuer of JSON Web Tokens, an https address (HTTP)"""
    audience: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    """Who the tokens are for; of a user pool of the stack: its clients"""
    function: Name | None = None
    """A function of the settings that decides"""
    type: Literal["token", "request"] | None = None
    """What the function gets: token: `authorizationToken` alone; request: the whole request. Default: token where a
    REST API's identity is one header
    """
    identity: tuple[Source, ...] = ("header.Authorization",)
    """What a request must have: header.NAME, querystring.NAME, stagevariable.NAME, context.NAME; answers are kept by
    it
    """
    ttl: Annotated[int, Meta(ge=0, le=3600)] = 300
    """Seconds that a function's answer is kept: so long a revoked token lets in; 0: not at all"""
    validation: str | None = None
    """Regular expression that a token must fit before the function is asked (REST)"""
    simple_answers: bool = True
    """The function answers { isAuthorized = true }; false: an IAM policy (HTTP)"""

    @property
    def asks_function(self) -> bool:
        """A function decides, and no token alone."""
        return bool(self.function) or self.kind == "function"
