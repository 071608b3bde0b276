"""Parameters of the SSM parameter store."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tapgen.settings.parts import Part, Problem
from tapgen.settings.references import SSM_PATH

if TYPE_CHECKING:
    from tapgen.settings.model import Environment


class SsmParameter(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A parameter of the SSM parameter store, in clear: what is secret is one of `secrets`.

    ```toml
    [ssm_parameters.Limit]
    value = "100"

    [functions.Orders]
    source = "src"
    ssm_parameters.Limit = { variable = "LIMIT_PARAMETER", actions = ["ssm:GetParameter"] }
    environment.LIMIT = { ssm_parameter = "Limit" }
    ```
    """

    value: str | int | float | bool | tuple[str, ...] | None = None
    """Its value; a list is a StringList; `${…}` in text is a logical id, an attribute of one or a parameter"""
    description: Annotated[str, Meta(max_length=1024)] = ""
    """Shown in the console"""
    name: Annotated[str, Meta(pattern=SSM_PATH, max_length=1011)] | None = None
    """Physical name; unset: /<application>/<environment>/<name>, its first letter small"""

    def problems(self, name: str, environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every part
        """SSM refuses a parameter without a value."""
        if self.value in (None, "", ()):
            yield ("value",), "it is required and missing: SSM takes no empty parameter"

    def path(self, name: str, environment: "Environment") -> str:
        """The physical name."""
        return self.name or f"/{environment.application}/{environment.name}/{name[0].lower()}{name[1:]}"

    @property
    def text(self) -> str:
        """The value as SSM keeps it."""
        if isinstance(self.value, tuple):
            return ",".join(self.value)
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)
