"""What a process of the pool does: its theatres are open until it ends."""

from __future__ import annotations

import atexit
from multiprocessing import forkserver, set_forkserver_preload

from tests.faults.theatre import Theatres

_OPEN = Theatres()


def close():
    _OPEN.close()


def start():
    """Once in each process; the server of processes that get signals begins before TMPDIR is a theatre's."""
    set_forkserver_preload(["tests.faults.signalled"])
    forkserver.ensure_running()
    atexit.register(close)


def calls(scene):
    """The scene, and the operations of its command."""
    return scene, _OPEN.at(scene).calls(scene)


def played(cases):
    """Each case of a scene with its end."""
    return [_OPEN.at(case.scene).case(case) for case in cases]
