"""The entry point: what must be so before anything is imported."""

from __future__ import annotations

import gc
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line.

    Modules and templates live to the end: the collector looks seldom, which with `gc.freeze` at the exit is a fifth of
    a rendering's time; a twentieth of it goes where click is imported.
    """
    gc.set_threshold(50_000)
    from tapgen.cli import main as command_line

    command_line()
