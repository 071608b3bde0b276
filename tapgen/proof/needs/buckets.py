"""What a request to S3 passes as a bucket and can be none: botocore refuses it before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tapgen.proof import calls
from tapgen.proof.needs import requirements
from tapgen.proof.rules.permissions import BUCKET_REFUSED

if TYPE_CHECKING:
    from tapgen.proof.findings import Finding
    from tapgen.proof.subject import Subject

_NAME: Final = re.compile(r"[a-zA-Z0-9.\-_]{1,255}|arn:.*", re.DOTALL)
"""botocore's own form, wider than that of names for new buckets; it looks at ARNs more closely."""
_FILLED: Final = re.compile("[%{]")
"""In texts that something is put into: by the template, by the code."""


def refused(call: calls.Call, function: str, file: str, subject: Subject) -> Iterator[Finding]:
    """A text that the source or the function's environment writes, and that no bucket can be called."""
    for parameter in call.parameters if call.service == "s3" else ():
        text = _written(parameter.value, function, subject) if parameter.name == "Bucket" else ""
        if text and not _FILLED.search(text) and not _NAME.fullmatch(text):
            place = parameter.value.name if isinstance(parameter.value, calls.EnvironmentVariable) else "the code"
            yield BUCKET_REFUSED.finding(
                f"{function} calls s3 {call.operation} on {text[:80]!r}, which {place} has: no bucket is called so.",
                ("Resources", function),
                file=file,
                line=call.line,
            )


def _written(binding: calls.Binding, function: str, subject: Subject) -> str:
    """The text; "" where a parameter or the deployment decides on it."""
    if isinstance(binding, calls.Literal):
        return binding.value
    if isinstance(binding, calls.EnvironmentVariable):
        found = requirements.written_variables(function, subject).get(binding.name)
        return found if isinstance(found, str) and "{{resolve:" not in found else ""
    return ""
