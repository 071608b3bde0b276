"""Whether a name or an ARN of what exists can be what the settings take it for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tapgen.template.kinds import Kind

ARN_FIELDS: Final = 6  # arn:partition:service:region:account:resource

NAMES: Final = {
    "apis": (r"[a-z0-9]{1,32}", "an id such as a1b2c3d4e5"),
    "buckets": (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "3 to 63 lower-case letters, digits, dots and hyphens"),
    "buses": (r"[A-Za-z0-9/._-]{1,256}", "letters, digits and /._-"),
    "functions": (r"[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]{1,128})?", "at most 64 letters, digits, hyphens, underscores"),
    "keys": (r"[A-Za-z0-9-]{1,64}", "an id such as 1234abcd-12ab-34cd-56ef-1234567890ab"),
    "queues": (r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo", "at most 80 letters, digits, hyphens, underscores"),
    "secrets": (r"[A-Za-z0-9/_+=.@!-]{1,512}", "letters, digits and /_+=.@-"),
    "ssm_parameters": (r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", "a name or a path such as /shop/limit"),
    "state_machines": (r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/]{1,80}", "at most 80 characters without spaces and <>{}[]?*"),
    "streams": (r"[A-Za-z0-9_.-]{1,128}", "at most 128 letters, digits, hyphens, underscores and dots"),
    "tables": (r"[A-Za-z0-9_.-]{3,255}", "3 to 255 letters, digits, hyphens, underscores and dots"),
    "topics": (r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo", "at most 256 letters, digits, hyphens, underscores"),
    "user_pools": (r"[a-z0-9-]+_[A-Za-z0-9]+", "an id such as eu-central-1_A1b2C3d4E"),
}
"""What the name or id of each kind may be, as an expression and in words: the services' own API references."""

_QUEUE_URL: Final = re.compile(r"https://sqs\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[0-9]{12}/[A-Za-z0-9_-]{1,80}(\.fifo)?")


def problem(kind: Kind, text: str) -> str:
    """Why a text is neither the name nor the ARN of a part of that kind; '' where it can be one."""
    if not text or "${" in text:  # what is empty is said elsewhere; what is filled in is known at deployment alone
        return ""
    if kind.word == "keys" and "alias/" in text:
        return "IAM takes no alias of a key; name its id or ARN"
    if kind.word == "queues" and text.startswith("https://"):
        return "" if _QUEUE_URL.fullmatch(text) else f'"{text}" is not the URL of a queue'
    what = f"{'an' if kind.part.one.startswith(('event', 'SSM')) else 'a'} {kind.part.one}"
    expression, words = NAMES[kind.word]
    if not text.startswith("arn:"):
        return "" if re.fullmatch(expression, text) else f'"{text}" is not the name of {what}: {words}'
    fields = text.split(":", ARN_FIELDS - 1)
    before, _, after = kind.form.resource.partition("{}")
    name = fields[-1].removeprefix(before).removesuffix(after)
    fits = len(fields) == ARN_FIELDS and fields[2] == kind.prefix and fields[-1].startswith(before)
    return "" if fits and re.fullmatch(expression, name) else f'"{text}" is not the ARN of {what}'
