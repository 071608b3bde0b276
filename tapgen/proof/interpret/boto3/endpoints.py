"""Clients that do not speak with AWS: DynamoDB local, LocalStack and what else answers on a machine of one's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tapgen.proof.interpret.python.plain import Beginning, beginning

if TYPE_CHECKING:
    from tapgen.proof.interpret.python.arguments import Arguments

_OWN = re.compile(r"https?://(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1\]|host\.docker\.internal|[\w-]+)[:/]")
"""No address of AWS has one label alone: `http://dynamo:8000` is a container beside the function's."""


def own_machine(args: Arguments) -> bool:
    """Whether a client's address is written as one of a machine of one's own, whatever the code does before."""
    found = args.keywords.get("endpoint_url") or ()
    return bool(found) and all(
        _OWN.match(beginning(one) + ("" if isinstance(one, Beginning) else "/")) is not None for one in found
    )
