"""What was made elsewhere: a value that CloudFormation looks up when it deploys."""

from collections.abc import Collection, Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from tapgen.errors import suggestion

Path = tuple[str | int, ...]

SSM_PATH = r"^/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*(:[0-9]+)?$"  # SSM user guide, parameter names; a version may follow
EXPORT = r"^[A-Za-z0-9:-]+$"  # CloudFormation user guide, Outputs, Export


class Reference(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A value that is looked up at deployment; exactly one of its keys.

    ```toml
    [network]
    subnets = [{ ssm_parameter = "/network/subnet-a" }, { ssm_parameter = "/network/subnet-b" }]
    security_groups = { import = "NetworkSecurityGroups" }
    has_endpoints = ["dynamodb"]
    ```
    """

    ssm_parameter: Annotated[str, Meta(pattern=SSM_PATH, max_length=1011)] | None = None
    """Name of an SSM parameter that holds it: a dynamic reference"""
    parameter: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,255}$")] | None = None
    """Name of a template parameter that holds it: one of `parameters`"""
    import_: Annotated[str, Meta(pattern=EXPORT, max_length=255)] | None = field(default=None, name="import")
    """Name of another stack's export that holds it"""
    value: str | dict[str, Any] | None = None
    """Made by the template itself: text in which `${…}` is a logical id, an attribute of one or a parameter, or an
    intrinsic function
    """


def problems(value: object, path: Path, parameters: Collection[str]) -> Iterator[tuple[Path, str]]:
    """What is wrong with the references in a value, a list of them or one; `parameters` are the template's own."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from problems(item, (*path, index), parameters)
    if not isinstance(value, Reference):
        return
    if sum(given is not None for given in (value.ssm_parameter, value.parameter, value.import_, value.value)) != 1:
        yield path, "say one of ssm_parameter, import, parameter and value"
    elif value.parameter is not None and value.parameter not in parameters:
        yield (*path, "parameter"), f"there is no such parameter; {suggestion(value.parameter, parameters)}"
