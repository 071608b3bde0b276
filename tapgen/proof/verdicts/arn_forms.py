"""Whether a resource that a policy names has a form that the service authorization reference gives an action."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tapgen.template.alternatives import REFERENCE
from tapgen.template.arns import fields
from tapgen.template.patterns import action_matches

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

_OPEN = re.compile(r"\*|\$\{")


@lru_cache(maxsize=1024)
def _form(form: str) -> re.Pattern[str]:
    """The last field of the catalogue's ARN format: each `${Name}` can be anything, even nothing."""
    last = fields(form.replace("${Partition}", "aws"))[-1]
    return re.compile(
        "".join(".*" if part.startswith("${") else re.escape(part) for part in re.split(r"(\$\{[^}]*\})", last))
    )


def form_matches(form: str, parts: list[str], subject: Subject) -> bool:
    """Whether a resource pattern, split into its fields, can name what a catalogue's ARN format describes."""
    service = fields(form.replace("${Partition}", "aws"))[2]
    if not action_matches(parts[2], service):
        return False
    if service == "s3" and parts[3:5] == ["", ""] and "${BucketName}" in form:
        return _names_bucket(parts[5], subject, objects="/" in fields(form)[-1])
    last_field = subject.arns.declared(parts[5])
    if _form(form).fullmatch(last_field):
        return True
    known = REFERENCE.sub(lambda match: "x" if subject.type_of(match[1].partition(".")[0]) else match[0], last_field)
    stem = _OPEN.split(known, maxsplit=1)[0]  # `table/*`, `*`, `parameter${Path}`: it must begin like the format
    last = fields(form.replace("${Partition}", "aws"))[-1].partition("${")[0]
    return stem != known and (last.startswith(stem) or stem.startswith(last))


def _names_bucket(written: str, subject: Subject, *, objects: bool) -> bool:
    """Whether the last field can name a bucket, or its objects: a bucket's name has neither slash nor colon.

    Source: S3 user guide, "General purpose bucket naming rules" and "Policy resources for Amazon S3".
    """

    def shown(match: re.Match[str]) -> str:
        """A bucket of the template is a name; what a parameter holds may go on to the objects."""
        return "bucket" if subject.type_of(match[1].partition(".")[0]) else "*"

    bucket, slash, _ = REFERENCE.sub(shown, written).partition("/")
    return ":" not in bucket and (bool(slash) == objects or "*" in bucket)
