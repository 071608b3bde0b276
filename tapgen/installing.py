"""How tapgen is installed with an extra: it is on no package index, where its name might be somebody else's."""

from __future__ import annotations

from typing import Final

REQUIREMENT: Final = "tapgen[check] @ git+URL"
"""What a pipeline gives pip; it fails, and installs nobody else's package, until URL is written out."""
REMARK: Final = "URL is that of tapgen's repository: tapgen is on no package index, where its name might be another's."


def with_extra(extra: str) -> str:
    """What to type for an extra, as the end of a sentence."""
    return f'pip install ".[{extra}]" in tapgen\'s clone, or "tapgen[{extra}] @ git+URL" with its repository\'s URL'
