"""Values of environment variables that are no text: looked up at deployment, never written into the template."""

from typing import Annotated

from msgspec import Meta, Struct, field

from tapgen.settings.names import Name
from tapgen.settings.references import EXPORT, SSM_PATH


class Value(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A variable that is looked up at deployment: one of `secret`, `ssm_parameter`, `parameter` and `import`.

    ```toml
    [functions.Orders]
    source = "src"
    environment.LIMIT = { ssm_parameter = "/shop/limit" }
    ```
    """

    secret: Annotated[Name | None, Meta(description="A secret by its name in the settings")] = None
    key: Annotated[
        Annotated[str, Meta(min_length=1, pattern=r"^[^:}]+$")] | None,
        Meta(description="Key of the secret's JSON; unset: the whole secret"),
    ] = None
    ssm_parameter: Annotated[
        Annotated[str, Meta(pattern=SSM_PATH, max_length=1011)] | None,
        Meta(description="An SSM parameter: one of `ssm_parameters`, or the name of one that exists"),
    ] = None
    parameter: Annotated[Name | None, Meta(description="A template parameter: one of `parameters`")] = None
    import_: Annotated[
        Annotated[str, Meta(pattern=EXPORT, max_length=255)] | None, Meta(description="Another stack's export")
    ] = field(default=None, name="import")
