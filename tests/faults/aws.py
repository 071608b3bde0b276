"""The two AWSes of this machine that commands are tried on, and what a client's patience is with each."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from types import SimpleNamespace


@contextmanager
def embedded():
    from tapgen.local import emulator

    with emulator.running() as aws:
        key, secret = aws.credentials
        yield SimpleNamespace(
            moto=False, port=aws.port, url=aws.endpoint, key=key, secret=secret, reset=aws.reset, clients={}
        )


@contextmanager
def moto():
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.moto_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        port = int(server.stdout.readline())
        url = f"http://127.0.0.1:{port}"

        def reset():
            urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST")).close()

        yield SimpleNamespace(moto=True, port=port, url=url, key="key", secret="secret", reset=reset, clients={})
        server.stdin.close()


PLACES = {False: (embedded, 1.0), True: (moto, 3.0)}
"""By whether it is moto: what starts it, and the seconds after which the client gives an answer up there."""
