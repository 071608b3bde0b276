"""Log events that start a function."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tapgen.errors import suggestion
from tapgen.settings.names import Name
from tapgen.settings.parts import Problem, Trigger

if TYPE_CHECKING:
    from tapgen.settings.functions import Function
    from tapgen.settings.model import Environment


class LogTrigger(Trigger, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Events of a log group start the function.

    ```toml
    [functions.Orders]
    source = "src"

    [functions.Alert]
    source = "src"
    triggers.logs.Errors = { function = "Orders", pattern = "{ $.level = \\"ERROR\\" }" }
    ```
    """

    function: Name | None = None
    """The function whose log it is"""
    log_group: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_/.#-]{1,512}$")] | None = None
    """The name of an existing log group, in place of a function"""
    pattern: Annotated[str, Meta(max_length=1024)] = ""
    """Filter pattern; unset: every event"""

    def problems(self, name: str, function: "Function", environment: "Environment") -> Iterator[Problem]:  # noqa: ARG002 - as every trigger
        """Which log it is, and one that would start itself for ever."""
        if (self.function is None) == (self.log_group is None):
            yield (), "say one of function and log_group"
        elif self.function is not None and self.function not in environment.functions:
            better = suggestion(self.function, environment.functions)
            yield ("function",), f"there is no such function; {better}"
        elif self.function is not None and environment.functions[self.function].log_group is False:
            yield ("function",), "the log group of that function is not the stack's; say its name by log_group"
        elif self.function is not None and environment.functions[self.function] is function:
            yield ("function",), "each event would start the function that writes the next: a circle without end"
