"""Values of environment variables that are no text: looked up at deployment, never written into the template."""

from typing import Annotated, Any

from msgspec import Meta, Struct, field

from tapgen.settings.names import Name
from tapgen.settings.references import EXPORT, SSM_PATH


class Value(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A variable that is no text: one of `secret`, `ssm_parameter`, `parameter`, `import` and `value`.

    ```toml
    [functions.Orders]
    source = "src"
    environment.LIMIT = { ssm_parameter = "/shop/limit" }
    ```
    """

    secret: Name | None = None
    """A secret by its name in the settings"""
    key: Annotated[str, Meta(min_length=1, pattern=r"^[^:}]+$")] | None = None
    """Key of the secret's JSON; unset: the whole secret"""
    ssm_parameter: Annotated[str, Meta(pattern=SSM_PATH, max_length=1011)] | None = None
    """An SSM parameter: one of `ssm_parameters`, or the name of one that exists"""
    parameter: Name | None = None
    """A template parameter: one of `parameters`"""
    import_: Annotated[str, Meta(pattern=EXPORT, max_length=255)] | None = field(default=None, name="import")
    """Another stack's export"""
    value: str | dict[str, Any] | None = None
    """Text in which `${…}` is a logical id, an attribute of one or a parameter, or an intrinsic function such as {
    "Fn::GetAtt" = ["OrdersTable", "Arn"] }
    """
