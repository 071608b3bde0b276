"""What can go wrong between here and AWS, as errors that say what to do next."""

from __future__ import annotations

import re

from tapgen.errors import ExitCode, TapgenError


class AwsError(TapgenError):
    """AWS refused a call. `code` is its error code, `operation` the API operation, `text` its own words."""

    def __init__(self, code: str, text: str, operation: str, hint: str = "", exit_code: ExitCode | None = None) -> None:
        super().__init__(f"{operation}: {text} ({code})", hint, exit_code)
        self.code = code
        self.text = text
        self.operation = operation


class ThrottledError(AwsError):
    """AWS still throttles the call after every retry."""


class CredentialsError(AwsError):
    """There are no credentials, or they are expired or invalid."""


class DeniedError(AwsError):
    """The credentials may not do that."""


class LostAnswerError(AwsError):
    """No answer that says what was done: no network, a broken connection, an error of AWS's own."""


_LONGEST = 240  # characters of botocore's words, which hold the whole answer


class MalformedAnswerError(LostAnswerError):
    """An answer that cannot be read: cut short, an error page, a member that must be there and is not."""

    def __init__(self, operation: str, what: str) -> None:
        super().__init__(
            "MalformedAnswer",
            f"the answer cannot be read: {' '.join(what.split())[:_LONGEST]}",
            operation,
            "Something between here and AWS changes or cuts the answers: a proxy, or a wrong AWS_ENDPOINT_URL.",
        )


_NO_STACK = re.compile(r"Stack(?: with id)? \S+ does not exist")
NOT_DONE = (CredentialsError, DeniedError)
"""Errors that say for certain that nothing was done."""
NOT_FOUND = frozenset(("ChangeSetNotFound", "ChangeSetNotFoundException"))
"""The codes for a change set that is not there: executed and cleared away, or deleted."""
NOT_AVAILABLE = frozenset(("InvalidChangeSetStatus", "InvalidChangeSetStatusException"))
"""The codes for a change set that is there and cannot be executed."""
UNCERTAIN = (ThrottledError, LostAnswerError)
"""Errors after which only asking tells whether the call was carried out: the client has sent it several times."""


def is_running(error: AwsError) -> bool:
    """Whether AWS refuses since another operation is running on the stack, which each call says in words of its own.

    Such as "Stack:ARN is in UPDATE_IN_PROGRESS state and can not be updated" and "Stack [ARN] cannot be deleted while
    in status UPDATE_IN_PROGRESS".
    """
    if error.code == "OperationInProgressException":
        return True
    return "_IN_PROGRESS" in error.text and error.code in {"ValidationError", *NOT_AVAILABLE}


def is_gone(error: AwsError) -> bool:
    """Whether the stack is not there: of one that was there when we looked, somebody has deleted it."""
    return error.code == "ValidationError" and bool(_NO_STACK.search(error.text))
