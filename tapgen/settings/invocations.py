"""How a function is invoked: its URL, where results of asynchronous invocations go, what it is made of."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tapgen.settings.names import HttpMethod, Name, Origin
from tapgen.settings.references import Reference

Alias = Annotated[str, Meta(pattern=r"^(?![0-9]+$)[A-Za-z0-9_-]{1,128}$")]
DeploymentPreference = Annotated[str, Meta(pattern=r"^((canary|linear)-[1-9][0-9]?-[1-9][0-9]{0,3}m|all-at-once)$")]


class Destination(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the record of an asynchronous invocation goes, where the name alone does not say it; exactly one key.

    ```toml
    [functions.Orders]
    source = "functions/orders"
    on_failure = { function = "Failed" }

    [functions.Failed]
    source = "functions/orders"
    ```
    """

    queue: Name | None = None
    """A queue of the settings"""
    topic: Name | None = None
    """A topic of the settings"""
    bus: Name | None = None
    """An event bus of the settings"""
    bucket: Name | None = None
    """A bucket of the settings; for `on_failure` alone"""
    function: Name | None = None
    """Another function of the settings"""

    @property
    def given(self) -> list[tuple[str, str]]:
        """(kind, name) of each key that is given."""
        kinds = ("queue", "topic", "bus", "bucket", "function")
        return [(kind, getattr(self, kind)) for kind in kinds if getattr(self, kind) is not None]


class UrlCors(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which pages of other origins may call a function's URL.

    ```toml
    [functions.Orders]
    source = "functions/orders"
    url = { authorization = "NONE", cors = { origins = ["https://shop.example.com"], methods = ["POST"] } }
    ```
    """

    origins: Annotated[tuple[Origin, ...], Meta(min_length=1)] = ("*",)
    """Allowed origins, or "*" """
    methods: tuple[HttpMethod, ...] = ("ANY",)
    """Allowed methods; ANY: all of them"""
    headers: tuple[str, ...] = ()
    """Allowed request headers"""
    credentials: bool = False
    """Cookies may be sent"""


class Url(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An HTTPS address of the function itself, without an API.

    ```toml
    [functions.Orders]
    source = "functions/orders"
    url = { authorization = "AWS_IAM" }
    ```
    """

    authorization: Literal["AWS_IAM", "NONE"] = "AWS_IAM"
    """Who may call it: signed requests alone, or everybody"""
    stream: bool = False
    """The response is streamed"""
    cors: UrlCors | None = None
    """Cross-origin requests; unset: none"""


class Image(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A container image in place of a packaged source: one that is there, or one that a deployment builds by docker.

    ```toml
    [functions.Orders]
    image = { repository = "shop/orders", tag = "v7" }

    [functions.Reports]
    image = { dockerfile = "reports/Dockerfile", command = ["app.handler"] }
    ```
    """

    dockerfile: Annotated[str, Meta(min_length=1)] | None = None
    """Dockerfile that a deployment builds the image from, relative to the settings file, and pushes it to the
    `repository`, unset: the application's, which it makes where there is none
    """
    context: Annotated[str, Meta(min_length=1)] | None = None
    """Folder that the Dockerfile copies from, relative to the settings file; unset: that of the Dockerfile"""
    target: str = ""
    """Stage of the Dockerfile; unset: the last one"""
    arguments: dict[str, str] = {}
    """Build arguments of the Dockerfile; no secrets, the image keeps them"""

    uri: Annotated[str, Meta(pattern=r"^(\$\{[A-Za-z0-9]+\}|\S+[:@]\S+)$")] | Reference | None = None
    """The image in full, with its tag or digest: text in which `${…}` is filled in, or { parameter = "…" }; in place of
    the next three
    """
    repository: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._/-]*$")] | None = None
    """Repository of ECR: its name in this account and region, or in full
    (123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/orders)
    """
    tag: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")] | Reference | None = None
    """Tag; a tag that moves changes no template, so that a deployment does not see it"""
    digest: Annotated[str, Meta(pattern=r"^sha256:[0-9a-f]{64}$")] | None = None
    """Digest in place of a tag: always the same image"""
    command: tuple[str, ...] = ()
    """In place of the image's CMD"""
    entry_point: tuple[str, ...] = ()
    """In place of the image's ENTRYPOINT"""
    working_directory: str = ""
    """In place of the image's WORKDIR"""


AccessPoint = Annotated[
    str, Meta(pattern=r"^(arn:.+:elasticfilesystem:.+:access-point/fsap-[0-9a-f]+|\$\{[A-Za-z0-9.:]+\})$")
]
FileSystemArn = Annotated[
    str, Meta(pattern=r"^(arn:.+:elasticfilesystem:.+:file-system/fs-[0-9a-f]+|\$\{[A-Za-z0-9.:]+\})$")
]


class FileSystem(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An EFS access point that the function mounts, existing or one of `resources`; it needs a network.

    ```toml
    [functions.Orders]
    source = "functions/orders"
    file_systems = [{ access_point = { ssm_parameter = "/efs/orders" }, path = "/mnt/orders" }]

    [network]
    subnets = ["subnet-0a1b"]
    security_groups = ["sg-0a1b"]
    ```
    """

    access_point: AccessPoint | Reference
    """ARN of the access point; `${FilesAccessPoint.Arn}` of one of `resources`"""
    path: Annotated[str, Meta(pattern=r"^/mnt/[A-Za-z0-9_.-]+$")]
    """Where it is mounted"""
    file_system: FileSystemArn | Reference | None = None
    """ARN of the file system, to which the permission is narrowed; unset: the access point alone narrows it"""
