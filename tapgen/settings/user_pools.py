"""Cognito user pools with their clients, and the moments at which one starts a function."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from tapgen.errors import suggestion
from tapgen.settings.names import Name
from tapgen.settings.parts import Part, Problem, Trigger

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment

Flow = Literal["admin_user_password", "custom", "refresh_token", "user", "user_password", "user_srp"]
Moment = Literal[
    "create_auth_challenge",
    "custom_message",
    "define_auth_challenge",
    "post_authentication",
    "post_confirmation",
    "pre_authentication",
    "pre_sign_up",
    "pre_token_generation",
    "user_migration",
    "verify_auth_challenge_response",
]


AttributeName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,20}$")]  # Cognito API reference, SchemaAttributeType
LONGEST_NAME = 128
"""Characters of a user pool's name: Cognito API reference, CreateUserPool."""
STANDARD = (
    *("address", "birthdate", "email", "family_name", "gender", "given_name", "locale", "middle_name", "name"),
    *("nickname", "phone_number", "picture", "preferred_username", "profile", "updated_at", "website", "zoneinfo"),
)
"""Cognito developer guide, "Working with user attributes"."""
ResourceServerName = Annotated[str, Meta(pattern=r"^[^\s\"\\]{1,256}$")]


class UserPoolClient(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An application that signs users in.

    ```toml
    [user_pools.Customers]
    clients.Web = { flows = ["user_srp"], callback_urls = ["https://shop.example.com/"], scopes = ["openid", "email"] }
    ```
    """

    flows: tuple[Flow, ...] = ("user_srp",)
    """How users sign in; refresh_token is always among them"""
    secret: bool = False
    """It has a secret: a server, not a page or an app"""
    callback_urls: tuple[str, ...] = ()
    """Where the hosted sign-in page leads back to; a site of the settings is https://${WebSite.DomainName}"""
    logout_urls: tuple[str, ...] = ()
    """Where the hosted sign-out leads; as callback_urls"""
    oauth_flows: tuple[Literal["code", "implicit", "client_credentials"], ...] = ("code",)
    """OAuth grants"""
    scopes: tuple[str, ...] = ()
    """OAuth scopes, such as "openid" and "email" """
    identity_providers: Annotated[tuple[str, ...], Meta(min_length=1)] = ("COGNITO",)
    """Who knows the users: COGNITO, the pool itself, and names of others, such as one of `resources`"""
    token_minutes: Annotated[int, Meta(ge=5, le=1440)] = 60
    """Minutes that an access or id token holds"""
    refresh_days: Annotated[int, Meta(ge=1, le=3650)] = 30
    """Days that a refresh token holds"""


class VerificationMail(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The mail that verifies an address.

    ```toml
    [user_pools.Customers]
    verification = { subject = "Welcome to the shop", message = "Your code is {####}." }
    ```
    """

    subject: Annotated[str, Meta(min_length=1, max_length=140)]
    """Its subject"""
    message: Annotated[str, Meta(pattern=r"^[\s\S]*\{####\}[\s\S]*$", min_length=6, max_length=20000)]
    """Its text, in which {####} is the code"""


class UserPoolAttribute(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the application itself keeps of a user."""

    type: Literal["String", "Number", "DateTime", "Boolean"] = "String"
    """Its type"""
    mutable: bool = True
    """It may change after the sign-up"""


class UserPool(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A Cognito user pool; without clients it has one.

    ```toml
    [user_pools.Customers]
    sign_in = ["email"]
    clients.Web = { flows = ["user_srp"] }
    ```
    """

    sign_in: Annotated[tuple[Literal["email", "phone_number", "username"], ...], Meta(min_length=1)] = ("email",)
    """What users sign in with; username excludes the others"""
    self_sign_up: bool = True
    """Users may sign themselves up"""
    mfa: Literal["off", "optional", "on"] = "off"
    """A second factor, by an authenticator app"""
    password_length: Annotated[int, Meta(ge=8, le=99)] = 12
    """Least characters of a password"""
    password_needs: tuple[Literal["lowercase", "numbers", "symbols", "uppercase"], ...] = (
        "lowercase",
        "numbers",
        "symbols",
        "uppercase",
    )
    """What a password must have"""
    verification: VerificationMail | None = None
    """The mail with a code that users get; unset: Cognito's"""
    attributes: dict[AttributeName, UserPoolAttribute] = {}
    """Attributes of the application's own by name, "custom:…" in tokens; none can be changed or taken away later"""
    required: tuple[Annotated[str, Meta(pattern=r"^[a-z_]+$")], ...] = ()
    """Standard attributes that every user must have, such as "name"; later changes replace the pool"""
    groups: tuple[Annotated[str, Meta(pattern=r"^[^\s]{1,128}$")], ...] = ()
    """Groups of users"""
    clients: dict[Name, UserPoolClient] = {}
    """Applications by name"""
    scopes: dict[ResourceServerName, tuple[Annotated[str, Meta(pattern=r"^[^\s\"/\\]+$")], ...]] = {}
    """Scopes by what they are for: { orders = ["read"] } is "orders/read" in a route and a client"""
    domain: Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")] | None = None
    """First part of the hosted sign-in page's address; unset: no such page"""

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:
        """Sign-in names that exclude each other, hosted pages without an address."""
        physical = f"{environment.stack_name}-{name}"
        if len(physical) > LONGEST_NAME:
            yield (), f'its name "{physical}" is longer than {LONGEST_NAME} characters'
        if "username" in self.sign_in and len(self.sign_in) > 1:
            yield ("sign_in",), "username excludes the others"
        for attribute in self.required:
            if attribute not in STANDARD:
                better = suggestion(attribute, STANDARD)
                yield ("required",), f'"{attribute}" is no standard attribute; {better}'
        for client, settings in self.clients.items():
            if settings.callback_urls and not settings.scopes:
                yield ("clients", client, "scopes"), "a hosted sign-in page needs some, such as openid"
            if settings.scopes and "client_credentials" not in settings.oauth_flows and not settings.callback_urls:
                yield ("clients", client, "callback_urls"), "the sign-in page must lead back somewhere"


class UserPoolTrigger(Trigger, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A user pool asks the function at moments of a user's life.

    ```toml
    [user_pools.Customers]

    [functions.Welcome]
    source = "src"
    triggers.user_pools.Customers = { on = ["post_confirmation"] }
    ```
    """

    on: Annotated[tuple[Moment, ...], Meta(min_length=1)]
    """The moments"""

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:
        """A pool that the stack cannot change, a moment that has a function already."""
        if environment.user_pools[name].existing is not None:
            yield (), "CloudFormation cannot change a user pool that the stack does not own"
        for other_name, other in environment.functions.items():
            if other is function:
                return
            both = sorted(set(self.on) & set(getattr(other.triggers.user_pools.get(name), "on", ())))
            if both:
                yield ("on",), f"{other_name} is asked already: {', '.join(both)}"
