"""Names of one's own for APIs, and their certificates."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from tapgen.settings.accounts import Region
from tapgen.settings.references import Reference

Host = Annotated[str, Meta(pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", max_length=253)]
Arn = Annotated[str, Meta(pattern=r"^arn:[a-z0-9-]+:[^\s]+$")]


class Certificate(Reference, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A certificate whose ARN differs between regions or stands elsewhere; exactly one of its keys.

    ```toml
    [api.domain]
    name = "api.example.com"
    certificate = { ssm_parameter = "/certificates/api" }
    ```
    """

    regions: dict[Region, Arn] = field(default_factory=dict)
    """The ARN by region"""


class Domain(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name of one's own for the API; two APIs may share it, each under a base path.

    ```toml
    [api.domain]
    name = "api.example.com"
    certificate = "arn:aws:acm:eu-central-1:111111111111:certificate/11111111-2222-3333-4444-555555555555"
    hosted_zone = "example.com"
    ```
    """

    name: Host
    """Such as "api.example.com" """
    certificate: Arn | Certificate
    """ARN of its certificate in ACM (of an edge API: in us-east-1), or where the ARN stands"""
    base_path: Annotated[str, Meta(pattern=r"^([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*)?$")] = ""
    """First part of the path"""
    hosted_zone: Annotated[str, Meta(min_length=1)] | None = None
    """Id or name of the Route 53 zone that gets a record; unset: no record"""
    tls: Literal["1.2", "1.3"] = "1.2"
    """Oldest version of TLS (1.3: regional REST APIs)"""
