"""An answer of botocore as mappings whose members must be there: a missing one is a malformed answer, no KeyError."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from tapgen.deploy.aws.errors import MalformedAnswerError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Members(dict[str, Any]):
    """A structure of an answer. `get` is for members that the service may leave out."""

    def __init__(self, members: dict[str, Any], operation: str) -> None:
        super().__init__(members)
        self._operation = operation

    def __missing__(self, name: str) -> NoReturn:
        raise MalformedAnswerError(self._operation, f"it has no {name}")


def read_members(answer: Any, operation: str) -> Any:
    """The answer with `Members` for every structure, and with streams read to their end."""
    if isinstance(answer, dict):
        return Members({name: read_members(value, operation) for name, value in answer.items()}, operation)
    if isinstance(answer, list):
        return [read_members(value, operation) for value in answer]
    return answer.read() if hasattr(answer, "read") else answer


def refuse_page(answer: Mapping[str, Any], operation: str) -> None:
    """Refuse a web page in the place of an answer: an operation that answers nothing would be taken for done.

    Every answer of AWS has the id of its request, and none that is asked for here is HTML.

    Raises:
        MalformedAnswerError: it is one.
    """
    about = answer.get("ResponseMetadata") or {}
    kind = str((about.get("HTTPHeaders") or {}).get("content-type", ""))
    if kind.startswith("text/html") and not about.get("RequestId"):
        raise MalformedAnswerError(operation, "it is a web page")
