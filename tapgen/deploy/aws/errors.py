"""What can go wrong between here and AWS, as errors that say what to do next."""

from __future__ import annotations

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


class UnreachableError(AwsError):
    """No answer: no network, a broken connection, a wrong endpoint."""


LOST = (ThrottledError, CredentialsError, UnreachableError)
"""Errors that say nothing about the stack: an operation that was begun goes on without us."""
